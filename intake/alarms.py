"""Alarms: nothing is forgotten, because whatever stands still too long is named, on record, until it is over.

What is wrong is a table of rules: a kind, the rows it looks at, and when such a row is an alarm. The worker
raises and clears by it; doing so twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from intake import audit, promises
from intake.alarm_models import ALARM_IS_OPEN, Alarm
from intake.db import insert_into
from intake.kinds import AlarmKind
from intake.lifecycle import AlarmStatus, CallbackStatus, DutyStatus, PromiseStatus, check_move
from intake.models import CALLBACK_IS_HELD, CALLBACK_IS_OPEN, CALLBACK_IS_QUEUED, Call, Callback, Duty
from intake.profile import Profile
from intake.promise_models import PromisePace

#: A call with no outcome so long after its last turn is an alarm.
STUCK_AFTER = timedelta(hours=1)

#: A lease is freed within seconds of its end; one that is so much older was forgotten.
LEASE_FORGOTTEN_AFTER = timedelta(minutes=15)

#: A text or a call that was refused for good is shown so long: then nobody waits for it any more.
FAILED_SHOWN = timedelta(days=7)

#: A duty that is still not done after so many tries needs a person.
TRIES_UNTIL_ALARM = 6

#: The worker looks every ten seconds; after so long without a look nothing is assigned or sent any more.
SILENT_AFTER = timedelta(minutes=5)

#: The share of promises kept below which it is an alarm, and the fewest promises it is told from.
KEPT_AT_LEAST, OF_AT_LEAST = 0.8, 10

#: So many of one kind are raised at one look; a flood is told by its first drops.
AT_ONCE = 200

#: What an alarm about the whole hotline is about.
PROMISES, WORKER = "promises", "worker"


@dataclass(frozen=True)
class Rule:
    """Rows of which table are an alarm, and when: ``is_wrong(now)`` is a condition on them."""

    subject: str
    row_id: InstrumentedAttribute[int]
    is_wrong: Callable[[datetime], sa.ColumnElement[bool]]

    def ids(self, session: Session, now: datetime, among: Sequence[int] | None = None) -> list[int]:
        """The rows that are wrong now, at most ``AT_ONCE``; or which ``among`` certain ones are."""
        query = sa.select(self.row_id).where(self.is_wrong(now)).order_by(self.row_id)
        query = query.limit(AT_ONCE) if among is None else query.where(self.row_id.in_(among))
        return list(session.scalars(query))


def _is_overdue(now: datetime) -> sa.ColumnElement[bool]:
    """The promised or appointed time has passed, and nobody is ringing."""
    is_late = Callback.due_at < now
    assigned = sa.and_(CALLBACK_IS_HELD, Callback.status == CallbackStatus.ASSIGNED)
    return sa.or_(sa.and_(CALLBACK_IS_QUEUED, is_late), sa.and_(assigned, is_late))


def _is_orphaned(now: datetime) -> sa.ColumnElement[bool]:
    """In a hand that has let go of it, or in no hand and not in the queue: nobody would ever ring."""
    forgotten = Callback.lease_until < now - LEASE_FORGOTTEN_AFTER
    held = sa.and_(CALLBACK_IS_HELD, sa.or_(Callback.lease_until.is_(None), forgotten))
    lost = sa.and_(Callback.status != CallbackStatus.QUEUED, Callback.holder_id.is_(None))
    return sa.and_(CALLBACK_IS_OPEN, sa.or_(held, lost))


def is_stuck(now: datetime) -> sa.ColumnElement[bool]:
    """A call that has no outcome though nothing was heard of it for an hour."""
    return sa.and_(Call.outcome.is_(None), Call.last_turn_at < now - STUCK_AFTER)


def _has_failed(now: datetime) -> sa.ColumnElement[bool]:
    """Refused for good (by a code: what was taken back has none), or tried too often in vain."""
    refused = sa.and_(Duty.status == DutyStatus.FAILED, Duty.error.startswith("code "))
    waits = Duty.status.in_((DutyStatus.DUE, DutyStatus.RUNNING, DutyStatus.UNSURE))
    return sa.or_(
        sa.and_(refused, Duty.done_at > now - FAILED_SHOWN),
        sa.and_(waits, Duty.tries >= TRIES_UNTIL_ALARM),
    )


#: The kinds that are about a row each. The other two are about the whole hotline: see ``watch``.
RULES: dict[AlarmKind, Rule] = {
    AlarmKind.CALLBACK_OVERDUE: Rule("callback", Callback.id, _is_overdue),
    AlarmKind.CALLBACK_ORPHANED: Rule("callback", Callback.id, _is_orphaned),
    AlarmKind.CALL_STUCK: Rule("call", Call.id, is_stuck),
    AlarmKind.DUTY_FAILED: Rule("duty", Duty.id, _has_failed),
}


def watch(session: Session, profile: Profile, now: datetime, looked_before: datetime | None) -> None:
    """Raise what is wrong and clear what is over; ``looked_before`` is when the worker last did so."""
    for kind, rule in RULES.items():
        known = {_row_of(alarm): alarm for alarm in _open(session, kind)}
        wrong = set(rule.ids(session, now))
        _raise(session, now, kind, (f"{rule.subject}:{row_id}" for row_id in sorted(wrong - known.keys())))
        unsure = sorted(known.keys() - wrong)
        wrong.update(rule.ids(session, now, unsure))
        _clear(now, (alarm for row_id, alarm in known.items() if row_id not in wrong))
    if _slips(session, profile, now):
        _raise(session, now, AlarmKind.PROMISES_SLIP, [PROMISES])
    else:
        _clear(now, _open(session, AlarmKind.PROMISES_SLIP))
    if looked_before is not None and now - looked_before > SILENT_AFTER:
        _raise(session, looked_before + SILENT_AFTER, AlarmKind.WORKER_SILENT, [WORKER])
    _clear(now, _open(session, AlarmKind.WORKER_SILENT))  # it speaks again: this is its voice


def _row_of(alarm: Alarm) -> int:
    return int(alarm.subject.partition(":")[2])


def _open(session: Session, kind: AlarmKind) -> Sequence[Alarm]:
    return session.scalars(sa.select(Alarm).where(ALARM_IS_OPEN, Alarm.kind == kind)).all()


def _raise(session: Session, at: datetime, kind: AlarmKind, subjects: Iterable[str]) -> None:
    """Open alarms. One that another worker has opened meanwhile stays as it is."""
    for subject in subjects:
        fresh = insert_into(session, Alarm).values(
            kind=kind, subject=subject, status=AlarmStatus.RAISED, raised_at=at
        )
        session.execute(
            fresh.on_conflict_do_nothing(index_elements=["kind", "subject"], index_where=ALARM_IS_OPEN)
        )


def _clear(now: datetime, alarms: Iterable[Alarm]) -> None:
    for alarm in alarms:
        alarm.status, alarm.cleared_at = check_move(alarm.status, AlarmStatus.CLEARED), now


def _slips(session: Session, profile: Profile, now: datetime) -> bool:
    """Whether too many of the latest promises were broken."""
    results = Counter(promises.latest(session, promises.working_days_ago(profile, now)))
    decided = results.total()
    return decided >= OF_AT_LEAST and results[PromiseStatus.KEPT] < KEPT_AT_LEAST * decided


def see(session: Session, now: datetime, alarm_ids: Iterable[int], staff_id: int) -> int:
    """Somebody looked at these alarms and takes care of them; how many nobody had seen before."""
    fresh = session.scalars(
        sa.select(Alarm)
        .where(Alarm.id.in_(list(alarm_ids)), Alarm.status == AlarmStatus.RAISED)
        .order_by(Alarm.id)
        .with_for_update(of=Alarm)
    ).all()
    for alarm in fresh:
        alarm.status = check_move(alarm.status, AlarmStatus.SEEN)
        alarm.seen_at, alarm.seen_by = now, staff_id
        audit.append(session, now, audit.by_staff(staff_id), "alarm_seen", f"alarm:{alarm.id}", alarm.kind)
    return len(fresh)


def is_worker_silent(session: Session, now: datetime) -> bool:
    """Whether the worker has not looked for too long. It cannot say so itself. Never where none ever ran."""
    last = session.scalar(sa.select(PromisePace.counted_at))
    return last is not None and now - last > SILENT_AFTER


def counts(session: Session, now: datetime) -> dict[AlarmKind, int]:
    """How many alarms of each kind nobody has seen yet; kinds without any are left out."""
    rows = session.execute(
        sa.select(Alarm.kind, sa.func.count())
        .where(ALARM_IS_OPEN, Alarm.status == AlarmStatus.RAISED)
        .group_by(Alarm.kind)
        .order_by(Alarm.kind)
    )
    found = {kind: count for kind, count in rows}  # noqa: C416 -- a row is no pair to the type checker
    if is_worker_silent(session, now):
        found[AlarmKind.WORKER_SILENT] = 1
    return found


def wrong_now(session: Session, now: datetime) -> dict[AlarmKind, int]:
    """What is wrong at this moment, whether or not a worker has noticed; each cut at ``AT_ONCE``."""
    found = {kind: len(rule.ids(session, now)) for kind, rule in RULES.items()}
    return {kind: count for kind, count in found.items() if count}
