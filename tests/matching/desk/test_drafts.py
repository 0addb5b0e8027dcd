"""What a coordinator types on helpers and groups survives a crash and a lost login, until it is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from intake.draft_models import Draft
from intake.models import Helper
from intake.staff_roles import Role
from tests.matching.district import WOLFHAGEN
from tests.support.pages import Page

from .conftest import Matching
from .test_directory import OFFERED
from .test_mission_pages import Sent

GROUP: dict[str, Any] = {
    "name": "Nachbarn Wolfhagen",
    "contact_name": "Herr Vorstand",
    "contact_number": "05692 5550177",
    "municipalities": [WOLFHAGEN],
    "categories": ["shopping"],
}


def _drafts(matching: Matching) -> list[str]:
    with matching.district.db.read() as db:
        return list(db.scalars(sa.select(Draft.subject).order_by(Draft.subject)))


def _types(page: Page, draft: str, **fields: str | list[str]) -> None:
    """What the open page sends by itself while somebody types."""
    token = next(form for form in page._page.forms if "csrf_token" in form.fields).fields["csrf_token"]
    answer = page.client.post(f"/desk/drafts/{draft}", data={**fields, "csrf_token": token})
    assert answer.status_code == 204


@pytest.mark.parametrize(
    ("path", "draft", "typed", "button", "sent"),
    [
        (
            "/desk/directory/new",
            "new_helper/0",
            {"number": "0151 234"},
            "Weiter",
            {"number": "0151 23456789"},
        ),
        ("/desk/directory/1/edit", "offer/1", {"name": "Frau Nachb"}, "Speichern", OFFERED),
        ("/desk/directory/1", "belonging/1", {"note": "nur vormi"}, "Speichern", {"note": "nur vormittags"}),
        ("/desk/groups/new", "new_group/0", {"contact_name": "Herr Vor"}, "Speichern", GROUP),
    ],
)
def test_a_form_is_given_back_as_it_was_typed_until_it_is_sent(
    matching: Matching, path: str, draft: str, typed: dict[str, Any], button: str, sent: dict[str, Any]
) -> None:
    page = matching.page.opens(path)
    _types(page, draft, **typed)
    page.opens("/desk/matching/").sees("Nicht fertig:").follows("Weiterschreiben")
    page.sees("Ihr Entwurf von 10:00 Uhr ist wieder da").holds(**typed)
    page.presses("Entwurf verwerfen").sees("Der Entwurf ist verworfen.").sees_nothing_of("Ihr Entwurf")
    _types(page, draft, **typed)
    page.opens(path).holds(**typed).presses(button, **sent)
    assert page.status == 200
    assert _drafts(matching) == []


def test_what_was_wrong_is_kept_and_a_group_on_record_has_its_own_draft(matching: Matching) -> None:
    page = matching.page.opens("/desk/groups/new").presses("Speichern", **{**GROUP, "contact_number": "110"})
    assert (page.status, _drafts(matching)) == (422, ["new_group-0"])
    page.opens("/desk/groups/new").sees("Ihr Entwurf").presses("Speichern", **GROUP).sees("Gespeichert.")
    page.opens("/desk/groups/1").presses("Speichern", name="").sees("Bitte ausfüllen")
    page.opens("/desk/groups/1").sees("Ihr Entwurf").holds(contact_name="Herr Vorstand", name="")
    assert _drafts(matching) == ["group-1"]


def test_a_login_lost_in_the_middle_of_an_offer_loses_nothing(matching: Matching) -> None:
    eva = matching.desk.person("eva", role=Role.COORDINATOR)
    page = matching.desk.enter(eva).opens("/desk/directory/1/edit")
    matching.desk.clock.now += matching.desk.services.profile.accounts.idle + timedelta(minutes=1)
    page.presses("Speichern", **{**OFFERED, "name": "Lange Geschichte"}).sees("Anmelden")
    page.presses("Anmelden", login="eva", password=eva.password).sees("Nicht fertig: Angebot ändern")
    page.follows("Weiterschreiben").holds(name="Lange Geschichte", postcode="34466")
    with matching.district.db.read() as db:
        assert db.get_one(Helper, 1).name == "Frau Nachbarin 1", "nothing is saved before it is sent"


@pytest.mark.parametrize(
    ("draft", "typed", "button", "rest"),
    [
        ("visit", {"at": "2026-11-27T10:00"}, "Tag speichern", {}),
        ("ending", {"went": "done"}, "Einsatz beenden", {"still_needed": "y"}),
        ("feedback", {"said": "kam pünktl"}, "Rückmeldung speichern", {"verdict": "mixed"}),
    ],
)
def test_what_is_typed_on_a_mission_is_there_again_until_it_is_sent(
    matching: Matching, draft: str, typed: dict[str, str], button: str, rest: dict[str, str]
) -> None:
    sent = Sent(matching)
    page = sent.opens()
    _types(page, f"{draft}/{sent.id}", **typed)
    page.opens("/desk/matching/").sees("Nicht fertig:").follows("Weiterschreiben")
    page.sees("Ihr Entwurf von").holds(**typed)
    page.presses(button, **rest).sees("Gespeichert.").sees_nothing_of("Ihr Entwurf von")
    assert _drafts(matching) == []


def test_an_answer_to_a_complaint_is_kept_for_this_complaint(matching: Matching) -> None:
    sent = Sent(matching)
    page = sent.opens()
    for words in ("kam zu spät", "war unfreundlich"):
        page.presses("Rückmeldung speichern", teller="seeker", said=words, complaint="y")
    _types(page, f"complaint/{sent.id}", answer="angeru", report="2")
    page.opens(f"/desk/missions/{sent.id}").sees("Ihr Entwurf von")
    assert [form.fields["answer"].strip() for form in page._page.forms if "answer" in form.fields] == [
        "",
        "angeru",
    ]
    page.sends("/answer/2", answer="angerufen und geklärt").sees("angerufen und geklärt")
    assert _drafts(matching) == []
