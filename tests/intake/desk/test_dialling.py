"""Ringing from a case: what the desk shows and offers while a call goes on, and what it refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from intake.bridge_models import Bridge
from intake.kinds import DutyKind
from intake.lifecycle import BridgeStatus, CallbackStatus, DutyStatus
from intake.models import Attempt, Callback, Duty, Staff
from intake.services import Job
from tests.conftest import Nudges
from tests.support.pages import Page

from .conftest import CALLER, Desk

ADA = "+4915112345678"
MASKED = "05692 ••• ••34"


def taken(desk: Desk, number: str | None = ADA) -> Page:
    """Anna opens her case; her telephone is on record."""
    anna = desk.person("anna")
    with desk.services.db.write() as db:
        db.get_one(Staff, anna.id).number = number
    return desk.enter(anna).presses("Nehmen")  # type: ignore[return-value]


def carrier_tells(desk: Desk, **values: Any) -> None:
    """What the worker and the webhooks would have written."""
    with desk.services.db.write() as db:
        bridge = db.scalars(sa.select(Bridge)).one()
        for name, value in values.items():
            setattr(bridge, name, value)


def part(desk: Desk, page: Page, etag: str = "") -> Any:
    """What the open page fetches while a call goes on."""
    path = f"/desk/callbacks/{callback_id(desk)}/call"
    return page.client.get(path, headers={"If-None-Match": etag} if etag else {})


def callback_id(desk: Desk) -> int:
    with desk.services.db.read() as db:
        return db.scalars(sa.select(Callback.id)).one()


def duties(desk: Desk) -> list[Duty]:
    with desk.services.db.read() as db:
        return list(db.scalars(sa.select(Duty).order_by(Duty.id)))


def test_the_hotline_calls_and_the_number_stays_masked(desk: Desk, nudges: Nudges) -> None:
    desk.call_in()
    page = taken(desk).sees("lässt zuerst Ihr Telefon klingeln")
    page.presses("Anrufen", note="leise Stimme").sees("Der Anruf wird aufgebaut", MASKED)
    page.holds(note="leise Stimme").presses("Anruf abbrechen").sees("abgebrochen, bevor jemand abnahm")
    assert Job.DUTIES in nudges
    assert [(duty.kind, duty.status) for duty in duties(desk)] == [(DutyKind.CALL, DutyStatus.FAILED)]
    assert desk.callback(callback_id(desk)).status is CallbackStatus.ASSIGNED
    page.presses("Noch einmal anrufen").sees("Der Anruf wird aufgebaut")


@pytest.mark.parametrize(
    ("status", "words", "button"),
    [
        (BridgeStatus.OPERATOR_RINGING, "Ihr Telefon klingelt", "Anruf abbrechen"),
        (BridgeStatus.OPERATOR_THERE, "drücken Sie an Ihrem Telefon die Eins", "Anruf abbrechen"),
        (BridgeStatus.CITIZEN_RINGING, "Es klingelt am anderen Ende", "Anruf abbrechen"),
        (BridgeStatus.CONNECTED, "Verbunden 1:23", "Auflegen"),
    ],
)
def test_each_step_stands_at_the_case_without_scripts(
    desk: Desk, status: BridgeStatus, words: str, button: str
) -> None:
    desk.call_in()
    page = taken(desk).presses("Anrufen")
    connected_at = desk.clock() - timedelta(seconds=83) if status is BridgeStatus.CONNECTED else None
    carrier_tells(desk, status=status, connected_at=connected_at, operator_sid="CA1")
    page.opens(page.path).sees(words).presses(button, note="kurz").sees("Der Anruf wird beendet")
    assert "Nummer zeigen" not in " ".join(page.buttons)
    (_, hang_up) = duties(desk)
    assert (hang_up.kind, hang_up.payload) == (DutyKind.HANG_UP, {"sid": "CA1"})
    page.holds(note="kurz")


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (BridgeStatus.NOT_TAKEN, "no key", "die Eins nicht gedrückt"),
        (BridgeStatus.NOT_TAKEN, "no-answer", "wurde nicht abgenommen"),
        (BridgeStatus.NOT_TAKEN, "busy", "war besetzt oder hat abgelehnt"),
        (BridgeStatus.REFUSED, "code 21211", "nimmt Ihre Nummer nicht an"),
        (BridgeStatus.REFUSED, "code 21408", "in dieses Land nicht freigeschaltet"),
        (BridgeStatus.REFUSED, "code 20429", "zu viele Anrufe auf einmal"),
        (BridgeStatus.REFUSED, "code 13248", "kam nicht zustande"),
    ],
)
def test_why_nobody_was_rung_is_said_plainly_and_nothing_is_suggested(
    desk: Desk, status: BridgeStatus, reason: str, words: str
) -> None:
    desk.call_in()
    page = taken(desk).presses("Anrufen")
    carrier_tells(desk, status=status, reason=reason)
    page.opens(page.path).sees(words).sees_nothing_of("Das passt wahrscheinlich")
    assert "Nummer zeigen" in " ".join(page.buttons)


@pytest.mark.parametrize(
    ("status", "label", "outcome"),
    [
        (BridgeStatus.BUSY, "Besetzt", "busy"),
        (BridgeStatus.NO_ANSWER, "Niemand nimmt ab", "no_answer"),
        (BridgeStatus.FAILED, "Falsche Nummer", "wrong_number"),
        (BridgeStatus.ENDED, "Anrufbeantworter", "answering_machine"),
    ],
)
def test_the_fitting_outcome_is_one_press_away_and_never_records_itself(
    desk: Desk, status: BridgeStatus, label: str, outcome: str
) -> None:
    desk.call_in()
    page = taken(desk).presses("Anrufen")
    carrier_tells(desk, status=status)
    page.opens(page.path).sees("Das passt wahrscheinlich")
    assert (
        page.buttons.index(label) < page.buttons.index("Erreicht: Anliegen aufnehmen")
        or status is BridgeStatus.ENDED
    )
    with desk.services.db.read() as db:
        assert db.scalars(sa.select(Attempt.outcome)).one() is None
    page.presses(label).sees("Notiert")
    with desk.services.db.read() as db:
        assert db.scalars(sa.select(Attempt.outcome)).one() == outcome


def test_her_own_telephone_shows_the_number_first_and_then_notes_when_it_was_dialled(desk: Desk) -> None:
    desk.call_in()
    page = taken(desk, number=None).sees("Tragen Sie Ihre Telefonnummer ein")
    assert "Anrufen" not in page.buttons
    page.presses("Nummer zeigen", note="a").sees("05692 555 1234").presses("Ich wähle jetzt", note="a b")
    page.sees("Gewählt um 10:00 Uhr").holds(note="a b")
    desk.clock.moves(minutes=1)
    page.opens(page.path).sees("Gewählt um 10:00 Uhr").presses("Besetzt").sees("Notiert")
    with desk.services.db.read() as db:
        assert db.scalars(sa.select(Attempt.dialled_at)).one() == desk.clock() - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("own", "number", "words"),
    [
        (CALLER, CALLER, "Das ist Ihre eigene Nummer"),
        (ADA, "+33142278186", "Diese Nummer können wir nicht anrufen"),
    ],
)
def test_what_cannot_be_called_is_said_and_what_was_typed_stays(
    desk: Desk, own: str, number: str, words: str
) -> None:
    desk.call_in(number)
    taken(desk, own).presses("Anrufen", note="lange Geschichte").sees(words, "lange Geschichte")
    assert duties(desk) == []


def test_nobody_is_called_at_night_from_a_page_left_open(desk: Desk) -> None:
    desk.clock.moves(hours=9, minutes=50)
    desk.call_in()
    page = taken(desk)
    desk.clock.moves(minutes=11)
    page.presses("Anrufen", note="spät").sees("erst wieder ab", "spät")
    assert duties(desk) == []


def test_the_open_page_asks_for_the_progress_and_learns_only_what_has_moved(desk: Desk) -> None:
    desk.call_in()
    page = taken(desk).presses("Anrufen")
    first = part(desk, page)
    assert (first.status_code, "data-live-call" in first.text) == (200, True)
    assert part(desk, page, first.headers["ETag"]).status_code == 304
    carrier_tells(desk, status=BridgeStatus.BUSY)
    second = part(desk, page, first.headers["ETag"])
    assert (second.status_code, "data-live-call" in second.text) == (200, False)
    assert "Am anderen Ende ist besetzt." in second.text
    bert = desk.somebody("bert")
    assert part(desk, bert).status_code == 409  # type: ignore[arg-type]


def test_a_callback_in_another_hand_is_neither_called_nor_hung_up(desk: Desk) -> None:
    desk.call_in()
    page = taken(desk).presses("Anrufen")
    path, token = page.path, page._page.forms[-1].fields["csrf_token"]
    bert = desk.somebody("bert")
    token = next(form.fields["csrf_token"] for form in bert._page.forms)
    for act in ("call", "hang-up", "dialled"):
        answer = bert.client.post(f"{path}/{act}", data={"csrf_token": token, "note": "meins"})  # type: ignore[attr-defined]
        assert (answer.status_code, "meins" in answer.text) == (409, True)
    assert len(duties(desk)) == 1
