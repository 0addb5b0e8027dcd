"""A message left over the terminal telephone goes the whole way: consent, tape, worker, carrier, desk."""

from __future__ import annotations

import io
import sqlite3
import wave
from contextlib import closing

import pytest
import requests

from intake.settings import load_settings
from tests.support.hotline import Hotline, until

pytestmark = pytest.mark.long

TAKES_MESSAGES = {"[voice_message]\nenabled = false": "[voice_message]\nenabled = true"}
KEYS = "1 1 1 34466 1 1 1 =Bitte_rufen_Sie_erst_nach_zehn_Uhr_an #"


def test_it_is_heard_at_the_desk_and_deleted_at_the_carrier() -> None:
    with Hotline(district=TAKES_MESSAGES) as hotline:
        heard = hotline.run("phone", "--from", "056925551234", "--keys", KEYS)
        assert "nach dem Ton" in heard
        assert "Wir rufen Sie an" in heard
        until(
            lambda: [status for _, status in _messages(hotline)] == ["cleared"],
            "the message to be fetched and deleted",
        )
        anna = hotline.somebody("operator")
        anna.opens("/desk/").presses("Dienst beginnen")
        until(lambda: hotline.status()["callbacks"] == {"assigned": 1}, "the callback to be in her hand")
        anna.opens("/desk/").follows("Öffnen").sees("Nachricht", "4 Sekunden")
        with wave.open(io.BytesIO(anna.fetches("/desk/callbacks/1/messages/1"))) as sound:
            assert sound.getnframes() == 4 * sound.getframerate()
        assert _at_the_carrier(hotline) == 404


def _messages(hotline: Hotline) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(hotline.home / "hotline.sqlite3")) as record:
        return record.execute("SELECT recording_sid, status FROM voice_messages").fetchall()


def _at_the_carrier(hotline: Hotline) -> int:
    """How the simulated carrier answers who asks for the recording with the account's own credentials."""
    settings = load_settings({}, hotline.home)
    path = f"/2010-04-01/Accounts/{settings.account_sid}/Recordings/{_messages(hotline)[0][0]}.wav"
    asked = (settings.account_sid, settings.auth_token)
    return requests.get(hotline.base_url + path, auth=asked, timeout=20).status_code
