"""The plan of a district: exact over all pairs, fair to order, stable, and honest about why."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.facts import Need, Offer
from matching.lots import points_of
from matching.plan import Plan, make_plan
from matching.problem import Demand, Problem
from matching.rules import filters, penalty, score, slot_costs

from .brute import scipy_cost
from .strategies import PLACES, WEIGHTS, needs, offers, open_needs, open_offers
from .truths import CLAIMS, is_true

SHOPPING = frozenset({"shopping"})


def planned(few: list[Need], some: list[Offer], candidates: int = 20) -> Plan:
    """The plan, whose proof must hold."""
    plan = make_plan(few, some, WEIGHTS, candidates=candidates)
    assert plan.certificate().holds
    return plan


def by_the_rules(few: list[Need], some: list[Offer]) -> Problem:
    """The whole problem in points, pair by pair."""
    demands = {
        need.id: Demand(
            penalty(need, WEIGHTS),
            {o.id: 100 - score(need, o, WEIGHTS).total for o in some if not filters(need, o)},
        )
        for need in few
    }
    return Problem(demands, {offer.id: slot_costs(offer, WEIGHTS) for offer in some})


@settings(deadline=None)
@given(open_needs(8), open_offers(10), st.integers(1, 4))
def test_the_optimum_is_one_over_all_pairs_however_short_the_shortlists(
    few: list[Need], some: list[Offer], candidates: int
) -> None:
    plan = planned(few, some, candidates)
    assert plan.total == scipy_cost(by_the_rules(few, some))
    assert [choice.helper for choice in plan.choices()] == [
        choice.helper for choice in planned(few, some).choices()
    ]


@settings(deadline=None)
@given(open_needs(8) | needs(8), open_offers(8) | offers(8))
def test_nobody_is_over_capacity_and_nobody_barred_is_proposed(few: list[Need], some: list[Offer]) -> None:
    plan, by_id = planned(few, some), {offer.id: offer for offer in some}
    tasks = Counter(choice.helper for choice in plan.choices() if choice.helper is not None)
    assert all(by_id[helper].used + count <= by_id[helper].capacity for helper, count in tasks.items())
    for need, choice in zip(sorted(few, key=lambda need: need.id), plan.choices(), strict=True):
        assert choice.need == need.id
        assert all(not filters(need, by_id[ranked.helper]) for ranked in choice.ranked)
        assert [ranked.rank for ranked in choice.ranked if ranked.rank == 1] == [1] * (
            choice.helper is not None
        )
        excesses = [ranked.excess for ranked in choice.ranked]
        assert excesses == sorted(excesses)
        assert all(excess >= 0 for excess in excesses)


@settings(deadline=None)
@given(open_needs(8), open_offers(8), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    few: list[Need], some: list[Offer], chance: random.Random
) -> None:
    straight = planned(few, some).choices()
    chance.shuffle(few)
    chance.shuffle(some)
    assert planned(few, some).choices() == straight


@settings(deadline=None)
@given(open_needs(8), open_offers(8))
def test_an_unchanged_situation_changes_no_proposal(few: list[Need], some: list[Offer]) -> None:
    plan = planned(few, some)
    state = json.loads(json.dumps(plan.state))
    again = make_plan(few, some, WEIGHTS, state)
    assert again.certificate().holds
    assert again.choices() == plan.choices()


@settings(deadline=None)
@given(open_needs(8), open_offers(8), open_offers(1))
def test_one_more_helper_never_makes_the_district_worse_off(
    few: list[Need], some: list[Offer], more: list[Offer]
) -> None:
    added = [replace(offer, id=20_000) for offer in more]
    before, after = planned(few, some), planned(few, [*some, *added])
    assert after.total <= before.total
    going_on = make_plan(few, [*some, *added], WEIGHTS, before.state)
    assert going_on.certificate().holds
    assert [c.helper for c in going_on.choices()] == [c.helper for c in after.choices()]


@settings(deadline=None)
@given(open_needs(8), open_offers(8), st.sampled_from((1, 2, 20)), st.data())
def test_one_by_one_comes_to_the_same_as_all_at_once(
    few: list[Need], some: list[Offer], candidates: int, data: st.DataObject
) -> None:
    late = [need for need in few if data.draw(st.booleans())]
    later = [offer for offer in some if data.draw(st.booleans())]
    early = [need for need in few if need not in late]
    plan = planned(early, [offer for offer in some if offer not in later], candidates)
    for offer in later:
        plan.add_offer(offer)
        assert plan.certificate().holds
    for need in late:
        plan.add_need(need)
        assert plan.certificate().holds
    assert same(plan, planned(few, some, candidates), candidates)
    for need in late:
        plan.drop_need(need.id)
        assert plan.certificate().holds
    for offer in later:
        plan.drop_offer(offer.id)
        assert plan.certificate().holds
    rest = planned(early, [offer for offer in some if offer not in later], candidates)
    assert same(plan, rest, candidates)


@settings(deadline=None)
@given(
    open_needs(8) | needs(8),
    open_offers(10) | offers(10),
    st.sampled_from((1, 2, 20)),
    st.booleans(),
    st.data(),
)
def test_whatever_comes_and_goes_in_whatever_order_the_plan_is_the_one_from_scratch(
    few: list[Need], some: list[Offer], candidates: int, tight: bool, data: st.DataObject
) -> None:
    if tight:
        some = [replace(offer, capacity=1, used=0) for offer in some[: len(few) // 2 + 1]]
    needs_in = {need.id: need for need in few if data.draw(st.booleans())}
    offers_in = {offer.id: offer for offer in some if data.draw(st.booleans())}
    plan = planned([*needs_in.values()], [*offers_in.values()], candidates)
    everybody: list[Need | Offer] = [*few, *some]
    for event in data.draw(st.lists(st.sampled_from(everybody), max_size=8)) if everybody else ():
        if isinstance(event, Need):
            if needs_in.pop(event.id, None):
                plan.drop_need(event.id)
            else:
                needs_in[event.id] = event
                plan.add_need(event)
        elif offers_in.pop(event.id, None):
            plan.drop_offer(event.id)
        else:
            offers_in[event.id] = event
            plan.add_offer(event)
        assert plan.certificate().holds
        problem = by_the_rules([*needs_in.values()], [*offers_in.values()])
        assert plan.total == scipy_cost(problem)
    scratch = planned([*needs_in.values()], [*offers_in.values()])
    assert [plan.helper_of(need) for need in needs_in] == [scratch.helper_of(need) for need in needs_in]


def same(one: Plan, other: Plan, candidates: int) -> bool:
    """Whether two plans choose the same; and, unless shortlists are short, name the same next best."""
    chosen = [[(c.need, c.helper) for c in plan.choices()] for plan in (one, other)]
    return chosen[0] == chosen[1] and (candidates < 20 or one.choices() == other.choices())


@settings(deadline=None)
@given(open_needs(6) | needs(6), open_offers(6) | offers(6))
def test_every_reason_for_a_rank_is_true(few: list[Need], some: list[Offer]) -> None:
    plan, by_id = planned(few, some), {offer.id: offer for offer in some}
    full = Counter(choice.helper for choice in plan.choices())
    for need, choice in zip(sorted(few, key=lambda need: need.id), plan.choices(), strict=True):
        best = None if choice.helper is None else score(need, by_id[choice.helper], WEIGHTS)
        for offer in some:
            because = plan.why_not(need.id, offer.id)
            assert because
            for reason in because:
                own = None if filters(need, offer) else score(need, offer, WEIGHTS)
                free = offer.capacity - offer.used - full[offer.id]
                match reason.code:
                    case "chosen":
                        assert offer.id == choice.helper
                    case "scores_lower":
                        assert best is not None
                        assert own is not None
                        assert reason.params["n"] == best.total - own.total > 0
                        gaps = {
                            m.name: m.points - h.points for m, h in zip(best.parts, own.parts, strict=True)
                        }
                        assert gaps[str(reason.params["part"])] == max(gaps.values())
                    case "needed_more":
                        assert free == 0
                    case "busier":
                        assert free > 0
                    case "lot":
                        assert best is None or own is None or best.total <= own.total
                    case code:
                        assert code in CLAIMS
                        assert is_true(reason, need, offer)


@settings(deadline=None, max_examples=50)
@given(open_needs(4), open_offers(5))
def test_the_excess_is_what_choosing_her_would_cost_in_all(few: list[Need], some: list[Offer]) -> None:
    plan = planned(few, some)
    for choice in plan.choices():
        for ranked in choice.ranked:
            never = [offer.id for offer in some if offer.id != ranked.helper]
            forced = [
                replace(need, excluded=frozenset(never)) if need.id == choice.need else need for need in few
            ]
            problem = by_the_rules(forced, some)
            costs = problem.demands[choice.need].costs
            far = 10**6
            least = scipy_cost(Problem({**problem.demands, choice.need: Demand(far, costs)}, problem.slots))
            assert ranked.excess == least - plan.total


def test_two_needs_and_one_helper_and_the_words_for_it() -> None:
    needed = Need(1, "anna", "shopping", PLACES[0], urgency=2)
    waits = Need(2, "bert", "shopping", PLACES[0])
    near = Offer(5, PLACES[0], 10, SHOPPING, SHOPPING)
    far = Offer(6, PLACES[2], 30, SHOPPING, SHOPPING)
    alone = planned([needed, waits], [near])
    assert [choice.helper for choice in alone.choices()] == [5, None]
    (only,) = alone.choice(2).ranked
    assert (only.rank, only.helper, [reason.code for reason in only.lower_because]) == (2, 5, ["needed_more"])
    both = planned([needed, waits], [near, far])
    assert {choice.helper for choice in both.choices()} == {5, 6}
    chosen_far = next(choice for choice in both.choices() if choice.helper == 6)
    reasons = chosen_far.ranked[1].lower_because
    assert [reason.code for reason in reasons] == ["needed_more"]
    assert points_of(both.certificate().cost) == both.total


def test_tasks_spread_over_equal_helpers() -> None:
    few = [Need(number, f"seeker{number}", "shopping", PLACES[0]) for number in range(1, 5)]
    some = [Offer(number, PLACES[0], 10, SHOPPING, SHOPPING, capacity=4) for number in range(11, 15)]
    assert {choice.helper for choice in planned(few, some).choices()} == {11, 12, 13, 14}
