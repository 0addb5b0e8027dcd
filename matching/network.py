"""The solver's network: who may go where, who sits where at which prices, and the searches in it. Pure.

The searches are E. W. Dijkstra's over helpers; the length of a step is its reduced cost, which the prices
keep from being negative. They change nothing; ``solver`` acts on what they find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import chain

import numpy as np

from .auction import NONE
from .edges import Edges, Wanted
from .problem import Columns, Demand, Ints, Problem, columns_of

#: What a place of each helper is worth.
Prices = Mapping[int, int]

#: Longer than any path.
FAR = 1 << 100
#: The cost of a place that is not there: too far even less any price.
NO_PLACE = 2 * FAR


@dataclass(frozen=True)
class Found:
    """The shortest way that a search found.

    ``distance`` is its length; it ends at ``helper``: at her own place, or at ``request``, which goes
    from served to unserved or the other way round. ``helper`` is None where no way is shorter than the
    limit. ``reached`` has the helpers nearer than ``distance`` with theirs; ``came`` says by whose move a
    helper was reached, and to or from which helper that request moves.
    """

    distance: int
    helper: int | None
    request: int | None
    reached: list[tuple[int, int]]
    came: dict[int, tuple[int, int]]


class Front:
    """The helpers that a search has seen, to be settled by rising distance; ``settled`` keeps the order."""

    def __init__(self, starts: Iterable[tuple[int, int]]) -> None:
        """``starts``: (distance, helper), each helper once."""
        self._heap = list(starts)
        heapify(self._heap)
        self.distances = {helper: distance for distance, helper in self._heap}
        self.settled: list[tuple[int, int]] = []

    def see(self, helper: int, distance: int) -> None:
        """Note a way to a helper that is shorter than what ``distances`` tells."""
        self.distances[helper] = distance
        heappush(self._heap, (distance, helper))

    def nearest(self, limit: int) -> tuple[int, int] | None:
        """Settle the nearest helper: her distance, and she; None if nobody is nearer than the limit."""
        heap, distances = self._heap, self.distances
        while heap and heap[0][0] < limit:
            distance, helper = heappop(heap)
            if distance == distances[helper]:
                self.settled.append((helper, distance))
                return distance, helper
        return None


class Network:
    """Requests, helpers, who serves whom, and the helpers' prices.

    ``at`` has the requests that take part: each one's helper, or None where it is unserved; ``paid`` its cost
    with her, or its penalty. ``next_slot`` is what a helper's next place costs (``NO_PLACE``: she has none).
    """

    def __init__(self, columns: Columns, prices: Ints) -> None:
        helpers = columns.helpers.tolist()
        bounds, slots = columns.slot_starts.tolist(), columns.slot_costs.tolist()
        penalties = zip(columns.requests.tolist(), columns.penalties.tolist(), strict=True)
        self.penalty: dict[int, int] = dict(penalties)
        self.edges = Edges(columns)
        self.wanted = Wanted(self.edges)
        self.at: dict[int, int | None] = {}
        self.paid: dict[int, int] = {}
        self.slots = {
            helper: tuple(slots[start:end])
            for helper, start, end in zip(helpers, bounds, bounds[1:], strict=False)
        }
        self.price: dict[int, int] = dict(zip(helpers, prices.tolist(), strict=True))
        self.served: dict[int, dict[int, None]] = {helper: {} for helper in helpers}
        self.next_slot = {helper: own[0] if own else NO_PLACE for helper, own in self.slots.items()}

    def seat(self, at: Ints, waiting: Ints) -> None:
        """Let everybody take part but the ``waiting`` rows; ``at`` is the position of each one's helper."""
        columns = self.edges.columns
        helpers, left_out = columns.helpers.tolist(), set(waiting.tolist())
        rows = zip(columns.requests.tolist(), at.tolist(), columns.paid(at).tolist(), strict=True)
        for row, (request, place, cost) in enumerate(rows):
            if row not in left_out:
                self.at[request], self.paid[request] = None, cost
                if place != NONE:
                    self.at[request] = helpers[place]
                    self.served[helpers[place]][request] = None
        for helper, tasks in self.served.items():
            if tasks:
                self.count(helper)

    def positions(self, columns: Columns) -> Ints:
        """Where everybody sits, by rows and positions of such columns."""
        place = {helper: place for place, helper in enumerate(columns.helpers.tolist())}
        places = (place.get(self.at[request] or 0, NONE) for request in columns.requests.tolist())
        return np.fromiter(places, np.int64, len(columns.requests))

    def attach(self, request: int, demand: Demand) -> None:
        """Put in a request as unserved, which may not be best yet."""
        self.penalty[request] = demand.penalty
        self.edges.add(request, demand.costs)
        for helper, cost in demand.costs.items():
            self.wanted[helper][request] = cost
        self.at[request], self.paid[request] = None, demand.penalty

    def detach(self, request: int) -> Demand:
        """Take out a request, and leave its place free."""
        helper = self.at.pop(request)
        if helper is not None:
            del self.served[helper][request]
            self.count(helper)
        costs = {candidate: cost for cost, candidate in self.edges[request]}
        for candidate in costs:
            del self.wanted[candidate][request]
        self.edges.drop(request)
        del self.paid[request]
        return Demand(self.penalty.pop(request), costs)

    def attach_helper(self, helper: int, slots: Sequence[int]) -> None:
        """Put in a helper whom nobody may have yet."""
        self.slots[helper] = tuple(slots)
        self.price[helper] = self.first_slot(helper)
        self.served[helper], self.wanted[helper] = {}, {}
        self.count(helper)

    def detach_helper(self, helper: int) -> None:
        """Take out a helper without tasks."""
        for request, cost in self.wanted[helper].items():
            if request in self.at:
                self.edges.drop_pair(request, helper, cost)
        del self.wanted[helper], self.slots[helper], self.price[helper], self.served[helper]
        del self.next_slot[helper]

    def set_slots(self, helper: int, slots: Sequence[int]) -> None:
        """Change the places of a helper without tasks."""
        self.slots[helper] = tuple(slots)
        self.count(helper)
        self.price[helper] = max(self.price[helper], self.first_slot(helper))

    def first_slot(self, helper: int) -> int:
        """What the helper's first place costs; 0 where she has none."""
        return next(iter(self.slots[helper]), 0)

    def attracts(self, request: int, costs: Mapping[int, int]) -> bool:
        """Whether the request would rather have one of these helpers."""
        value = self.value(request, self.price)
        return any(cost + self.price[helper] < value for helper, cost in costs.items())

    def outbid(self, helper: int, costs: Mapping[int, int]) -> None:
        """Make a helper who has just come so dear that none of these requests would rather have her."""
        for request, cost in costs.items():
            self.price[helper] = max(self.price[helper], self.value(request, self.price) - cost)

    def attach_pair(self, request: int, helper: int, cost: int) -> None:
        """From now on the request may have this helper as well."""
        self.edges.add_pair(request, helper, cost)
        self.wanted[helper][request] = cost

    def columns(self) -> Columns:
        """The whole problem as it is now: the columns that it began with, as long as they still hold."""
        begun = self.edges.columns
        slots = list(chain.from_iterable(self.slots.values()))
        as_begun = (
            not self.edges.changed
            and list(self.slots) == begun.helpers.tolist()
            and list(map(len, self.slots.values())) == np.diff(begun.slot_starts).tolist()
            and slots == begun.slot_costs.tolist()
        )
        if as_begun:
            return begun
        demands = {
            request: Demand(self.penalty[request], {helper: cost for cost, helper in self.edges[request]})
            for request in self.at
        }
        return columns_of(Problem(demands, self.slots))

    def value(self, request: int, price: Prices) -> int:
        """``u`` of a request: what it would pay at these prices, at most its penalty."""
        return min([self.penalty[request], *(cost + price[helper] for cost, helper in self.edges[request])])

    def cost(self, request: int, helper: int) -> int:
        """The cost of one of the request's pairs; ``KeyError`` if it has no such pair."""
        for cost, other in self.edges[request]:
            if other == helper:
                return cost
        raise KeyError(helper)

    def move(self, request: int, helper: int | None) -> None:
        """Let a request be served by this helper, or by nobody, instead of by whom it is."""
        before = self.at[request]
        if before is not None:
            del self.served[before][request]
            self.count(before)
        if helper is not None:
            self.served[helper][request] = None
            self.count(helper)
        self.at[request] = helper
        self.paid[request] = self.penalty[request] if helper is None else self.cost(request, helper)

    def count(self, helper: int) -> None:
        """Note what the helper's next place costs, after her tasks or places have changed."""
        used, slots = len(self.served[helper]), self.slots[helper]
        self.next_slot[helper] = slots[used] if used < len(slots) else NO_PLACE

    def cheapest_place(self, price: Prices, starts: Sequence[tuple[int, int]], limit: int) -> Found:
        """From helpers at (distance, helper) to the cheapest free place, or request to leave unserved.

        A helper's free place is weighed when she is first seen, so that little is looked at beyond it.
        """
        served, edges, paid = self.served, self.edges, self.paid
        penalty, next_slot = self.penalty, self.next_slot
        best, end, left = limit, None, None
        for distance, helper in starts:
            length = distance - price[helper] + next_slot[helper]
            if length < best:
                best, end = length, helper
        front = Front(start for start in starts if start[0] < best)
        distances = front.distances
        came: dict[int, tuple[int, int]] = {}
        while (nearest := front.nearest(best)) is not None:
            distance, helper = nearest
            before = distance - price[helper]
            for request in served[helper]:
                base = before - paid[request]
                if base + penalty[request] < best:
                    best, end, left = base + penalty[request], helper, request
                for cost, other in edges[request]:
                    shortest = base + cost
                    if shortest >= best:  # the edges rise and no price is negative
                        break
                    length = shortest + price[other]
                    if length >= best or length >= distances.get(other, FAR):
                        continue
                    front.see(other, length)
                    came[other] = (request, helper)
                    if shortest + next_slot[other] < best:
                        best, end, left = shortest + next_slot[other], other, None
        return Found(best, end, left, front.settled, came)

    def nearer_than(
        self, limit: int, price: Prices, starts: Iterable[tuple[int, int]]
    ) -> list[tuple[int, int]]:
        """The helpers nearer than ``limit`` to the starts at (distance, helper), with their distance."""
        served, edges, paid = self.served, self.edges, self.paid
        front = Front(start for start in starts if start[0] < limit)
        distances = front.distances
        while (nearest := front.nearest(limit)) is not None:
            distance, helper = nearest
            for request in served[helper]:
                base = distance - price[helper] - paid[request]
                most = limit - base
                for cost, other in edges[request]:
                    if cost >= most:  # the edges rise and no price is negative
                        break
                    length = base + cost + price[other]
                    if length < limit and length < distances.get(other, FAR):
                        front.see(other, length)
        return front.settled

    def cheapest_gain(self, price: Prices, start: int, used: int) -> Found:
        """From a helper's free place, her last but for ``used``, back to who gains most by it.

        ``distance`` is the gain. It may be nobody's: the way that ends at ``start`` itself lets only her
        price fall. Else it ends at a helper who is glad to lose a task, or at a request that is unserved.
        """
        slots, served = self.slots, self.served
        best, end, taken = price[start] - slots[start][used], start, None
        front, came = Front([(0, start)]), dict[int, tuple[int, int]]()
        while (nearest := front.nearest(best)) is not None:
            distance, helper = nearest
            if helper != start:
                length = distance + price[helper] - slots[helper][len(served[helper]) - 1]
                if length < best:
                    best, end, taken = length, helper, None
            unserved = self._see_givers(price, front, came, helper, distance, best)
            if unserved is not None and unserved[0] < best:
                best, taken = unserved
                end = helper
        return Found(best, end, taken, front.settled, came)

    def lower(self, price: dict[int, int], helper: int, used: int) -> Found:
        """Let prices fall as ``cheapest_gain`` from a helper's place allows, which is what it gives."""
        found = self.cheapest_gain(price, helper, used)
        for reached, distance in found.reached:
            price[reached] -= found.distance - distance
        return found

    def _see_givers(
        self,
        price: Prices,
        front: Front,
        came: dict[int, tuple[int, int]],
        helper: int,
        distance: int,
        limit: int,
    ) -> tuple[int, int] | None:
        """Look back from a settled helper: whose tasks might move to her, at less than ``limit`` in all.

        Gives the unserved request that would come to her at least, with the length of the way, if any.
        """
        paid, at, distances = self.paid, self.at, front.distances
        before = distance + price[helper]
        unserved: tuple[int, int] | None = None
        for request, cost in self.wanted[helper].items():
            other = at.get(request, helper)  # who does not take part yet moves nowhere
            if other == helper:
                continue
            length = before + cost - paid[request]
            if other is None:
                unserved = (length, request) if unserved is None else min(unserved, (length, request))
                continue
            length -= price[other]
            if length < limit and length < distances.get(other, FAR):
                front.see(other, length)
                came[other] = (request, helper)
        return unserved
