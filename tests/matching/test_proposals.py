"""Proposals as rows: refreshed as things change, overtaken and never overwritten, stable otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from intake import registry
from intake.db import Database
from intake.lifecycle import ProposalStatus, RequestStatus
from intake.models import Request
from intake.profile import Profile
from intake.services import Services
from intake.settings import Settings
from matching import offers, proposals, situation
from matching.lease import LEASE
from matching.models import MatchingRun, Proposal
from matching.plan import Plan, make_plan
from matching.proposal_rows import store
from matching.reasons import Reason, sentence
from tests.conftest import MovableClock, Nudges

from .district import HOFGEISMAR, WOLFHAGEN, District


@pytest.fixture
def district(
    settings: Settings, profile: Profile, any_db: Database, clock: MovableClock, nudges: Nudges
) -> District:
    return District(Services(settings, profile, any_db, clock, nudges))


def test_an_open_request_gets_the_nearest_fitting_helper_first_with_reasons(district: District) -> None:
    far, near = district.offers(HOFGEISMAR), district.offers(WOLFHAGEN, "+4915228895456")
    request = district.needs()
    district.refreshes()
    first, second = district.proposals(request)
    assert (first.helper_id, first.rank) == (near, 1)
    assert (second.helper_id, second.rank) == (far, 2)
    assert first.score > second.score
    assert first.score == sum(part["points"] for part in first.parts)
    assert first.lower_because == []
    assert second.lower_because
    assert district.status(request) is RequestStatus.PROPOSED
    for row in (first, second):
        for stored in [part["reason"] for part in row.parts] + row.lower_because:
            for language in ("de", "en"):
                assert sentence(Reason.from_json(stored), language).endswith((".", ")."))


def test_an_unchanged_situation_changes_no_row(district: District) -> None:
    district.offers()
    request = district.needs()
    assert district.refreshes() > 0
    before = [row.id for row in district.proposals(request)]
    assert district.refreshes() == 0
    assert [row.id for row in district.proposals(request)] == before


def test_a_change_elsewhere_leaves_the_rows_that_still_hold(district: District) -> None:
    weekly = [[0, "morning"], [2, "afternoon"]]
    district.offers(half_days=weekly, interests=["walks"], capacity=3)
    request = district.needs(half_days=weekly, interests=["walks"])
    district.refreshes()
    before = [row.id for row in district.proposals(request)]
    district.needs("driving", HOFGEISMAR)
    assert district.refreshes() > 0
    assert [row.id for row in district.proposals(request)] == before


def test_nobody_is_promised_the_same_free_hour_twice(district: District) -> None:
    district.offers(capacity=1)
    one, other = district.needs(), district.needs(urgency=2)
    district.refreshes()
    firsts = [row.request_id for r in (one, other) for row in district.proposals(r) if row.rank == 1]
    assert firsts == [other], "the urgent one has her"


def test_a_better_helper_overtakes_the_old_proposal_and_leaves_it_readable(district: District) -> None:
    district.offers(HOFGEISMAR)
    request = district.needs()
    district.refreshes()
    old = district.proposals(request)[0]
    near = district.offers(WOLFHAGEN, "+4915228895456")
    district.refreshes()
    assert district.proposals(request)[0].helper_id == near
    assert [row.id for row in district.proposals(request, ProposalStatus.OVERTAKEN)] == [old.id]


def test_what_was_proposed_says_what_held_then_whatever_the_weights_are_now(
    district: District, profile: Profile
) -> None:
    district.offers(HOFGEISMAR)
    request = district.needs()
    district.refreshes()
    then = district.proposals(request)[0]
    points = profile.matching.model_copy(update={"distance": 10, "time_fit": 50, "unserved": 500})
    weighed = profile.model_copy(update={"matching": points})
    assert proposals.refresh(replace(district.services, profile=weighed)) > 0
    (now,), (past,) = district.proposals(request), district.proposals(request, ProposalStatus.OVERTAKEN)
    assert [past.id, past.score, past.parts] == [then.id, then.score, then.parts]
    for row, distance in ((past, 40), (now, 10)):
        assert row.score == sum(part["points"] for part in row.parts)
        assert [part["maximum"] for part in row.parts if part["name"] == "distance"] == [distance]


def test_a_rejected_pair_is_not_proposed_again(district: District) -> None:
    helper = district.offers()
    request = district.needs()
    district.refreshes()
    with district.db.write() as session:
        row = session.get_one(Proposal, district.proposals(request)[0].id)
        offers.reject(session, district.services.clock(), row, district.coordinator, "kennen sich nicht gut")
    district.refreshes()
    assert district.proposals(request) == []
    assert district.status(request) is RequestStatus.OPEN
    assert district.proposals(request, ProposalStatus.REJECTED)[0].helper_id == helper


def test_a_withdrawn_request_takes_its_proposals_along(district: District) -> None:
    district.offers()
    request = district.needs()
    district.refreshes()
    with district.db.write() as session:
        registry.withdraw(session, district.services.clock(), session.get_one(Request, request))
    district.refreshes()
    assert district.proposals(request) == []
    assert len(district.proposals(request, ProposalStatus.OVERTAKEN)) == 1


def planned(district: District) -> tuple[Plan, list[int]]:
    """The plan of what is on record, and its requests."""
    with district.db.read() as session:
        now = situation.read(session, district.services.profile, district.services.clock())
    return make_plan(now.needs, now.offers, now.weights), [need.id for need in now.needs]


def test_a_run_that_dies_leaves_each_request_whole_and_the_next_one_ends_it(
    district: District, clock: MovableClock
) -> None:
    district.offers(HOFGEISMAR, capacity=3)
    requests = [district.needs() for _ in range(3)]
    district.refreshes()
    old = [[row.id for row in district.proposals(request)] for request in requests]
    district.offers(WOLFHAGEN, "+4915228895456", capacity=3)
    plan, waiting = planned(district)
    turns = iter([clock(), clock()])
    with pytest.raises(StopIteration):
        store(district.db, district.services.profile, lambda: next(turns), plan, waiting, at_once=1)
    first, second, third = ([row.id for row in district.proposals(request)] for request in requests)
    assert third == old[2], "the run had not got so far"
    assert len(first) == len(second) == 2
    assert not {*old[0], *old[1]} & {*first, *second}
    district.refreshes()
    assert [len(district.proposals(request)) for request in requests] == [2, 2, 2]
    assert [row.id for row in district.proposals(requests[0])] == first


def test_a_request_on_which_somebody_decided_meanwhile_is_left_alone(district: District) -> None:
    district.offers(WOLFHAGEN)
    district.offers(HOFGEISMAR, "+4915228895456")
    asked, withdrawn = district.needs(), district.needs()
    district.refreshes()
    district.offers(WOLFHAGEN, "+4915228895457")
    plan, waiting = planned(district)
    with district.db.write() as session:
        now, chosen = district.services.clock(), district.proposals(asked)[0]
        row = session.get_one(Proposal, chosen.id)
        offers.approve(session, district.services.profile, now, row, district.coordinator)
        registry.withdraw(session, now, session.get_one(Request, withdrawn))
    others = [row.id for row in district.proposals(asked)]
    store(district.db, district.services.profile, district.services.clock, plan, waiting)
    assert [row.id for row in district.proposals(asked)] == others
    assert [row.id for row in district.proposals(asked, ProposalStatus.APPROVED)] == [chosen.id]
    assert district.proposals(withdrawn) == []


def test_of_many_proposals_those_of_a_few_requests_are_found_by_their_requests(
    settings: Settings, profile: Profile, sqlite_db: Database, clock: MovableClock, nudges: Nudges
) -> None:
    district = District(Services(settings, profile, sqlite_db, clock, nudges))
    for _ in range(20):
        district.needs()
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, parameters))

    plan, waiting = planned(district)
    event.listen(sqlite_db.engine, "before_cursor_execute", note)
    store(sqlite_db, profile, clock, plan, waiting)
    event.remove(sqlite_db.engine, "before_cursor_execute", note)
    reads = [each for each in asked if each[0].startswith("SELECT proposals.") and "requests" not in each[0]]
    assert len(reads) == 2, "who is being asked, and what is proposed"
    with sqlite_db.engine.connect() as connection:
        for statement, parameters in reads:
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert all("request_id=?" in step.detail for step in steps), steps


def test_only_one_run_goes_at_a_time_and_a_dead_one_gives_way(
    district: District, clock: MovableClock
) -> None:
    district.offers()
    request = district.needs()
    with district.db.write() as session:
        session.add(MatchingRun(id=1, fingerprint="", solver_state={}, lease_until=clock() + LEASE))
    assert district.refreshes() == 0
    assert district.proposals(request) == []
    clock.moves(minutes=5)
    assert district.refreshes() > 0
