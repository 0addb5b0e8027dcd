"""What the worker owes the outside world: texts, calls and hang-ups, each done once, in effect.

A duty is claimed with a lease, done without any session open, and its result written down. The carrier knows
no idempotency key: where its answer was lost the duty is UNSURE, and the carrier is asked what became of it
before anything is repeated. A worker that died in between leaves the same doubt, and the same question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from intake import bridges
from intake.carrier_copies import Copy
from intake.hours import in_call_window, next_in_call_window
from intake.kinds import DutyKind
from intake.lifecycle import DutyStatus, check_move
from intake.models import Duty
from intake.services import Services
from matching import outgoing
from voice.carrier import Carrier, CarrierError, CarrierRefused, CarrierUnreachable
from voice.text_reports import TEXT_REPORT_PATH

#: How long a duty is one worker's alone: several times what the carrier may take to answer.
LEASE = timedelta(seconds=60)

#: When the carrier is asked about a lost answer: late enough that what it did stands in its lists.
ASK_AFTER = timedelta(seconds=60)

#: The pause after a try that surely did nothing doubles from the first to the last of these.
FIRST_PAUSE, LAST_PAUSE = timedelta(seconds=10), timedelta(minutes=15)

#: So many duties in one task: even if each waits for the carrier's time-out, the broker's visibility
#: time-out is not reached. The rest is found by the next sweep.
AT_ONCE = 40

log = structlog.get_logger()


@dataclass(frozen=True)
class Claim:
    """A duty that this worker alone may act on until ``lease_until``; ``begun`` is when it was first sent."""

    duty_id: int
    kind: DutyKind
    key: str
    payload: dict[str, Any]
    tries: int
    begun: datetime
    lease_until: datetime


def run_due(services: Services, carrier: Carrier) -> int:
    """Clear up what is in doubt, then do what is due; how many duties were acted on.

    Nobody is rung or texted outside the profile's call window, and nothing is done that nobody wants any
    more. Ends early where the carrier is not reached.
    """
    acted = 0
    for in_doubt in (True, False):
        while acted < AT_ONCE:
            now = services.clock()
            at_any_time = in_doubt or in_call_window(services.profile, now)
            with services.db.write() as session:
                claim = take(session, now, in_doubt, tuple(_SEND) if at_any_time else _RINGS_NOBODY)
                dropped = claim is not None and not in_doubt and _drop_unwanted(services, session, now, claim)
            if claim is None:
                break
            acted += 1
            if not dropped and not _act(services, carrier, claim, in_doubt):
                return acted
    return acted


def take(session: Session, now: datetime, in_doubt: bool, kinds: tuple[DutyKind, ...]) -> Claim | None:
    """Take the first duty in one statement that names its old state, so that two takers cannot both win.

    Texts come after calls, for which somebody may be waiting with the hand on the telephone; what is to be
    deleted comes last.
    """
    if in_doubt:
        ready = sa.and_(Duty.status.in_((DutyStatus.UNSURE, DutyStatus.RUNNING)), Duty.lease_until < now)
        begun: dict[str, Any] = {}
    else:
        ready = sa.and_(Duty.status == DutyStatus.DUE, Duty.due_at <= now)
        begun = {"due_at": now, "tries": Duty.tries + 1}
    oldest = (
        sa.select(Duty.id)
        .where(Duty.kind.in_(kinds), ready)
        .order_by(Duty.kind == DutyKind.DELETE, Duty.kind == DutyKind.TEXT, Duty.due_at, Duty.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    duty_id = session.scalar(
        sa.update(Duty)
        .where(Duty.id == oldest.scalar_subquery())
        .values(status=DutyStatus.RUNNING, lease_until=now + LEASE, **begun)
        .returning(Duty.id)
        .execution_options(synchronize_session=False)
    )
    if duty_id is None:
        return None
    duty = session.get_one(Duty, duty_id)
    return Claim(duty.id, duty.kind, duty.key, duty.payload, duty.tries, duty.due_at, now + LEASE)


def _drop_unwanted(services: Services, session: Session, now: datetime, claim: Claim) -> bool:
    """Give up a duty that nobody wants done any more; whether it was one. Others are taken back in time."""
    cause, row_id = _cause(claim.key)
    if cause != bridges.CAUSE or bridges.is_wanted(session, now, row_id):
        return False
    duty = session.get_one(Duty, claim.duty_id)
    duty.status = check_move(duty.status, DutyStatus.FAILED)
    duty.done_at, duty.lease_until, duty.error = now, None, duty.error or "not wanted any more"
    _tell_failed(services, session, now, duty)
    return True


def _act(services: Services, carrier: Carrier, claim: Claim, in_doubt: bool) -> bool:
    """Ask or send, and write down what came of it; False if the carrier was not reached."""
    try:
        if in_doubt:
            sid = _FIND[claim.kind](carrier, claim.payload, claim.begun)
        else:
            sid = _SEND[claim.kind](carrier, claim, services.settings.public_base_url)
    except CarrierError as error:
        settle(services, claim, partial(_failed, services, error, in_doubt))
        return not isinstance(error, CarrierUnreachable)
    if sid is None:  # the carrier does not know of it: it was never done, and may be done now
        settle(services, claim, _again)
    else:
        settle(services, claim, partial(_done, sid))
    return True


def settle(services: Services, claim: Claim, write: Callable[[Duty, datetime], None]) -> None:
    """Write the result, unless the lease ran out and somebody else has the duty by now."""
    now = services.clock()
    with services.db.write() as session:
        duty = session.scalar(
            sa.select(Duty)
            .where(
                Duty.id == claim.duty_id,
                Duty.status == DutyStatus.RUNNING,
                Duty.lease_until == claim.lease_until,
            )
            .with_for_update()
        )
        if duty is None:
            return
        write(duty, now)
        if duty.status is DutyStatus.DONE:
            _tell_done(services, session, now, duty)
        elif duty.status is DutyStatus.FAILED:
            _tell_failed(services, session, now, duty)
    log.info("duty", kind=claim.kind.value, id=claim.duty_id, status=duty.status.value, error=duty.error)


def _done(sid: str, duty: Duty, now: datetime) -> None:
    duty.status = check_move(duty.status, DutyStatus.DONE)
    duty.carrier_sid, duty.done_at, duty.lease_until, duty.error = sid, now, None, ""


def _again(duty: Duty, now: datetime) -> None:
    duty.status = check_move(duty.status, DutyStatus.DUE)
    duty.due_at, duty.lease_until, duty.error = now, None, "not known to the carrier"


def _failed(services: Services, error: CarrierError, in_doubt: bool, duty: Duty, now: datetime) -> None:
    """Where the duty goes after a failure: asked about later, done later, or given up with the code."""
    duty.error = f"code {error.code}" if isinstance(error, CarrierRefused) else "carrier not reached"
    if in_doubt or (isinstance(error, CarrierUnreachable) and error.answer_lost):
        duty.status = check_move(duty.status, DutyStatus.UNSURE)
        duty.lease_until = now + ASK_AFTER
    elif isinstance(error, CarrierRefused) and error.permanent:
        duty.status = check_move(duty.status, DutyStatus.FAILED)
        duty.done_at, duty.lease_until = now, None
    else:
        duty.status = check_move(duty.status, DutyStatus.DUE)
        duty.due_at, duty.lease_until = _again_at(services, duty, now), None


def _again_at(services: Services, duty: Duty, now: datetime) -> datetime:
    """When to try once more. Nobody waits for a deletion, and the carrier has to finish the thing first."""
    if duty.kind is DutyKind.DELETE:
        return now + LAST_PAUSE
    again = now + pause_after(duty.tries)
    return again if duty.kind in _RINGS_NOBODY else next_in_call_window(services.profile, again)


def pause_after(tries: int) -> timedelta:
    """How long to wait after the given number of tries that surely did nothing."""
    return min(FIRST_PAUSE * (1 << min(tries - 1, 10)), LAST_PAUSE)


def _cause(key: str) -> tuple[str, int]:
    """What a duty is for, and the id of the row that owes it."""
    cause, _, row_id = key.partition(":")
    return cause, int(row_id) if row_id.isdecimal() else 0


def _tell_done(services: Services, session: Session, now: datetime, duty: Duty) -> None:
    """Let whoever owed the duty know that it is done."""
    cause, row_id = _cause(duty.key)
    if cause == bridges.CAUSE:
        bridges.placed(session, now, row_id, duty.carrier_sid or "")
    else:
        outgoing.done(session, services.profile, now, duty.key)


def _tell_failed(services: Services, session: Session, now: datetime, duty: Duty) -> None:
    """Let whoever owed the duty know that it will not be done."""
    cause, row_id = _cause(duty.key)
    if cause == bridges.CAUSE:
        bridges.not_placed(session, now, row_id, duty.error)
    else:
        outgoing.failed(session, services.profile, now, duty.key, duty.error.removeprefix("code "))


def _send_text(carrier: Carrier, claim: Claim, base_url: str) -> str:
    report = base_url + TEXT_REPORT_PATH.format(duty_id=claim.duty_id)
    return carrier.send_text(claim.payload["to"], claim.payload["body"], report)


def _place_call(carrier: Carrier, claim: Claim, base_url: str) -> str:
    payload = claim.payload
    url, status_url = f"{base_url}{payload['path']}", f"{base_url}{payload['status_path']}"
    fallback = f"{base_url}{payload['fallback_path']}" if "fallback_path" in payload else ""
    return carrier.place_call(payload["to"], url, status_url, payload.get("detect_machine", False), fallback)


def _hang_up(carrier: Carrier, claim: Claim, _base_url: str) -> str:
    sid = str(claim.payload["sid"])
    carrier.end_call(sid)
    return sid


def _delete(carrier: Carrier, claim: Claim, _base_url: str) -> str:
    sid = str(claim.payload["sid"])
    _DELETE[Copy(claim.payload["what"])](carrier, sid)
    return sid


def _find_text(carrier: Carrier, payload: dict[str, Any], since: datetime) -> str | None:
    return carrier.find_text(payload["to"], payload["body"], since)


def _find_call(carrier: Carrier, payload: dict[str, Any], since: datetime) -> str | None:
    return carrier.find_call(payload["to"], since)


def _find_nothing(_carrier: Carrier, _payload: dict[str, Any], _since: datetime) -> None:
    """Nothing to look up: a call may be ended twice, and what is gone be deleted once more."""


#: How each kind of duty is done, and how it is looked up where the answer was lost. ``intake.outbox`` tells
#: their payloads.
_SEND: dict[DutyKind, Callable[[Carrier, Claim, str], str]] = {
    DutyKind.TEXT: _send_text,
    DutyKind.CALL: _place_call,
    DutyKind.HANG_UP: _hang_up,
    DutyKind.DELETE: _delete,
}
_FIND: dict[DutyKind, Callable[[Carrier, dict[str, Any], datetime], str | None]] = {
    DutyKind.TEXT: _find_text,
    DutyKind.CALL: _find_call,
    DutyKind.HANG_UP: _find_nothing,
    DutyKind.DELETE: _find_nothing,
}

#: What may be done at night as well.
_RINGS_NOBODY = (DutyKind.HANG_UP, DutyKind.DELETE)

_DELETE: dict[Copy, Callable[[Carrier, str], None]] = {
    Copy.CALL: Carrier.delete_call,
    Copy.TEXT: Carrier.delete_text,
    Copy.RECORDING: Carrier.delete_recording,
}
