"""Accounts: made, reset and closed by an administrator, who sees no case."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from intake import queue, staff, staff_changes
from intake.db import Database
from intake.lifecycle import CallbackStatus
from intake.models import AuditEntry, Staff
from intake.staff_changes import Description
from intake.staff_roles import Role
from tests.conftest import TUESDAY_TEN
from tests.support.pages import Page

from .conftest import Desk


def _password(page: Page) -> str:
    """The one-time password on the page: four groups of four."""
    return next(word for word in page.text.split() if word.count("-") == 3 and len(word) == 19)


def test_a_new_account_logs_in_with_its_one_time_password(desk: Desk) -> None:
    vera = desk.somebody("vera", Role.ADMINISTRATOR)
    told = {"name": "Anna Berg", "role": "operator", "languages": ["de", "tr"]}
    vera.presses("Konto anlegen", **told, login="anna berg").sees("Nur Buchstaben, Ziffern, Punkt und Strich")
    vera.presses("Konto anlegen", login="vera").sees("gibt es schon")
    vera.presses("Konto anlegen", login="Anna").sees("Einmalpasswort für Anna Berg", "nur jetzt gezeigt")
    first = _password(vera)
    vera.opens("/desk/staff/").sees("Anna Berg", "Telefondienst", "Türkisch", "Einmalpasswort")
    page = Page(desk.app).opens("/desk/login")
    page.presses("Anmelden", login="anna", password=first).sees("Wählen Sie jetzt ein eigenes")
    vera.presses("Neues Einmalpasswort").sees("Einmalpasswort für Anna Berg")
    assert _password(vera) != first
    page.opens("/desk/").sees("Nur für unser Team")


def test_a_closed_account_gives_back_what_it_held(desk: Desk) -> None:
    filing = desk.call_in()
    anna = desk.person("anna")
    with desk.services.db.write() as db:
        queue.take(db, desk.clock(), filing.callback_id, anna.id)
    vera = desk.somebody("vera", Role.ADMINISTRATOR)
    vera.presses("Konto schließen").sees("Das Konto anna ist geschlossen", "geschlossen")
    assert "Konto schließen" not in vera.buttons, "nobody closes their own account"
    assert desk.callback(filing.callback_id).status is CallbackStatus.QUEUED
    page = Page(desk.app).opens("/desk/login")
    page.presses("Anmelden", login="anna", password=anna.password).sees("stimmen nicht")


def test_an_account_closed_by_mistake_is_opened_again_with_a_new_password(desk: Desk) -> None:
    anna = desk.person("anna")
    vera = desk.somebody("vera", Role.ADMINISTRATOR).presses("Konto schließen")
    vera.presses("Wieder öffnen").sees("Einmalpasswort für Anna")
    page = Page(desk.app).opens("/desk/login")
    page.presses("Anmelden", login="anna", password=anna.password).sees("stimmen nicht")
    page.presses("Anmelden", login="anna", password=_password(vera)).sees("Wählen Sie jetzt ein eigenes")
    with desk.services.db.read() as db:
        assert "staff_reopened" in db.scalars(sa.select(AuditEntry.action)).all()


def test_nobody_closes_their_own_account(desk: Desk) -> None:
    vera = desk.person("vera", Role.ADMINISTRATOR)
    page = desk.enter(vera)
    token = page._page.forms[-1].fields["csrf_token"]
    answer = page.client.post(
        f"/desk/staff/{vera.id}/close", data={"csrf_token": token}, follow_redirects=True
    )
    assert "Das eigene Konto" in answer.text
    assert page.client.post("/desk/staff/999/reset", data={"csrf_token": token}).status_code == 404


def test_an_account_is_changed_afterwards_and_all_but_its_role_leaves_it_logged_in(desk: Desk) -> None:
    anna, ben = desk.person("anna"), desk.person("ben")
    page = desk.enter(anna)
    vera = desk.somebody("vera", Role.ADMINISTRATOR).opens(f"/desk/staff/{anna.id}")
    vera.holds(name="Anna", login="anna", role="operator", languages=["de"])
    told = {"name": "Anna Berg", "login": "Anna.Berg", "role": "operator", "languages": ["de", "tr"]}
    vera.presses("Speichern", **told | {"login": ben.login}).sees("Diesen Anmeldenamen gibt es schon")
    vera.holds(name="Anna Berg", login="ben", languages=["de", "tr"])
    vera.presses("Speichern", **told | {"name": ""}).sees("Bitte ausfüllen")
    vera.presses("Speichern", **told).sees("Das Konto anna.berg ist geändert", "Anna Berg", "Türkisch")
    page.opens("/desk/").sees("Warten jetzt", "Anna Berg").presses("Abmelden")
    page.presses("Anmelden", login="anna", password=anna.password).sees("stimmen nicht")
    page.presses("Anmelden", login="anna.berg", password=anna.password).sees("Warten jetzt")
    vera.opens(f"/desk/staff/{anna.id}").presses("Speichern").sees("Das Konto anna.berg ist geändert")
    with desk.services.db.read() as db:
        changes = db.scalars(sa.select(AuditEntry.detail).where(AuditEntry.action == "staff_changed")).all()
    assert changes == ["login, name, languages"], "what did not change is no change"


def test_a_new_role_ends_the_sessions_and_gives_back_what_was_in_hand(desk: Desk) -> None:
    filing = desk.call_in()
    anna = desk.person("anna")
    page = desk.enter(anna).presses("Dienst beginnen").presses("Nächsten Rückruf nehmen")
    assert desk.callback(filing.callback_id).holder_id == anna.id
    vera = desk.somebody("vera", Role.ADMINISTRATOR).opens(f"/desk/staff/{anna.id}")
    vera.presses("Speichern", role="coordinator")
    page.opens("/desk/").sees("Nur für unser Team")
    assert desk.callback(filing.callback_id).holder_id == anna.id, "a coordinator returns calls too"
    page.presses("Anmelden", login="anna", password=anna.password)
    vera.opens(f"/desk/staff/{anna.id}").presses("Speichern", role="contact_point")
    assert desk.callback(filing.callback_id).status is CallbackStatus.QUEUED
    page.opens("/desk/").sees("Nur für unser Team")
    page.presses("Anmelden", login="anna", password=anna.password).sees("Anliegen aufnehmen")
    with desk.services.db.read() as db:
        assert not db.get_one(Staff, anna.id).on_duty
        details = db.scalars(sa.select(AuditEntry.detail).where(AuditEntry.action == "staff_changed")).all()
    assert details == ["role operator to coordinator", "role coordinator to contact_point"]


def test_there_is_always_an_administrator(desk: Desk) -> None:
    vera, paul = desk.person("vera", Role.ADMINISTRATOR), desk.person("paul", Role.ADMINISTRATOR)
    page = desk.enter(vera).opens(f"/desk/staff/{vera.id}").sees("Die eigene Aufgabe ändert jemand anderes")
    page.presses("Speichern", name="Vera Amt").sees("Das Konto vera ist geändert")
    page.opens(f"/desk/staff/{paul.id}").presses("Speichern", role="operator").sees(
        "Das Konto paul ist geändert"
    )
    page.opens(f"/desk/staff/{paul.id}").presses("Speichern", role="administrator")
    # at the same moment, from a page that was opened before, somebody else takes hers
    page.opens(f"/desk/staff/{paul.id}")
    with desk.services.db.write() as db:
        staff.close(db, desk.clock(), "staff:0", db.get_one(Staff, paul.id))
        with pytest.raises(staff.StaffError, match="last administrator"):
            staff.close(db, desk.clock(), "staff:0", db.get_one(Staff, vera.id))
        wanted = Description("Vera", "vera", Role.OPERATOR, ("de",))
        with pytest.raises(staff.StaffError, match="last administrator"):
            staff_changes.change(db, desk.clock(), "staff:0", db.get_one(Staff, vera.id), wanted)


def test_of_two_administrators_who_close_each_other_at_once_one_stays(postgres_db: Database) -> None:
    with postgres_db.write() as db:
        for login in ("vera", "paul"):
            staff.add(db, TUESDAY_TEN, login, login, Role.ADMINISTRATOR, ("de",))
        vera, paul = (staff.known(db, login) for login in ("vera", "paul"))
    with postgres_db.write() as one:
        staff.close(one, TUESDAY_TEN, "staff:1", one.get_one(Staff, paul.id))
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            _closes_at_once(postgres_db, vera.id)
    with postgres_db.write() as other, pytest.raises(staff.StaffError, match="last administrator"):
        staff.close(other, TUESDAY_TEN, "staff:2", other.get_one(Staff, vera.id))


def _closes_at_once(db: Database, staff_id: int) -> None:
    with db.write() as session:
        session.execute(sa.text("SET LOCAL lock_timeout = '1ms'"))  # where it would wait it fails
        staff.close(session, TUESDAY_TEN, "staff:2", session.get_one(Staff, staff_id))


class _Outside(PasswordHasher):
    """Hashes only while nobody has the turn to write: callers would wait for it."""

    def __init__(self, db: Database) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self._db = db
        self.hashed = 0

    def hash(self, *args: Any, **kwargs: Any) -> str:
        assert not self._db._turnstile.locked(), "a password was hashed while others waited to write"
        self.hashed += 1
        return super().hash(*args, **kwargs)

    def verify(self, *args: Any, **kwargs: Any) -> bool:
        assert not self._db._turnstile.locked(), "a password was checked while others waited to write"
        return super().verify(*args, **kwargs)


def test_passwords_are_hashed_while_others_can_write_and_who_gave_them_is_on_record(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    vera = desk.person("vera", Role.ADMINISTRATOR)
    hasher = _Outside(desk.services.db)
    monkeypatch.setattr(staff, "hasher", hasher)
    page = desk.enter(vera)
    page.presses("Konto anlegen", name="Anna", login="anna", role="operator", languages=["de"])
    page.opens("/desk/staff/").presses("Neues Einmalpasswort").sees("Einmalpasswort für")
    words = {"old": vera.password, "new": "vier Wörter ohne Sinn", "again": "vier Wörter ohne Sinn"}
    page.opens("/desk/password").presses("Passwort ändern", **words).sees("Ihr Passwort ist geändert")
    assert hasher.hashed == 3
    with desk.services.db.read() as db:
        given = sa.select(AuditEntry.actor).where(
            AuditEntry.action.in_(("staff_added", "password_reset")), AuditEntry.subject != f"staff:{vera.id}"
        )
        assert set(db.scalars(given)) == {f"staff:{vera.id}"}
