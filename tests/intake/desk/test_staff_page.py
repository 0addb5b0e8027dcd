"""Accounts: made, reset and closed by an administrator, who sees no case."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from intake import queue, staff
from intake.db import Database
from intake.lifecycle import CallbackStatus
from intake.models import AuditEntry
from intake.staff_roles import Role
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
