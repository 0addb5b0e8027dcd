"""Paper mode: a printed shift list, for a desk without a screen, and its results typed back in later.

The callbacks on a list stay in the hand of who printed it for some hours, so that nobody else rings there. A
line's code has a check digit; a result counts at the time at which it really was.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import attempts, audit, locks, queue, references
from intake.lifecycle import OPEN_CALLBACKS, CallbackStatus
from intake.models import CALLBACK_IS_HELD, CALLBACK_IS_QUEUED, Attempt, Callback
from intake.paper_models import PaperLine, PaperList
from intake.profile import AttemptOutcome, Profile

#: Digits of a line's code, its check digit included: quick to type, and a wrong one is noticed.
CODE_LENGTH = 5

#: A line that nobody typed back in so long is struck off; its callback went back to the queue long ago.
_KEEP = timedelta(days=7)


class Fault(StrEnum):
    """Why a line of results is refused."""

    CODE = "code"
    KEY = "key"
    TIME = "time"
    AGAIN = "again"
    ENDED = "ended"
    OTHER_HANDS = "other_hands"


class PaperError(Exception):
    """A line of results cannot be taken; ``why`` says what to mend, the other lines are not touched."""

    def __init__(self, why: Fault) -> None:
        super().__init__(f"the line is refused: {why.value}")
        self.why = why


@dataclass(frozen=True)
class Entry:
    """A line as it was typed: code and key, the clock at which it was rung, a note, and a wished time."""

    code: str
    key: str
    clock: time | None
    note: str = ""
    again_at: datetime | None = None


def print_list(session: Session, now: datetime, staff_id: int, count: int, hours: int) -> PaperList:
    """Put ``count`` callbacks on a list: what is in hand first, then what is due first, for so many hours.

    Each number on it is an export, and on record as one.
    """
    _strike_old(session, now)
    row = PaperList(staff_id=staff_id, printed_at=now, until=now + timedelta(hours=hours))
    session.add(row)
    session.flush()
    taken = _take(session, now, row.until, staff_id, count)
    for callback, code in zip(taken, _new_codes(session, len(taken)), strict=True):
        queue.keep(callback, now)
        callback.lease_until = row.until
        session.add(PaperLine(list_id=row.id, callback_id=callback.id, code=code))
        session.flush()
        actor, subject = audit.by_staff(staff_id), f"callback:{callback.id}"
        audit.append(session, now, actor, "number_exported", subject, f"paper:{row.id}")
    return row


def lines_of(session: Session, list_id: int) -> Sequence[tuple[PaperLine, Callback]]:
    """The lines of a list with their callbacks, in the order of the list."""
    query = (
        sa.select(PaperLine, Callback)
        .join(Callback, Callback.id == PaperLine.callback_id)
        .where(PaperLine.list_id == list_id)
        .order_by(PaperLine.id)
    )
    return [(row.PaperLine, row.Callback) for row in session.execute(query)]


def lists_of(session: Session, staff_id: int) -> Sequence[PaperList]:
    """Somebody's lists that have lines still to be typed in, the latest first."""
    untyped = sa.exists().where(PaperLine.list_id == PaperList.id, PaperLine.typed_at.is_(None))
    query = sa.select(PaperList).where(PaperList.staff_id == staff_id, untyped)
    return session.scalars(query.order_by(PaperList.id.desc())).all()


def open_codes(session: Session, staff_id: int) -> Sequence[str]:
    """The codes of somebody's lines that are still to be typed in, in the order of the lists."""
    query = (
        sa.select(PaperLine.code)
        .join(PaperList, PaperList.id == PaperLine.list_id)
        .where(PaperList.staff_id == staff_id, PaperLine.typed_at.is_(None))
    )
    return session.scalars(query.order_by(PaperLine.id)).all()


def enter(session: Session, profile: Profile, now: datetime, staff_id: int, entry: Entry) -> Attempt:
    """Record a line's result as it was at its time; raises ``PaperError``, and then nothing has changed.

    "Reached" is only begun: whoever typed it fills in the form, as after any talk.
    """
    line = _find(session, entry.code)
    outcome = profile.outcome_by_key(entry.key.strip().lower())
    if outcome is None:
        raise PaperError(Fault.KEY)
    at = _moment(profile, now, line.list.printed_at, entry.clock)
    callback = _into_hand(session, now, line.callback_id, staff_id)
    line.typed_at = now
    again_at = None if profile.retry[outcome].closes else entry.again_at
    if outcome is AttemptOutcome.REACHED_COMPLETE and (callback.request_id or callback.helper_id):
        attempt = attempts.talked(session, now, callback, staff_id, at)
        attempt.note = entry.note or None
        return attempt
    try:
        return attempts.record(session, profile, now, callback, staff_id, outcome, entry.note, again_at, at)
    except attempts.OutcomeError:
        raise PaperError(Fault.AGAIN) from None


def _take(session: Session, now: datetime, until: datetime, staff_id: int, count: int) -> list[Callback]:
    """What is in hand and not being rung, and then from the queue what may be rung before the list ends."""
    held = sa.select(Callback).where(
        CALLBACK_IS_HELD, Callback.holder_id == staff_id, Callback.status == CallbackStatus.ASSIGNED
    )
    already = sa.exists().where(PaperLine.callback_id == Callback.id, PaperLine.typed_at.is_(None))
    found = list(session.scalars(held.where(~already).order_by(*queue.ORDER).limit(count)))
    waiting = (
        sa.select(Callback)
        .where(CALLBACK_IS_QUEUED, Callback.not_before < until, ~already, Callback.number.is_not(None))
        .order_by(*queue.ORDER)
        .limit(count - len(found))
        .with_for_update(skip_locked=True, of=Callback)
    )
    for callback in session.scalars(waiting).all() if len(found) < count else ():
        if queue.take(session, now, callback.id, staff_id):
            session.refresh(callback)
            found.append(callback)
    return found


def _new_codes(session: Session, count: int) -> list[str]:
    """Codes that no open line has, drawn at once: others wait to write meanwhile."""
    used = set(session.scalars(sa.select(PaperLine.code).where(PaperLine.typed_at.is_(None))))
    free = set(range(10 ** (CODE_LENGTH - 1))).difference(int(code[:-1]) for code in used)
    return [_code(number) for number in secrets.SystemRandom().sample(sorted(free), count)]


def _code(number: int) -> str:
    digits = f"{number:0{CODE_LENGTH - 1}d}"
    return digits + references.check_digit(digits)


def _find(session: Session, typed: str) -> PaperLine:
    code = "".join(typed.split())
    if len(code) != CODE_LENGTH or not code.isascii() or not code.isdigit():
        raise PaperError(Fault.CODE)
    query = sa.select(PaperLine).where(PaperLine.code == code, PaperLine.typed_at.is_(None))
    line = session.scalar(query.with_for_update(of=PaperLine))
    if line is None or references.check_digit(code[:-1]) != code[-1]:
        raise PaperError(Fault.CODE)
    return line


def _moment(profile: Profile, now: datetime, printed_at: datetime, clock: time | None) -> datetime:
    """The first time after the printing at which the clock on the wall said so; not in the future."""
    if clock is None:
        raise PaperError(Fault.TIME)
    printed = printed_at.astimezone(profile.tz).replace(second=0, microsecond=0)
    local = datetime.combine(printed.date(), clock, profile.tz)
    if local < printed:
        local = datetime.combine(printed.date() + timedelta(days=1), clock, profile.tz)
    at = max(local.astimezone(UTC), printed_at)
    if at > now:
        raise PaperError(Fault.TIME)
    return at


def _into_hand(session: Session, now: datetime, callback_id: int, staff_id: int) -> Callback:
    callback = session.get_one(Callback, callback_id)
    locks.hold_callback(session, callback)
    if callback.status not in OPEN_CALLBACKS:
        raise PaperError(Fault.ENDED)
    if callback.holder_id is None and queue.take(session, now, callback_id, staff_id):
        session.refresh(callback)
    if callback.holder_id != staff_id:
        raise PaperError(Fault.OTHER_HANDS)
    return callback


def _strike_old(session: Session, now: datetime) -> None:
    old = sa.select(PaperList.id).where(PaperList.printed_at < now - _KEEP)
    struck = sa.update(PaperLine).where(PaperLine.list_id.in_(old), PaperLine.typed_at.is_(None))
    session.execute(struck.values(typed_at=now))
