"""Writing down a request or an offer: what is asked, what is refused, what is saved, what is never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake import attempts, queue, registry
from intake.kinds import CallbackKind
from intake.lifecycle import CallbackStatus, HelperStatus, RequestStatus
from intake.models import Attempt, AuditEntry, Callback, Helper, Request
from intake.services import Job
from intake.staff_roles import Role
from tests.conftest import Nudges
from tests.support.pages import Page

from .conftest import CALLER, Desk

ASKED = {
    "details": "Wocheneinkauf, bitte kein Glas",
    "name": "Erika Beispiel",
    "address": "Lindenstraße 4",
    "half_days": ["1-morning", "4-afternoon"],
    "recurring": "y",
    "urgency": "1",
    "wishes": "bitte klingeln",
    "dates-0-day": "2026-12-24",
    "dates-0-half": "morning",
    "required_traits": ["woman"],
    "circumstances": ["dog"],
    "interests": ["walks"],
    "consent": "y",
}

OFFERED = {
    "name": "Hanna Helferin",
    "radius_km": "12",
    "categories": ["shopping", "driving"],
    "papers": ["id_card", "driving_licence"],
    "languages": ["de", "uk"],
    "half_days": ["5-morning"],
    "capacity": "2",
    "car": "y",
    "traits": ["woman"],
    "avoids": ["dog"],
    "interests": ["walks"],
    "away-0-first": "2026-12-21",
    "away-0-last": "2027-01-03",
}


def _at_the_form(desk: Desk, note: str = "") -> Page:
    page = desk.somebody().presses("Nächsten Rückruf nehmen")
    return page.presses("Erreicht", note=note)  # type: ignore[return-value]


def _request(desk: Desk, request_id: int | None) -> Request:
    with desk.services.db.read() as db:
        return db.get_one(Request, request_id)


def test_a_talk_becomes_an_open_request(desk: Desk, nudges: Nudges) -> None:
    filing = desk.call_in()
    page = _at_the_form(desk, "spricht leise").sees("spricht leise", str(filing.reference), "Wolfhagen")
    page.sees_nothing_of("555 1234")
    page.presses("speichern", **ASKED).sees("Das Anliegen ist aufgenommen")
    assert page.path == "/desk/"
    request = _request(desk, filing.request_id)
    assert request.status is RequestStatus.OPEN
    assert (request.name, request.address) == ("Erika Beispiel", "Lindenstraße 4")
    assert (request.category, request.postcode, request.urgency) == ("shopping", "34466", 1)
    assert request.half_days == [[1, "morning"], [4, "afternoon"]]
    assert request.dates == [["2026-12-24", "morning"]]
    assert (request.required_traits, request.preferred_traits) == (["woman"], [])
    assert (request.circumstances, request.interests) == (["dog"], ["walks"])
    assert request.recurring
    assert request.consented_at == desk.clock()
    callback = desk.callback(filing.callback_id)
    assert (callback.status, callback.outcome) == (CallbackStatus.DONE, "reached_complete")
    assert {Job.PROPOSALS, Job.ASSIGN} <= set(nudges)
    with desk.services.db.read() as db:
        assert db.scalars(sa.select(Attempt.note)).one() == "spricht leise"
        assert "request_completed" in db.scalars(sa.select(AuditEntry.action)).all()


def test_somebody_calls_for_somebody_else(desk: Desk) -> None:
    filing = desk.call_in()
    page = _at_the_form(desk).presses("speichern", **ASKED, on_behalf="Tochter, Frau Beispiel")
    assert _request(desk, filing.request_id).on_behalf == "Tochter, Frau Beispiel"
    with desk.services.db.write() as db:
        request = db.get_one(Request, filing.request_id)
        registry.file_status_callback(db, desk.clock(), request, desk.window())
    page.opens("/desk/").presses("Nehmen").sees("Angerufen hat jemand anderes Tochter, Frau Beispiel")


def test_what_is_wrong_is_said_beside_what_was_typed(desk: Desk) -> None:
    filing = desk.call_in()
    page = _at_the_form(desk)
    page.presses("speichern", **{**ASKED, "name": " ", "details": "x" * 2001, "postcode": "00000"})
    assert page.status == 422
    page.sees("Bitte ausfüllen", "Diese Postleitzahl kennen wir nicht", "nicht länger als 2000 Zeichen")
    page.holds(wishes="bitte klingeln", address="Lindenstraße 4", postcode="00000", urgency="1")
    page.holds(required_traits=["woman"]).presses("speichern", **{**ASKED, "dates-0-day": "2026-11-23"})
    page.sees("Dieser Tag ist vorbei.")
    page.presses("speichern", **{**ASKED, "consent": []})
    page.sees("Ohne Einverständnis dürfen wir nichts aufschreiben")
    assert _request(desk, filing.request_id).name is None
    page.presses("speichern", **ASKED, postcode="34466").sees("Das Anliegen ist aufgenommen")


def test_a_postcode_of_several_places_asks_which(desk: Desk) -> None:
    filing = desk.call_in()
    places = desk.services.profile.places.lookup("37194")
    page = _at_the_form(desk)
    page.presses("speichern", **ASKED, postcode="37194").sees("gehört zu mehreren Orten", "Bodenfelde")
    page.presses("speichern", ags=places[1].ags).sees("Das Anliegen ist aufgenommen")
    request = _request(desk, filing.request_id)
    assert (request.ags, request.in_district) == (places[1].ags, places[1].in_district)


def test_the_form_says_the_place_while_typing(desk: Desk) -> None:
    client = desk.somebody().client
    assert client.get("/desk/places/37194").json == {"places": ["Wesertal", "Bodenfelde"]}
    assert client.get("/desk/places/00000").json == {"places": []}


def test_an_unknown_category_is_refused(desk: Desk) -> None:
    desk.call_in()
    page = _at_the_form(desk)
    page.presses("speichern", **ASKED, category="gold").sees("Wobei wird Hilfe gebraucht?")
    assert page.status == 422


def test_a_form_whose_lease_ran_out_is_saved_if_nobody_else_took_it(desk: Desk) -> None:
    filing = desk.call_in()
    page = _at_the_form(desk)
    with desk.services.db.write() as db:
        assert queue.free_expired(db, desk.clock() + timedelta(hours=2)) == 1
    page.presses("speichern", **ASKED).sees("Das Anliegen ist aufgenommen")
    assert desk.callback(filing.callback_id).status is CallbackStatus.DONE


@pytest.mark.parametrize("meanwhile", ["taken", "done"])
def test_a_form_that_came_too_late_keeps_what_was_typed(desk: Desk, meanwhile: str) -> None:
    filing = desk.call_in()
    page = _at_the_form(desk)
    bert = desk.person("bert")
    with desk.services.db.write() as db:
        queue.free_expired(db, desk.clock() + timedelta(hours=2))
        queue.take(db, desk.clock(), filing.callback_id, bert.id)
        if meanwhile == "done":
            callback = db.get_one(Callback, filing.callback_id)
            outcome = attempts.AttemptOutcome.WRONG_NUMBER
            attempts.record(db, desk.services.profile, desk.clock(), callback, bert.id, outcome)
    page.presses("speichern", **ASKED).sees("nicht mehr in Ihrer Hand", "Wocheneinkauf")
    assert page.status == 409
    assert _request(desk, filing.request_id).name is None


def test_a_form_is_for_the_holder_and_for_coordinators(desk: Desk) -> None:
    filing = desk.call_in()
    path = f"/desk/requests/{filing.request_id}/complete"
    page = desk.somebody("anna").opens(path).sees("nicht in Ihrer Hand")
    assert page.status == 409
    assert page.opens("/desk/requests/999/complete").status == 404
    carla = desk.somebody("carla", Role.COORDINATOR).opens(path).presses("speichern", **ASKED)
    carla.sees("Das Anliegen ist aufgenommen")
    assert _request(desk, filing.request_id).status is RequestStatus.OPEN
    with desk.services.db.write() as db:
        request = db.get_one(Request, filing.request_id)
        registry.withdraw(db, desk.clock(), request)
        registry.move(request, RequestStatus.ERASED, desk.clock())
    assert page.opens(path).status == 404
    carla.opens(path).presses("speichern", **ASKED).sees("lässt sich nicht mehr ändern")


def test_a_coordinator_who_corrects_a_request_does_not_end_a_talk_that_nobody_had(desk: Desk) -> None:
    filing = desk.call_in()
    path = f"/desk/requests/{filing.request_id}/complete"
    carla = desk.somebody("carla", Role.COORDINATOR).opens(path).presses("speichern", **ASKED)
    carla.sees("Das Anliegen ist aufgenommen")
    assert desk.callback(filing.callback_id).status is CallbackStatus.QUEUED, "who waits for a call is rung"


def test_correcting_a_request_leaves_the_talk_about_who_comes_as_it_is(desk: Desk) -> None:
    filing = desk.call_in()
    carla = desk.person("carla", Role.COORDINATOR)
    with desk.services.db.write() as db:
        callback = db.get_one(Callback, filing.callback_id)
        callback.kind = CallbackKind.CONFIRM_MATCH
        assert queue.take(db, desk.clock(), filing.callback_id, carla.id)
    desk.enter(carla).opens(f"/desk/requests/{filing.request_id}/complete").presses("speichern", **ASKED)
    assert _request(desk, filing.request_id).name
    assert desk.callback(filing.callback_id).status is CallbackStatus.ASSIGNED


def _at_the_counter(page: Page, **told: str) -> None:
    asked = {**ASKED, "category": "driving", "postcode": "34369", "language": "uk"}
    page.follows("Anliegen aufnehmen").presses("speichern", **asked, **told)


def test_somebody_at_the_counter_needs_no_callback(desk: Desk, nudges: Nudges) -> None:
    page = desk.somebody()
    _at_the_counter(page, number="0900 123456")
    page.sees("Diese Nummer können wir nicht anrufen")
    page.presses("speichern", number="05671 555 0011").sees("Die Vorgangsnummer ist")
    with desk.services.db.read() as db:
        request = db.scalars(sa.select(Request)).one()
        assert (request.number, request.source) == ("+4956715550011", "desk")
        assert (request.status, request.language) == (RequestStatus.OPEN, "uk")
        assert db.scalars(sa.select(Callback)).all() == []
    assert str(request.reference) in page.text
    assert nudges == [Job.PROPOSALS]


def test_a_button_pressed_twice_writes_down_one_request_and_the_next_page_another(desk: Desk) -> None:
    page = desk.somebody()
    asked = {**ASKED, "category": "driving", "postcode": "34369", "language": "uk", "source": "desk"}
    form = page.follows("Anliegen aufnehmen")._page.forms[-1]
    sent = {**form.fields, **asked}
    twice = [page.client.post("/desk/requests/new", data=sent) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [303, 303]
    page.opens("/desk/").sees("Die Vorgangsnummer ist")
    with desk.services.db.read() as db:
        assert len(db.scalars(sa.select(Request)).all()) == 1
    page.follows("Anliegen aufnehmen").presses("speichern", **asked)
    with desk.services.db.read() as db:
        assert len(db.scalars(sa.select(Request)).all()) == 2


def test_a_paper_without_a_telephone_is_answered_by_letter(desk: Desk) -> None:
    page = desk.somebody()
    _at_the_counter(page, number="", source="paper")
    page.sees("Die Vorgangsnummer ist", "geht mit der Post")
    with desk.services.db.read() as db:
        request = db.scalars(sa.select(Request)).one()
    assert (request.number, request.number_hash, request.source) == (None, None, "paper")


def test_a_town_hall_types_in_what_it_is_told_and_sees_nothing_else(desk: Desk) -> None:
    desk.call_in()
    page = desk.somebody("rathaus", Role.CONTACT_POINT).sees("Anliegen aufnehmen").sees_nothing_of("Rückrufe")
    _at_the_counter(page, number="05671 555 0011")
    page.sees("Die Vorgangsnummer ist")
    for path in ("/desk/queue-parts", "/desk/letters/", "/desk/staff/"):
        assert page.opens(path).status == 403


def test_an_offer_becomes_an_active_helper(desk: Desk, nudges: Nudges) -> None:
    filing = desk.offer()
    page = desk.somebody().presses("Nächsten Rückruf nehmen").sees("Möchte helfen", "Ihren Ausweis sehen")
    page.presses("Erreicht: Angebot aufnehmen", note="fährt gern").sees("Erweitertes Führungszeugnis")
    wrong = {"categories": [], "radius_km": "500", "away-0-last": "2026-12-20"}
    page.presses("Speichern", **{**OFFERED, **wrong})
    page.sees("mindestens eines", "1 bis 200 Kilometer", "Der letzte Tag liegt vor dem ersten", "fährt gern")
    page.presses("Speichern", **{**OFFERED, "away-0-last": ""}).sees("Bitte beide Tage angeben")
    page.holds(name="Hanna Helferin", capacity="2")
    page.presses("Speichern", **OFFERED).sees("Das Angebot ist aufgenommen")
    with desk.services.db.read() as db:
        helper = db.scalars(sa.select(Helper)).one()
    assert helper.status is HelperStatus.ACTIVE
    assert (helper.name, helper.postcode, helper.radius_km) == ("Hanna Helferin", "34466", 12)
    assert helper.categories == ["shopping", "driving"]
    assert helper.papers == dict.fromkeys(("id_card", "driving_licence"), "2026-11-24")
    assert helper.vetted == ["shopping"], "who drives others shows a police certificate as well"
    assert helper.languages == ["de", "uk"]
    assert helper.half_days == [[5, "morning"]]
    assert (helper.capacity, helper.car) == (2, True)
    assert (helper.traits, helper.avoids, helper.interests) == (["woman"], ["dog"], ["walks"])
    assert helper.away == [["2026-12-21", "2027-01-03"]]
    assert desk.callback(filing.callback_id).status is CallbackStatus.DONE
    assert Job.PROPOSALS in nudges


def test_an_offer_is_for_the_holder(desk: Desk) -> None:
    desk.offer()
    with desk.services.db.read() as db:
        helper_id = db.scalars(sa.select(Helper.id)).one()
    path = f"/desk/helpers/{helper_id}/register"
    assert desk.somebody("anna").opens(path).status == 404
    bert = desk.somebody("bert").presses("Nächsten Rückruf nehmen").opens(path)
    with desk.services.db.write() as db:
        db.get_one(Helper, helper_id).status = HelperStatus.ERASED
    bert.presses("Speichern", **OFFERED).sees("lässt sich nicht mehr ändern")


def test_an_offer_that_came_too_late_keeps_what_was_typed(desk: Desk) -> None:
    filing = desk.offer(CALLER)
    page = _at_the_form(desk)
    bert = desk.person("bert")
    with desk.services.db.write() as db:
        queue.free_expired(db, desk.clock() + timedelta(hours=2))
        queue.take(db, desk.clock(), filing.callback_id, bert.id)
    page.presses("Speichern", **OFFERED).sees("nicht mehr in Ihrer Hand")
    page.holds(name="Hanna Helferin", radius_km="12")
