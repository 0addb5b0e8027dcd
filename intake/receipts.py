"""References of forms that were added to what was open: what they tell, and from when on they lead to it.

Anybody can type anybody's number into a form. So a form that meets an open request gets a reference of its
own. Until its number has been rung, that reference tells no more than a fresh request's would: that it was
received. Once the callback that it was added to has ended, it leads to the request.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.lifecycle import OPEN_CALLBACKS, RequestStatus
from intake.models import Callback
from intake.web_form_models import WebReceipt

#: The callback that the form was added to has ended. Beside ``WebReceipt`` in a query.
LEADS_ON = sa.exists().where(Callback.id == WebReceipt.callback_id, Callback.status.not_in(OPEN_CALLBACKS))


def give(session: Session, now: datetime, callback: Callback, reference: str) -> None:
    """Keep ``reference`` as that of a form that was added to ``callback``."""
    if callback.request_id is None or callback.number_hash is None:
        raise ValueError("only a callback about somebody's need has references")
    session.add(
        WebReceipt(
            reference=reference,
            number_hash=callback.number_hash,
            request_id=callback.request_id,
            callback_id=callback.id,
            at=now,
        )
    )
    session.flush()


def waiting(session: Session, reference: str) -> WebReceipt | None:
    """The receipt with that reference, if nobody has been rung about it yet."""
    receipt = session.get(WebReceipt, reference)
    if receipt is None or session.get_one(Callback, receipt.callback_id).status not in OPEN_CALLBACKS:
        return None
    return receipt


def status_of(receipt: WebReceipt) -> RequestStatus:
    """Where the form stands, as far as its sender may know."""
    return RequestStatus.NEW if receipt.taken_back_at is None else RequestStatus.WITHDRAWN


def belongs_to(session: Session, reference: str, number_hash: bytes) -> bool:
    """Whether the form with that reference was sent for that number."""
    receipt = session.get(WebReceipt, reference)
    return receipt is not None and receipt.number_hash == number_hash
