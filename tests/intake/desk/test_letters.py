"""Letters: what the telephone could not tell is written down, printed, and kept on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from intake import letters, queue
from intake.kinds import LastResort
from intake.letter_models import Letter
from intake.lifecycle import CallbackStatus, LetterStatus
from intake.models import AuditEntry, Callback, Request
from tests.support.pages import Page

from .conftest import Desk


def _owed(desk: Desk, **known: str) -> int:
    """Somebody was rung in vain to the end."""
    filing = desk.call_in(language="tr")
    with desk.services.db.write() as db:
        request = db.get_one(Request, filing.request_id)
        for name, value in known.items():
            setattr(request, name, value)
        callback = db.get_one(Callback, filing.callback_id)
        return letters.owe_for_callback(db, desk.clock(), callback, LastResort.LETTER).id


def _letter(desk: Desk) -> Letter:
    with desk.services.db.read() as db:
        return db.scalars(sa.select(Letter)).one()


def test_with_an_address_it_is_a_letter_in_german_and_in_the_readers_language(desk: Desk) -> None:
    _owed(desk, name="Erika Beispiel", address="Lindenstraße 4")
    page = desk.somebody().follows("Briefe").sees("Braucht Hilfe: Einkaufen", "Wolfhagen", "Türkisch")
    page.sees_nothing_of("Erika").follows("Öffnen")
    page.sees("Erika Beispiel Lindenstraße 4 34466 Wolfhagen", "24. November 2026", "0561 1003 1177")
    page.sees("Sie leider nicht erreicht", "nie nach Geld", "Sizi birkaç kez geri aramaya çalıştık")
    page.sees("Guten Tag Erika Beispiel,", "Mit freundlichen Grüßen Anna, Bürgertelefon")
    page.sees("Sayın Erika Beispiel,", "Saygılarımızla Anna, Bürgertelefon")
    page.presses("Gedruckt und abgeschickt").sees("erledigt", "Es ist kein Brief zu schreiben")
    row = _letter(desk)
    assert (row.status, row.way) == (LetterStatus.SENT, LastResort.LETTER)
    with desk.services.db.read() as db:
        actions = db.scalars(sa.select(AuditEntry.action)).all()
    assert {"letter_opened", "letter_done"} <= set(actions)


def _questions(desk: Desk, page: Page) -> int:
    asked: list[str] = []
    engine = desk.services.db.engine
    with listening(engine, asked):
        page.opens("/desk/letters/")
    return len(asked)


@contextmanager
def listening(engine: sa.Engine, asked: list[str]) -> Iterator[None]:
    """Write down each statement that goes to the database."""

    def note(*args: Any) -> None:
        asked.append(args[2])

    sa.event.listen(engine, "before_cursor_execute", note)
    yield
    sa.event.remove(engine, "before_cursor_execute", note)


def test_a_long_list_of_letters_asks_the_database_no_more_than_a_short_one(desk: Desk) -> None:
    page = desk.somebody()
    _owed(desk)
    few = _questions(desk, page)
    for number in range(10):
        filing = desk.call_in(f"+49567155500{number + 10}")
        with desk.services.db.write() as db:
            callback = db.get_one(Callback, filing.callback_id)
            letters.owe_for_callback(db, desk.clock(), callback, LastResort.LETTER)
    assert _questions(desk, page) == few


def test_without_an_address_the_town_hall_is_told(desk: Desk) -> None:
    letter_id = _owed(desk)
    page = desk.somebody().opens(f"/desk/letters/{letter_id}").sees("Rathaus Wolfhagen", "05692 555 1234")
    assert "Gedruckt und abgeschickt" not in page.buttons
    page.presses("Dem Rathaus Bescheid gesagt").sees("erledigt")
    assert _letter(desk).way is LastResort.CONTACT_POINT
    assert page.opens(f"/desk/letters/{letter_id}").status == 404


def test_a_letter_that_two_have_open_is_finished_once(desk: Desk) -> None:
    letter_id = _owed(desk)
    anna, bert = (desk.somebody(who).opens(f"/desk/letters/{letter_id}") for who in ("anna", "bert"))
    anna.presses("Nicht mehr nötig")
    bert.presses("Dem Rathaus Bescheid gesagt").sees("war schon erledigt")
    row = _letter(desk)
    assert (row.status, row.way) == (LetterStatus.DROPPED, None)


def test_an_outcome_is_taken_back_with_one_button(desk: Desk) -> None:
    desk.call_in()
    page = desk.somebody().presses("Nächsten Rückruf nehmen").presses("Falsche Nummer", note="vertippt")
    page.sees("Notiert").presses("Rückgängig machen").sees("wieder bei Ihnen", "vertippt")
    assert page.opens("/desk/letters/").sees("kein Brief")
    page.opens("/desk/").follows("Öffnen").presses("Falsche Nummer")
    desk.clock.moves(minutes=4)
    page.presses("Rückgängig machen").sees("nur in den ersten drei Minuten")


def test_the_outcome_comes_before_the_next_callback(desk: Desk) -> None:
    first, second = desk.call_in(minutes=5), desk.call_in("+4956715550011")
    page = desk.somebody().presses("Nächsten Rückruf nehmen").presses("Nummer zeigen")
    case = page.path
    for words in ("Nächsten Rückruf nehmen", "Nehmen"):
        page.opens("/desk/").presses(words).sees("halten Sie erst fest, wie dieser Anruf ausging")
        assert page.path == case == f"/desk/callbacks/{first.callback_id}"
    page.presses("Besetzt").presses("Nächsten Rückruf nehmen")
    assert page.path == f"/desk/callbacks/{second.callback_id}"


def test_nobody_is_reached_while_the_outcome_of_another_call_is_missing(desk: Desk) -> None:
    first, second = desk.call_in(minutes=5), desk.call_in("+4956715550011")
    page = desk.somebody().presses("Nehmen")
    other = desk.callback(first.callback_id).holder_id
    with desk.services.db.write() as db:  # the worker hands out a second one meanwhile
        assert queue.take(db, desk.clock(), second.callback_id, other or 0)
    page.presses("Nummer zeigen").opens(f"/desk/callbacks/{second.callback_id}")
    page.presses("Erreicht", note="will zweimal").sees("halten Sie erst fest, wie dieser Anruf ausging")
    assert page.path == f"/desk/callbacks/{first.callback_id}"
    assert desk.callback(second.callback_id).status is CallbackStatus.ASSIGNED
    page.presses("Besetzt").opens(f"/desk/callbacks/{second.callback_id}").sees("will zweimal")
    assert page.presses("Erreicht").path.endswith("/complete")
