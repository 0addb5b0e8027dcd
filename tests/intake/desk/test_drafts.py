"""What is typed survives a reload, a crash and a lost login, and is nobody else's to read."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from intake import drafts
from intake.draft_models import Draft
from tests.support.pages import Page

from .conftest import Desk
from .test_forms import ASKED


def _drafts(desk: Desk) -> list[str]:
    with desk.services.db.read() as db:
        return list(db.scalars(sa.select(Draft.subject).order_by(Draft.subject)))


def _types(page: Page, path: str, **fields: str | list[str]) -> int:
    """What the open page sends by itself while somebody types."""
    form = next(form for form in page._page.forms if "csrf_token" in form.fields)
    return page.client.post(path, data={**fields, "csrf_token": form.fields["csrf_token"]}).status_code


def _at_the_form(desk: Desk) -> Page:
    return desk.somebody().presses("Nächsten Rückruf nehmen").presses("Erreicht")  # type: ignore[return-value]


def test_what_was_typed_is_there_again_after_a_crash_and_goes_when_it_is_sent(desk: Desk) -> None:
    filing = desk.call_in()
    page = _at_the_form(desk)
    path = f"/desk/drafts/request/{filing.request_id}"
    assert _types(page, path, details="Wochenein") == 204
    desk.clock.moves(minutes=1)
    typed = {
        "category": "shopping",
        "urgency": "0",
        "language": "de",
        "details": "Wocheneinkauf",
        "half_days": ["1-morning", "4-afternoon"],
        "recurring": "y",
    }
    assert _types(page, path, postcode="34466", **typed) == 204
    page.opens(page.path).sees("Ihr Entwurf von 10:01 Uhr ist wieder da")
    page.holds(details="Wocheneinkauf", postcode="34466", recurring="y")
    page.opens("/desk/").sees("Nicht fertig: Anliegen nach einem Rückruf").follows("Weiterschreiben")
    page.presses("speichern", **ASKED).sees("Das Anliegen ist aufgenommen")
    page.opens("/desk/").sees_nothing_of("Nicht fertig")
    assert _drafts(desk) == []


def test_without_scripts_each_button_keeps_what_was_typed(desk: Desk) -> None:
    desk.call_in()
    page = _at_the_form(desk)
    page.presses("speichern", details="Wocheneinkauf", name="")
    path = page.path
    page.opens("/desk/").opens(path).sees("Ihr Entwurf").holds(details="Wocheneinkauf")
    page.presses("Entwurf verwerfen").sees("Der Entwurf ist verworfen").holds(details="")


def test_a_note_is_kept_with_its_case_and_only_there(desk: Desk) -> None:
    filing = desk.call_in()
    page = desk.somebody().presses("Nächsten Rückruf nehmen")
    case = page.path
    assert _types(page, f"/desk/drafts/case/{filing.callback_id}", note="spricht leise") == 204  # type: ignore[arg-type]
    page.opens(case).holds(note="spricht leise").presses("Nummer zeigen").holds(note="spricht leise")
    page.presses("Besetzt")
    assert _drafts(desk) == []


def test_a_login_lost_in_the_middle_of_the_form_loses_nothing(desk: Desk) -> None:
    filing, anna = desk.call_in(), desk.person("anna")
    page = desk.enter(anna).presses("Nächsten Rückruf nehmen").presses("Erreicht")
    desk.clock.now += desk.services.profile.accounts.idle + timedelta(minutes=1)
    page.presses("speichern", **{**ASKED, "details": "lange Geschichte"}).sees("Anmelden")
    page.presses("Anmelden", login="anna", password=anna.password).sees("Nicht fertig")
    page.opens(f"/desk/requests/{filing.request_id}/complete").holds(details="lange Geschichte")


def test_nobody_else_gets_it_and_a_forged_one_is_not_kept(desk: Desk) -> None:
    filing = desk.call_in()
    page = _at_the_form(desk)
    _types(page, f"/desk/drafts/request/{filing.request_id}", details="vertraulich")
    desk.somebody("bert").opens("/desk/").sees_nothing_of("Nicht fertig")
    stranger = Page(desk.app)
    assert (
        stranger.client.post(f"/desk/drafts/request/{filing.request_id}", data={"x": "y"}).status_code == 303
    )
    assert page.client.post("/desk/drafts/request/7", data={"x": "y"}).status_code == 400
    assert _types(page, "/desk/drafts/nonsense/7") == 404
    assert _drafts(desk) == [f"request-{filing.request_id}"]


def test_a_draft_that_nobody_comes_back_to_is_forgotten(desk: Desk) -> None:
    filing = desk.call_in()
    _types(_at_the_form(desk), f"/desk/drafts/request/{filing.request_id}", details="vertraulich")
    days = desk.services.profile.retention.unfinished_call_days
    with desk.services.db.write() as db:
        assert drafts.purge(db, desk.clock() + timedelta(days=days), days) == 0
        assert drafts.purge(db, desk.clock() + timedelta(days=days, minutes=1), days) == 1
    assert _drafts(desk) == []
