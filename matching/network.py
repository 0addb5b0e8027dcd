"""The solver's network: who may go where, who sits where at which prices, and the searches in it. Pure.

The searches are E. W. Dijkstra's over helpers; the length of a step is its reduced cost, which the prices
keep from being negative. They change nothing; ``solver`` acts on what they find.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import chain

import numpy as np

from .problem import Columns, Demand, Ints, Problem, columns_of

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


class Edges(dict[int, list[tuple[int, int]]]):
    """Each request's (cost, helper) by rising cost.

    What the network began with stays in its columns until somebody asks for it: of a hundred thousand
    requests a search touches few. ``changed`` are the requests whose edges differ from those columns,
    ``gone`` those of them of which the columns say nothing true any more.
    """

    def __init__(self, columns: Columns) -> None:
        super().__init__()
        self.columns = columns
        self.changed: set[int] = set()
        self.gone: set[int] = set()
        self._row = {request: row for row, request in enumerate(columns.requests.tolist())}

    def __missing__(self, request: int) -> list[tuple[int, int]]:
        if request in self.gone:
            raise KeyError(request)
        columns, row = self.columns, self._row[request]
        span = slice(columns.starts[row], columns.starts[row + 1])
        helpers = columns.helpers[columns.pair_helpers[span]].tolist()
        self[request] = edges = list(zip(columns.pair_costs[span].tolist(), helpers, strict=True))
        return edges


class Wanted(dict[int, dict[int, int]]):
    """Each helper's requests with their cost, drawn from the edges' columns when first asked for."""

    def __init__(self, edges: Edges) -> None:
        super().__init__()
        self._edges = edges
        columns = edges.columns
        starts, self._by_helper = columns.by_helper
        self._starts = starts.tolist()
        self._rows = columns.pair_rows()
        self._place = {helper: place for place, helper in enumerate(columns.helpers.tolist())}

    def __missing__(self, helper: int) -> dict[int, int]:
        columns, place = self._edges.columns, self._place[helper]
        pairs = self._by_helper[self._starts[place] : self._starts[place + 1]]
        requests = columns.requests[self._rows[pairs]].tolist()
        costs = columns.pair_costs[pairs].tolist()
        gone = self._edges.gone
        self[helper] = found = {
            request: cost for request, cost in zip(requests, costs, strict=True) if request not in gone
        }
        return found


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

    def value(self, request: int) -> int:
        """``u`` of a request: what it would pay at these prices, at most its penalty."""
        price = self.price
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

    def cheapest_place(self, starts: Sequence[tuple[int, int]], limit: int, slack: int = 0) -> Found:
        """From helpers at (distance, helper) to the cheapest free place, or request to leave unserved.

        A helper's free place is weighed when she is first seen, so that little is looked at beyond it.
        A way that would be shorter by no more than ``slack`` is not looked for.
        """
        price, served, edges, paid = self.price, self.served, self.edges, self.paid
        penalty, next_slot = self.penalty, self.next_slot
        best, end, left = limit, None, None
        for distance, helper in starts:
            length = distance - price[helper] + next_slot[helper]
            if length < best:
                best, end = length, helper
        front = Front(start for start in starts if start[0] < best)
        distances = front.distances
        came: dict[int, tuple[int, int]] = {}
        while (nearest := front.nearest(best - slack)) is not None:
            distance, helper = nearest
            before = distance - price[helper]
            for request in served[helper]:
                base = before - paid[request]
                if base + penalty[request] < best:
                    best, end, left = base + penalty[request], helper, request
                for cost, other in edges[request]:
                    shortest = base + cost
                    if shortest >= best - slack:  # the edges rise and no price is negative
                        break
                    length = shortest + price[other]
                    if length >= best - slack or length >= distances.get(other, FAR):
                        continue
                    front.see(other, length)
                    came[other] = (request, helper)
                    if shortest + next_slot[other] < best:
                        best, end, left = shortest + next_slot[other], other, None
        return Found(best, end, left, front.settled, came)

    def cheapest_gain(self, start: int, used: int, slack: int = 0) -> Found:
        """From a helper's free place, her last but for ``used``, back to who gains most by it.

        ``distance`` is the gain. It may be nobody's: the way that ends at ``start`` itself lets only her
        price fall. Else it ends at a helper who is glad to lose a task, or at a request that is unserved. A
        gain greater by no more than ``slack`` is not looked for.
        """
        price, slots, served = self.price, self.slots, self.served
        best, end, taken = price[start] - slots[start][used], start, None
        front, came = Front([(0, start)]), dict[int, tuple[int, int]]()
        while (nearest := front.nearest(best - slack)) is not None:
            distance, helper = nearest
            if helper != start:
                length = distance + price[helper] - slots[helper][len(served[helper]) - 1]
                if length < best:
                    best, end, taken = length, helper, None
            unserved = self._see_givers(front, came, helper, distance, best - slack)
            if unserved is not None and unserved[0] < best:
                best, taken = unserved
                end = helper
        return Found(best, end, taken, front.settled, came)

    def ways_to(self, goal: int, limit: int, sought: set[int]) -> dict[int, int]:
        """Helpers from whom a task can be passed on, step by step, to this one, and at what least cost.

        Only those nearer than ``limit``, and none further than the last of those ``sought``.
        """
        front, left, came = Front([(0, goal)]), set(sought), dict[int, tuple[int, int]]()
        while left and (nearest := front.nearest(limit)) is not None:
            distance, helper = nearest
            left.discard(helper)
            self._see_givers(front, came, helper, distance, limit)
        return dict(front.settled)

    def _see_givers(
        self, front: Front, came: dict[int, tuple[int, int]], helper: int, distance: int, limit: int
    ) -> tuple[int, int] | None:
        """Look back from a settled helper: whose tasks might move to her, at less than ``limit`` in all.

        Gives the unserved request that would come to her at least, with the length of the way, if any.
        """
        price, paid, at, distances = self.price, self.paid, self.at, front.distances
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

    def check(self) -> tuple[int, int, list[str]]:
        """What all requests cost, the sum of their ``u``, and every condition of the optimum that fails.

        Nothing that the searches remember is trusted: costs and values are taken from the pairs anew.
        """
        faults = list(self._helper_faults())
        costs, values = self._costs_and_values()
        for request, helper in self.at.items():
            if helper is not None and request not in self.served[helper]:
                faults.append(f"request {request} is not among the tasks of helper {helper}")
            paid = costs[request] + (0 if helper is None else self.price[helper])
            if paid != values[request] or costs[request] != self.paid[request]:
                faults.append(f"request {request} has something cheaper")
        return sum(costs.values()), sum(values.values()), faults

    def _costs_and_values(self) -> tuple[dict[int, int], dict[int, int]]:
        """What each request costs where it is, and its ``u``: whole columns at once where nothing changed."""
        columns, changed = self.edges.columns, self.edges.changed
        ids = columns.requests.tolist()
        place = {helper: place for place, helper in enumerate(columns.helpers.tolist())}
        # a helper who has left is named by changed requests alone, which are looked at one by one
        prices = np.array([self.price.get(helper, 0) for helper in place], dtype=np.int64)
        where = [-1 if request in changed else place.get(self.at.get(request) or 0, -1) for request in ids]
        costs = columns.paid(np.array(where, dtype=np.int64))
        both = zip(ids, costs.tolist(), columns.least(prices).tolist(), strict=True)
        whole = {r: (cost, value) for r, cost, value in both if r in self.at and r not in changed}
        for request, helper in self.at.items():
            if request not in whole:
                cost = self.penalty[request] if helper is None else self.cost(request, helper)
                whole[request] = (cost, self.value(request))
        return {r: cost for r, (cost, _) in whole.items()}, {r: value for r, (_, value) in whole.items()}

    def _helper_faults(self) -> Iterator[str]:
        for helper, slots in self.slots.items():
            price, used = self.price[helper], len(self.served[helper])
            if price < 0 or any(self.at[request] != helper for request in self.served[helper]):
                yield f"helper {helper} has a negative price or a task of somebody else's"
            if (
                used > len(slots)
                or (used and price < slots[used - 1])
                or (used < len(slots) and price > slots[used])
            ):
                yield f"helper {helper} has too many tasks, or her price does not fit them"
