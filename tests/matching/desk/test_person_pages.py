"""A coordinator answers somebody who asks about her own data, and erases her: one of two in a household."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from intake.db import number_hash
from intake.lifecycle import RequestStatus
from intake.models import AuditEntry, Callback, Request
from tests.support.pages import Page

from .conftest import Matching

HOUSEHOLD = "+4956925551234"
SEARCH, FOUND = "/desk/people/", "Auskunft und Löschung"


class Household:
    """Erika and Karl, who share a telephone, and the coordinator whom Erika asks."""

    def __init__(self, matching: Matching) -> None:
        self.matching, self.page = matching, matching.page
        self.erika, self.karl = (
            matching.request,
            matching.district.needs(name="Karl Beispiel", details="Brot"),
        )
        with matching.district.db.write() as db:
            for row in db.scalars(sa.select(Request)):
                row.number, row.number_hash = HOUSEHOLD, number_hash(db, HOUSEHOLD)
            db.scalars(sa.select(Callback)).first().note = "hört schwer"  # type: ignore[union-attr]  # hers

    def looks_for(self, words: str) -> Page:
        """The search's page with what was found."""
        self.page.opens(SEARCH).presses("Suchen", wanted=words)
        return self.page

    def goes_on(self, button: str, **more: str | list[str]) -> Page:
        """Erika's entry is ticked."""
        self.looks_for("05692 555 1234").presses(button, row=[f"request:{self.erika}"], **more)
        return self.page

    def status(self, request_id: int) -> RequestStatus:
        """Where a request stands."""
        return self.matching.district.status(request_id)


@pytest.fixture
def household(matching: Matching) -> Household:
    return Household(matching)


def test_what_is_known_of_her_is_shown_and_nothing_of_him(household: Household) -> None:
    household.looks_for("05692 555 1234").sees("Erika Beispiel", "Karl Beispiel", "05692 ••• ••34")
    page = household.goes_on("Auskunft zeigen", checked="y")
    page.sees("Was wir über Sie gespeichert haben", "Erika Beispiel", "05692 555 1234", "Wocheneinkauf")
    page.sees("bitte klingeln", "hört schwer", "Wolfhagen", "solange es offen ist, danach 90 Tage")
    page.sees_nothing_of("Karl", "Brot", "Nachbarin")
    with household.matching.district.db.read() as db:
        shown = sa.select(AuditEntry.subject).where(AuditEntry.action == "person_shown")
        assert db.scalars(shown).all() == [f"request:{household.erika}"]


def test_who_looks_is_noted_and_not_for_whom(household: Household) -> None:
    household.looks_for("Erika")
    with household.matching.district.db.read() as db:
        (entry,) = db.scalars(sa.select(AuditEntry).where(AuditEntry.action == "person_searched"))
        assert (entry.subject, entry.detail) == ("people", "by name: 1")


@pytest.mark.parametrize("words", ["", "Niemand"])
def test_nobody_is_found(household: Household, words: str) -> None:
    page = household.looks_for(words)
    page.sees("Nichts gefunden" if words else "Bitte sagen Sie uns, wen Sie suchen.")


def test_nothing_is_shown_before_it_was_checked_who_asks(household: Household) -> None:
    page = household.goes_on("Auskunft zeigen")
    page.sees("Bitte bestätigen Sie, dass Sie geprüft haben, wer fragt.")
    page.holds(row=[f"request:{household.erika}"])
    page.sees_nothing_of("Was wir über Sie gespeichert haben")
    household.looks_for("Erika").presses("Löschen …", checked="y")
    household.page.sees("Bitte kreuzen Sie an, welche Einträge zu dieser Person gehören.")


def test_she_is_erased_in_two_steps_and_he_stays(household: Household) -> None:
    page = household.goes_on("Löschen …", checked="y")
    page.sees("Diese Person löschen?", "Erika Beispiel", "Es läuft noch")
    page.sees_nothing_of("Karl")
    page.presses("Endgültig löschen").sees("Bitte bestätigen Sie, dass gelöscht werden soll.")
    assert household.status(household.erika) is RequestStatus.PROPOSED
    page.presses("Endgültig löschen", sure="y").sees("Gelöscht.")
    assert household.status(household.erika) is RequestStatus.ERASED
    assert household.status(household.karl) is not RequestStatus.ERASED
    household.looks_for("Beispiel").sees("Karl Beispiel").sees_nothing_of("Erika")
    assert "erased" in household.matching.actions()


def _token(page: Page) -> str:
    (token, *_others) = (
        form.fields["csrf_token"] for form in page._page.forms if "csrf_token" in form.fields
    )
    return str(token)


def test_the_print_is_a_pdf_that_holds_the_same(household: Household) -> None:
    page = household.goes_on("Auskunft zeigen", checked="y")
    data = {"csrf_token": _token(page), "row": f"request:{household.erika}"}
    answer = page.client.post("/desk/people/pdf", data=data)
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "person_exported" in household.matching.actions()


@pytest.mark.parametrize("row", ["request:0", "helper:x", "staff:1", "request", "request:99999999999"])
def test_what_names_no_row_shows_nobody(household: Household, row: str) -> None:
    page = household.goes_on("Auskunft zeigen", checked="y")
    data = {"csrf_token": _token(page), "row": row, "checked": "y", "wanted": "Erika"}
    answer = page.client.post("/desk/people/show", data=data)
    assert "Wocheneinkauf" not in answer.text
    assert answer.status_code == (200 if row == "request:0" else 422)
