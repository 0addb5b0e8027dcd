"""The telephone in a terminal, scripted and by hand."""

import io
from dataclasses import replace

import pytest

from voice.phone.terminal import run_terminal

MENU = (
    '<Response><Gather numDigits="1" timeout="{}" action="/next"><Say>Eins?</Say></Gather>'
    "<Hangup/></Response>"
)


def run(carrier, keys, from_="05692 555 1234", typed=""):
    out = io.StringIO()
    status = run_terminal(carrier, from_, keys, out, io.StringIO(typed))
    return status, out.getvalue()


@pytest.fixture(autouse=True)
def pages(hotline):
    hotline.serve("/answer", MENU.format(10))
    hotline.serve("/next", "<Response><Say>Danke.</Say></Response>")


def test_a_scripted_call_prints_its_transcript_with_times(carrier):
    status, out = run(carrier, "1")
    assert status == 0
    assert "0.5 s  caller   1" in out
    assert "hotline  Danke." in out
    assert "Call completed after 1.0 s, 2 turns, 1 keys." in out


def test_a_dash_is_silence_and_h_hangs_up(carrier, hotline):
    assert "Call completed after 10.5 s" in run(carrier, "-")[1]
    assert "hung up" in run(carrier, "h")[1]


@pytest.mark.parametrize(("keys", "from_"), [("1 x", "05692 555 1234"), ("1", "my number")])
def test_bad_input_gets_one_clear_line(carrier, keys, from_):
    status, out = run(carrier, keys, from_)
    assert status == 2
    assert out.count("\n") == 1


def test_keys_after_the_end_are_told(carrier):
    status, out = run(carrier, "1 2")
    assert status == 1
    assert "over before '2'" in out


def test_a_number_is_over_before_the_next_group_is_pressed(carrier, hotline):
    number = '<Response><Gather timeout="10" action="{}"><Say>Ihre Nummer?</Say></Gather></Response>'
    hotline.serve("/answer", number.format("/again"))
    hotline.serve("/again", number.format("/next"))
    status, out = run(carrier, "112 056925551234")
    assert status == 0
    assert [line.split()[-1] for line in out.splitlines() if "caller" in line] == ["112", "056925551234"]
    assert "Danke." in out


def test_words_where_none_are_taken_are_told(carrier):
    status, out = run(carrier, "=ja")
    assert status == 1
    assert "Only keys are taken where '=ja' was to be said." in out


def test_a_hotline_that_cannot_be_reached_is_told(carrier):
    status, out = run(replace(carrier, voice_url="http://127.0.0.1:9/answer", fallback_url=""), "1")
    assert status == 1
    assert "Failed: 11205" in out


def test_by_hand_the_keys_are_read_line_by_line(carrier, hotline):
    hotline.serve("/next", "<Response><Hangup/></Response>")
    status, _ = run(carrier, None, typed="1\n")
    assert status == 0
    assert hotline.asked("/next")[0]["Digits"] == "1"


def test_words_and_a_hash_make_a_message_on_tape(carrier, hotline):
    hotline.serve("/answer", "<Response><Record action='/next' finishOnKey='#' maxLength='60'/></Response>")
    status, out = run(carrier, "=Bitte_rufen_Sie_bald_an #")
    assert status == 0
    assert hotline.asked("/next")[0]["RecordingDuration"] == "2"
    assert "Bitte rufen Sie bald an" in out


def test_by_hand_a_hash_ends_the_message(carrier, hotline):
    hotline.serve("/answer", "<Response><Record action='/next' finishOnKey='#' maxLength='60'/></Response>")
    assert run(carrier, None, typed="#\n")[0] == 0
