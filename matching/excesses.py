"""What each alternative would cost all together, for all requests at once. Pure.

Where a request leaves its helper for another one, its cost + her price - ``u`` is paid, and then the cheapest
way back from the place it takes to the one it gives up: either all do without the one, which at the greatest
prices (``duals``) costs nothing more, and make the best of the other, which is worth its greatest price less
its least one; or tasks are passed on, step by step, from her to the helper it leaves. Prices bound such a way
from below as well, by how much more the one place is worth than the other, so that most pairs need no search.
The rest is E. W. Dijkstra's search, backwards from each helper that is left, for all her requests together.

All is reckoned in whole units: what is below them decides who is chosen, and between equal excesses, but
never comes to half a unit in all (``lots``). An optimum is then one in whole units as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .auction import NONE
from .duals import greatest, least
from .network import FAR, Front
from .problem import Columns, Ints, in_units, rank_in_row, spans

#: Longer than any way, and dearer than any pair; what is paid for one still fits on top of it.
_FAR = 1 << 62


@dataclass(frozen=True)
class Alternatives:
    """The ``count`` next best of each request, one request a row from ``starts[row]`` on.

    ``helpers`` are ids, ``excesses`` whole units, the least first; equal ones stand by rising cost.
    """

    count: int
    row: Mapping[int, int]
    starts: Ints
    helpers: Ints
    excesses: Ints

    def of(self, request: int) -> list[tuple[int, int]]:
        """A request's next best helpers with their excess."""
        row = self.row[request]
        span = slice(self.starts[row], self.starts[row + 1])
        return list(zip(self.helpers[span].tolist(), self.excesses[span].tolist(), strict=True))


@dataclass(frozen=True)
class _Open:
    """The pairs that are alternatives: another helper than the chosen one, with a place.

    ``left`` is the helper who is left (``NONE`` where nobody is) and ``paid`` what is paid before any way
    back. The excess is at least ``low`` and at most ``high``.
    """

    rows: Ints
    helpers: Ints
    left: Ints
    paid: Ints
    low: Ints
    high: Ints


def alternatives(columns: Columns, at: Ints, count: int, unit: int) -> Alternatives:
    """The ``count`` alternatives of each request that would cost all together least; exact.

    ``at`` is each row's helper (her position) or ``NONE``, and must be an optimum. ``unit`` is what costs
    are whole multiples of, but for parts that together stay below half of it.
    """
    whole = in_units(columns, unit)
    prices = greatest(whole, at)
    worth = prices - least(whole, at)
    pairs = _open(whole, at, prices, worth)
    excesses = pairs.high.copy()
    limits = _limits(pairs, len(at), count)
    contested = np.flatnonzero(limits > 0)
    ways = _ways(pairs, worth, contested, limits)
    excesses[contested] = np.minimum(excesses[contested], pairs.paid[contested] + ways)
    order = np.lexsort((excesses, pairs.rows))  # stable, and pairs rise in cost
    order = order[rank_in_row(spans(np.bincount(pairs.rows, minlength=len(at)))) < count]
    return Alternatives(
        count,
        {request: row for row, request in enumerate(columns.requests.tolist())},
        spans(np.bincount(pairs.rows[order], minlength=len(at))),
        columns.helpers[pairs.helpers[order]],
        excesses[order],
    )


def _open(columns: Columns, at: Ints, prices: Ints, worth: Ints) -> _Open:
    rows = columns.pair_rows()
    has_places = np.diff(columns.slot_starts) > 0
    pairs = np.flatnonzero((columns.pair_helpers != at[rows]) & has_places[columns.pair_helpers])
    rows, helpers = rows[pairs], columns.pair_helpers[pairs]
    left = at[rows]
    given_up = np.where(left == NONE, 0, worth[left])
    paid = columns.pair_costs[pairs] + prices[helpers] - columns.least(prices)[rows]
    low = paid + np.where(left == NONE, 0, np.maximum(0, given_up - worth[helpers]))
    return _Open(rows, helpers, left, paid, low, paid + given_up)


def _limits(pairs: _Open, rows: int, count: int) -> Ints:
    """How short a way has to be to matter for a pair: below this, or 0 where none would.

    It matters where it makes the pair cheaper, and no dearer than the last of the ``count`` cheapest.
    """
    starts = spans(np.bincount(pairs.rows, minlength=rows))
    last = np.full(rows, _FAR)
    order = np.lexsort((pairs.high, pairs.rows))
    is_last = rank_in_row(starts) == count - 1
    last[pairs.rows[order[is_last]]] = pairs.high[order[is_last]]
    undecided = (pairs.low < pairs.high) & (pairs.low <= last[pairs.rows])
    return np.where(undecided, np.minimum(pairs.high, last[pairs.rows] + 1) - pairs.paid, 0)


def _ways(pairs: _Open, worth: Ints, contested: Ints, limits: Ints) -> Ints:
    """For the contested pairs the shortest way back to who is left; ``_FAR`` where none matters."""
    passing = _Passing(pairs, worth)
    order = contested[np.argsort(pairs.left[contested], kind="stable")]
    left = pairs.left[order]
    ends = np.flatnonzero(np.diff(left, append=NONE)) + 1
    goals, helpers, most = left.tolist(), pairs.helpers[order].tolist(), limits[order].tolist()
    found: list[int] = []
    for begin, end in pairwise([0, *ends.tolist()]):
        sought: dict[int, int] = {}
        for helper, limit in zip(helpers[begin:end], most[begin:end], strict=True):
            sought[helper] = max(limit, sought.get(helper, 0))
        ways = passing.ways_to(goals[begin], sought)
        found += [ways.get(helper, _FAR) for helper in helpers[begin:end]]
    all_ways = np.full(len(limits), _FAR)
    all_ways[order] = found
    return all_ways[contested]


class _Passing:
    """Who may pass a task on to whom: the helper of a served request to each of its alternatives."""

    def __init__(self, pairs: _Open, worth: Ints) -> None:
        served = np.flatnonzero(pairs.left != NONE)
        served = served[np.lexsort((pairs.paid[served], pairs.helpers[served]))]
        self._givers, self._costs = pairs.left[served].tolist(), pairs.paid[served].tolist()
        self._starts = spans(np.bincount(pairs.helpers[served], minlength=len(worth))).tolist()
        self._worth: list[int] = worth.tolist()

    def ways_to(self, goal: int, sought: Mapping[int, int]) -> dict[int, int]:
        """The length of the shortest way to the goal from those sought helpers whose limit it stays below.

        The rest of a way, from a sought helper to one on it, is no shorter than what the latter's place is
        worth more than hers: so those whose own place is worth too much are not gone on from.
        """
        givers, costs, starts, worth = self._givers, self._costs, self._starts, self._worth
        left, found = dict(sought), {}
        limit, level = _furthest(left, worth)
        front = Front([(0, goal)])
        distances = front.distances
        while left and (nearest := front.nearest(limit)) is not None:
            distance, taker = nearest
            if taker in left:
                del left[taker]
                found[taker] = distance
                limit, level = _furthest(left, worth)
            for pair in range(starts[taker], starts[taker + 1]):
                length = distance + costs[pair]
                if length >= limit:
                    break  # costs rise
                giver = givers[pair]
                if length + worth[giver] < level and length < distances.get(giver, FAR):
                    front.see(giver, length)
        return found


def _furthest(left: Mapping[int, int], worth: Sequence[int]) -> tuple[int, int]:
    """Below which length ways matter, and below which length + worth of the helper where they have got to."""
    return (
        max(left.values(), default=0),
        max((limit + worth[helper] for helper, limit in left.items()), default=0),
    )
