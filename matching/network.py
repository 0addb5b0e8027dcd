"""The solver's network: who may go where, who sits where at which prices, and the searches in it. Pure.

The searches are E. W. Dijkstra's over helpers; the length of a step is its reduced cost, which the prices
keep from being negative. They change nothing; ``solver`` acts on what they find.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
        self._by_helper = np.argsort(columns.pair_helpers, kind="stable")
        counts = np.bincount(columns.pair_helpers, minlength=len(columns.helpers))
        self._ends = np.cumsum(counts).tolist()
        self._rows = columns.pair_rows()
        self._place = {helper: place for place, helper in enumerate(columns.helpers.tolist())}

    def __missing__(self, helper: int) -> dict[int, int]:
        columns, place = self._edges.columns, self._place[helper]
        pairs = self._by_helper[self._ends[place - 1] if place else 0 : self._ends[place]]
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
        heap = [start for start in starts if start[0] < best]
        heapify(heap)
        distances = {helper: distance for distance, helper in heap}
        reached: list[tuple[int, int]] = []
        came: dict[int, tuple[int, int]] = {}
        while heap:
            distance, helper = heappop(heap)
            if distance >= best - slack:
                break
            if distance > distances[helper]:
                continue
            reached.append((helper, distance))
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
                    distances[other] = length
                    came[other] = (request, helper)
                    heappush(heap, (length, other))
                    if shortest + next_slot[other] < best:
                        best, end, left = shortest + next_slot[other], other, None
        return Found(best, end, left, reached, came)

    def cheapest_gain(self, start: int, used: int, slack: int = 0) -> Found:
        """From a helper's free place, her last but for ``used``, back to who gains most by it.

        ``distance`` is the gain. It may be nobody's: the way that ends at ``start`` itself lets only her
        price fall. A gain greater by no more than ``slack`` is not looked for.
        """
        return self._back(start, self.price[start] - self.slots[start][used], slack)

    def ways_to(self, start: int, limit: int, sought: set[int]) -> list[tuple[int, int]]:
        """Helpers from whom a task can be passed on, step by step, to this one, and at what least cost.

        Only those nearer than ``limit``, and none further than the last of those ``sought``.
        """
        return self._back(start, limit, 0, sought).reached

    def _back(self, start: int, limit: int, slack: int, sought: set[int] | None = None) -> Found:
        """Search backwards from a helper: whose tasks might move to her, and further whose to theirs.

        Unless certain helpers are sought a way may also end, at a helper who is glad to lose a task or a
        request that is unserved, and then only shorter ways are looked for.
        """
        ends = sought is None
        left = None if sought is None else set(sought)
        price, slots, served, paid, at = self.price, self.slots, self.served, self.paid, self.at
        best, end, taken = limit, start, None
        heap = [(0, start)]
        distances = {start: 0}
        reached: list[tuple[int, int]] = []
        came: dict[int, tuple[int, int]] = {}
        while heap:
            distance, helper = heappop(heap)
            if distance >= best - slack:
                break
            if distance > distances[helper]:
                continue
            reached.append((helper, distance))
            if left is not None:
                left.discard(helper)
                if not left:
                    break
            before = distance + price[helper]
            if ends and helper != start:
                length = before - slots[helper][len(served[helper]) - 1]
                if length < best:
                    best, end, taken = length, helper, None
            for request, cost in self.wanted[helper].items():
                other = at.get(request, helper)  # who does not take part yet moves nowhere
                if other == helper:
                    continue
                length = before + cost - paid[request]
                if other is None:
                    if ends and length < best:
                        best, end, taken = length, helper, request
                    continue
                length -= price[other]
                if length < best - slack and length < distances.get(other, FAR):
                    distances[other] = length
                    came[other] = (request, helper)
                    heappush(heap, (length, other))
        return Found(best, end, taken, reached, came)

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
        rows = columns.pair_rows()
        here = columns.pair_helpers == np.array(where, dtype=np.int64)[rows]
        costs = columns.penalties.copy()
        costs[rows[here]] = columns.pair_costs[here]
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
