"""Never again: pairs that one side does not want to meet once more. The rules keep them apart."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit
from intake.db import insert_into
from intake.models import Request
from matching.exclusion_models import Exclusion, Side


def exclude(
    session: Session,
    now: datetime,
    request: Request,
    helper_id: int,
    side: Side,
    actor: str,
    staff_id: int | None = None,
) -> None:
    """Never propose this helper to this seeker again. Saying so twice is harmless."""
    added = session.execute(
        insert_into(session, Exclusion)
        .values(
            helper_id=helper_id,
            request_id=request.id,
            number_hash=request.number_hash,
            side=side,
            staff_id=staff_id,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Exclusion.id)
    ).first()
    if added is not None:
        audit.append(session, now, actor, "excluded", f"helper:{helper_id}", f"request:{request.id} {side}")


def lift(session: Session, now: datetime, request: Request, helper_id: int, actor: str) -> bool:
    """Take back every "never again" between this seeker and this helper; whether there was one."""
    lifted = session.execute(
        sa.delete(Exclusion)
        .where(Exclusion.helper_id == helper_id, _same_seeker(request))
        .returning(Exclusion.id)
    ).all()
    if lifted:
        audit.append(session, now, actor, "exclusion_lifted", f"helper:{helper_id}", f"request:{request.id}")
    return bool(lifted)


def of_seeker(session: Session, request: Request) -> dict[int, set[Side]]:
    """The helpers who are kept from this seeker, and which side said so."""
    found: dict[int, set[Side]] = {}
    query = sa.select(Exclusion.helper_id, Exclusion.side).where(_same_seeker(request))
    for helper_id, side in session.execute(query):
        found.setdefault(helper_id, set()).add(side)
    return found


def _same_seeker(request: Request) -> sa.ColumnElement[bool]:
    if request.number_hash is None:
        return Exclusion.request_id == request.id
    return sa.or_(Exclusion.number_hash == request.number_hash, Exclusion.request_id == request.id)
