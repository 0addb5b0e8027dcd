"""One's own settings: language, shortcuts, the telephone; its digits are in no log."""

from __future__ import annotations

import sqlalchemy as sa

from intake import staff
from intake.models import AuditEntry, Staff
from intake.staff_roles import Role

from .conftest import Desk

NUMBER = "+4915112345678"


def row_of(desk: Desk) -> Staff:
    with desk.services.db.read() as db:
        return db.scalars(sa.select(Staff)).one()


def test_an_operator_says_where_callers_reach_her(desk: Desk) -> None:
    page = desk.somebody().follows("Anna").sees("drücken die Eins")
    page.presses("Speichern", number="0900 123456").sees("kann nicht angerufen werden")
    assert row_of(desk).number is None
    page.presses("Speichern", number="0151 12345678").sees("Einstellungen sind gespeichert")
    assert row_of(desk).number == NUMBER
    page.holds(number="01511 234 5678")
    page.presses("Speichern", number="").sees("Einstellungen sind gespeichert")
    assert row_of(desk).number is None


def test_the_audit_log_tells_that_it_was_set_and_not_which(desk: Desk) -> None:
    page = desk.somebody().opens("/desk/me").presses("Speichern", number="0151 12345678")
    page.presses("Speichern")
    with desk.services.db.read() as db:
        entries = db.scalars(sa.select(AuditEntry)).all()
    assert [entry.action for entry in entries].count("number_set") == 1
    assert not any("1234567" in entry.detail for entry in entries)


def test_with_the_account_its_number_goes(desk: Desk) -> None:
    desk.somebody().opens("/desk/me").presses("Speichern", number="0151 12345678")
    with desk.services.db.write() as db:
        staff.close(db, desk.clock(), "administrator", db.scalars(sa.select(Staff)).one())
    assert row_of(desk).number is None


def test_an_administrator_has_settings_and_takes_no_calls(desk: Desk) -> None:
    page = desk.somebody("vera", Role.ADMINISTRATOR).opens("/desk/me").sees("Mein Konto")
    page.sees_nothing_of("Telefonnummer").presses("Speichern", shortcuts=[])
    assert not row_of(desk).shortcuts


def test_the_desk_is_in_ones_own_language_wherever_one_logs_in(desk: Desk) -> None:
    anna = desk.person("anna")
    desk.enter(anna).opens("/desk/me").presses("Speichern", language="en").sees("Your settings are saved")
    desk.enter(anna).sees("Callbacks").presses("Deutsch").sees("Rückrufe")
    desk.enter(anna).sees("Rückrufe")
