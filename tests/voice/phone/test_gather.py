"""Gather, as the carrier does it: timers, barge-in, the finishing key, silence."""

import pytest


def menu(inner="<Say>Eins oder zwei?</Say>", after="<Say>Danach.</Say>", **attributes):
    written = " ".join(f'{name}="{value}"' for name, value in ({"action": "/next"} | attributes).items())
    return f"<Response><Gather {written}>{inner}</Gather>{after}</Response>"


@pytest.fixture
def next_page(hotline):
    hotline.serve("/next", "<Response><Say>Weiter.</Say></Response>")


def test_keys_reach_the_action_with_the_whole_parameter_set(hotline, phone, next_page):
    hotline.serve("/answer", menu(numDigits=1))
    call = phone.dial("05692 555 1234").press("1").hears("Weiter.")
    asked = hotline.asked("/next")[0]
    assert asked["Digits"] == "1"
    assert asked["From"] == asked["Caller"] == "+4956925551234"
    assert asked["To"] == asked["Called"] == "+4956110031177"
    assert asked["CallSid"] == call.call.sid
    assert (asked["CallStatus"], asked["Direction"], asked["ApiVersion"]) == (
        "in-progress",
        "inbound",
        "2010-04-01",
    )
    assert asked["FromCountry"] == "DE"


def test_the_number_of_digits_ends_the_wait(hotline, phone, next_page):
    hotline.serve("/answer", menu(numDigits=5))
    phone.dial().press("34466").hears("Weiter.")
    assert hotline.asked("/next")[0]["Digits"] == "34466"


def test_the_finishing_key_ends_the_wait_and_is_not_a_digit(hotline, phone, next_page):
    hotline.serve("/answer", menu())
    phone.dial().press("12#").hears("Weiter.")
    asked = hotline.asked("/next")[0]
    assert (asked["Digits"], asked["FinishedOnKey"]) == ("12", "#")


def test_the_finishing_key_alone_is_no_input(hotline, phone, next_page):
    hotline.serve("/answer", menu())
    phone.dial().press("#").hears("Danach.")
    assert hotline.asked("/next") == []


def test_an_empty_finishing_key_takes_every_key_and_ends_by_timeout(hotline, phone, next_page):
    hotline.serve("/answer", menu(finishOnKey="", timeout=4))
    call = phone.dial().press("*7#")
    assert hotline.asked("/next") == []
    call.waits(4).hears("Weiter.")
    assert hotline.asked("/next")[0]["Digits"] == "*7#"


def test_silence_goes_on_with_the_next_verb(hotline, phone, next_page):
    hotline.serve("/answer", menu())
    phone.dial().stays_silent().hears("Danach.")
    assert hotline.asked("/next") == []


def test_silence_reaches_the_action_when_asked_to(hotline, phone, next_page):
    hotline.serve("/answer", menu(actionOnEmptyResult="true"))
    phone.dial().stays_silent().hears("Weiter.")
    assert hotline.asked("/next")[0]["Digits"] == ""


def test_the_timer_starts_when_the_prompt_has_ended(hotline, phone, next_page):
    hotline.serve("/answer", menu("<Say>" + "Wort " * 20 + "</Say>", timeout=7, after="<Hangup/>"))
    call = phone.dial().stays_silent()
    assert call.ended
    assert call.seconds == pytest.approx(10 + 7)  # twenty words at 120 a minute, then the timeout


def test_each_key_starts_the_timer_again(hotline, phone, next_page):
    hotline.serve("/answer", menu(timeout=5))
    call = phone.dial().press("1").waits(4).press("2").waits(4).press("3")
    assert hotline.asked("/next") == []
    call.waits(5)
    assert hotline.asked("/next")[0]["Digits"] == "123"


def test_the_first_key_stops_the_prompt(hotline, phone, next_page):
    hotline.serve("/answer", menu("<Say>Erstens.</Say><Pause length='30'/><Say>Zweitens.</Say>", numDigits=1))
    call = phone.dial().barges_in("1").hears("Weiter.")
    assert "Zweitens." not in str(call.transcript)
    assert call.seconds < 5


def test_keys_pressed_outside_a_gather_are_lost(hotline, phone, next_page):
    hotline.serve("/answer", "<Response><Say>Hallo zusammen.</Say>" + menu(numDigits=1)[len("<Response>") :])
    phone.dial().barges_in("9").press("1").hears("Weiter.")
    assert hotline.asked("/next")[0]["Digits"] == "1"


def test_without_an_action_the_same_address_is_asked_again(hotline, phone):
    hotline.serve(
        "/answer",
        "<Response><Gather numDigits='1'><Say>Eins?</Say></Gather></Response>",
        "<Response><Say>Fertig.</Say></Response>",
    )
    phone.dial().press("1").hears("Fertig.")
    assert [asked.get("Digits") for asked in hotline.asked("/answer")] == [None, "1"]


def test_get_puts_the_keys_into_the_address(hotline, phone, next_page):
    hotline.serve("/answer", menu(numDigits=1, action="/next?turn=2", method="GET"))
    phone.dial().press("1").hears("Weiter.")
    seen = hotline.seen[-2]
    assert (seen.method, seen.path) == ("GET", "/next")
    assert "turn=2&" in seen.url
    assert "Digits=1" in seen.url
