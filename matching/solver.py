"""The exact assignment of all open requests to helpers with capacities, kept optimal as things change. Pure.

The problem: each request goes to one of its candidate helpers at an integer cost, or stays unserved at its
penalty; the k-th request of a helper costs her k-th slot cost besides (never falling, so fair load stays a
flow problem); the sum is to be least.

The method is the primal-dual one for assignment: shortest augmenting paths over reduced costs with a price
for each helper (H. W. Kuhn 1955; J. Munkres 1957; J. Edmonds and R. M. Karp 1972; as in Ahuja, Magnanti
and Orlin, Network Flows, 1993, chapters 9 and 12; D. P. Bertsekas on prices). With ``u`` of a request =
min(penalty, min over its helpers of cost + price), these hold between any two calls:

- a served request sits where cost + price = u, an unserved one has u = penalty;
- a helper's price is at least the cost of her last used slot and at most that of her next free one.

By linear programming duality they prove the optimum (``certificate``). One request or helper coming or
going is one short search, which is why no run need begin from nothing.

Costs that make the optimum unique (``lots.fine_cost``) make the result independent of the order of events.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .network import FAR, Network


@dataclass(frozen=True)
class Demand:
    """A request to the solver: what leaving it unserved costs, and its cost with each candidate helper."""

    penalty: int
    costs: Mapping[int, int]


@dataclass(frozen=True)
class Problem:
    """Requests with their candidates, and the slot costs of each helper (as many as she has places)."""

    demands: Mapping[int, Demand]
    slots: Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class Certificate:
    """The proof of an optimum: no faults, and the cost meets its lower bound."""

    cost: int
    bound: int
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the optimum is proven."""
        return not self.faults and self.cost == self.bound


class Matcher:
    """A problem that is always solved: each change leaves it at its exact optimum again.

    Ids are positive integers. Wrong input (unknown or doubled ids, negative or falling costs) is a
    ``ValueError`` and changes nothing.
    """

    def __init__(
        self, problem: Problem | None = None, state: Mapping[str, Any] | None = None, unit: int = 1
    ) -> None:
        """Solve a problem: from nothing, or going on from the ``export`` of an earlier, other problem.

        The cost is the same either way; the assignment too where the optimum is unique. ``unit`` is what
        costs are whole multiples of but for parts that together stay below half of it; excesses are told
        in it.
        """
        self._unit = unit
        self._net = Network()
        self._takes: dict[int, int] = {}  # remembered until something changes
        self._gives: dict[int, int] = {}
        if problem is not None:
            for helper, slots in sorted(problem.slots.items()):
                self._attach_helper(helper, slots)
            self._resume(problem, state or {"assignment": [], "prices": []})

    # -- what stands ---------------------------------------------------------------------------------------

    @property
    def requests(self) -> tuple[int, ...]:
        """The ids of all requests, rising."""
        return tuple(sorted(self._net.at))

    @property
    def helpers(self) -> tuple[int, ...]:
        """The ids of all helpers, rising."""
        return tuple(sorted(self._net.slots))

    def helper_of(self, request: int) -> int | None:
        """Who serves the request, if anybody."""
        return self._net.at[request]

    def tasks_of(self, helper: int) -> tuple[int, ...]:
        """The requests that the helper serves, rising."""
        return tuple(sorted(self._net.served[helper]))

    def is_full(self, helper: int) -> bool:
        """Whether the helper has no free place."""
        return len(self._net.served[helper]) >= len(self._net.slots[helper])

    def price(self, helper: int) -> int:
        """What one place of the helper is worth to the requests that want it."""
        return self._net.price[helper]

    def value(self, request: int) -> int:
        """What the request pays at these prices: its cost with its helper and her price, or its penalty."""
        return self._net.value(request)

    # -- what changes --------------------------------------------------------------------------------------

    def add_request(self, request: int, demand: Demand) -> None:
        """Put in a request and serve it as is best for all."""
        self._attach(request, demand)
        self._place(request)

    def drop_request(self, request: int) -> None:
        """Take out a request; its place goes to whom it helps most."""
        helper = self._net.at[request]
        self._detach(request)
        self._forget()
        if helper is not None:
            self._fill(helper)

    def add_helper(self, helper: int, slots: Sequence[int], costs: Mapping[int, int]) -> None:
        """Put in a helper with her slot costs and her cost with each request that may have her."""
        net = self._net
        _require(costs.keys() <= net.at.keys(), "a helper names an unknown request")
        _require(min(costs.values(), default=0) >= 0, "costs cannot be negative")
        self._attach_helper(helper, slots)
        for request, cost in sorted(costs.items()):
            net.price[helper] = max(
                net.price[helper], net.value(request) - cost
            )  # high enough that none wants her
        for request, cost in sorted(costs.items()):
            net.costs[request][helper] = cost
            insort(net.edges[request], (cost, helper))
            net.wanted[helper][request] = cost
        self._fill(helper)

    def drop_helper(self, helper: int) -> None:
        """Take out a helper; whom she served is served anew as is best for all."""
        net = self._net
        evicted = self._evict(helper)
        for request, cost in net.wanted.pop(helper).items():
            del net.costs[request][helper]
            net.edges[request].remove((cost, helper))
        del net.slots[helper], net.price[helper], net.served[helper], net.next_slot[helper]
        for request, demand in evicted:
            others = {other: cost for other, cost in demand.costs.items() if other != helper}
            self.add_request(request, Demand(demand.penalty, others))

    def set_slots(self, helper: int, slots: Sequence[int]) -> None:
        """Change a helper's places or what each costs."""
        net = self._net
        if tuple(slots) == net.slots[helper]:
            return
        _check_slots(slots)
        evicted = self._evict(helper)
        net.slots[helper] = tuple(slots)
        net.count(helper)
        net.price[helper] = max([net.price[helper], *slots[:1]])
        self._fill(helper)
        for request, demand in evicted:
            self.add_request(request, demand)

    # -- what is told --------------------------------------------------------------------------------------

    def excess(self, request: int, helper: int, cost: int | None = None) -> int | None:
        """How many units more everything would cost in all if this request had to go to this helper: exact.

        None if she has no place at all. ``cost`` is needed for a pair that is not among the request's
        candidates.
        """
        cost = self._net.costs[request][helper] if cost is None else cost
        return dict(self._excesses(request, [(cost, helper)], 1)).get(helper)

    def alternatives(self, request: int, count: int) -> list[tuple[int, int]]:
        """The ``count`` other candidates that would cost all together least, as (helper, excess in units)."""
        now = self._net.at[request]
        others = [(cost, helper) for cost, helper in self._net.edges[request] if helper != now]
        return self._excesses(request, others, count)

    def _excesses(self, request: int, pairs: list[tuple[int, int]], count: int) -> list[tuple[int, int]]:
        """The ``count`` least excesses among these (cost, helper), the least first; equal ones by cost.

        Forcing a pair pays its cost + price - u, which is a lower bound, and then the cheapest way from the
        helper's place back to the one the request gives up: either all do without the one place and make
        the best of the other, or tasks are passed on from the one to the other.
        """
        net, unit = self._net, self._unit
        now, value = net.at[request], net.value(request)
        given_up = 0 if now is None else self._given_up(now)
        bounds, apart = {}, []
        for cost, helper in pairs:
            taken = self._taken(helper)
            if taken < FAR:
                bounds[helper] = cost + net.price[helper] - value
                apart.append(((bounds[helper] + taken + given_up + unit // 2) // unit, cost, helper))
        apart.sort()
        if now is not None and apart:
            most = apart[:count][-1][0] * unit - unit // 2  # shorter ways than this come before the last
            passed_on = net.ways_to(now, most - min(bounds.values()))
            for place, (units, cost, helper) in enumerate(apart):
                length = bounds[helper] + passed_on.get(helper, FAR)
                if length < most:
                    apart[place] = (min(units, (length + unit // 2) // unit), cost, helper)
            apart.sort()
        return [(helper, units) for units, _, helper in apart[:count]]

    def _taken(self, helper: int) -> int:
        """What it costs all, beyond her price, to do without one place of the helper; FAR if she has none."""
        if helper not in self._takes:
            self._takes[helper] = self._net.cheapest_place([(0, helper)], FAR, self._unit // 2).distance
        return self._takes[helper]

    def _given_up(self, helper: int) -> int:
        """What all gain, short of her price, by one used place of the helper."""
        if helper not in self._gives:
            used = len(self._net.served[helper]) - 1
            self._gives[helper] = self._net.cheapest_gain(helper, used, self._unit // 2).distance
        return self._gives[helper]

    def certificate(self) -> Certificate:
        """Check every condition of the optimum anew, and compare the cost with its lower bound.

        The bound is the dual's value: sum of u - sum over every place of max(0, price - slot cost).
        """
        net = self._net
        cost = sum(
            net.penalty[request] if helper is None else net.costs[request][helper]
            for request, helper in net.at.items()
        )
        bound = sum(net.value(request) for request in net.at)
        for helper, slots in net.slots.items():
            cost += sum(slots[: len(net.served[helper])])
            bound -= sum(max(0, net.price[helper] - slot) for slot in slots)
        return Certificate(cost, bound, tuple(net.faults()))

    def export(self) -> dict[str, Any]:
        """Where it stands, as plain data: pairs of request and helper, and of helper and price."""
        net = self._net
        return {
            "assignment": sorted(
                [request, helper] for request, helper in net.at.items() if helper is not None
            ),
            "prices": sorted([helper, price] for helper, price in net.price.items()),
        }

    # -- inside --------------------------------------------------------------------------------------------

    def _attach_helper(self, helper: int, slots: Sequence[int]) -> None:
        net = self._net
        _require(helper > 0 and helper not in net.slots, "helpers need new positive ids")
        _check_slots(slots)
        net.slots[helper] = tuple(slots)
        net.price[helper] = slots[0] if slots else 0
        net.served[helper], net.wanted[helper] = {}, {}
        net.count(helper)

    def _forget(self) -> None:
        self._takes.clear()
        self._gives.clear()

    def _attach(self, request: int, demand: Demand) -> None:
        """Put in a request as unserved, which may not be best yet."""
        net = self._net
        _require(request > 0 and request not in net.at, "requests need new positive ids")
        self._check(demand)
        net.penalty[request] = demand.penalty
        net.costs[request] = dict(demand.costs)
        net.edges[request] = sorted((cost, helper) for helper, cost in demand.costs.items())
        for cost, helper in net.edges[request]:
            net.wanted[helper][request] = cost
        net.at[request] = None

    def _check(self, demand: Demand) -> None:
        _require(demand.costs.keys() <= self._net.slots.keys(), "a request names an unknown helper")
        _require(min([demand.penalty, *demand.costs.values()]) >= 0, "costs cannot be negative")

    def _detach(self, request: int) -> Demand:
        net = self._net
        helper = net.at.pop(request)
        if helper is not None:
            del net.served[helper][request]
            net.count(helper)
        for _, candidate in net.edges.pop(request):
            del net.wanted[candidate][request]
        return Demand(net.penalty.pop(request), net.costs.pop(request))

    def _evict(self, helper: int) -> list[tuple[int, Demand]]:
        return [(request, self._detach(request)) for request in self.tasks_of(helper)]

    def _place(self, request: int) -> None:
        """Serve an attached request: search, raise the prices of all that is nearer, move along the way."""
        net = self._net
        self._forget()
        starts = [(cost + net.price[helper], helper) for cost, helper in net.edges[request]]
        found = net.cheapest_place(starts, net.penalty[request])
        for helper, distance in found.reached:
            net.price[helper] += found.distance - distance
        if found.helper is None:
            return
        if found.request is not None:
            net.move(found.request, None)
        helper = found.helper
        while helper in found.came:
            mover, origin = found.came[helper]
            net.move(mover, helper)
            helper = origin
        net.move(request, helper)

    def _fill(self, helper: int) -> None:
        """Give the helper's free places to whom they help most, and let prices fall until they fit again."""
        net = self._net
        self._forget()
        while net.price[helper] > net.next_slot[helper]:
            found = net.cheapest_gain(helper, len(net.served[helper]))
            for reached, distance in found.reached:
                net.price[reached] -= found.distance - distance
            place = found.helper
            assert place is not None  # the search ends at its start at the latest
            if found.request is not None:
                net.move(found.request, place)
            while place in found.came:
                mover, goal = found.came[place]
                net.move(mover, goal)
                place = goal

    def _resume(self, problem: Problem, state: Mapping[str, Any]) -> None:
        """Begin where another stopped: keep what is still right at its prices, mend the rest.

        Right is a served request that still pays its least and whose place still fits the price, or an
        unserved one that would pay its penalty. What is kept is an optimum of itself once the prices of free
        places have fallen; then the others are added.
        """
        net = self._net
        for helper, price in state["prices"]:
            if helper in net.slots:
                net.price[helper] = max([price, *net.slots[helper][:1]])
        assignment: dict[int, int] = dict(state["assignment"])
        others = []
        for request, demand in sorted(problem.demands.items()):
            self._check(demand)
            value = min(
                [demand.penalty, *(cost + net.price[helper] for helper, cost in demand.costs.items())]
            )
            helper = assignment.get(request)
            if (
                helper is not None
                and helper in demand.costs
                and self._still_fits(helper, value - demand.costs[helper])
            ):
                self._attach(request, demand)
                net.move(request, helper)
            elif value == demand.penalty:
                self._attach(request, demand)
            else:
                others.append((request, demand))
        for helper in sorted(problem.slots):
            self._fill(helper)
        for request, demand in others:
            self.add_request(request, demand)

    def _still_fits(self, helper: int, price: int) -> bool:
        net = self._net
        used, slots = len(net.served[helper]), net.slots[helper]
        return used < len(slots) and slots[used] <= price == net.price[helper]


def _check_slots(slots: Sequence[int]) -> None:
    rising = all(before <= after for before, after in pairwise(slots))
    _require(rising and min(slots, default=0) >= 0, "slot costs are never negative and never fall")


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)
