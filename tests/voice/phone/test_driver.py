"""The tests' telephone itself: what it hears, and how it complains."""

import pytest

from voice.phone.carrier import as_dialled, country_of, is_dialable


def test_a_wrong_expectation_shows_the_transcript(hotline, phone):
    hotline.serve("/answer", "<Response><Gather numDigits='1'><Say>Eins oder zwei?</Say></Gather></Response>")
    call = phone.dial().press("1")
    with pytest.raises(AssertionError, match=r"(?s)expected to hear 'Drei'.*hotline  Eins.*caller   1"):
        call.hears("Drei")
    with pytest.raises(AssertionError, match="did not expect"):
        call.hears_nothing_of("oder zwei")
    assert (call.keys_pressed, call.turns) == ("1", 2)


def test_keys_after_the_end_are_a_mistake(hotline, phone):
    hotline.serve("/answer", "<Response><Hangup/></Response>")
    with pytest.raises(AssertionError, match="the call is over"):
        phone.dial().press("1")


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("05692 555 1234", "+4956925551234"),
        ("0049 5692/555-1234", "+4956925551234"),
        ("+49 5692 5551234", "+4956925551234"),
        ("anonymous", "anonymous"),
        ("+266696687", "+266696687"),
        ("sip:05692@example.org", "sip:05692@example.org"),
        ("", ""),
    ],
)
def test_numbers_are_sent_as_the_carrier_sends_them(typed, sent):
    assert as_dialled(typed, "DE") == sent


def test_numbers_that_are_none_have_no_country():
    assert [country_of(number) for number in ("+4956925551234", "anonymous", "+7378742833")] == ["DE", "", ""]
    assert [is_dialable(number) for number in ("+4956925551234", "05692", "+49", "")] == [
        True,
        False,
        False,
        False,
    ]
