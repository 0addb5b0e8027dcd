"""Somebody is found by what she names; a number finds a household, and who was forgotten is not found."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from intake import registry
from intake.db import number_hash
from intake.kinds import CallOutcome
from intake.lifecycle import HelperStatus, RequestStatus
from intake.merge_models import Merge
from intake.models import Call, Helper, Request
from intake.services import Services
from matching import people
from matching.models import Mission
from matching.people import Kind, Rows

from .district import HOFGEISMAR, WOLFHAGEN, District
from .test_missions import Agreed

HOUSEHOLD = "+4956925551234"


@pytest.fixture
def district(services: Services) -> District:
    return District(services)


def find(services: Services, words: str, ags: str = "") -> Rows:
    with services.db.read() as session:
        return people.find(session, "DE", words, ags)


def lives_there(services: Services, request_id: int) -> None:
    with services.db.write() as session:
        row = session.get_one(Request, request_id)
        row.number, row.number_hash = HOUSEHOLD, number_hash(session, HOUSEHOLD)


def test_a_number_finds_everybody_who_shares_it(district: District) -> None:
    services, now = district.services, district.services.clock()
    erika, karl = district.needs(name="Erika Beispiel"), district.needs(name="Karl Beispiel")
    for each in (erika, karl):
        lives_there(services, each)
    helper = district.offers(number=HOUSEHOLD)
    with services.db.write() as session:
        lead = Call(
            call_sid="CA1",
            language="de",
            number=HOUSEHOLD,
            number_hash=number_hash(session, HOUSEHOLD),
            state={},
            step="need",
            outcome=CallOutcome.LEAD,
            started_at=now,
            last_turn_at=now,
        )
        session.add(lead)
    for written in ("05692 555 1234", "+49 5692 5551234", "0049 5692 5551234"):
        found = find(services, written)
        assert people.named(found) == [
            (Kind.REQUEST, karl),
            (Kind.REQUEST, erika),
            (Kind.HELPER, helper),
            (Kind.CALL, lead.id),
        ]


@pytest.mark.parametrize(
    "words", ["Erika Beispiel", "beispiel, erika", "Beisp", "erika b", "EŞREF", "Tochter"]
)
def test_a_name_is_found_however_it_is_written(district: District, words: str) -> None:
    asked = district.needs(name="Erika Beispiel-Şahin", on_behalf="Tochter Eşref Ünal")
    assert [row.id for row in find(district.services, words).requests] == [asked]


def test_a_name_is_narrowed_to_a_place(district: District) -> None:
    district.needs(name="Erika Beispiel", ags=WOLFHAGEN)
    there = district.needs(name="Erika Beispiel", ags=HOFGEISMAR)
    helper = district.offers(ags=HOFGEISMAR, name="Erika Muster")
    assert people.named(find(district.services, "Erika", HOFGEISMAR)) == [
        (Kind.REQUEST, there),
        (Kind.HELPER, helper),
    ]


@pytest.mark.parametrize("words", ["", " ", "E", "Ürsula", "…"])
def test_what_is_no_name_of_anybody_finds_nobody(district: District, words: str) -> None:
    district.needs(name="Erika Beispiel")
    assert find(district.services, words).count == 0


def test_a_reference_finds_its_request_and_the_one_that_it_went_into(district: District) -> None:
    services = district.services
    kept, gone = district.needs(), district.needs()
    with services.db.write() as session:
        session.add(Merge(gone_id=gone, kept_id=kept, staff_id=district.coordinator, at=services.clock()))
        reference = session.get_one(Request, gone).reference or ""
    found = find(services, f"{reference[:3]} {reference[3:]}")
    assert [row.id for row in found.requests] == [gone, kept]
    with services.db.read() as session:
        chosen = people.chosen(session, [(Kind.REQUEST, kept), (Kind.HELPER, 999)])
    assert people.named(chosen) == [(Kind.REQUEST, gone), (Kind.REQUEST, kept)]


def test_a_missions_number_finds_both_sides(services: Services) -> None:
    agreed = Agreed(services)
    number = agreed.mission.number or ""
    found = find(services, number)
    assert [row.id for row in found.requests] == [agreed.request]
    assert [row.id for row in found.helpers] == [agreed.mission.helper_id]
    assert found.missions == []


def test_of_who_was_forgotten_only_the_insurers_record_is_found(services: Services) -> None:
    agreed = Agreed(services)
    number = agreed.mission.number or ""
    with services.db.write() as session:
        request = session.get_one(Request, agreed.request)
        request.status, request.name = RequestStatus.ERASED, None
        helper = session.get_one(Helper, agreed.mission.helper_id)
        helper.status, helper.name, helper.number_hash = HelperStatus.ERASED, None, None
        session.execute(sa.update(Mission).values(helper_name="Anna Muster"))
    for words in (number, "Muster"):
        assert people.named(find(services, words)) == [(Kind.MISSION, agreed.id)]


def test_no_more_than_can_be_read_are_shown(district: District) -> None:
    now = district.services.clock()
    with district.db.write() as session:
        for _ in range(people.AT_MOST + 3):
            row = registry.new_request(session, now, registry.Told(HOUSEHOLD, "de"), "phone")
            row.name = "Erika Beispiel"
    assert (
        find(district.services, "Erika").count == find(district.services, HOUSEHOLD).count == people.AT_MOST
    )
