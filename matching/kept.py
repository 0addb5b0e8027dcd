"""The plan that a process made last, kept in its memory: a few changes are put into it one by one.

A plan is the exact optimum of its situation whichever way it came to be, so it does not matter what other
processes have stored meanwhile: what counts is the difference between the two situations.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from .facts import Need, Offer
from .plan import Plan, make_plan
from .situation import Situation

#: Up to this share of all, changes are put in one by one: more are as quickly solved together.
FEW = 0.01
#: So many changes are always few.
ALWAYS_FEW = 3

One = TypeVar("One", Need, Offer)


class KeptPlan:
    """Room for one plan. Any number of threads may ask; whoever takes the plan has it alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[Situation, Plan] | None = None

    def plan_of(self, now: Situation, state: Mapping[str, Any] | None) -> Plan:
        """The plan of this situation: the kept one, changed, or a new one that goes on from ``state``.

        What was kept is not kept any more: ``keep`` the new one once it has been of use. So a plan at which
        anything failed is never seen again.
        """
        with self._lock:
            kept, self._kept = self._kept, None
        if kept is not None and kept[0].weights == now.weights:
            before, plan = kept
            changes = Changes.between(before, now)
            size = len(now.needs) + len(now.offers)
            # those who have gone leave traces in a plan, and so it is not changed for ever
            if changes.count <= max(ALWAYS_FEW, FEW * size) and plan.changed + changes.count <= size:
                changes.put_into(plan)
                return plan
        return make_plan(now.needs, now.offers, now.weights, state)

    def keep(self, situation: Situation, plan: Plan) -> None:
        """Keep the plan of this situation for the next time."""
        with self._lock:
            self._kept = situation, plan


@dataclass(frozen=True)
class Changes:
    """What makes one situation of another. Whoever differs goes and comes."""

    gone_needs: tuple[Need, ...]
    new_needs: tuple[Need, ...]
    gone_offers: tuple[Offer, ...]
    new_offers: tuple[Offer, ...]

    @classmethod
    def between(cls, before: Situation, now: Situation) -> Changes:
        """The changes from the one to the other."""
        return cls(*_differing(before.needs, now.needs), *_differing(before.offers, now.offers))

    @property
    def count(self) -> int:
        """How many come and go."""
        return sum(map(len, (self.gone_needs, self.new_needs, self.gone_offers, self.new_offers)))

    def put_into(self, plan: Plan) -> None:
        """Make the plan one of the later situation."""
        for need in self.gone_needs:
            plan.drop_need(need.id)
        for offer in self.gone_offers:
            plan.drop_offer(offer.id)
        for offer in self.new_offers:
            plan.add_offer(offer)
        for need in self.new_needs:
            plan.add_need(need)


def _differing(before: Iterable[One], now: Iterable[One]) -> tuple[tuple[One, ...], tuple[One, ...]]:
    """Who is only in the first, and who only in the second."""
    old, new = {one.id: one for one in before}, {one.id: one for one in now}
    gone = tuple(one for one in old.values() if new.get(one.id) != one)
    return gone, tuple(one for one in new.values() if old.get(one.id) != one)
