"""A broken promise cannot be overlooked: mail, metrics, preflight, the desk; then somebody rings."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
import requests

from tests.support.hotline import Hotline, until
from tests.worker.post_office import PostOffice

pytestmark = pytest.mark.long


def test_a_broken_promise_is_told_everywhere_until_somebody_rings() -> None:
    with PostOffice() as office:
        address = {"MAIL_FROM": "hotline@kreis.example", "MAIL_TO": "team@kreis.example"}
        with Hotline(SMTP_URL=office.url, **address) as hotline:
            call = hotline.telephone().dial("05692 555 1234")
            for keys in ("1", "1", "1", "34466", "1", "1"):
                call.press(keys)
            until(lambda: hotline.status()["callbacks"], "the callback")
            _hours_pass(hotline)
            until(lambda: _of(office, "Alarme"), "the mail")
            _is_told(hotline, office)
            anna = hotline.somebody("operator")
            anna.opens("/desk/").sees("Bitte ansehen:", "1 × Rückruf überfällig").follows("Bitte ansehen:")
            anna.presses("Ich kümmere mich").sees("kümmert sich")
            assert _metric(hotline, 'hotline_alarms{kind="callback_overdue"}') == 0
            anna.follows("Rückruf 1").sees("Dieser Rückruf ist nicht in Ihrer Hand")


def _hours_pass(hotline: Hotline) -> None:
    """The clock of a running hotline cannot be moved: its promise is set back instead."""
    with closing(sqlite3.connect(hotline.home / "hotline.sqlite3")) as record, record:
        past = "2020-01-02 10:00:00"
        record.execute("UPDATE callbacks SET due_at = ?, promised_from = ?, promised_until = ?", (past,) * 3)


def _of(office: PostOffice, word: str) -> list[str]:
    return [mail.get_content() for mail in office.mails if word in mail["Subject"]]


def _is_told(hotline: Hotline, office: PostOffice) -> None:
    (mail,) = _of(office, "Alarme")
    assert "callback:1" in mail
    assert "5551234" not in mail
    assert _metric(hotline, 'hotline_alarms{kind="callback_overdue"}') == 1
    assert "alarms     1 callback_overdue" in hotline.run("status")


def _metric(hotline: Hotline, name: str) -> float:
    lines = requests.get(f"{hotline.base_url}/metrics", timeout=20).text.splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))
