"""What I did today: a callback that left one's hand can still be looked up, and its note mended."""

from __future__ import annotations

import sqlalchemy as sa

from intake.models import Attempt, AuditEntry
from tests.support.pages import Page

from .conftest import Desk


def _done(desk: Desk, outcome: str = "Niemand nimmt ab") -> Page:
    desk.call_in()
    return desk.somebody().presses("Nehmen").presses(outcome, note="Tochter fragen")


def test_nothing_vanishes_that_one_has_done(desk: Desk) -> None:
    page = _done(desk).sees("Zuletzt von Ihnen", "Niemand nimmt ab", "wieder ab")
    page.follows("Alles, was Sie heute getan haben").sees("Braucht Hilfe: Einkaufen", "Wolfhagen")
    page.follows("Ansehen").sees("Tochter fragen", "Wird wieder angerufen").sees_nothing_of("555 1234")
    page.presses("Nummer zeigen").sees("05692 555 1234", "Tochter fragen")
    page.presses("Notiz speichern", note="Sohn fragen").sees("Ihre Notiz ist gespeichert", "Sohn fragen")
    with desk.services.db.read() as db:
        assert db.scalars(sa.select(Attempt.note)).all() == ["Sohn fragen"]
        actions = db.scalars(sa.select(AuditEntry.action)).all()
    assert {"number_shown", "note_changed"} <= set(actions)


def test_a_closed_callback_says_so_and_too_long_a_note_comes_back(desk: Desk) -> None:
    page = _done(desk, "Falsche Nummer").follows("Ansehen").sees("Der Rückruf ist abgeschlossen")
    page.presses("Notiz speichern", note="x" * 5000)
    assert page.status == 422
    page.sees("x" * 5000)


def test_it_is_ones_own_and_for_the_shift(desk: Desk) -> None:
    page = _done(desk)
    page.follows("Ansehen")
    address = page.path
    other = desk.somebody("bert").sees_nothing_of("Zuletzt von Ihnen")
    for path in (address, f"{address}/number"):
        assert other.client.get(address).status_code == 404, path
    desk.clock.moves(hours=18)
    desk.enter(desk.people["anna"], page).opens("/desk/done/").sees("Noch nichts")
    assert page.client.get(address).status_code == 404
