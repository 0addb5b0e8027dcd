"""Why, and why not: any helper for any waiting request, by the rules and the plan of the proposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from intake.profile import Profile
from matching import situation
from matching.lease import RUN
from matching.models import MatchingRun
from matching.plan import make_plan
from matching.reasons import Reason
from matching.rules import Score, filters, score


@dataclass(frozen=True)
class Explained:
    """A helper for a request: her score unless a filter bars her, and every reason why she is not the chosen
    one; the reason ``chosen`` if she is.
    """

    helper: int
    score: Score | None
    against: tuple[Reason, ...]

    @property
    def is_barred(self) -> bool:
        """Whether she may not be proposed at all."""
        return self.score is None


class NotWaiting(Exception):
    """The request waits for no helper: there is nothing to explain."""


def explain(
    session: Session, profile: Profile, now: datetime, request_id: int, helper_ids: list[int]
) -> tuple[Explained, ...]:
    """Explain each of these helpers for a request, in their order. Raises ``NotWaiting``.

    A request for which somebody is being asked already is looked at as if nobody were. The plan goes on from
    where the last run stopped, so that this is quick.
    """
    current = situation.read(session, profile, now, besides=request_id)
    need = next((need for need in current.needs if need.id == request_id), None)
    if need is None:
        raise NotWaiting(request_id)
    offers = {offer.id: offer for offer in current.offers}
    run = session.get(MatchingRun, RUN)
    plan = make_plan(current.needs, current.offers, current.weights, run.solver_state if run else None)
    found = []
    for helper_id in helper_ids:
        offer = offers.get(helper_id)
        if offer is None:  # she is not registered yet, or has left
            found.append(Explained(helper_id, None, (Reason("not_active"),)))
            continue
        barred = bool(filters(need, offer))
        points = None if barred else score(need, offer, current.weights)
        found.append(Explained(helper_id, points, plan.why_not(request_id, helper_id)))
    return tuple(found)
