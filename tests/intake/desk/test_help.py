"""Help and the first day: the tour in five steps, what each outcome does, the keys."""

from __future__ import annotations

import sqlalchemy as sa

from intake.desk.help_pages import TOUR
from intake.models import Staff
from intake.staff import TOUR_STEPS
from intake.staff_roles import Role
from tests.support.pages import Page

from .conftest import Desk


def _first_day(desk: Desk) -> Page:
    anna = desk.person("anna")
    with desk.services.db.write() as db:
        db.get_one(Staff, anna.id).tour_step = 0
    return desk.enter(anna)


def test_the_tour_goes_through_five_steps_and_is_over(desk: Desk) -> None:
    assert len(TOUR) == TOUR_STEPS == 5
    desk.call_in()
    page = _first_day(desk).sees("Schritt 1 von 5: In den Dienst gehen").presses("Weiter im Rundgang")
    page.sees("Schritt 2 von 5").presses("Nächsten Rückruf nehmen").sees("Schritt 2 von 5", "Wolfhagen")
    page.presses("Weiter im Rundgang").sees("Schritt 3 von 5", "Wolfhagen").presses("Einen Schritt zurück")
    page.sees("Schritt 2 von 5")
    for step in ("Weiter", "Weiter", "Weiter"):
        page.presses(step)
    page.sees("Schritt 5 von 5", "Das Anliegen aufnehmen").presses("Verstanden").sees_nothing_of("Schritt")
    page.opens("/desk/").sees_nothing_of("Rundgang").opens("/desk/help").presses(
        "Rundgang noch einmal zeigen"
    )
    page.sees("Schritt 1 von 5").presses("Rundgang beenden").sees_nothing_of("Rundgang")


def test_help_tells_what_follows_from_each_outcome_as_the_profile_has_it(desk: Desk) -> None:
    page = desk.somebody().follows("Hilfe")
    for rule in desk.services.profile.retry.values():
        page.sees(f"{rule.key} {rule.label['de']}.")
    page.sees("Neuer Versuch in der anderen Tageshälfte. Aufgegeben nach 5 Versuchen an 3 Tagen.")
    page.sees(
        "Nach 15 Min. ein neuer Versuch.",
        "Sofort ein neuer Versuch.",
        "Dann ein Brief, ohne Adresse Bescheid ans Rathaus.",
    )
    page.sees("Dann Bescheid ans Rathaus.", "Das Fragezeichen zeigt auf jeder Seite")


def test_who_needs_no_shortcuts_gets_none(desk: Desk) -> None:
    page = desk.somebody("vera", Role.ADMINISTRATOR).opens("/desk/help").sees("Das Fragezeichen")
    page.opens("/desk/me").presses("Speichern", shortcuts=[])
    page.opens("/desk/help").sees("sind für Ihr Konto ausgeschaltet")
    page.sees_nothing_of("Fenster schließen")
    with desk.services.db.read() as db:
        assert not db.scalars(sa.select(Staff.shortcuts)).one()
