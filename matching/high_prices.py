"""High prices beside the solver's own: between the two, what an alternative costs all is soon found. Pure.

The prices at which an assignment is right form a lattice (``duals``). Any such prices bound what it costs to
pass tasks on from one helper to another: at least as much as the one place is worth more than the other. Two
different ones bound it from both sides; so the high ones begin as the greatest. With each change they move by
the same searches as the solver's own, which keeps any prices right but leaves these no longer quite the
greatest. Whoever asks for a helper's has it raised: a search for the cheapest place finds how much more hers
is worth, and all who are nearer than that are raised by what they are nearer (as S. Koenig and M. Likhachev,
"Adaptive A*", 2005, learn from one search for the next).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .duals import greatest
from .network import FAR, Found, Front, Network, Prices


@dataclass(frozen=True, order=True)
class _Way:
    """What it costs all together if a request goes to a helper; ``cost`` is the pair's own."""

    excess: int
    cost: int
    helper: int


class HighPrices:
    """The high prices of a network's helpers."""

    def __init__(self, network: Network, unit: int) -> None:
        """The network must be as it began but for who sits where. Excesses are told in units."""
        self._net, self._unit, self._half = network, unit, unit // 2
        columns = network.edges.columns
        prices = greatest(columns, network.positions(columns))
        self._high: dict[int, int] = dict(zip(columns.helpers.tolist(), prices.tolist(), strict=True))

    @property
    def prices(self) -> Prices:
        """The high price of each helper."""
        return self._high

    # -- what changes --------------------------------------------------------------------------------------

    def attach_helper(self, helper: int, costs: Mapping[int, int]) -> None:
        """A helper has come; she is so dear that none of these requests would rather have her."""
        net, high = self._net, self._high
        high[helper] = max(
            [net.first_slot(helper), *(net.value(request, high) - cost for request, cost in costs.items())]
        )

    def detach_helper(self, helper: int) -> None:
        """A helper has gone."""
        del self._high[helper]

    def change_slots(self, helper: int) -> None:
        """A helper without tasks has other places."""
        self._high[helper] = max(self._high[helper], self._net.first_slot(helper))

    def attracts(self, request: int, costs: Mapping[int, int]) -> bool:
        """Whether the request would rather have one of these helpers."""
        value = self._net.value(request, self._high)
        return any(cost + self._high[helper] < value for helper, cost in costs.items())

    def place(self, request: int) -> Found:
        """The cheapest place for an unserved request; prices rise so that they are right once it is taken."""
        net, high = self._net, self._high
        starts = [(cost + high[helper], helper) for cost, helper in net.edges[request]]
        return self._rise(starts, net.penalty[request])

    def fall(self, helper: int) -> None:
        """A free place of the helper, if she has one, is about to be filled, or stays free."""
        if self._high[helper] > self._net.next_slot[helper]:
            self._net.lower(self._high, helper, len(self._net.served[helper]))

    # -- what is told --------------------------------------------------------------------------------------

    def excesses(self, request: int, pairs: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
        """The ``count`` least excesses among these (cost, helper), the least first; equal ones by cost.

        Either all do without the place that the request takes and make the best of the one it gives up, or
        tasks are passed on, step by step, from the one to the other.
        """
        net, high = self._net, self._high
        now, kept = net.at[request], net.paid[request]
        if now is not None:
            net.lower(net.price, now, len(net.served[now]) - 1)
            kept += net.price[now]  # all would have so much more without the request
        with_places = [pair for pair in pairs if net.slots[pair[1]]]
        floors = sorted((self._floor(request, cost, helper), cost, helper) for cost, helper in with_places)
        apart: list[_Way] = []
        for floor, cost, helper in floors:
            last = apart[count - 1].excess + self._unit if len(apart) >= count else FAR
            if floor > last:
                break  # from here on everybody is dearer than the last that is asked for
            self._raise(helper, last + kept - cost - high[helper])
            insort(apart, _Way(cost + high[helper] - kept, cost, helper))
        ways = apart if now is None else self._passed_on(request, now, apart, count)
        ranked = sorted(((way.excess + self._half) // self._unit, way.cost, way.helper) for way in ways)
        return [(helper, units) for units, _, helper in ranked[:count]]

    # -- inside --------------------------------------------------------------------------------------------

    def _floor(self, request: int, cost: int, helper: int) -> int:
        """What it costs all at least if the request goes to this helper."""
        net, high = self._net, self._high
        now, dearer = net.at[request], cost - net.paid[request]
        if now is None:
            return dearer + high[helper]
        return dearer + max(net.price[helper] - net.price[now], high[helper] - high[now])

    def _raise(self, helper: int, most: int) -> None:
        """Make the high price of a helper the greatest, or ``most`` more where that is less."""
        if most > 0:
            self._rise([(0, helper)], most)

    def _rise(self, starts: Sequence[tuple[int, int]], limit: int) -> Found:
        """Look for the cheapest place nearer than the limit; all prices rise that may."""
        found = self._net.cheapest_place(self._high, starts, limit)
        for helper, distance in found.reached:
            self._high[helper] += found.distance - distance
        return found

    def _passed_on(self, request: int, now: int, apart: Sequence[_Way], count: int) -> list[_Way]:
        """What these ways cost where tasks may be passed on as well.

        No way is looked for that saves no whole unit, or brings nobody before the last of the ``count``.
        """
        high, price, paid = self._high, self._net.price, self._net.paid[request]
        last = max((way.excess for way in apart[:count]), default=0)
        last = (last + self._half) // self._unit * self._unit + self._half
        sought: dict[int, tuple[int, int]] = {}
        for way in apart:
            limit = min(way.excess - self._half, last + 1)
            if self._floor(request, way.cost, way.helper) < limit:
                limit += high[now] - (way.cost - paid)
                sought[way.helper] = (limit - high[way.helper], limit - price[way.helper])
        found = self._ways_to(now, sought)
        return [
            _Way(min(way.excess, way.cost - paid + found.get(way.helper, FAR)), way.cost, way.helper)
            for way in apart
        ]

    def _ways_to(self, goal: int, sought: Mapping[int, tuple[int, int]]) -> dict[int, int]:
        """What it costs at least to pass a task on, step by step, from each sought helper to the goal.

        ``sought`` has for each below which distance a way matters, and below which distance + worth of where
        it has got to, worth being what lies between the two prices: the rest of the way, from her to there,
        is no shorter than what the place there is worth more than hers. Whose ways do not matter is left out.
        """
        net, high, price = self._net, self._high, self._net.price
        paid, at, wanted = net.paid, net.at, net.wanted
        left, found = dict(sought), dict[int, int]()
        limit, level = _furthest(left)
        front = Front([(0, goal)])
        distances = front.distances
        while left and (nearest := front.nearest(limit)) is not None:
            distance, taker = nearest
            if taker in left:
                del left[taker]
                found[taker] = distance + high[taker] - high[goal]
                limit, level = _furthest(left)
            before = distance + high[taker]
            for request, cost in wanted[taker].items():
                giver = at[request]
                if giver is None or giver == taker:
                    continue
                reach = before + cost - paid[request]
                length = reach - high[giver]
                if length < limit and reach - price[giver] < level and length < distances.get(giver, FAR):
                    front.see(giver, length)
        return found


def _furthest(left: Mapping[int, tuple[int, int]]) -> tuple[int, int]:
    """The most of the limits, and of the levels."""
    limits, levels = zip(*left.values(), strict=True) if left else ((0,), (0,))
    return max(limits), max(levels)
