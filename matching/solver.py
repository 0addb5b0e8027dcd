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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import excesses
from .auction import NONE
from .excesses import Alternatives
from .network import FAR, Network
from .problem import Columns, Demand, Ints, Problem, check_demand, check_slots, columns_of, require
from .start import Start, bidding, earlier, nothing, settle

#: Where more than so many requests, and than this share of all, have yet to be placed, all are placed anew
#: at once: one by one, each way would be long.
MANY = 50
MANY_SHARE = 0.05


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
        self,
        problem: Problem | Columns | None = None,
        state: Mapping[str, Any] | None = None,
        unit: int = 1,
    ) -> None:
        """Solve a problem: from nothing, or going on from the ``export`` of an earlier, other problem.

        The cost is the same either way; the assignment too where the optimum is unique. ``unit`` is what
        costs are whole multiples of but for parts that together stay below half of it; excesses are told
        in it. Where very many have no place they begin with what bids find (``start.bidding``).
        """
        self._unit = unit
        self._takes: dict[int, int] = {}  # remembered until something changes
        self._gives: dict[int, int] = {}
        self._weighed: Alternatives | None = None
        self._risen: set[int] = set()
        columns = problem if isinstance(problem, Columns) else columns_of(problem or Problem({}, {}))
        begin = settle(columns, earlier(columns, state) if state else nothing(columns))
        if len(begin.open) > max(MANY, MANY_SHARE * len(columns.requests)):
            begin = settle(columns, bidding(columns, unit))
        self._go_on(columns, begin)

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

    def add_pairs(self, request: int, costs: Mapping[int, int]) -> None:
        """Give a request more candidates; it moves only where one of them is the better choice now."""
        net = self._net
        require(costs.keys() <= net.slots.keys(), "a request names an unknown helper")
        require(min(costs.values(), default=0) >= 0, "costs cannot be negative")
        known = {helper for _, helper in net.edges[request]}
        fresh = {helper: cost for helper, cost in costs.items() if helper not in known}
        value = net.value(request)
        if any(cost + net.price[helper] < value for helper, cost in fresh.items()):
            demand = Demand(net.penalty[request], {**fresh, **{h: cost for cost, h in net.edges[request]}})
            self.drop_request(request)
            self.add_request(request, demand)
        elif fresh:
            self._forget()
            net.edges[request] = sorted([*net.edges[request], *((cost, h) for h, cost in fresh.items())])
            net.edges.changed.add(request)
            for helper, cost in fresh.items():
                net.wanted[helper][request] = cost

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
        require(costs.keys() <= net.at.keys(), "a helper names an unknown request")
        require(min(costs.values(), default=0) >= 0, "costs cannot be negative")
        self._attach_helper(helper, slots)
        for request, cost in sorted(costs.items()):
            net.price[helper] = max(
                net.price[helper], net.value(request) - cost
            )  # high enough that none wants her
        for request, cost in sorted(costs.items()):
            insort(net.edges[request], (cost, helper))
            net.edges.changed.add(request)
            net.wanted[helper][request] = cost
        self._fill(helper)

    def drop_helper(self, helper: int) -> None:
        """Take out a helper; whom she served is served anew as is best for all."""
        net = self._net
        evicted = self._evict(helper)
        wanted = net.wanted[helper]
        del net.wanted[helper]
        for request, cost in wanted.items():
            if request in net.at:
                net.edges[request].remove((cost, helper))
                net.edges.changed.add(request)
        del net.slots[helper], net.price[helper], net.served[helper], net.next_slot[helper]
        for request, demand in evicted:
            others = {other: cost for other, cost in demand.costs.items() if other != helper}
            self.add_request(request, Demand(demand.penalty, others))

    def set_slots(self, helper: int, slots: Sequence[int]) -> None:
        """Change a helper's places or what each costs."""
        net = self._net
        if tuple(slots) == net.slots[helper]:
            return
        check_slots(slots)
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
        cost = self._net.cost(request, helper) if cost is None else cost
        return dict(self._excesses(request, [(cost, helper)], 1)).get(helper)

    def alternatives(self, request: int, count: int) -> list[tuple[int, int]]:
        """The ``count`` other candidates that would cost all together least, as (helper, excess in units)."""
        if self._weighed is not None and count <= self._weighed.count:
            return self._weighed.of(request)[:count]
        now = self._net.at[request]
        others = [(cost, helper) for cost, helper in self._net.edges[request] if helper != now]
        return self._excesses(request, others, count)

    def weigh_all(self, count: int) -> None:
        """Find the ``count`` alternatives of every request at once, which is far quicker than one by one.

        They are remembered until something changes.
        """
        if self._weighed is not None and count <= self._weighed.count:
            return
        net, columns = self._net, self._net.columns()
        place = {helper: place for place, helper in enumerate(columns.helpers.tolist())}
        places = (place.get(net.at[request] or 0, NONE) for request in columns.requests.tolist())
        at = np.fromiter(places, np.int64, len(columns.requests))
        self._weighed = excesses.alternatives(columns, at, count, self._unit)

    def _excesses(self, request: int, pairs: list[tuple[int, int]], count: int) -> list[tuple[int, int]]:
        """The ``count`` least excesses among these (cost, helper), the least first; equal ones by cost.

        Forcing a pair pays its cost + price - u, which is a lower bound, and then the cheapest way from the
        helper's place back to the one the request gives up: either all do without the one place and make
        the best of the other, or tasks are passed on from the one to the other.
        """
        net, unit = self._net, self._unit
        now, value = net.at[request], net.value(request)
        given_up = 0 if now is None else self._given_up(now)
        bounds: dict[int, int] = {}
        apart: list[tuple[int, int, int]] = []
        for bound, cost, helper in sorted((cost + net.price[h] - value, cost, h) for cost, h in pairs):
            last = apart[count - 1][0] + unit if len(apart) >= count else FAR
            if bound > last:
                break  # from here on everybody is dearer than the last that is asked for
            if net.slots[helper]:
                bounds[helper] = bound
                taken = self._taken(helper, last - bound - given_up)
                insort(apart, (bound + taken + given_up, cost, helper))
        if now is not None and apart:
            last = (apart[:count][-1][0] + unit // 2) // unit * unit + unit // 2
            # no way is looked for that saves no whole unit, or brings nobody before the last
            limits = {h: min(length - unit // 2, last) - bounds[h] for length, _, h in apart}
            sought = {helper for helper, limit in limits.items() if limit > 0}
            passed_on = net.ways_to(now, max(limits.values()), sought) if sought else {}
            apart = [
                (min(length, bounds[helper] + passed_on.get(helper, FAR)), cost, helper)
                for length, cost, helper in apart
            ]
        ranked = sorted(((length + unit // 2) // unit, cost, helper) for length, cost, helper in apart)
        return [(helper, units) for units, _, helper in ranked[:count]]

    def _taken(self, helper: int, limit: int) -> int:
        """What it costs all, beyond her price, to do without one place of hers; FAR from ``limit`` on."""
        if helper not in self._takes:
            found = self._net.cheapest_place([(0, helper)], limit, self._unit // 2)
            if found.helper is None:
                return FAR  # at least as far as that; at another limit it is looked for anew
            self._takes[helper] = found.distance
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
        cost, bound, faults = self._net.check()
        for helper, slots in self._net.slots.items():
            cost += sum(slots[: len(self._net.served[helper])])
            bound -= sum(max(0, self._net.price[helper] - slot) for slot in slots)
        return Certificate(cost, bound, tuple(faults))

    def take_risen(self) -> set[int]:
        """The helpers whose price has risen since this was last asked."""
        risen, self._risen = self._risen, set()
        return risen

    def wanting(self, helpers: Iterable[int]) -> set[int]:
        """The requests of which any of these helpers is a candidate."""
        return {
            request for helper in helpers for request in self._net.wanted[helper] if request in self._net.at
        }

    def values_and_prices(self) -> tuple[Ints, Ints]:
        """``value`` and ``price`` of everybody that it began with, as columns; before anything is changed."""
        columns = self._net.edges.columns
        prices = np.fromiter(self._net.price.values(), np.int64, len(self._net.price))
        return columns.least(prices), prices

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
        require(helper > 0 and helper not in net.slots, "helpers need new positive ids")
        check_slots(slots)
        net.slots[helper] = tuple(slots)
        net.price[helper] = slots[0] if slots else 0
        net.served[helper], net.wanted[helper] = {}, {}
        net.count(helper)

    def _forget(self) -> None:
        self._takes.clear()
        self._gives.clear()
        self._weighed = None

    def _attach(self, request: int, demand: Demand) -> None:
        """Put in a request as unserved, which may not be best yet."""
        net = self._net
        require(request > 0 and request not in net.at, "requests need new positive ids")
        check_demand(demand, net.slots)
        net.penalty[request] = demand.penalty
        net.edges[request] = sorted((cost, helper) for helper, cost in demand.costs.items())
        net.edges.changed.add(request)
        net.edges.gone.add(request)
        for cost, helper in net.edges[request]:
            net.wanted[helper][request] = cost
        net.at[request], net.paid[request] = None, demand.penalty

    def _detach(self, request: int) -> Demand:
        net = self._net
        helper = net.at.pop(request)
        if helper is not None:
            del net.served[helper][request]
            net.count(helper)
        edges = net.edges[request]
        for _, candidate in edges:
            del net.wanted[candidate][request]
        del net.edges[request], net.paid[request]
        net.edges.changed.add(request)
        net.edges.gone.add(request)
        return Demand(net.penalty.pop(request), {candidate: cost for cost, candidate in edges})

    def _evict(self, helper: int) -> list[tuple[int, Demand]]:
        self._forget()
        return [(request, self._detach(request)) for request in self.tasks_of(helper)]

    def _place(self, request: int) -> None:
        """Serve an attached request: search, raise the prices of all that is nearer, move along the way."""
        net = self._net
        self._forget()
        starts = [(cost + net.price[helper], helper) for cost, helper in net.edges[request]]
        found = net.cheapest_place(starts, net.penalty[request])
        for helper, distance in found.reached:
            net.price[helper] += found.distance - distance
            self._risen.add(helper)
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

    def _go_on(self, columns: Columns, begin: Start) -> None:
        """Seat whom the start has placed; let prices of free places fall, then place the others.

        After the fall, what stands is an optimum of itself; each further request keeps it one.
        """
        self._net = net = Network(columns, begin.prices)
        at = begin.at.tolist()
        helpers, requests = columns.helpers.tolist(), columns.requests.tolist()
        waiting = set(begin.open.tolist())
        costs = columns.paid(begin.at).tolist()
        for row, (request, place, cost) in enumerate(zip(requests, at, costs, strict=True)):
            if row in waiting:
                continue
            net.at[request], net.paid[request] = None, cost
            if place != NONE:
                net.at[request] = helpers[place]
                net.served[helpers[place]][request] = None
        for helper, tasks in net.served.items():
            if tasks:
                net.count(helper)
        for helper in helpers:
            if net.price[helper] > net.next_slot[helper]:
                self._fill(helper)
        for row in begin.open.tolist():
            net.at[requests[row]], net.paid[requests[row]] = None, net.penalty[requests[row]]
            self._place(requests[row])
