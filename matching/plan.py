"""The plan: all open needs solved together, with what a coordinator asks about each of them. Pure.

``make_plan`` looks for candidates, solves, and looks again for helpers that the shortlists missed, until none
is left: the optimum is one over every pair that passes the filters, and proven.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from .candidates import NOBODY_BEYOND, Candidates, Shortlists
from .facts import Need, Offer, Weights
from .lots import NOBODY, POINT_BITS, fine_cost, fine_costs, points_of
from .problem import Columns, Demand, Ints, require, spans
from .proof import Certificate
from .reasons import Reason
from .rules import Score, filters, penalty, score, slot_costs
from .solver import Matcher
from .tables import is_ready
from .vicinity import Vicinity

#: Candidates of a need to begin with, at least, and at most so many more in each further look.
CANDIDATES = 64
#: So many pairs are taken to begin with, where there are as many. Up to 700 needs and as many helpers
#: are that all; then what an alternative costs everybody, too, is known over every pair.
PAIRS = 500_000
#: Beside the chosen one each need keeps so many.
NEXT_BEST = 4
#: From this share of all needs on it is quicker to weigh the alternatives of all than those of each.
MANY = 0.02


@dataclass(frozen=True)
class Ranked:
    """One helper for one need. Rank 1 is the chosen one; a need without a chosen one has no rank 1.

    ``excess`` is what choosing her would cost everybody together, in points; ``lower_because`` says why she
    is not the chosen one.
    """

    helper: int
    rank: int
    score: Score
    excess: int
    lower_because: tuple[Reason, ...]


@dataclass(frozen=True)
class Choice:
    """A need with its chosen helper, if any, and the next best, by rank."""

    need: int
    helper: int | None
    ranked: tuple[Ranked, ...]


class Plan:
    """A solved situation; answers what was chosen and why, and "why not her?" for any helper."""

    def __init__(
        self,
        needs: Sequence[Need],
        offers: Sequence[Offer],
        weights: Weights,
        matcher: Matcher,
        search: Candidates,
        beyond: dict[int, int],
    ) -> None:
        """``search`` is of the same needs and offers.

        ``beyond`` has for needs with a shortlist what nobody beyond it costs less than.
        """
        self._needs = {need.id: need for need in sorted(needs, key=lambda need: need.id)}
        self._offers = {offer.id: offer for offer in offers}
        self._weights = weights
        self._matcher = matcher
        self._search = search
        self._beyond = beyond
        #: How many needs and offers have come and gone since.
        self.changed = 0

    @property
    def state(self) -> dict[str, Any]:
        """Where the solver stopped, as plain data, for the next run."""
        return self._matcher.export()

    def certificate(self) -> Certificate:
        """The proof of the optimum; its figures are fine costs."""
        return self._matcher.certificate()

    @property
    def total(self) -> int:
        """What everything costs in points: 100 - score, slots, and penalties of those without a helper."""
        return points_of(self.certificate().cost)

    def helper_of(self, need: int) -> int | None:
        """The chosen helper, if there is one."""
        return self._matcher.helper_of(need)

    # -- one by one ----------------------------------------------------------------------------------------

    def add_need(self, need: Need) -> None:
        """Put in one more need: the plan of all is the exact optimum again."""
        require(need.id > 0 and need.id not in self._needs, "needs need new positive ids")
        vicinity = self._vicinity
        vicinity.add_need(need)
        self._needs[need.id] = need
        self.changed += 1
        self._matcher.add_request(need.id, Demand(self._penalty(need), vicinity.costs_of_need(need)))
        self._complete(vicinity)

    def drop_need(self, need_id: int) -> None:
        """Take out a need; its helper goes to whom it helps most."""
        vicinity = self._vicinity
        vicinity.drop_need(self._needs.pop(need_id))
        self.changed += 1
        self._beyond.pop(need_id, None)
        self._matcher.drop_request(need_id)

    def add_offer(self, offer: Offer) -> None:
        """Put in one more helper, for whom she helps most."""
        require(offer.id > 0 and offer.id not in self._offers, "offers need new positive ids")
        vicinity = self._vicinity
        vicinity.add_offer(offer)
        self._offers[offer.id] = offer
        self.changed += 1
        if is_ready(offer):
            costs = vicinity.costs_of_offer(offer)
            self._matcher.add_helper(offer.id, _fine_slots(slot_costs(offer, self._weights)), costs)

    def drop_offer(self, offer_id: int) -> None:
        """Take out a helper; her needs go to others."""
        vicinity = self._vicinity
        offer = self._offers.pop(offer_id)
        vicinity.drop_offer(offer)
        self.changed += 1
        if is_ready(offer):
            self._matcher.drop_helper(offer_id)
            self._complete(vicinity)

    @cached_property
    def _vicinity(self) -> Vicinity:
        """Who lives near whom, from the first change on.

        Then the shortlists of needs that pay more than somebody beyond them costs are completed: that she is
        too dear was found at prices that may fall now. With a shortlist that is left nobody pays so much, and
        prices that fall cannot change it; only those that rise can.
        """
        search = self._search
        paying = [need for need, beyond in self._beyond.items() if self._matcher.value(need) > beyond]
        rows = np.searchsorted(search.needs.ids, np.array(sorted(paying), dtype=np.int64))
        for need_id, costs in search.costs(rows).items():
            del self._beyond[need_id]
            self._matcher.add_pairs(need_id, costs)
        vicinity = Vicinity(search.judge)
        self._complete(vicinity)
        return vicinity

    def _complete(self, vicinity: Vicinity) -> None:
        """Complete the shortlists of needs for which somebody beyond might have become the better choice."""
        matcher = self._matcher
        while risen := matcher.take_risen():
            for need_id in sorted(risen & self._beyond.keys()):
                if matcher.value(need_id) > self._beyond[need_id]:
                    del self._beyond[need_id]
                    matcher.add_pairs(need_id, vicinity.costs_of_need(self._needs[need_id]))

    def _penalty(self, need: Need) -> int:
        return fine_cost(penalty(need, self._weights), need.id, NOBODY)

    # -- what is told --------------------------------------------------------------------------------------

    def choices(self) -> tuple[Choice, ...]:
        """Every need's choice, by the needs' ids."""
        return tuple(self.each_choice(sorted(self._needs)))

    def each_choice(self, needs: Collection[int]) -> Iterator[Choice]:
        """The choices of these needs, one after the other: those of a large district are not held at once."""
        if len(needs) > MANY * len(self._needs):
            self._matcher.weigh_all(NEXT_BEST)
        for need in needs:
            yield self.choice(need)

    def choice(self, need: int) -> Choice:
        """One need's chosen helper, and the next best four of its candidates by what each costs in all."""
        chosen = self._matcher.helper_of(need)
        best = None if chosen is None else self._score(need, chosen)
        ranked = [] if chosen is None or best is None else [Ranked(chosen, 1, best, 0, ())]
        for place, (helper, excess) in enumerate(self._matcher.alternatives(need, NEXT_BEST), start=2):
            own = self._score(need, helper)
            because = self._lower_because(helper, best, own, excess)
            ranked.append(Ranked(helper, place, own, excess, because))
        return Choice(need, chosen, tuple(ranked))

    def why_not(self, need: int, helper: int) -> tuple[Reason, ...]:
        """Why this helper is not the chosen one: every filter she fails, or else why she ranks lower."""
        barred = filters(self._needs[need], self._offers[helper])
        if barred:
            return barred
        chosen, own = self._matcher.helper_of(need), self._score(need, helper)
        if chosen == helper:
            return (Reason("chosen"),)
        excess = self._matcher.excess(need, helper, fine_cost(100 - own.total, need, helper))
        assert excess is not None  # who passes the filters has a place
        best = None if chosen is None else self._score(need, chosen)
        return self._lower_because(helper, best, own, excess)

    def _score(self, need: int, helper: int) -> Score:
        return score(self._needs[need], self._offers[helper], self._weights)

    def _lower_because(self, helper: int, best: Score | None, own: Score, excess: int) -> tuple[Reason, ...]:
        """Fewer points of her own, and what is left of the excess: her load or the others' needs.

        ``best`` is the score of the chosen one, if there is one.
        """
        because: list[Reason] = []
        rest = excess
        if best is not None:
            fewer = best.total - own.total
            rest -= fewer
            if fewer > 0:
                gaps = [
                    (mine.points - hers.points, hers.name)
                    for mine, hers in zip(best.parts, own.parts, strict=True)
                ]
                worst = max(gaps, key=lambda gap: gap[0])[1]
                because.append(Reason("scores_lower", {"n": fewer, "part": worst}))
        if rest > 0:
            because.append(Reason("needed_more" if self._matcher.is_full(helper) else "busier", {"n": rest}))
        return tuple(because) or (Reason("lot"),)


def make_plan(
    needs: Sequence[Need],
    offers: Sequence[Offer],
    weights: Weights,
    state: Mapping[str, Any] | None = None,
    candidates: int | None = None,
) -> Plan:
    """Solve all needs together.

    ``state`` is where an earlier plan stopped; that and with how many ``candidates`` of each need to begin
    (``shortlist`` says, if nobody else) save work but change nobody's chosen helper. The next best are those
    among the candidates.

    Ids are positive and differ; a ``ValueError`` says otherwise. The order of the input does not matter.
    """
    _check_ids(need.id for need in needs)
    _check_ids(offer.id for offer in offers)
    search = Candidates(needs, offers, weights)
    candidates = shortlist(len(needs)) if candidates is None else candidates
    shortlists = search.shortlists(candidates)
    columns = columns_for(search, shortlists, weights)
    matcher = Matcher(columns, state, 1 << POINT_BITS)
    while (more := _missed(search, matcher, columns, shortlists.beyond, candidates)) is not None:
        columns = more
        matcher = Matcher(columns, matcher.export(), 1 << POINT_BITS)
    search.forget()
    matcher.take_risen()  # what is to be looked at again has been
    listed = np.flatnonzero(shortlists.beyond < NOBODY_BEYOND)
    beyond = zip(columns.requests[listed].tolist(), shortlists.beyond[listed].tolist(), strict=True)
    return Plan(needs, offers, weights, matcher, search, dict(beyond))


def shortlist(needs: int) -> int:
    """With how many candidates of each of so many needs to begin."""
    return max(CANDIDATES, PAIRS // max(1, needs))


def _check_ids(ids: Iterable[int]) -> None:
    known = list(ids)
    require(len(set(known)) == len(known), "ids occur twice")
    require(min(known, default=1) > 0, "ids must be positive")


def columns_for(search: Candidates, shortlists: Shortlists, weights: Weights) -> Columns:
    """The solver's problem over the shortlists."""
    ids, slots = search.needs.ids, search.offers.slots
    penalties = np.array([penalty(need, weights) for need in search.needs.needs], dtype=np.int64)
    flat = np.array([cost for costs in slots for cost in costs], dtype=np.int64)
    return Columns(
        requests=ids,
        penalties=fine_costs(penalties, ids, np.full(len(ids), NOBODY)),
        starts=shortlists.starts,
        pair_helpers=shortlists.columns,
        pair_costs=shortlists.costs,
        helpers=search.offers.ids,
        slot_starts=spans(np.array([len(costs) for costs in slots], dtype=np.int64)),
        slot_costs=flat << POINT_BITS,
    )


def _missed(
    search: Candidates, matcher: Matcher, columns: Columns, beyond: Ints, count: int
) -> Columns | None:
    """The problem with those outside the shortlists whom needs would rather have; None if there are none."""
    values, prices = matcher.values_and_prices()
    paying = np.flatnonzero(values > beyond)
    if not len(paying):
        return None
    rows, helpers, costs = search.underpriced(values, prices, paying, count)
    if not len(rows):
        return None
    all_rows = np.concatenate([columns.pair_rows(), rows])
    all_helpers = np.concatenate([columns.pair_helpers, helpers])
    all_costs = np.concatenate([columns.pair_costs, costs])
    order = np.lexsort((all_costs, all_rows))
    return replace(
        columns,
        starts=spans(np.bincount(all_rows, minlength=len(columns.requests))),
        pair_helpers=all_helpers[order],
        pair_costs=all_costs[order],
    )


def _fine_slots(slots: Sequence[int]) -> tuple[int, ...]:
    return tuple(slot << POINT_BITS for slot in slots)
