"""The plan: all open needs solved together, with what a coordinator asks about each of them. Pure.

``make_plan`` looks for candidates, solves, and looks again for helpers that the shortlists missed, until none
is left: the optimum is one over every pair that passes the filters, and proven.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .candidates import Candidates
from .facts import Need, Offer, Weights
from .lots import NOBODY, POINT_BITS, fine_cost, points_of
from .reasons import Reason
from .rules import Score, filters, penalty, score, slot_costs
from .solver import Certificate, Demand, Matcher, Problem

#: Candidates of a need to begin with, and at most so many more in each further look.
CANDIDATES = 20
#: Beside the chosen one each need keeps so many.
NEXT_BEST = 4


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
        self, needs: Sequence[Need], offers: Sequence[Offer], weights: Weights, matcher: Matcher
    ) -> None:
        self._needs = {need.id: need for need in sorted(needs, key=lambda need: need.id)}
        self._offers = {offer.id: offer for offer in offers}
        self._weights = weights
        self._matcher = matcher

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

    def choices(self) -> tuple[Choice, ...]:
        """Every need's choice, by the needs' ids."""
        return tuple(self.choice(need) for need in self._needs)

    def choice(self, need: int) -> Choice:
        """One need's chosen helper and the next best four, by what choosing them would cost in all."""
        chosen = self._matcher.helper_of(need)
        ranked: list[Ranked] = []
        if chosen is not None:
            ranked.append(Ranked(chosen, 1, self._score(need, chosen), 0, ()))
        for place, (helper, excess) in enumerate(self._matcher.alternatives(need, NEXT_BEST), start=2):
            because = self._lower_because(need, helper, excess)
            ranked.append(Ranked(helper, place, self._score(need, helper), excess, because))
        return Choice(need, chosen, tuple(ranked))

    def why_not(self, need: int, helper: int) -> tuple[Reason, ...]:
        """Why this helper is not the chosen one: every filter she fails, or else why she ranks lower."""
        barred = filters(self._needs[need], self._offers[helper])
        if barred:
            return barred
        if self._matcher.helper_of(need) == helper:
            return (Reason("chosen"),)
        cost = fine_cost(100 - self._score(need, helper).total, need, helper)
        excess = self._matcher.excess(need, helper, cost)
        assert excess is not None  # who passes the filters has a place
        return self._lower_because(need, helper, excess)

    def _score(self, need: int, helper: int) -> Score:
        return score(self._needs[need], self._offers[helper], self._weights)

    def _lower_because(self, need: int, helper: int, excess: int) -> tuple[Reason, ...]:
        """Fewer points of her own, and what is left of the excess: her load or the others' needs."""
        because: list[Reason] = []
        chosen, rest = self._matcher.helper_of(need), excess
        if chosen is not None:
            best, own = self._score(need, chosen), self._score(need, helper)
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
    candidates: int = CANDIDATES,
) -> Plan:
    """Solve all needs together.

    ``state`` is where an earlier plan stopped; that and with how many ``candidates`` of each need to begin
    save work but change no result.

    Ids are positive and differ; a ``ValueError`` says otherwise. The order of the input does not matter.
    """
    search = Candidates(needs, offers, weights)
    shortlists = search.shortlists(candidates)
    demands = {
        need.id: Demand(fine_cost(penalty(need, weights), need.id, NOBODY), shortlists[need.id].costs)
        for need in needs
    }
    slots = {offer.id: tuple(slot << POINT_BITS for slot in slot_costs(offer, weights)) for offer in offers}
    if len(demands) != len(needs) or len(slots) != len(offers):
        raise ValueError("ids occur twice")
    matcher = Matcher(Problem(demands, slots), state, unit=1 << POINT_BITS)
    beyond = {
        need: shortlist.beyond for need, shortlist in shortlists.items() if shortlist.beyond is not None
    }
    while missed := _missed(search, matcher, beyond, candidates):
        for need, costs in missed.items():
            demands[need] = Demand(demands[need].penalty, {**demands[need].costs, **costs})
            matcher.drop_request(need)
            matcher.add_request(need, demands[need])
    return Plan(needs, offers, weights, matcher)


def _missed(
    search: Candidates, matcher: Matcher, beyond: Mapping[int, int], count: int
) -> dict[int, dict[int, int]]:
    """Helpers outside the shortlists that a need would rather have at these prices."""
    values = {need: matcher.value(need) for need in beyond}
    paying = {need: value for need, value in values.items() if value > beyond[need]}
    prices = {helper: matcher.price(helper) for helper in matcher.helpers}
    return search.underpriced(paying, prices, count) if paying else {}
