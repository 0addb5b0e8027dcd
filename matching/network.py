"""The solver's network: who may go where, who sits where at which prices, and the two searches. Pure.

Both searches are E. W. Dijkstra's over helpers; the length of a step is its reduced cost, which the
prices keep from being negative. They change nothing; ``solver`` acts on what they find.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

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


@dataclass
class Network:
    """Requests, helpers, who serves whom (``at``: None is unserved) and the helpers' prices.

    ``edges`` are a request's (cost, helper) by rising cost, ``wanted`` a helper's requests with their cost;
    ``next_slot`` what her next place costs (``NO_PLACE``: she has none).
    """

    penalty: dict[int, int] = field(default_factory=dict)
    costs: dict[int, dict[int, int]] = field(default_factory=dict)
    edges: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    at: dict[int, int | None] = field(default_factory=dict)
    slots: dict[int, tuple[int, ...]] = field(default_factory=dict)
    price: dict[int, int] = field(default_factory=dict)
    served: dict[int, dict[int, None]] = field(default_factory=dict)
    wanted: dict[int, dict[int, int]] = field(default_factory=dict)
    next_slot: dict[int, int] = field(default_factory=dict)

    def value(self, request: int) -> int:
        """``u`` of a request: what it would pay at these prices, at most its penalty."""
        price = self.price
        return min([self.penalty[request], *(cost + price[helper] for cost, helper in self.edges[request])])

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

    def count(self, helper: int) -> None:
        """Note what the helper's next place costs, after her tasks or places have changed."""
        used, slots = len(self.served[helper]), self.slots[helper]
        self.next_slot[helper] = slots[used] if used < len(slots) else NO_PLACE

    def cheapest_place(self, starts: Sequence[tuple[int, int]], limit: int, slack: int = 0) -> Found:
        """From helpers at (distance, helper) to the cheapest free place, or request to leave unserved.

        A helper's free place is weighed when she is first seen, so that little is looked at beyond it.
        A way that would be shorter by no more than ``slack`` is not looked for.
        """
        price, served, edges, costs = self.price, self.served, self.edges, self.costs
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
                base = before - costs[request][helper]
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
        price, slots, served, costs, at = self.price, self.slots, self.served, self.costs, self.at
        best, end, taken = price[start] - slots[start][used], start, None
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
            own = price[helper]
            if helper != start:
                length = distance + own - slots[helper][len(served[helper]) - 1]
                if length < best:
                    best, end, taken = length, helper, None
            for request, cost in self.wanted[helper].items():
                other = at[request]
                if other == helper:
                    continue
                if other is None:
                    length = distance + cost + own - self.penalty[request]
                    if length < best:
                        best, end, taken = length, helper, request
                    continue
                length = distance + cost + own - costs[request][other] - price[other]
                if length < best - slack and length < distances.get(other, FAR):
                    distances[other] = length
                    came[other] = (request, helper)
                    heappush(heap, (length, other))
        return Found(best, end, taken, reached, came)

    def ways_to(self, start: int, limit: int) -> dict[int, int]:
        """The helpers from whom a task can be passed on, step by step, to this one, and at what least cost.

        Only those nearer than ``limit``.
        """
        price, costs, at = self.price, self.costs, self.at
        heap = [(0, start)]
        distances = {start: 0}
        while heap:
            distance, helper = heappop(heap)
            if distance > distances[helper]:
                continue
            before = distance + price[helper]
            for request, cost in self.wanted[helper].items():
                other = at[request]
                if other is None or other == helper:
                    continue
                length = before + cost - costs[request][other] - price[other]
                if length < limit and length < distances.get(other, FAR):
                    distances[other] = length
                    heappush(heap, (length, other))
        return distances

    def faults(self) -> Iterator[str]:
        """Every condition of the optimum that does not hold, in words."""
        for request, helper in self.at.items():
            if helper is not None and request not in self.served[helper]:
                yield f"request {request} is not among the tasks of helper {helper}"
            paid = (
                self.penalty[request] if helper is None else self.costs[request][helper] + self.price[helper]
            )
            if paid != self.value(request):
                yield f"request {request} has something cheaper"
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
