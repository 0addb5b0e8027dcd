"""Paper mode: a list is printed, rung from, and typed back in hours later, each line for itself."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from intake import queue
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import Attempt, AuditEntry, Request
from intake.paper_models import PaperLine
from intake.profile import AttemptOutcome
from intake.references import check_digit
from tests.support.pages import Page

from .conftest import Desk
from .test_forms import ASKED

NUMBERS = ("+4956925551234", "+4956715550011", "+4956715550012")


def _printed(desk: Desk, login: str = "anna") -> tuple[Page, list[str], list[int]]:
    """Three people called; a list with all of them is printed at ten o'clock."""
    called = [desk.call_in(number, minutes=10 * n + 10) for n, number in enumerate(NUMBERS)]
    page = desk.somebody(login).follows("Papierliste").presses("Liste zusammenstellen")
    with desk.services.db.read() as db:
        codes = list(db.scalars(sa.select(PaperLine.code).order_by(PaperLine.id)))
    return page, codes, [filing.callback_id for filing in called]  # type: ignore[return-value]


def _types(page: Page, *lines: tuple[str, str, str, str]) -> Page:
    """Fill in the page's lines: code, key, clock and note."""
    token = next(f.fields["csrf_token"] for f in page._page.forms if "csrf_token" in f.fields)
    names = ("code", "key", "clock", "note")
    data: dict[str, list[str]] = {name: [] for name in (*names, "again")}
    for line in lines:
        for name, text in zip(names, line, strict=True):
            data[name].append(text)
        data["again"].append("")
    page._show(page._session.post("/desk/paper/results", data={**data, "csrf_token": token}))
    return page


def test_the_sheet_has_codes_numbers_and_keys_and_is_an_export_on_record(desk: Desk) -> None:
    page, codes, callbacks = _printed(desk)
    page.sees("Rückrufe für Anna", "05692 555 1234", "05671 555 0011", "Einkaufen", "Wolfhagen", *codes)
    page.sees("3 Niemand nimmt ab", "nie nach Geld")
    assert all(code[-1] == check_digit(code[:-1]) for code in codes)
    with desk.services.db.read() as db:
        actions = list(db.scalars(sa.select(AuditEntry.action)))
    assert actions.count("number_exported") == len(callbacks) == 3
    assert page.opens("/desk/paper/").sees("Noch einzutragen")
    assert desk.somebody("bert").opens("/desk/paper/1").status == 404


def test_nobody_else_rings_what_stands_on_paper_even_when_its_owner_goes(desk: Desk) -> None:
    page, _codes, callbacks = _printed(desk)
    page.opens("/desk/").presses("Dienst beginnen").presses("Dienst beenden")
    desk.clock.moves(hours=3)
    with desk.services.db.write() as db:
        assert queue.free_expired(db, desk.clock()) == 0
    assert all(desk.callback(each).holder_id is not None for each in callbacks)
    desk.clock.moves(hours=2)
    with desk.services.db.write() as db:
        assert queue.free_expired(db, desk.clock()) == 3, "a list that is over keeps nobody waiting"


def test_results_count_at_the_time_at_which_they_were(desk: Desk) -> None:
    page, codes, callbacks = _printed(desk)
    desk.clock.moves(hours=5)
    desk.enter(desk.people["anna"], page).opens("/desk/paper/results")
    _types(
        page,
        (codes[0], "3", "10:20", "lange geklingelt"),
        (codes[1], "8", "10:25", ""),
        (codes[2], "", "", ""),
    )
    page.sees("2 Ergebnisse eingetragen")
    with desk.services.db.read() as db:
        attempt = db.scalars(sa.select(Attempt).order_by(Attempt.id)).first()
        assert attempt is not None
        assert desk.local(attempt.started_at).strftime("%H:%M") == "10:20"
        assert (attempt.outcome, attempt.note) == (AttemptOutcome.NO_ANSWER, "lange geklingelt")
    waits = desk.callback(callbacks[0])
    assert waits.status is CallbackStatus.QUEUED
    assert waits.tries == 1
    assert desk.callback(callbacks[1]).status is CallbackStatus.DONE
    with desk.services.db.read() as db:
        left = db.scalars(sa.select(PaperLine.code).where(PaperLine.typed_at.is_(None))).all()
    assert left == [codes[2]]


def test_what_is_impossible_stays_with_its_reason_and_the_rest_is_kept(desk: Desk) -> None:
    page, codes, callbacks = _printed(desk)
    desk.clock.moves(minutes=30)
    wrong = codes[0][:-1] + str((int(codes[0][-1]) + 1) % 10)
    page.opens("/desk/paper/results")
    _types(
        page,
        (wrong, "3", "10:05", "vertippt"),
        (codes[0], "x", "10:05", "Taste"),
        (codes[0], "3", "23:00", "Zukunft"),
        (codes[0], "2", "10:05", "ohne Zeit"),
        (codes[1], "4", "10:10", "besetzt"),
        (codes[1], "4", "10:10", "noch einmal"),
    )
    assert page.status == 422
    page.sees("1 Ergebnis eingetragen", "Diesen Code gibt es nicht", "Diese Taste steht nicht auf der Liste")
    page.sees("sie darf nicht in der Zukunft liegen", "wann wieder angerufen werden soll")
    assert desk.callback(callbacks[0]).tries == 0
    assert desk.callback(callbacks[1]).tries == 1


def test_what_somebody_did_meanwhile_is_told(desk: Desk) -> None:
    page, codes, callbacks = _printed(desk)
    desk.clock.moves(hours=5)
    bert = desk.person("bert")
    with desk.services.db.write() as db:
        queue.free_expired(db, desk.clock())
        queue.take(db, desk.clock(), callbacks[0], bert.id)
        request = db.get_one(Request, desk.callback(callbacks[1]).request_id)
        queue.close_for_request(db, desk.clock(), request.id, "withdrawn")
    desk.enter(desk.people["anna"], page).opens("/desk/paper/results")
    _types(page, (codes[0], "3", "10:20", ""), (codes[1], "3", "10:25", ""), (codes[2], "3", "10:30", ""))
    page.sees("hat inzwischen jemand anderes", "ist inzwischen erledigt", "1 Ergebnis eingetragen")


def test_who_was_reached_on_paper_is_written_down_in_the_form(desk: Desk) -> None:
    page, codes, callbacks = _printed(desk)
    desk.clock.moves(hours=1)
    page.opens("/desk/paper/results")
    _types(page, (codes[0], "1", "10:30", "Einkauf, freitags"))
    page.sees("1 Ergebnis eingetragen", "braucht noch das Formular").follows("Formular 1 ausfüllen")
    page.sees("Einkauf, freitags").presses("speichern", **ASKED).sees("Das Anliegen ist aufgenommen")
    with desk.services.db.read() as db:
        attempt = db.scalars(sa.select(Attempt)).one()
        request = db.get_one(Request, desk.callback(callbacks[0]).request_id)
    assert desk.local(attempt.started_at).strftime("%H:%M") == "10:30"
    assert request.status is RequestStatus.OPEN


def test_over_midnight_the_clock_means_the_next_day(desk: Desk) -> None:
    page, codes, _callbacks = _printed(desk)
    desk.clock.now += timedelta(days=1)
    with desk.services.db.write() as db:
        queue.free_expired(db, desk.clock())
    page = desk.enter(desk.person("carla"))
    page.opens("/desk/paper/results")
    _types(page, (codes[0], "4", "09:30", ""))
    page.sees("1 Ergebnis eingetragen")
    with desk.services.db.read() as db:
        assert desk.local(db.scalars(sa.select(Attempt.started_at)).one()).day == 25
