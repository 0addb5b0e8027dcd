"""An operator's own telephone: set, corrected, taken back, on the record without the number."""

from __future__ import annotations

import sqlalchemy as sa

from intake import staff
from intake.models import AuditEntry, Staff
from intake.staff_roles import Role

from .conftest import Desk

NUMBER = "+4915112345678"


def number_of(desk: Desk) -> str | None:
    with desk.services.db.read() as db:
        return db.scalars(sa.select(Staff)).one().number


def test_an_operator_says_where_callers_reach_her(desk: Desk) -> None:
    page = desk.somebody().opens("/desk/password").follows("Meine Telefonnummer").sees("drücken die Eins")
    page.presses("Speichern", number="0900 123456").sees("kann nicht angerufen werden")
    assert number_of(desk) is None
    page.presses("Speichern", number="0151 12345678").sees("Ihre Nummer ist eingetragen")
    assert number_of(desk) == NUMBER
    page.holds(number="01511 234 5678")
    page.presses("Speichern", number="").sees("Ihre Nummer ist gelöscht")
    assert number_of(desk) is None


def test_the_audit_log_tells_that_it_was_set_and_not_which(desk: Desk) -> None:
    desk.somebody().opens("/desk/me").presses("Speichern", number="0151 12345678")
    with desk.services.db.read() as db:
        entries = db.scalars(sa.select(AuditEntry)).all()
    assert [entry.action for entry in entries][-1] == "number_set"
    assert not any("1234567" in entry.detail for entry in entries)


def test_with_the_account_its_number_goes(desk: Desk) -> None:
    desk.somebody().opens("/desk/me").presses("Speichern", number="0151 12345678")
    with desk.services.db.write() as db:
        staff.close(db, desk.clock(), "administrator", db.scalars(sa.select(Staff)).one())
    assert number_of(desk) is None


def test_an_administrator_takes_no_calls(desk: Desk) -> None:
    page = desk.somebody("vera", Role.ADMINISTRATOR)
    page.opens("/desk/password").sees_nothing_of("Meine Telefonnummer")
    assert page.opens("/desk/me").status == 403
