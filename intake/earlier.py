"""What somebody wants about an earlier request: by telephone, or on the public pages.

Whoever names the reference may say that it is needed still, or no more, or ask to be rung.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from intake import audit, queue, registry
from intake.lifecycle import OPEN_REQUESTS, RequestStatus, may_move
from intake.models import Request


def not_needed(session: Session, now: datetime, actor: str, request: Request) -> bool:
    """End the request as withdrawn, which twice is harmless; False where it has ended in another way."""
    if may_move(request.status, RequestStatus.WITHDRAWN):
        registry.withdraw(session, now, request)
        audit.append(session, now, actor, "request_withdrawn", f"request:{request.id}")
    return request.status is RequestStatus.WITHDRAWN


def still_needed(session: Session, now: datetime, actor: str, request: Request) -> bool:
    """Note it with the callback that is open; False where the request has ended, and needs a new callback."""
    if request.status not in OPEN_REQUESTS or request.number is None:
        return False
    callback = queue.find_open(session, request.number, request.category)
    if callback is not None:
        queue.add_call(callback, now)
    audit.append(session, now, actor, "request_still_needed", f"request:{request.id}")
    return True
