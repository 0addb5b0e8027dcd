"""Nothing is forgotten: what stands still is an alarm, once, until it is over; who saw it is on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import alarms, attempts, promises, queue, registry, staff
from intake.alarm_models import Alarm
from intake.crypto import generate_keys, parse_keys
from intake.db import Base, Database
from intake.hours import Window, in_call_window
from intake.kinds import AlarmKind, CallOutcome, DutyKind
from intake.lifecycle import AlarmStatus, CallbackStatus, DutyStatus, PromiseStatus
from intake.models import AuditEntry, Call, Callback, Duty
from intake.profile import AttemptOutcome, Profile
from intake.promise_models import Promise
from intake.registry import Told
from intake.staff_roles import Role
from tests.conftest import TUESDAY_TEN, MovableClock

OVERDUE, ORPHANED = AlarmKind.CALLBACK_OVERDUE, AlarmKind.CALLBACK_ORPHANED


@dataclass
class Watch:
    """A record on which something may go wrong, and a worker that looks at it."""

    db: Database
    profile: Profile
    clock: MovableClock

    def __post_init__(self) -> None:
        with self.db.write() as session:
            self.anna = staff.add(session, self.clock(), "anna", "Anna", Role.OPERATOR, ("de",))[0].id

    def promises(self, number: str = "+4956925551234", minutes: int = 60) -> int:
        window = Window(self.clock(), self.clock() + timedelta(minutes=minutes))
        with self.db.write() as session:
            told = Told(number, "de", "shopping")
            return registry.file_request(session, self.clock(), told, window).callback_id

    def takes(self, callback_id: int) -> None:
        with self.db.write() as session:
            queue.take(session, self.clock(), callback_id, self.anna)

    def rings(self, callback_id: int, outcome: AttemptOutcome | None = None) -> None:
        with self.db.write() as session:
            callback = session.get_one(Callback, callback_id)
            if outcome is None:
                attempts.start(session, self.profile, self.clock(), callback, self.anna)
            else:
                attempts.record(session, self.profile, self.clock(), callback, self.anna, outcome)

    def owes(self, **values: object) -> int:
        row = {"kind": DutyKind.TEXT, "key": f"offer:{self.clock()}", "status": DutyStatus.DUE, "payload": {}}
        with self.db.write() as session:
            duty = Duty(due_at=self.clock(), created_at=self.clock(), **(row | values))
            session.add(duty)
            session.flush()
            return duty.id

    def looks(self) -> dict[AlarmKind, int]:
        """The worker looks; what nobody has seen yet."""
        with self.db.write() as session:
            before = promises.look(session, self.profile, self.clock())
            alarms.watch(session, self.profile, self.clock(), before)
        with self.db.read() as session:
            return alarms.counts(session, self.clock())

    def all(self, kind: AlarmKind = OVERDUE) -> list[Alarm]:
        with self.db.read() as session:
            return list(session.scalars(sa.select(Alarm).where(Alarm.kind == kind).order_by(Alarm.id)))


@pytest.fixture
def watch(any_db: Database, profile: Profile, clock: MovableClock) -> Watch:
    return Watch(any_db, profile, clock)


def test_a_callback_past_its_promise_is_an_alarm_until_somebody_rings(
    watch: Watch, clock: MovableClock
) -> None:
    callback_id = watch.promises()
    assert watch.looks() == {}
    clock.moves(minutes=61)
    assert watch.looks() == watch.looks() == {OVERDUE: 1}
    watch.takes(callback_id)
    assert watch.looks() == {OVERDUE: 1}, "taken is not rung"
    watch.rings(callback_id)
    assert watch.looks() == {}
    (alarm,) = watch.all()
    assert (alarm.subject, alarm.status) == (f"callback:{callback_id}", AlarmStatus.CLEARED)
    assert (alarm.raised_at, alarm.cleared_at) == (clock(), clock())
    watch.rings(callback_id, AttemptOutcome.NO_ANSWER)
    clock.moves(days=2)
    watch.looks()
    assert [each.status for each in watch.all()] == [AlarmStatus.CLEARED, AlarmStatus.RAISED], (
        "the next try was forgotten too"
    )


def test_somebody_sees_an_alarm_and_it_is_on_record_with_a_name(watch: Watch, clock: MovableClock) -> None:
    callback_id = watch.promises()
    clock.moves(minutes=61)
    watch.looks()
    (alarm,) = watch.all()
    with watch.db.write() as session:
        assert alarms.see(session, clock(), [alarm.id, 999], watch.anna) == 1
        assert alarms.see(session, clock(), [alarm.id], watch.anna) == 0, "a second time changes nothing"
    assert watch.looks() == {}, "seen, and not raised again while it lasts"
    (alarm,) = watch.all()
    assert (alarm.status, alarm.seen_by, alarm.seen_at) == (AlarmStatus.SEEN, watch.anna, clock())
    with watch.db.read() as session:
        assert session.scalar(sa.select(AuditEntry.actor).where(AuditEntry.action == "alarm_seen"))
    watch.takes(callback_id)
    watch.rings(callback_id)
    watch.looks()
    assert [each.status for each in watch.all()] == [AlarmStatus.CLEARED]


def test_a_callback_in_nobodys_hand_is_an_alarm(watch: Watch, clock: MovableClock) -> None:
    lost, forgotten = watch.promises(minutes=999), watch.promises("+4956715550000", minutes=999)
    watch.takes(forgotten)
    assert watch.looks() == {}
    with watch.db.write() as session:
        session.get_one(Callback, lost).status = CallbackStatus.CALLING  # as only a fault could leave it
    assert watch.looks() == {ORPHANED: 1}
    clock.moves(minutes=21)
    assert watch.looks() == {ORPHANED: 2}, "the lease ended a quarter of an hour ago and nobody freed it"
    with watch.db.write() as session:
        queue.free_expired(session, clock())
        session.get_one(Callback, lost).status = CallbackStatus.QUEUED
    assert watch.looks() == {}


def test_a_call_without_an_outcome_is_an_alarm_after_an_hour(watch: Watch, clock: MovableClock) -> None:
    with watch.db.write() as session:
        call = Call(
            call_sid="CA1", language="de", state={}, step="menu", started_at=clock(), last_turn_at=clock()
        )
        session.add(call)
    clock.moves(minutes=61)
    assert watch.looks() == {AlarmKind.CALL_STUCK: 1}
    with watch.db.read() as session:
        assert alarms.wrong_now(session, clock()) == {AlarmKind.CALL_STUCK: 1}
    with watch.db.write() as session:
        session.get_one(Call, call.id).outcome = CallOutcome.LEAD
    assert watch.looks() == {}


def test_a_text_that_does_not_go_out_is_an_alarm_for_a_week(watch: Watch, clock: MovableClock) -> None:
    watch.owes(key="offer:1", status=DutyStatus.FAILED, error="taken back", done_at=clock())
    watch.owes(key="offer:2", status=DutyStatus.DONE, error="", done_at=clock(), tries=9)
    assert watch.looks() == {}
    watch.owes(key="offer:3", status=DutyStatus.FAILED, error="code 30003", done_at=clock())
    watch.owes(key="offer:4", status=DutyStatus.DUE, tries=alarms.TRIES_UNTIL_ALARM)
    assert watch.looks() == {AlarmKind.DUTY_FAILED: 2}
    clock.moves(days=8)
    assert watch.looks()[AlarmKind.DUTY_FAILED] == 1


def test_a_silent_worker_is_seen_by_others_and_stands_in_the_history_after(
    watch: Watch, clock: MovableClock
) -> None:
    with watch.db.read() as session:
        assert alarms.counts(session, clock()) == {}, "none ever ran"
    watch.looks()
    clock.moves(minutes=6)
    with watch.db.read() as session:
        assert alarms.counts(session, clock()) == {AlarmKind.WORKER_SILENT: 1}
    assert watch.looks() == {}
    (alarm,) = watch.all(AlarmKind.WORKER_SILENT)
    assert alarm.status is AlarmStatus.CLEARED
    assert (alarm.raised_at, alarm.cleared_at) == (clock() - timedelta(minutes=1), clock())


def test_too_many_broken_promises_are_an_alarm_until_enough_are_kept(
    watch: Watch, clock: MovableClock
) -> None:
    def were(result: PromiseStatus, first: int, last: int) -> None:
        with watch.db.write() as session:
            for number in range(first, last):
                at = clock() - timedelta(hours=100 - number)
                session.add(
                    Promise(
                        callback_id=number, kind="intake", result=result, filed_at=at, promised_from=at,
                        promised_until=at, decided_at=at,
                    )
                )  # fmt: skip

    were(PromiseStatus.MISSED, 0, 3)
    were(PromiseStatus.KEPT, 3, 9)
    assert watch.looks() == {}, "too few to tell"
    were(PromiseStatus.KEPT, 9, 10)
    assert watch.looks() == {AlarmKind.PROMISES_SLIP: 1}
    were(PromiseStatus.KEPT, 10, 15)
    assert watch.looks() == {}


def test_a_flood_is_told_by_its_first_drops(watch: Watch, clock: MovableClock) -> None:
    with watch.db.write() as session:
        session.add_all(
            Callback(
                kind="intake", status="queued", need=str(number), language="de", not_before=TUESDAY_TEN,
                due_at=TUESDAY_TEN, last_called_at=TUESDAY_TEN, created_at=TUESDAY_TEN,
            )
            for number in range(alarms.AT_ONCE + 50)
        )  # fmt: skip
    clock.moves(minutes=1)
    assert watch.looks() == watch.looks() == {OVERDUE: alarms.AT_ONCE}
    with watch.db.write() as session:
        session.execute(sa.delete(Callback).where(Callback.id <= 100))
    assert watch.looks() == {OVERDUE: 150}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["promise", "take", "ring", "miss", "free", "look", "see"]),
        st.integers(0, 2),
        st.integers(0, 90),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None)  # real transactions, on a machine that may be busy
@given(STEPS)
def test_whatever_happens_the_open_alarms_are_what_is_wrong(
    watches: Watch, steps: list[tuple[str, int, int]]
) -> None:
    """One open alarm a row at most, open exactly while the rule says so, and never again once cleared."""
    watch, clock = watches, watches.clock
    with watch.db.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in ("staff", "audit"):
                session.execute(table.delete())
    numbers = [f"+495671555000{number}" for number in range(3)]
    for step, which, minutes in steps:
        _does(watch, step, numbers[which])
        clock.moves(minutes=minutes)
    watch.looks()
    with watch.db.read() as session:
        rule = alarms.RULES[OVERDUE]
        wrong = {f"callback:{row_id}" for row_id in rule.ids(session, clock())}
    mine = watch.all()
    still = [alarm.subject for alarm in mine if alarm.status is not AlarmStatus.CLEARED]
    assert sorted(still) == sorted(wrong)
    for subject in {alarm.subject for alarm in mine}:
        times = [alarm for alarm in mine if alarm.subject == subject]
        for earlier, later in pairwise(times):
            assert earlier.cleared_at is not None
            assert earlier.raised_at <= earlier.cleared_at <= later.raised_at


@pytest.fixture(scope="module")
def watches(tmp_path_factory: pytest.TempPathFactory, profile: Profile) -> Watch:
    """One record for all examples: making one is most of the time."""
    folder = tmp_path_factory.mktemp("watch")
    database = Database(f"sqlite:///{folder / 'hotline.sqlite3'}", parse_keys(generate_keys()))
    Base.metadata.create_all(database.engine)
    return Watch(database, profile, MovableClock(TUESDAY_TEN))


def _does(watch: Watch, step: str, number: str) -> None:
    with watch.db.read() as session:
        callback = queue.find_open(session, number, "shopping")
    if step == "promise":
        watch.promises(number, minutes=30)
    elif step == "look":
        watch.looks()
    elif step == "see":
        with watch.db.write() as session:
            alarms.see(session, watch.clock(), [alarm.id for alarm in watch.all()], watch.anna)
    elif step == "free":
        with watch.db.write() as session:
            queue.free_expired(session, watch.clock())
    elif callback is not None and step == "take":
        watch.takes(callback.id)
    elif callback is not None and callback.holder_id == watch.anna and _may_ring(watch):
        watch.rings(callback.id, AttemptOutcome.BUSY if step == "miss" else None)


def _may_ring(watch: Watch) -> bool:
    return in_call_window(watch.profile, watch.clock())
