"""The situation: what the rules are given is what the record says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from intake import groups
from intake.db import Database
from intake.group_models import Group
from intake.groups import Description
from intake.lifecycle import MissionStatus, ProposalStatus
from intake.models import Helper, Request
from intake.profile import Profile
from intake.services import Services
from intake.settings import Settings
from matching import exclusions, missions, offers, reports, situation
from matching.exclusion_models import Side
from matching.facts import Need, Offer
from matching.models import Mission, Proposal
from matching.report_models import Verdict
from tests.conftest import MovableClock, Nudges

from .district import HOFGEISMAR, District


@pytest.fixture
def district(
    settings: Settings, profile: Profile, any_db: Database, clock: MovableClock, nudges: Nudges
) -> District:
    return District(Services(settings, profile, any_db, clock, nudges))


def now_stands(district: District) -> tuple[tuple[Need, ...], tuple[Offer, ...]]:
    with district.db.read() as session:
        found = situation.read(session, district.services.profile, district.services.clock())
    return found.needs, found.offers


def today(district: District) -> date:
    return district.services.clock().astimezone(district.services.profile.tz).date()


def test_wishes_circumstances_interests_and_dates_to_come(district: District) -> None:
    day = today(district)
    district.needs(
        required_traits=["woman"],
        preferred_traits=["carries"],
        circumstances=["dog"],
        interests=["garden"],
        dates=[[str(day - timedelta(days=1)), "morning"], [str(day), "afternoon"]],
    )
    district.offers(traits=["woman"], avoids=["cat"], interests=["games"])
    (need,), (offer,) = now_stands(district)
    assert (need.wishes, need.preferences, need.circumstances) == ({"woman"}, {"carries"}, {"dog"})
    assert (need.interests, need.dates) == ({"garden"}, {(day, "afternoon")})
    assert (offer.traits, offer.avoids, offer.interests) == ({"woman"}, {"cat"}, {"games"})


def test_who_named_no_radius_has_the_profile_s(district: District) -> None:
    district.offers(radius_km=None)
    district.offers(number="+4915228895456", radius_km=3)
    _, found = now_stands(district)
    assert [offer.radius_km for offer in found] == [district.services.profile.matching.radius_km, 3]


def test_absences_that_follow_each_other_take_the_week(district: District) -> None:
    day = today(district)
    first, gap = [str(day - timedelta(days=3)), str(day + timedelta(days=3))], str(day + timedelta(days=6))
    district.offers(away=[first, [str(day + timedelta(days=4)), gap]])
    district.offers(number="+4915228895456", away=[first, [str(day + timedelta(days=5)), gap]])
    _, found = now_stands(district)
    assert [offer.away_until for offer in found] == [day + timedelta(days=6), None]


@pytest.mark.parametrize(("recurring", "uses"), [(True, 1), (False, 0)])
def test_a_weekly_mission_takes_an_hour_of_every_week(
    district: District, clock: MovableClock, recurring: bool, uses: int
) -> None:
    helper = district.offers(capacity=2)
    request = district.needs(recurring=recurring)
    district.refreshes()
    with district.db.write() as session:
        proposal = session.get_one(Proposal, district.proposals(request)[0].id)
        profile = district.services.profile
        offers.approve(session, profile, clock(), proposal, district.coordinator)
        assert offers.accept(session, profile, clock(), proposal, "helper")
    clock.moves(days=60)
    _, (offer,) = now_stands(district)
    assert (offer.id, offer.used, offer.recent, offer.never_helped) == (helper, uses, uses, False)


@pytest.mark.parametrize("side", list(Side))
def test_never_again_holds_for_every_request_of_the_household_until_it_is_lifted(
    district: District, clock: MovableClock, side: Side
) -> None:
    helper, other = district.offers(), district.offers(number="+4915228895456")
    first = district.needs()
    again = district.needs("driving")
    with district.db.write() as session:
        request = session.get_one(Request, first)
        session.get_one(Request, again).number_hash = request.number_hash
        for _ in range(2):
            exclusions.exclude(session, clock(), request, helper, side, "staff:1", district.coordinator)
        assert exclusions.of_seeker(session, session.get_one(Request, again)) == {helper: {side}}
    district.refreshes()
    for request_id in (first, again):
        assert [row.helper_id for row in district.proposals(request_id)] == [other]
    with district.db.write() as session:
        request = session.get_one(Request, again)
        assert exclusions.lift(session, clock(), request, helper, "staff:1")
        assert not exclusions.lift(session, clock(), request, helper, "staff:1")
    district.refreshes()
    assert {row.helper_id for row in district.proposals(first)} == {helper, other}


def test_a_rejected_pair_is_told_apart_from_never_again(district: District, clock: MovableClock) -> None:
    helper = district.offers()
    request = district.needs()
    district.refreshes()
    with district.db.write() as session:
        row = session.get_one(Proposal, district.proposals(request)[0].id)
        offers.reject(session, clock(), row, district.coordinator, "heute nicht")
    (need,), _ = now_stands(district)
    assert (need.tried, need.excluded) == ({helper}, frozenset())
    assert len(district.proposals(request, ProposalStatus.REJECTED)) == 1


def has_helped(district: District, helper: int, request: int) -> int:
    """The helper's request is done; the mission's id."""
    district.refreshes()
    now, profile = district.services.clock(), district.services.profile
    (row,) = [row for row in district.proposals(request) if row.helper_id == helper]
    with district.db.write() as session:
        proposal = session.get_one(Proposal, row.id)
        offers.approve(session, profile, now, proposal, district.coordinator)
        mission = offers.accept(session, profile, now, proposal, "helper")
        assert mission is not None
        missions.close(session, profile, now, mission, MissionStatus.DONE, False, "staff:1")
        return mission.id


def asks_again(district: District, first: int) -> int:
    """The same household asks once more; the new request's id."""
    again = district.needs()
    with district.db.write() as session:
        session.get_one(Request, again).number_hash = session.get_one(Request, first).number_hash
    return again


def founds(district: District, *members: int) -> int:
    """A group with these members; its id."""
    club = Description("Dorfverein", "Frau Vor", "+4956921234", (), ())
    with district.db.write() as session:
        group = groups.save(session, district.services.clock(), "staff:1", None, club)
        for helper in members:
            session.get_one(Helper, helper).group_id = group.id
        return group.id


def test_the_group_of_who_helped_well_is_near_the_next_time_until_it_closes(district: District) -> None:
    helper = district.offers()
    first = district.needs()
    has_helped(district, helper, first)
    member = district.offers(HOFGEISMAR, "+4915228895456")
    group = founds(district, helper, member)
    again, other = asks_again(district, first), district.needs()
    needs, found = now_stands(district)
    assert {need.id: need.groups for need in needs} == {again: {"Dorfverein"}, other: frozenset()}
    assert [offer.groups for offer in found] == [{"Dorfverein"}] * 2
    district.refreshes()
    (proposal,) = [row for row in district.proposals(again) if row.helper_id == member]
    (part,) = [part for part in proposal.parts if part["name"] == "same_place"]
    assert (part["points"], part["reason"]["code"]) == (part["maximum"], "place_group")
    with district.db.write() as session:
        groups.close(session, district.services.clock(), "staff:1", session.get_one(Group, group))
    needs, found = now_stands(district)
    assert {person.groups for person in (*needs, *found)} == {frozenset()}


@pytest.mark.parametrize("teller", list(Side))
@pytest.mark.parametrize(
    ("verdict", "complaint", "well"),
    [
        (Verdict.GOOD, False, True),
        (Verdict.GOOD, True, False),
        (Verdict.MIXED, False, False),
        (Verdict.NEVER_AGAIN, False, False),
    ],
)
def test_only_what_nobody_blames_went_well(
    district: District, teller: Side, verdict: Verdict, complaint: bool, well: bool
) -> None:
    helper = district.offers()
    first = district.needs()
    mission_id = has_helped(district, helper, first)
    founds(district, helper)
    asks_again(district, first)
    (need,), (offer,) = now_stands(district)
    assert (offer.helped_well, need.groups) == ({need.seeker}, {"Dorfverein"})
    with district.db.write() as session:
        mission, now = session.get_one(Mission, mission_id), district.services.clock()
        reports.tell(session, now, mission, teller, verdict, "", complaint, district.coordinator)
    (need,), (offer,) = now_stands(district)
    assert (offer.helped_well == {need.seeker}, need.groups == {"Dorfverein"}) == (well, well)
