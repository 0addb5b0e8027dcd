"""The solver is exact: against every assignment tried, against scipy, and by its own proof."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from matching import auction, solver
from matching.auction import NONE
from matching.lots import POINT_BITS, fine_cost, points_of
from matching.problem import Columns, Demand, Problem, columns_of
from matching.solver import Matcher
from matching.start import bidding, settle

from .brute import flow_cost, forced_cost, least_cost, scipy_cost, sparse_cost
from .strategies import problems, slot_costs


def proven(matcher: Matcher) -> int:
    """The cost, whose proof must hold."""
    certificate = matcher.certificate()
    assert certificate.holds, certificate
    return certificate.cost


@settings(deadline=None)
@given(problems())
def test_no_assignment_costs_less(problem: Problem) -> None:
    assert proven(Matcher(problem)) == least_cost(problem)


@settings(deadline=None, max_examples=60)
@given(problems(requests=5), st.booleans())
def test_the_excess_is_what_forcing_a_pair_costs_everybody(problem: Problem, all_at_once: bool) -> None:
    matcher = Matcher(problem)
    least = proven(matcher)
    if all_at_once:
        matcher.weigh_all(2)
    for request, demand in problem.demands.items():
        exact = {}
        for helper in demand.costs:
            if problem.slots[helper]:
                exact[helper] = forced_cost(problem, request, helper) - least
                assert matcher.excess(request, helper) == exact[helper]
            else:
                assert matcher.excess(request, helper) is None
        exact.pop(matcher.helper_of(request) or 0, None)
        ranked = [excess for _, excess in matcher.alternatives(request, 2)]
        assert ranked == sorted(exact.values())[:2]
    assert proven(matcher) == least  # asking changes nothing


@pytest.mark.parametrize(("requests", "helpers", "most"), [(150, 150, 3), (150, 80, 1), (60, 90, 2)])
def test_all_at_once_and_one_by_one_the_alternatives_are_the_same(
    requests: int, helpers: int, most: int
) -> None:
    problem = random_problem(requests * most, requests, helpers, most)
    at_once, one_by_one = (Matcher(problem, unit=1 << POINT_BITS) for _ in range(2))
    at_once.weigh_all(4)
    for request in problem.demands:
        assert at_once.alternatives(request, 4) == one_by_one.alternatives(request, 4)


@settings(deadline=None)
@given(problems(), problems())
def test_going_on_from_any_earlier_state_is_as_good_as_beginning_anew(now: Problem, before: Problem) -> None:
    state = json.loads(json.dumps(Matcher(before).export()))
    assert proven(Matcher(now, state)) == proven(Matcher(now))


@settings(deadline=None)
@given(problems())
def test_an_unchanged_situation_changes_nothing(problem: Problem) -> None:
    state = json.loads(json.dumps(Matcher(problem).export()))
    assert Matcher(problem, state).export() == state


def random_problem(seed: int, requests: int, helpers: int, most: int) -> Problem:
    """A middling problem in fine costs, with many pairs of equal points."""
    chance = random.Random(seed)
    slots = {
        helper: tuple((3 * task) << POINT_BITS for task in range(chance.randint(1, most)))
        for helper in range(1, helpers + 1)
    }
    demands = {
        request: Demand(
            fine_cost(200 + 100 * chance.randint(0, 2), request, 0),
            {
                helper: fine_cost(10 * chance.randint(0, 9), request, helper)
                for helper in chance.sample(range(1, helpers + 1), 8)
            },
        )
        for request in range(1, requests + 1)
    }
    return Problem(demands, slots)


def in_points(problem: Problem) -> Problem:
    """The same problem without lots."""
    demands = {
        request: Demand(points_of(d.penalty), {helper: points_of(cost) for helper, cost in d.costs.items()})
        for request, d in problem.demands.items()
    }
    slots = {helper: tuple(map(points_of, slots)) for helper, slots in problem.slots.items()}
    return Problem(demands, slots)


@pytest.mark.parametrize(("requests", "helpers", "most"), [(150, 150, 3), (150, 100, 2), (200, 80, 2)])
def test_scipy_finds_nothing_cheaper(requests: int, helpers: int, most: int) -> None:
    problem = random_problem(requests + most, requests, helpers, most)
    assert points_of(proven(Matcher(problem, unit=1 << POINT_BITS))) == scipy_cost(in_points(problem))


def one_by_one(problem: Problem) -> Matcher:
    """Solved without any bids."""
    matcher = Matcher(Problem({}, problem.slots))
    for request, demand in problem.demands.items():
        matcher.add_request(request, demand)
    return matcher


def middling(requests: int, helpers: int) -> Problem:
    return random_problem(5, requests, helpers, 1)


@pytest.mark.parametrize(("requests", "helpers"), [(1500, 1500), (1500, 900), (900, 1500)])
def test_neither_or_tools_nor_scipy_find_anything_cheaper_on_a_large_one(requests: int, helpers: int) -> None:
    problem = middling(requests, helpers)
    cost = points_of(proven(Matcher(problem, unit=1 << POINT_BITS)))
    assert cost == flow_cost(in_points(problem)) == sparse_cost(in_points(problem))


@settings(deadline=None, max_examples=60)
@given(problems(requests=8, helpers=5), st.booleans())
def test_what_bids_begin_ends_as_without_them(problem: Problem, first: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "MANY", -1)
        patch.setattr(solver, "MANY_SHARE", -1)
        patch.setattr(auction, "_FEW", 0)
        assert proven(Matcher(problem)) == least_cost(problem)
        small = random_problem(len(problem.demands) + first, 60, 40 + len(problem.slots), 3)
        begun = Matcher(small, unit=1 << POINT_BITS)
        proven(begun)
    assert begun.export()["assignment"] == one_by_one(small).export()["assignment"]


@pytest.mark.parametrize(("helpers", "most"), [(150, 1), (150, 3), (400, 2)])
def test_bids_find_nearly_the_whole_optimum(helpers: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auction, "_FEW", 0)
    problem = random_problem(3, 300, helpers, most)
    columns = columns_of(problem)
    begun = settle(columns, bidding(columns, 1 << POINT_BITS))
    best = dict(one_by_one(problem).export()["assignment"])
    ids = columns.helpers.tolist()
    found = {row + 1: ids[helper] for row, helper in enumerate(begun.at.tolist()) if helper != NONE}
    assert len(begun.open) + len(best.items() ^ found.items()) < 10


def pairs_of(columns: Columns, row: int) -> list[int]:
    return columns.pair_helpers[columns.starts[row] : columns.starts[row + 1]].tolist()


def costs_of(columns: Columns, row: int) -> list[int]:
    return columns.pair_costs[columns.starts[row] : columns.starts[row + 1]].tolist()


@settings(deadline=None)
@given(problems(requests=8, helpers=5))
def test_bids_place_nobody_who_would_rather_be_elsewhere(problem: Problem) -> None:
    columns = columns_of(problem)
    begun = settle(columns, bidding(columns, 1))
    values = columns.least(begun.prices)
    used = [0] * len(columns.helpers)
    for row, helper in enumerate(begun.at.tolist()):
        if helper != NONE:
            cost = dict(zip(pairs_of(columns, row), costs_of(columns, row), strict=True))[helper]
            assert cost + begun.prices[helper] == values[row]
            used[helper] += 1
        elif row not in begun.open.tolist():
            assert values[row] == columns.penalties[row]
    for helper, count in enumerate(used):
        slots = problem.slots[int(columns.helpers[helper])]
        assert count <= len(slots)
        assert not count or slots[count - 1] <= begun.prices[helper]


def test_lots_make_the_result_one_whatever_came_first() -> None:
    problem = random_problem(7, 120, 90, 2)
    straight = Matcher(problem, unit=1 << POINT_BITS).export()["assignment"]
    mixed = Matcher(Problem({}, problem.slots))
    order = list(problem.demands.items())
    random.Random(1).shuffle(order)
    for request, demand in order:
        mixed.add_request(request, demand)
    for request, demand in order[:40]:
        mixed.drop_request(request)
        mixed.add_request(request, demand)
    proven(mixed)
    assert mixed.export()["assignment"] == straight


@pytest.mark.parametrize(("requests", "helpers", "most"), [(150, 150, 2), (200, 120, 1)])
def test_after_many_changes_the_alternatives_are_those_found_anew(
    requests: int, helpers: int, most: int
) -> None:
    problem, dice = random_problem(9, requests, helpers, most), random.Random(2)
    matcher = Matcher(problem, unit=1 << POINT_BITS)
    demands, slots = dict(problem.demands), dict(problem.slots)
    for _ in range(30):
        request, helper = dice.choice(sorted(demands)), dice.choice(sorted(slots))
        matcher.drop_request(request)
        matcher.drop_helper(helper)
        matcher.alternatives(dice.choice(sorted(demands.keys() - {request})), 4)
        if dice.random() < 0.5:
            del demands[request]
        else:
            others = {other: cost for other, cost in demands[request].costs.items() if other != helper}
            matcher.add_request(request, Demand(demands[request].penalty, others))
        wanting = {one: demand.costs[helper] for one, demand in demands.items() if helper in demand.costs}
        matcher.add_helper(helper, slots[helper], wanting)
    proven(matcher)
    anew = Matcher(Problem(demands, slots), unit=1 << POINT_BITS)
    assert matcher.export()["assignment"] == anew.export()["assignment"]
    anew.weigh_all(4)
    for request in demands:
        assert matcher.alternatives(request, 4) == anew.alternatives(request, 4)


class Comings(RuleBasedStateMachine):
    """Requests and helpers come, go and change; after each step the optimum is there and proven."""

    def __init__(self) -> None:
        super().__init__()
        self.matcher = Matcher()
        self.demands: dict[int, Demand] = {}
        self.slots: dict[int, tuple[int, ...]] = {}
        self.last = 0

    @initialize(problem=problems())
    def some_are_there(self, problem: Problem) -> None:
        self.matcher = Matcher(problem)
        self.demands, self.slots = dict(problem.demands), {h: tuple(s) for h, s in problem.slots.items()}
        self.last = max([*self.demands, *self.slots, 0])

    def new_id(self) -> int:
        self.last += 1
        return self.last

    def pick(self, data: st.DataObject, ids: dict[int, object]) -> int:
        return data.draw(st.sampled_from(sorted(ids)))

    def some(self, data: st.DataObject, ids: dict[int, object]) -> dict[int, int]:
        if not ids:
            return {}
        return data.draw(st.dictionaries(st.sampled_from(sorted(ids)), st.integers(0, 12)))

    @rule(data=st.data(), penalty=st.integers(0, 20))
    def a_request_comes(self, data: st.DataObject, penalty: int) -> None:
        request, demand = self.new_id(), Demand(penalty, self.some(data, {**self.slots}))
        self.demands[request] = demand
        self.matcher.add_request(request, demand)

    @rule(data=st.data(), slots=slot_costs())
    def a_helper_comes(self, data: st.DataObject, slots: tuple[int, ...]) -> None:
        helper, costs = self.new_id(), self.some(data, {**self.demands})
        self.slots[helper] = slots
        for request, cost in costs.items():
            demand = self.demands[request]
            self.demands[request] = Demand(demand.penalty, {**demand.costs, helper: cost})
        self.matcher.add_helper(helper, slots, costs)

    @precondition(lambda self: self.demands)
    @rule(data=st.data())
    def a_request_goes(self, data: st.DataObject) -> None:
        request = self.pick(data, {**self.demands})
        del self.demands[request]
        self.matcher.drop_request(request)

    @precondition(lambda self: self.slots)
    @rule(data=st.data())
    def a_helper_goes(self, data: st.DataObject) -> None:
        helper = self.pick(data, {**self.slots})
        del self.slots[helper]
        for request, demand in self.demands.items():
            costs = {other: cost for other, cost in demand.costs.items() if other != helper}
            self.demands[request] = Demand(demand.penalty, costs)
        self.matcher.drop_helper(helper)

    @precondition(lambda self: self.slots)
    @rule(data=st.data(), slots=slot_costs())
    def a_helper_has_more_or_less_time(self, data: st.DataObject, slots: tuple[int, ...]) -> None:
        helper = self.pick(data, {**self.slots})
        self.slots[helper] = slots
        self.matcher.set_slots(helper, slots)

    @invariant()
    def it_is_the_proven_optimum(self) -> None:
        assert self.matcher.requests == tuple(sorted(self.demands))
        assert self.matcher.helpers == tuple(sorted(self.slots))
        anew = Matcher(Problem(self.demands, self.slots))
        assert proven(self.matcher) == proven(anew)

    @rule(all_at_once=st.booleans())
    def alternatives_cost_what_they_cost_anew(self, all_at_once: bool) -> None:
        anew = Matcher(Problem(self.demands, self.slots))
        if all_at_once:
            self.matcher.weigh_all(3)
        for request in self.demands:
            assert least_excesses(self.matcher, request, 3) == least_excesses(anew, request, 3)


def least_excesses(matcher: Matcher, request: int, count: int) -> list[int]:
    """What the cheapest helpers for a request cost all, with the chosen one's nothing.

    Of several equal optima one may choose a helper whom the other keeps as an alternative for nothing.
    """
    chosen = [] if matcher.helper_of(request) is None else [0]
    return (chosen + [excess for _, excess in matcher.alternatives(request, count)])[:count]


TestComings = Comings.TestCase
TestComings.settings = settings(
    deadline=None, max_examples=40, stateful_step_count=20, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("all_at_once", [True, False])
def test_an_excess_does_not_count_on_a_helper_who_has_left_idle(all_at_once: bool) -> None:
    anna, bert = Demand(20, {1: 0, 2: 1}), Demand(20, {3: 0, 1: 2})
    matcher = Matcher(Problem({1: anna, 2: bert}, {1: (0,), 2: (0,), 3: (0,)}))
    assert matcher.alternatives(2, 1) == [(1, 3)], "she would come to Bert, and the other one to Anna"
    matcher.drop_helper(2)
    if all_at_once:
        matcher.weigh_all(1)
    assert matcher.alternatives(2, 1) == [(1, 22)]


@pytest.mark.parametrize(
    "problem",
    [
        Problem({0: Demand(1, {})}, {}),
        Problem({1: Demand(1, {9: 1})}, {}),
        Problem({1: Demand(-1, {})}, {}),
        Problem({1: Demand(1, {2: -1})}, {2: (0,)}),
        Problem({}, {0: ()}),
        Problem({}, {1: (2, 1)}),
        Problem({}, {1: (-1,)}),
    ],
)
def test_wrong_problems_are_refused(problem: Problem) -> None:
    with pytest.raises(ValueError, match=r"requests|helpers|request names|costs"):
        Matcher(problem)


def test_a_false_state_is_noticed_by_the_proof() -> None:
    matcher = Matcher(Problem({1: Demand(10, {1: 2, 2: 1})}, {1: (0,), 2: (0,)}))
    matcher._net.move(1, 1)
    assert not matcher.certificate().holds
