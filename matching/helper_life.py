"""What becomes of a helper with all that hangs on her: leaving, and two rows that are one person."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, helpers, locks
from intake.lifecycle import LIVE_PROPOSALS, OPEN_PROPOSALS, HelperStatus, ProposalStatus
from intake.models import Callback, Helper
from intake.profile import Profile
from matching import offers
from matching.exclusion_models import Exclusion
from matching.models import Mission, Proposal
from matching.situation import TO_COME

#: The note that an offer ends with when the helper it was made to has left.
_LEFT = "left"


class HelperError(Exception):
    """What was asked of a helper cannot be done; the message is a code that the pages put into words."""


def leave(session: Session, now: datetime, actor: str, helper: Helper) -> None:
    """She helps no more: what she was asked is declined for her, and she is proposed to nobody.

    Raises ``HelperError`` while somebody relies on her: a mission to come is to be called off first.
    """
    if missions_to_come(session, helper.id):
        raise HelperError("missions_to_come")
    _end_proposals(session, now, actor, helper.id)
    helpers.move(helper, HelperStatus.LEFT, now)
    audit.append(session, now, actor, "helper_left", f"helper:{helper.id}")


def missions_to_come(session: Session, helper_id: int) -> int:
    """How many missions she has agreed to that are not over."""
    query = sa.select(sa.func.count()).where(Mission.helper_id == helper_id, Mission.status.in_(TO_COME))
    return session.scalar(query) or 0


def merge(session: Session, profile: Profile, now: datetime, actor: str, kept: Helper, twin: Helper) -> None:
    """The two rows are one person: missions, decided proposals and callbacks of ``twin`` go to ``kept``.

    What the kept row lacks it takes from the other; where both say something, the kept one's word holds.
    Open proposals of the twin end, because the kept row has its own. Raises ``HelperError``.
    """
    if kept.id == twin.id:
        raise HelperError("same_row")
    if twin.status is HelperStatus.ERASED or kept.status is HelperStatus.ERASED:
        raise HelperError("erased")
    _end_proposals(session, now, actor, twin.id)
    _move_history(session, kept.id, twin.id)
    _fill_gaps(profile, kept, twin)
    if twin.status is not HelperStatus.LEFT:
        helpers.move(twin, HelperStatus.LEFT, now)
    # only one of the two may answer for the number from now on
    twin.number = twin.number_hash = None
    session.flush()
    audit.append(session, now, actor, "helpers_merged", f"helper:{kept.id}", f"helper:{twin.id}")


def _end_proposals(session: Session, now: datetime, actor: str, helper_id: int) -> None:
    """End whatever is open: what was asked counts as declined, what was only thought of is overtaken."""
    query = sa.select(Proposal).where(Proposal.helper_id == helper_id, Proposal.status.in_(OPEN_PROPOSALS))
    found = session.scalars(query.order_by(Proposal.id)).all()
    locks.hold_requests(session, [proposal.request_id for proposal in found])
    locks.hold(session, *found)
    for proposal in found:
        if proposal.status in LIVE_PROPOSALS:
            offers.decline(session, now, proposal, actor, _LEFT)
        elif proposal.status in OPEN_PROPOSALS:
            offers.move(proposal, ProposalStatus.OVERTAKEN, now)
    session.flush()


def _move_history(session: Session, kept: int, twin: int) -> None:
    for table in (Mission, Proposal, Callback):
        session.execute(sa.update(table).where(table.helper_id == twin).values(helper_id=kept))
    known = sa.select(Exclusion.request_id, Exclusion.side).where(Exclusion.helper_id == kept)
    said = {tuple(row) for row in session.execute(known)}
    for exclusion in session.scalars(sa.select(Exclusion).where(Exclusion.helper_id == twin)):
        if (exclusion.request_id, exclusion.side) in said:
            session.delete(exclusion)
        else:
            exclusion.helper_id = kept


#: What the kept row takes from its twin where it has nothing itself.
_GAPS = (
    "name",
    "note",
    "postcode",
    "ags",
    "radius_km",
    "half_days",
    "traits",
    "avoids",
    "interests",
    "group_id",
)


def _fill_gaps(profile: Profile, kept: Helper, twin: Helper) -> None:
    seen = dict.fromkeys(helpers.papers_of(profile, twin), "") | twin.papers
    seen |= dict.fromkeys(helpers.papers_of(profile, kept), "") | kept.papers
    for name in _GAPS:
        if getattr(kept, name) in (None, [], ""):
            setattr(kept, name, getattr(twin, name))
    if kept.number is None:
        kept.number, kept.number_hash = twin.number, twin.number_hash
    kept.opted_out_at = kept.opted_out_at or twin.opted_out_at
    for name in ("categories", "languages", "away"):
        both = [*getattr(kept, name), *getattr(twin, name)]
        setattr(kept, name, [each for place, each in enumerate(both) if each not in both[:place]])
    kept.papers = seen
    kept.vetted = list(helpers.vetted_for(profile, kept.categories, seen))
