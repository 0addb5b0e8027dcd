"""Attempts: one dialling of a callback, and what its outcome does. The rules are the profile's table."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, letters, queue, registry, undo
from intake.hours import after_open_time, next_in_call_window, next_opening, other_half_day, tomorrow
from intake.lifecycle import CallbackStatus, RequestStatus, may_move
from intake.models import CALLBACK_IS_HELD, Attempt, Callback, Request
from intake.profile import AttemptOutcome, OutcomeRule, Profile, RetryRule

#: A new try is due after so much opening time: the queue orders by it, nobody was promised anything.
TRY_WITHIN = timedelta(hours=1)

#: Nobody is rung again later than this: a year mistyped would be a citizen forgotten.
AGAIN_WITHIN = timedelta(days=60)

#: PostgreSQL's advisory lock, with the account's id, for beginning to dial. Any constant of our own will do.
_DIAL_LOCK = 7_311_002

#: A request in one of these is opened by a talk; any other has been opened before.
_BEFORE_OPEN = (RequestStatus.NEW, RequestStatus.CONTACTED)


class OutsideCallWindow(Exception):
    """Nobody may be rung at this time. ``opens_at`` is when dialling is allowed again."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__("nobody is rung outside the call window")
        self.opens_at = opens_at


class OutcomeFirst(Exception):
    """Another number is being rung by the same hand; ``callback_id`` is the one without an outcome."""

    def __init__(self, callback_id: int) -> None:
        super().__init__("one number is rung at a time")
        self.callback_id = callback_id


class WrongTime(StrEnum):
    """What is wrong with the time at which somebody wishes to be rung again."""

    MISSING = "missing"
    PAST = "past"
    TOO_FAR = "too_far"


class OutcomeError(Exception):
    """The outcome cannot be recorded so: the wished time is missing, or not one to wait for; ``why`` says."""

    def __init__(self, why: WrongTime) -> None:
        super().__init__(f"the time to call again: {why.value}")
        self.why = why


def start(session: Session, profile: Profile, now: datetime, callback: Callback, staff_id: int) -> Attempt:
    """The holder dials. Raises ``OutsideCallWindow`` at an hour at which nobody is rung.

    There is no exception, not even for a citizen who asked for a later hour: ``next_try`` has moved such a
    wish into the window, and a telephone that rings at night wakes a household, not only the one who asked.
    Raises ``OutcomeFirst`` while she has told no outcome of another number that she rang.
    """
    opens_at = next_in_call_window(profile, now)
    if opens_at > now:
        raise OutsideCallWindow(opens_at)
    return talk(session, now, callback, staff_id)


def talk(session: Session, now: datetime, callback: Callback, staff_id: int) -> Attempt:
    """The holder's attempt, which goes on until she tells its outcome. Nobody is dialled.

    Raises ``OutcomeFirst`` as ``start`` does: there is no other way to have a callback rung.
    """
    _take_turn(session, staff_id)
    open_one = without_outcome(session, staff_id, but=callback.id)
    if open_one is not None:
        raise OutcomeFirst(open_one)
    return _under_way(session, now, callback, staff_id)


def talked(session: Session, now: datetime, callback: Callback, staff_id: int, at: datetime) -> Attempt:
    """The holder's attempt at a talk that was over at ``at``, told later, from paper; its form comes next.

    Several such talks may wait for their forms: nobody is being rung any more.
    """
    attempt = _under_way(session, now, callback, staff_id)
    attempt.started_at = at
    return attempt


def _take_turn(session: Session, staff_id: int) -> None:
    """Let two pages of one operator begin to dial one after the other, so that the second sees the first."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_DIAL_LOCK, staff_id)))


def _under_way(session: Session, now: datetime, callback: Callback, staff_id: int) -> Attempt:
    """The holder's attempt, begun if there is none. The callback is being rung, and its lease runs anew."""
    if callback.status is not CallbackStatus.CALLING:
        queue.move(callback, CallbackStatus.CALLING)
    queue.keep(callback, now)
    attempt = running(session, callback, staff_id)
    if attempt is None:
        attempt = Attempt(callback_id=callback.id, staff_id=staff_id, started_at=now)
        session.add(attempt)
        session.flush()
    return attempt


def show_number(
    session: Session, profile: Profile, now: datetime, callback: Callback, staff_id: int
) -> Attempt:
    """Show the number to its holder, who is about to dial it: once an attempt on the record.

    Raises as ``start`` does.
    """
    attempt = start(session, profile, now, callback, staff_id)
    if attempt.number_shown_at is None:
        attempt.number_shown_at = now
        audit.append(session, now, audit.by_staff(staff_id), "number_shown", f"callback:{callback.id}")
    return attempt


def dial(attempt: Attempt, now: datetime) -> None:
    """The number is being dialled; told again, the first time stands."""
    attempt.dialled_at = attempt.dialled_at or now


def record(
    session: Session,
    profile: Profile,
    now: datetime,
    callback: Callback,
    staff_id: int,
    outcome: AttemptOutcome,
    note: str = "",
    again_at: datetime | None = None,
    at: datetime | None = None,
) -> Attempt:
    """Record how the dialling ended, and close the callback or put it back by the outcome's rule.

    ``again_at`` is the moment the citizen asked to be rung at; needed for "call again", refused in the past
    and beyond ``AGAIN_WITHIN``. ``at`` is when it really was, where that is told later, from paper. Raises
    ``OutcomeError``; ``callback`` must be held by ``staff_id``.
    """
    _check_time(now, outcome, again_at)
    attempt = _under_way(session, now, callback, staff_id)
    request = session.get(Request, callback.request_id) if callback.request_id else None
    attempt.ended_at, attempt.outcome, attempt.note = now, outcome.value, note or None
    if at is None:
        attempt.before = undo.remember(callback, request)
    else:
        attempt.started_at = attempt.ended_at = at
    callback.tries += 1
    rule = profile.retry[outcome]
    if rule.closes:
        _end(session, now, callback, CallbackStatus.DONE, outcome, rule)
    elif again_at is None and _tried_enough(session, profile, callback, rule):
        _end(session, now, callback, CallbackStatus.GIVEN_UP, outcome, rule)
    else:
        _put_back(profile, at or now, callback, rule, again_at)
        _move_request(session, now, callback, rule.request_status)
    audit.append(session, now, audit.by_staff(staff_id), "outcome", f"callback:{callback.id}", outcome.value)
    return attempt


def _check_time(now: datetime, outcome: AttemptOutcome, again_at: datetime | None) -> None:
    if again_at is None:
        if outcome is AttemptOutcome.CALL_AGAIN:
            raise OutcomeError(WrongTime.MISSING)
    elif again_at <= now:
        raise OutcomeError(WrongTime.PAST)
    elif again_at - now > AGAIN_WITHIN:
        raise OutcomeError(WrongTime.TOO_FAR)


def next_try(
    profile: Profile,
    now: datetime,
    rule: OutcomeRule | RetryRule,
    again_at: datetime | None,
    tries: int = 0,
) -> datetime:
    """When the next try may begin: as asked, else by the rule; always inside the call window.

    After ``tries`` that were enough for the rule, only not on enough days, it is another day.
    """
    if again_at is not None:
        return next_in_call_window(profile, again_at)
    earliest = now + timedelta(minutes=rule.delay_minutes or 0)
    if tries >= (rule.max_tries or 1):
        earliest = max(earliest, next_opening(profile, tomorrow(profile, now)))
    if rule.other_half_day:
        earliest = max(earliest, other_half_day(profile, now))
    return next_in_call_window(profile, earliest)


def _put_back(
    profile: Profile, now: datetime, callback: Callback, rule: OutcomeRule, again_at: datetime | None
) -> None:
    callback.not_before = next_try(profile, now, rule, again_at, callback.tries)
    callback.due_at = after_open_time(profile, callback.not_before, TRY_WITHIN)
    queue.release(callback)


def _tried_enough(session: Session, profile: Profile, callback: Callback, rule: OutcomeRule) -> bool:
    """Whether there were as many tries as the rule asks for, on as many days of the district's calendar."""
    if callback.tries < (rule.max_tries or 1):
        return False
    tried = session.scalars(sa.select(Attempt.started_at).where(Attempt.callback_id == callback.id))
    return len({at.astimezone(profile.tz).date() for at in tried}) >= rule.over_days


def _end(
    session: Session,
    now: datetime,
    callback: Callback,
    status: CallbackStatus,
    outcome: AttemptOutcome,
    rule: OutcomeRule,
) -> None:
    """End the callback, closed or given up; where the rule says so, another way than ringing is owed."""
    queue.move(callback, status)
    callback.closed_at, callback.outcome = now, outcome.value
    _move_request(session, now, callback, rule.request_status if rule.closes else rule.given_up_status)
    if rule.then is not None:
        letters.owe_for_callback(session, now, callback, rule.then)


def _move_request(session: Session, now: datetime, callback: Callback, status: RequestStatus | None) -> None:
    """Move the callback's request where the rule says, unless it stands further on already."""
    if callback.request_id is None or status is None:
        return
    request = session.get_one(Request, callback.request_id)
    if status is RequestStatus.OPEN and request.status not in _BEFORE_OPEN:
        return  # reached once more about a request that helpers are found for already
    if may_move(request.status, status):
        registry.move(request, status, now)


def without_outcome(session: Session, staff_id: int, but: int = 0) -> int | None:
    """The callback, ``but`` for one, that somebody is ringing and has told no outcome of."""
    query = sa.select(Callback.id).where(
        CALLBACK_IS_HELD,
        Callback.holder_id == staff_id,
        Callback.status == CallbackStatus.CALLING,
        Callback.id != but,
    )
    return session.scalar(query.order_by(Callback.id).limit(1))


def latest(session: Session, callback_id: int, staff_id: int) -> Attempt | None:
    """The last attempt of that account at that callback, be it over or not."""
    query = sa.select(Attempt).where(Attempt.callback_id == callback_id, Attempt.staff_id == staff_id)
    return session.scalar(query.order_by(Attempt.id.desc()).limit(1))


def running(session: Session, callback: Callback, staff_id: int) -> Attempt | None:
    """The attempt that this holder has begun and not ended, be it before she lost the callback."""
    query = sa.select(Attempt).where(
        Attempt.callback_id == callback.id, Attempt.staff_id == staff_id, Attempt.ended_at.is_(None)
    )
    return session.scalar(query.order_by(Attempt.id.desc()).limit(1))
