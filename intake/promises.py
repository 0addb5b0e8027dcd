"""Promises: the window that a caller is told, and later whether it was kept.

The worker keeps the pace of the queue in one row, so that a call in progress asks the database once. When a
promised window is over the worker decides about it: **kept** if the first attempt was begun by its end
(also before its beginning: nobody minds being rung early), **void** if the callback was closed before that
without any attempt (the need was withdrawn, say) or if nobody was told the window, **missed** otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import pace, staff
from intake.db import insert_into
from intake.hours import Window, is_open, spans_on
from intake.kinds import BestTime, CallbackKind
from intake.lifecycle import PromiseStatus, check_move
from intake.models import (
    CALLBACK_IS_HELD,
    CALLBACK_IS_OPEN,
    CALLBACK_IS_QUEUED,
    PROMISE_IS_OPEN,
    Attempt,
    Callback,
    Staff,
)
from intake.profile import Profile
from intake.promise_models import THE_PACE, DutyHour, Promise, PromisePace
from intake.staff_roles import PERMISSIONS, Permission

#: Counting what waits goes so far: behind so many, one more changes no promise that anybody could rely on.
COUNT_AT_MOST = 1000

#: What may not be rung before then (a later try, a follow-up) does not stand before a caller of now.
_SOON = timedelta(days=1)

#: How often the pace is learned anew; what waits is counted at every look.
LEARN_EVERY = timedelta(minutes=15)

#: So many attempts are looked at, the latest ones: a busy district's ten days.
_ATTEMPTS_AT_MOST = 5000

#: So many promises are decided in one transaction; the rest follows at the next look.
DECIDE_AT_ONCE = 500

#: After so long a missed promise no longer waits for its first attempt.
_GIVEN_UP_AFTER = timedelta(days=30)

#: So many days are searched for working days.
_LOOK_BACK = 99

#: What a promise may be decided as.
RESULTS = (PromiseStatus.KEPT, PromiseStatus.MISSED, PromiseStatus.VOID)

#: The callbacks whose window a caller was told. The others have one only so that they are not forgotten.
TOLD = frozenset(
    {CallbackKind.INTAKE, CallbackKind.HELPER_LEAD, CallbackKind.GROUP_LEAD, CallbackKind.STATUS}
)

_RINGS = [role for role, permissions in PERMISSIONS.items() if Permission.RETURN_CALLS in permissions]
_THE_PACE = PromisePace.id == THE_PACE


def _count_some(*where: Any) -> sa.ScalarSelect[int]:
    some = sa.select(Callback.id).where(*where).limit(COUNT_AT_MOST).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


_NEWEST = sa.select(PromisePace.newest_callback_id).where(_THE_PACE).scalar_subquery()

#: One question for all that a promise is computed from; made once, because a call in progress asks it.
_PRESSURE = sa.select(
    sa.select(PromisePace.minutes).where(_THE_PACE).scalar_subquery().label("minutes"),
    sa.select(PromisePace.care).where(_THE_PACE).scalar_subquery().label("care"),
    sa.select(PromisePace.usual).where(_THE_PACE).scalar_subquery().label("usual"),
    sa.select(PromisePace.waiting).where(_THE_PACE).scalar_subquery().label("waiting"),
    _count_some(Callback.id > sa.func.coalesce(_NEWEST, 0), CALLBACK_IS_OPEN).label("filed_since"),
    sa.select(sa.func.count())
    .select_from(Staff)
    .where(Staff.active, Staff.on_duty, Staff.seen_at >= sa.bindparam("heard_of"), Staff.role.in_(_RINGS))
    .scalar_subquery()
    .label("on_duty"),
)


def window(session: Session, profile: Profile, now: datetime, best_time: BestTime) -> Window:
    """What a caller of now is promised: from the queue, the pace and who is on duty; one question.

    Raises ``LookupError`` if the hotline does not open within 400 days.
    """
    seen = session.execute(_PRESSURE, {"heard_of": now - staff.SEEN_WITHIN}).one()
    if seen.minutes is None:  # no worker has run yet
        learned = pace.Pace(profile.promise.handling_minutes)
    else:
        usual = {int(hour): crew for hour, crew in seen.usual.items()}
        learned = pace.Pace(seen.minutes, usual, seen.care)
    waiting = (seen.waiting or 0) + seen.filed_since
    return pace.promise(profile, now, learned, waiting, seen.on_duty, best_time)


def look(session: Session, profile: Profile, now: datetime) -> datetime | None:
    """Count what waits and who is on duty, and now and then learn the pace; when this was done before."""
    before = session.get(PromisePace, THE_PACE, with_for_update=True)
    counted_at = before.counted_at if before else None
    on_duty = len(staff.on_duty(session, now))
    if is_open(profile, now):
        _note_crew(session, now, on_duty)
    newest = session.scalar(sa.select(sa.func.max(Callback.id))) or 0
    soon = _count_some(CALLBACK_IS_QUEUED, Callback.not_before <= now + _SOON)
    waiting, held = session.execute(sa.select(soon, _count_some(CALLBACK_IS_HELD))).one()
    values: dict[str, Any] = {
        "waiting": waiting + held,
        "newest_callback_id": newest,
        "counted_at": now,
    }
    if before is None or now - before.measured_at >= LEARN_EVERY:
        learned = learn(session, profile, now)
        values |= {"minutes": learned.minutes, "care": learned.care, "measured_at": now}
        values["usual"] = {str(hour): crew for hour, crew in learned.usual.items()}
    if before is None:
        first = insert_into(session, PromisePace).values(id=THE_PACE, **values)
        session.execute(first.on_conflict_do_nothing(index_elements=["id"]))
    else:
        session.execute(sa.update(PromisePace).where(_THE_PACE).values(**values))
    return counted_at


def _note_crew(session: Session, now: datetime, on_duty: int) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    statement = insert_into(session, DutyHour).values(hour=hour, crew=on_duty, looks=1)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["hour"],
            set_={"crew": DutyHour.crew + on_duty, "looks": DutyHour.looks + 1},
        )
    )


def learn(session: Session, profile: Profile, now: datetime) -> pace.Pace:
    """The pace from what was recorded on the last working days."""
    since = working_days_ago(profile, now)
    ended = (
        sa.select(Attempt.staff_id, Attempt.started_at, Attempt.ended_at)
        .order_by(Attempt.id.desc())
        .limit(_ATTEMPTS_AT_MOST)
    )
    done = [
        pace.Dialled(staff_id, started_at, ended_at)
        for staff_id, started_at, ended_at in session.execute(ended)
        if staff_id is not None and ended_at is not None and ended_at >= since
    ]
    hours = session.execute(
        sa.select(DutyHour.hour, DutyHour.crew, DutyHour.looks).where(DutyHour.hour >= since)
    )
    crews = [(row.hour, row.crew / row.looks) for row in hours]
    results = Counter(latest(session, since))
    return pace.Pace(
        minutes=pace.handling_minutes(pace.block_means(done), profile.promise.handling_minutes),
        usual=pace.usual_crew(crews, profile.tz),
        care=pace.care(results[PromiseStatus.KEPT], results[PromiseStatus.MISSED]),
    )


def working_days_ago(profile: Profile, now: datetime) -> datetime:
    """Midnight before the last ``pace.WORKING_DAYS`` on which the hotline was open, today not counted.

    Fewer, where it was hardly open; the last ``_LOOK_BACK`` days, where it was closed all along.
    """
    today = now.astimezone(profile.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    past = [today - timedelta(days=days) for days in range(1, _LOOK_BACK + 1)]
    open_days = (day for day in past if spans_on(profile, day.date()))
    return min(islice(open_days, pace.WORKING_DAYS), default=past[-1])


def latest(session: Session, since: datetime) -> list[PromiseStatus]:
    """The latest promises that count, newest first: kept or missed."""
    query = (
        sa.select(Promise.result)
        .where(Promise.result != PromiseStatus.VOID, Promise.promised_until >= since)
        .order_by(Promise.promised_until.desc(), Promise.callback_id.desc())
        .limit(pace.LATEST)
    )
    return list(session.scalars(query))


def on_day(session: Session, profile: Profile, day: date) -> Counter[PromiseStatus]:
    """What became of the promises whose window ended on a day of the district: kept, missed, void."""
    start = datetime.combine(day, time.min, profile.tz).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time.min, profile.tz).astimezone(UTC)
    rows = session.execute(
        sa.select(Promise.result, sa.func.count())
        .where(Promise.promised_until >= start, Promise.promised_until < end)
        .group_by(Promise.result)
    )
    return Counter({result: count for result, count in rows})  # noqa: C416 -- a row is no pair to the type checker


def decide(session: Session, now: datetime) -> int:
    """Decide about the promises whose window is over, the oldest first; how many."""
    over = session.scalars(
        sa.select(Callback)
        .where(PROMISE_IS_OPEN, Callback.promised_until < now)
        .order_by(Callback.promised_until)
        .limit(DECIDE_AT_ONCE)
        .with_for_update(skip_locked=True, of=Callback)
    ).all()
    first = _first_attempts(session, [callback.id for callback in over])
    for callback in over:
        _decide(session, now, callback, first.get(callback.id))
    _note_late_attempts(session, now)
    return len(over)


def _first_attempts(session: Session, callback_ids: Sequence[int]) -> dict[int, datetime]:
    query = (
        sa.select(Attempt.callback_id, sa.func.min(Attempt.started_at))
        .where(Attempt.callback_id.in_(callback_ids))
        .group_by(Attempt.callback_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _decide(session: Session, now: datetime, callback: Callback, first_attempt_at: datetime | None) -> None:
    assert callback.promised_from is not None, "a promise has a beginning"
    assert callback.promised_until is not None, "only a promise is decided"
    result = PromiseStatus.VOID
    if callback.kind in TOLD:
        result = result_of(callback.promised_until, first_attempt_at, callback.closed_at)
    callback.promise = check_move(callback.promise, result)
    decided = insert_into(session, Promise).values(
        callback_id=callback.id,
        kind=callback.kind,
        result=result,
        filed_at=callback.created_at,
        promised_from=callback.promised_from,
        promised_until=callback.promised_until,
        first_attempt_at=first_attempt_at,
        decided_at=now,
    )
    session.execute(decided.on_conflict_do_nothing(index_elements=["callback_id"]))


def result_of(
    promised_until: datetime, first_attempt_at: datetime | None, closed_at: datetime | None
) -> PromiseStatus:
    """What became of a promise that was told and whose window is over. Pure."""
    if first_attempt_at is not None and first_attempt_at <= promised_until:
        return PromiseStatus.KEPT
    if closed_at is not None and closed_at <= promised_until:
        return PromiseStatus.VOID
    return PromiseStatus.MISSED


def _note_late_attempts(session: Session, now: datetime) -> None:
    """Add the first attempt to missed promises that have got one since, so that the wait is known."""
    began = (
        sa.select(sa.func.min(Attempt.started_at))
        .where(Attempt.callback_id == Promise.callback_id)
        .scalar_subquery()
    )
    session.execute(
        sa.update(Promise)
        .where(
            Promise.result == PromiseStatus.MISSED,
            Promise.first_attempt_at.is_(None),
            Promise.promised_until > now - _GIVEN_UP_AFTER,
            sa.exists().where(Attempt.callback_id == Promise.callback_id),
        )
        .values(first_attempt_at=began)
        .execution_options(synchronize_session=False)
    )
