"""An earlier request on the public pages: who names its reference and its number may know where it stands.

On the telephone the reference is enough. Here machines could try one after the other, so the number is
asked for too, and wrong pairs are counted against it and against the sender's address, as wrong references
are against a caller's number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from intake import audit, earlier, guesses, locks, queue, receipts, registry, web_forms
from intake.db import keyring, number_hash
from intake.lifecycle import RequestStatus, may_move
from intake.models import Callback, Request
from intake.networks import network
from intake.profile import Profile
from intake.web_form_models import FormKind, WebForm, WebReceipt

#: What is noted for whoever rings, where a form that was added to what was open is not needed any more.
TAKEN_BACK = "wird nicht mehr gebraucht"


class GuessedTooOften(Exception):
    """No pair is looked up for this address or number for a while."""


@dataclass(frozen=True)
class Earlier:
    """Where it stands. Exactly one of ``request`` and ``receipt``, see ``intake.receipts``."""

    status: RequestStatus
    request: Request | None = None
    receipt: WebReceipt | None = None

    @property
    def wishes(self) -> tuple[FormKind, ...]:
        """What can be asked for about it."""
        ends = may_move(self.status, RequestStatus.WITHDRAWN)
        return (FormKind.STILL_NEEDED, *([FormKind.NOT_NEEDED] if ends else []), FormKind.CALL_ME)


def look_up(session: Session, now: datetime, reference: str, number: str, address: str) -> Earlier | None:
    """The earlier request with that reference and number; None, and a wrong guess, where there is none.

    Raises ``GuessedTooOften``.
    """
    keys = keyring(session)
    whose = [keys.hash(f"site:{network(address)}"), keys.hash(f"site:{number}")]
    if any(guesses.too_many(session, now, each) for each in whose):
        raise GuessedTooOften
    found = _find(session, reference, number_hash(session, number))
    if found is None:
        for each in whose:
            guesses.note(session, now, each)
    return found


def _find(session: Session, reference: str, hashed: bytes) -> Earlier | None:
    request = registry.find_by_reference(session, reference)
    if request is not None:
        is_theirs = request.number_hash == hashed or receipts.belongs_to(session, reference, hashed)
        return Earlier(request.status, request) if is_theirs and request.number else None
    receipt = receipts.waiting(session, reference)
    if receipt is not None and receipt.number_hash == hashed:
        return Earlier(receipts.status_of(receipt), receipt=receipt)
    return None


def carry_out(session: Session, profile: Profile, now: datetime, form: WebForm, what: Earlier) -> None:
    """Do what the form asks for about an earlier request, which the team may be moving at this moment."""
    if what.receipt is not None:
        _about_receipt(session, profile, now, form, what.receipt)
    elif what.request is not None:
        locks.hold(session, what.request)
        _about_request(session, profile, now, form, what.request)


def _about_request(
    session: Session, profile: Profile, now: datetime, form: WebForm, request: Request
) -> None:
    if form.kind is FormKind.NOT_NEEDED:
        earlier.not_needed(session, now, web_forms.ACTOR, request)
    elif form.kind is FormKind.CALL_ME or not earlier.still_needed(session, now, web_forms.ACTOR, request):
        web_forms.file_call(session, profile, now, form, request)


def _about_receipt(
    session: Session, profile: Profile, now: datetime, form: WebForm, receipt: WebReceipt
) -> None:
    """The same for a form that was added to an open request; that request is not touched by it."""
    callback = session.get_one(Callback, receipt.callback_id)
    locks.hold_callback(session, callback)
    if form.kind is FormKind.NOT_NEEDED:
        receipt.taken_back_at = receipt.taken_back_at or now
        web_forms.note(callback, web_forms.Words(text=TAKEN_BACK))
        audit.append(session, now, web_forms.ACTOR, "form_taken_back", f"callback:{callback.id}")
    elif form.kind is FormKind.CALL_ME or receipt.taken_back_at is not None:
        web_forms.ask_again(session, profile, now, form, callback)
    else:
        queue.add_call(callback, now)
