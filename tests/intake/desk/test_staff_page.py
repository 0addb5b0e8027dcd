"""Accounts: made, reset and closed by an administrator, who sees no case."""

from __future__ import annotations

from intake import queue
from intake.lifecycle import CallbackStatus
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
    vera.presses("Schließen").sees("Das Konto anna ist geschlossen", "geschlossen")
    assert "Schließen" not in vera.buttons, "nobody closes their own account"
    assert desk.callback(filing.callback_id).status is CallbackStatus.QUEUED
    page = Page(desk.app).opens("/desk/login")
    page.presses("Anmelden", login="anna", password=anna.password).sees("stimmen nicht")


def test_nobody_closes_their_own_account(desk: Desk) -> None:
    vera = desk.person("vera", Role.ADMINISTRATOR)
    page = desk.enter(vera)
    token = page._page.forms[-1].fields["csrf_token"]
    answer = page.client.post(
        f"/desk/staff/{vera.id}/close", data={"csrf_token": token}, follow_redirects=True
    )
    assert "Das eigene Konto" in answer.text
    assert page.client.post("/desk/staff/999/reset", data={"csrf_token": token}).status_code == 404
