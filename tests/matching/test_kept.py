"""A plan kept in memory: whatever has changed, and whoever planned meanwhile, it comes to the same."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import registry
from intake.db import Database
from intake.lifecycle import HelperStatus, ProposalStatus
from intake.models import Helper, Request
from intake.profile import Profile
from intake.services import Services
from intake.settings import Settings
from matching import situation
from matching.facts import Need, Offer
from matching.kept import ALWAYS_FEW, Changes, KeptPlan
from matching.lease import LEASE, RUN, Lease, claim
from matching.models import MatchingRun, Proposal
from matching.plan import Plan, make_plan
from matching.situation import Situation
from tests.conftest import MovableClock, Nudges

from .district import HOFGEISMAR, WOLFHAGEN, District
from .strategies import WEIGHTS, needs, offers, open_needs, open_offers


@pytest.fixture
def district(
    settings: Settings, profile: Profile, any_db: Database, clock: MovableClock, nudges: Nudges
) -> District:
    return District(Services(settings, profile, any_db, clock, nudges))


def situations(few: list[Need], some: list[Offer]) -> st.SearchStrategy[Situation]:
    """Some of these people, of whom some wait longer or have less time."""
    waits = st.booleans()

    @st.composite
    def draw_some(draw: st.DrawFn) -> Situation:
        now = [replace(need, waiting_hours=700) if draw(waits) else need for need in few if draw(waits)]
        helping = [replace(offer, capacity=1) if draw(waits) else offer for offer in some if draw(waits)]
        by_id = lambda one: one.id  # noqa: E731  (a name for a sort key)
        return Situation(tuple(sorted(now, key=by_id)), tuple(sorted(helping, key=by_id)), WEIGHTS)

    return draw_some()


@settings(deadline=None)
@given(open_needs(6) | needs(6), open_offers(8) | offers(8), st.data())
def test_the_kept_plan_is_the_one_from_scratch_after_any_changes(
    few: list[Need], some: list[Offer], data: st.DataObject
) -> None:
    kept = KeptPlan()
    for now in data.draw(st.lists(situations(few, some), min_size=2, max_size=4)):
        plan = kept.plan_of(now, None)
        assert plan.certificate().holds
        assert plan.choices() == make_plan(now.needs, now.offers, WEIGHTS).choices()
        kept.keep(now, plan)


def test_few_changes_go_into_the_plan_itself_and_many_make_a_new_one() -> None:
    some = [Offer(number, None, 10) for number in range(1, 10)]
    first = Situation((), tuple(some), WEIGHTS)
    fewer = Situation((), tuple(some[ALWAYS_FEW:]), WEIGHTS)
    assert Changes.between(first, fewer).count == ALWAYS_FEW
    kept = KeptPlan()
    plan = kept.plan_of(first, None)
    assert kept.plan_of(first, None) is not plan, "it was taken, and not given back"
    kept.keep(first, plan)
    assert kept.plan_of(fewer, None) is plan
    kept.keep(fewer, plan)
    assert kept.plan_of(Situation((), (), WEIGHTS), None) is not plan
    kept.keep(fewer, plan)
    assert kept.plan_of(replace(first, weights=replace(WEIGHTS, far_km=9)), None) is not plan


def stored(district: District) -> list[tuple[Any, ...]]:
    """What is proposed."""
    rows = sa.select(
        Proposal.request_id,
        Proposal.rank,
        Proposal.helper_id,
        Proposal.score,
        Proposal.lower_because,
    ).where(Proposal.status == ProposalStatus.PROPOSED)
    with district.db.read() as session:
        return sorted((tuple(row) for row in session.execute(rows)), key=str)


def from_scratch(district: District) -> list[tuple[Any, ...]]:
    """What ought to be proposed."""
    with district.db.read() as session:
        now = situation.read(session, district.services.profile, district.services.clock())
    rows = [
        (
            choice.need,
            ranked.rank,
            ranked.helper,
            ranked.score.total,
            [reason.to_json() for reason in ranked.lower_because],
        )
        for choice in make_plan(now.needs, now.offers, now.weights).choices()
        for ranked in choice.ranked
    ]
    return sorted(rows, key=str)


def something_happens(district: District, dice: random.Random, clock: MovableClock) -> None:
    """Somebody asks, gives up, comes to help, pauses or moves; or time goes by."""
    place = dice.choice((WOLFHAGEN, HOFGEISMAR))
    with district.db.read() as session:
        requests = session.scalars(sa.select(Request.id).where(Request.status.in_(situation.WAITING))).all()
        helpers = session.scalars(sa.select(Helper.id)).all()
    match dice.randrange(6):
        case 0 | 1:
            district.needs(ags=place, urgency=dice.randrange(3))
        case 2:
            district.offers(place, f"+4915228{dice.randrange(10**6):06d}")
        case 3 if requests:
            with district.db.write() as session:
                registry.withdraw(session, clock(), session.get_one(Request, dice.choice(requests)))
        case 4 if helpers:
            with district.db.write() as session:
                helper = session.get_one(Helper, dice.choice(helpers))
                helper.status = dice.choice((HelperStatus.ACTIVE, HelperStatus.PAUSED))
                helper.ags = place
        case _:
            clock.moves(hours=dice.randrange(30))


@pytest.mark.parametrize("seed", range(2))
def test_two_workers_take_turns(district: District, clock: MovableClock, seed: int) -> None:
    dice = random.Random(seed)
    workers = KeptPlan(), KeptPlan()
    for _ in range(3):
        district.needs()
        district.offers(number=f"+4915229{dice.randrange(10**6):06d}")
    for _ in range(12):
        for _ in range(dice.randrange(3)):
            something_happens(district, dice, clock)
        district.refreshes(dice.choice(workers))
        assert stored(district) == from_scratch(district)


class Meanwhile(KeptPlan):
    """A kept plan; while it thinks, something else happens."""

    def __init__(self) -> None:
        super().__init__()
        self.happens: list[Any] = []

    def plan_of(self, now: Situation, state: Mapping[str, Any] | None) -> Plan:
        plan = super().plan_of(now, state)
        for act in self.happens:
            act()
        return plan


def test_a_run_whose_lease_was_taken_over_writes_nothing(district: District, clock: MovableClock) -> None:
    district.offers()
    request = district.needs()
    slow = Meanwhile()
    slow.happens = [
        lambda: clock.moves(seconds=LEASE.total_seconds() + 1),
        lambda: district.offers(HOFGEISMAR, "+4915228895456"),
        district.refreshes,
    ]
    assert district.refreshes(slow) == 0
    assert len(district.proposals(request)) == 2, "the other run's stand"
    assert district.proposals(request, ProposalStatus.OVERTAKEN) == []
    with district.db.read() as session:
        run = session.get_one(MatchingRun, RUN)
        assert (run.number, run.lease_until) == (2, None)
    slow.happens = []
    assert district.refreshes(slow) == 0, "nothing has changed since"


def test_a_run_that_lives_keeps_its_lease_however_long_it_thinks(
    district: District, clock: MovableClock
) -> None:
    district.offers()
    district.needs()
    asked = threading.Semaphore(0)

    def ticks() -> datetime:
        asked.release()
        return clock()

    with district.db.write() as session:
        number = claim(session, clock())
    assert number is not None
    lease = Lease(replace(district.services, clock=ticks), number, every=timedelta(milliseconds=1))
    for _ in range(3):
        with lease.kept_up():
            clock.moves(seconds=LEASE.total_seconds() - 1)
            for _ in range(2):  # at the second time the first renewal has been committed
                assert asked.acquire(timeout=60)
        assert district.refreshes() == 0
    clock.moves(seconds=LEASE.total_seconds() + 1)
    assert district.refreshes() > 0, "the run has died"


def test_a_plan_that_could_not_be_stored_is_not_kept(district: District, clock: MovableClock) -> None:
    district.offers()
    request = district.needs()
    kept = Meanwhile()
    district.refreshes(kept)
    before = stored(district)
    district.offers(HOFGEISMAR, "+4915228895456")
    broken = False

    def break_down() -> None:
        nonlocal broken
        broken = True

    def ticks() -> Any:
        if broken:
            raise OSError("the disk is full")
        return clock()

    kept.happens = [break_down]
    sound, district.services = district.services, replace(district.services, clock=ticks)
    with pytest.raises(OSError, match="the disk is full"):
        district.refreshes(kept)
    district.services, kept.happens = sound, []
    assert stored(district) == before
    assert district.refreshes(kept) == 0, "the dead run's lease is not over"
    clock.moves(seconds=(LEASE + timedelta(seconds=1)).total_seconds())
    assert district.refreshes(kept) > 0
    assert len(district.proposals(request)) == 2
    assert stored(district) == from_scratch(district)
