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

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import excesses
from .excesses import Alternatives
from .high_prices import HighPrices
from .network import Network
from .problem import Columns, Demand, Ints, Problem, check_demand, check_slots, columns_of, require
from .proof import Certificate, prove
from .start import Start, bidding, earlier, nothing, settle

#: Where more than so many requests, and than this share of all, have yet to be placed, all are placed anew
#: at once: one by one, each way would be long.
MANY = 50
MANY_SHARE = 0.05


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
        self._weighed: Alternatives | None = None  # remembered until something changes
        self._high: HighPrices | None = None
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
        return self._net.value(request, self._net.price)

    # -- what changes --------------------------------------------------------------------------------------

    def add_request(self, request: int, demand: Demand) -> None:
        """Put in a request and serve it as is best for all."""
        require(request > 0 and request not in self._net.at, "requests need new positive ids")
        check_demand(demand, self._net.slots)
        self._changes()
        self._net.attach(request, demand)
        self._place(request)

    def add_pairs(self, request: int, costs: Mapping[int, int]) -> None:
        """Give a request more candidates; it moves only where one of them is the better choice now."""
        net, high = self._net, self._changes()
        require(costs.keys() <= net.slots.keys(), "a request names an unknown helper")
        require(min(costs.values(), default=0) >= 0, "costs cannot be negative")
        known = {helper: cost for cost, helper in net.edges[request]}
        fresh = {helper: cost for helper, cost in costs.items() if helper not in known}
        if net.attracts(request, fresh) or high.attracts(request, fresh):
            penalty = net.penalty[request]
            self.drop_request(request)
            self.add_request(request, Demand(penalty, {**fresh, **known}))
        else:
            for helper, cost in fresh.items():
                net.attach_pair(request, helper, cost)

    def drop_request(self, request: int) -> None:
        """Take out a request; its place goes to whom it helps most."""
        helper = self._net.at[request]
        self._changes()
        self._net.detach(request)
        if helper is not None:
            self._fill(helper)

    def add_helper(self, helper: int, slots: Sequence[int], costs: Mapping[int, int]) -> None:
        """Put in a helper with her slot costs and her cost with each request that may have her."""
        net, high = self._net, self._changes()
        require(helper > 0 and helper not in net.slots, "helpers need new positive ids")
        check_slots(slots)
        require(costs.keys() <= net.at.keys(), "a helper names an unknown request")
        require(min(costs.values(), default=0) >= 0, "costs cannot be negative")
        net.attach_helper(helper, slots)
        net.outbid(helper, costs)
        high.attach_helper(helper, costs)
        for request, cost in sorted(costs.items()):
            net.attach_pair(request, helper, cost)
        self._fill(helper)

    def drop_helper(self, helper: int) -> None:
        """Take out a helper; whom she served is served anew as is best for all."""
        high, evicted = self._changes(), self._evict(helper)
        self._net.detach_helper(helper)
        high.detach_helper(helper)
        for request, demand in evicted:
            others = {other: cost for other, cost in demand.costs.items() if other != helper}
            self.add_request(request, Demand(demand.penalty, others))

    def set_slots(self, helper: int, slots: Sequence[int]) -> None:
        """Change a helper's places or what each costs."""
        if tuple(slots) == self._net.slots[helper]:
            return
        check_slots(slots)
        high, evicted = self._changes(), self._evict(helper)
        self._net.set_slots(helper, slots)
        high.change_slots(helper)
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
        return dict(self._high_prices().excesses(request, [(cost, helper)], 1)).get(helper)

    def alternatives(self, request: int, count: int) -> list[tuple[int, int]]:
        """The ``count`` other candidates that would cost all together least, as (helper, excess in units)."""
        if self._weighed is not None and count <= self._weighed.count:
            return self._weighed.of(request)[:count]
        now = self._net.at[request]
        others = [(cost, helper) for cost, helper in self._net.edges[request] if helper != now]
        return self._high_prices().excesses(request, others, count)

    def weigh_all(self, count: int) -> None:
        """Find the ``count`` alternatives of every request at once, which is far quicker than one by one.

        They are remembered until something changes.
        """
        if self._weighed is not None and count <= self._weighed.count:
            return
        columns = self._net.columns()
        self._weighed = excesses.alternatives(columns, self._net.positions(columns), count, self._unit)

    def certificate(self) -> Certificate:
        """The proof of the optimum; if high prices are kept they must prove it as well."""
        proof = prove(self._net, self._net.price)
        if self._high is None:
            return proof
        again = prove(self._net, self._high.prices)
        return Certificate(proof.cost, min(proof.bound, again.bound), proof.faults + again.faults)

    def take_risen(self) -> set[int]:
        """The requests whose value may have risen since this was last asked."""
        risen, self._risen = self._risen & self._net.at.keys(), set()
        return risen

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

    def _high_prices(self) -> HighPrices:
        """The high prices, which are looked for when they are first needed."""
        if self._high is None:
            self._high = HighPrices(self._net, self._unit)
        return self._high

    def _changes(self) -> HighPrices:
        """Something is about to change: what was weighed does not hold any more."""
        self._weighed = None
        return self._high_prices()

    def _evict(self, helper: int) -> list[tuple[int, Demand]]:
        return [(request, self._net.detach(request)) for request in self.tasks_of(helper)]

    def _place(self, request: int) -> None:
        """Serve an attached request: search, raise the prices of all that is nearer, move along the way."""
        net = self._net
        starts = [(cost + net.price[helper], helper) for cost, helper in net.edges[request]]
        if self._high is None:
            found = net.cheapest_place(net.price, starts, net.penalty[request])
            nearer = found.reached
        else:  # at the high prices the cheapest place is near
            found = self._high.place(request)
            nearer = net.nearer_than(found.distance, net.price, starts)
        self._risen.add(request)
        for helper, distance in nearer:
            net.price[helper] += found.distance - distance
            self._risen.update(net.served[helper])
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
        while True:
            if self._high is not None:
                self._high.fall(helper)
            if net.price[helper] <= net.next_slot[helper]:
                return
            found = net.lower(net.price, helper, len(net.served[helper]))
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
        net.seat(begin.at, begin.open)
        for helper in columns.helpers.tolist():
            if net.price[helper] > net.next_slot[helper]:
                self._fill(helper)
        for request in columns.requests[begin.open].tolist():
            net.at[request], net.paid[request] = None, net.penalty[request]
            self._place(request)
