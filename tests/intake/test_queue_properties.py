"""The queue under any interleaving: whatever people, workers and clocks do, no callback is lost or doubled.

A machine files, assigns, takes, opens, dials, leaves to others, records outcomes, lets leases run out,
crashes at the end of a transaction and moves the clock, in any order. After each step the record must hold.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from intake import assignment, attempts, queue, registry, skips, staff
from intake.attempts import OutcomeFirst, OutsideCallWindow
from intake.claims import take_next
from intake.crypto import KeyRing
from intake.db import Base, Database
from intake.hours import Window, in_call_window
from intake.lifecycle import OPEN_CALLBACKS, CallbackStatus
from intake.models import CALLBACK_IS_HELD, Attempt, Callback, Staff
from intake.profile import AttemptOutcome, Profile
from intake.registry import Told
from intake.skip_models import SkipReason
from intake.staff_roles import Role
from tests.conftest import TUESDAY_TEN
from tests.support.postgres import PostgresDatabases

NUMBERS = tuple(f"+495692555{n:04}" for n in range(4))
HELD = (CallbackStatus.ASSIGNED, CallbackStatus.CALLING)
PEOPLE = 3
CALLBACK, PERSON = st.integers(0, 5), st.integers(1, PEOPLE)
CRASHES = st.sampled_from([False, False, False, True])


class Crash(Exception):
    """The process dies before its transaction is committed."""


class Machine(RuleBasedStateMachine):
    """What may happen to a queue; ``database`` and ``profile`` are set for each kind of database."""

    database: Database
    profile: Profile

    @initialize()
    def begin(self) -> None:
        """A team of three, one of them speaks Turkish, and three callers; one of them called twice."""
        self.now = TUESDAY_TEN
        self.seen: dict[int, tuple[int, CallbackStatus]] = {}
        with self.database.engine.begin() as connection:
            connection.info["writes"] = True
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
        with self.database.write() as session:
            for person, languages in enumerate((["de"], ["de", "tr"], ["en"]), start=1):
                session.add(
                    Staff(
                        id=person,
                        login=f"op{person}",
                        name="x",
                        role=Role.OPERATOR,
                        password_hash="-",
                        languages=languages,
                        on_duty=True,
                        seen_at=self.now,
                        created_at=self.now,
                    )
                )
        for number, language, minutes in zip(NUMBERS, ("de", "tr", "de", "de"), (0, 60, 0, 30), strict=True):
            self.file(number if minutes < 60 else NUMBERS[0], "shopping", language, minutes, crashes=False)

    @contextmanager
    def act(self, crashes: bool = False) -> Iterator[Session]:
        """One transaction, which may be lost at its end."""
        with suppress(Crash), self.database.write() as session:
            yield session
            session.flush()
            if crashes:
                raise Crash

    @rule(
        number=st.sampled_from(NUMBERS),
        need=st.sampled_from(["shopping", "driving"]),
        language=st.sampled_from(["de", "tr"]),
        minutes=st.integers(0, 240),
        crashes=CRASHES,
    )
    def file(self, number: str, need: str, language: str, minutes: int, crashes: bool) -> None:
        """Somebody calls, or calls again."""
        end = self.now + timedelta(minutes=30 + minutes)
        with self.act(crashes) as session:
            told = Told(number, language, need)
            registry.file_request(session, self.now, told, Window(end - timedelta(minutes=30), end))

    @rule(crashes=CRASHES)
    def assign(self, crashes: bool) -> None:
        """The worker hands out, and may die doing so."""
        with self.act(crashes) as session:
            assignment.assign(session, self.now)

    @rule(person=PERSON)
    def take_the_next(self, person: int) -> None:
        """An operator presses the large button."""
        take_next(self.database, self.now, person, ["de"])

    @rule(callback=CALLBACK, person=PERSON, crashes=CRASHES)
    def take_this(self, callback: int, person: int, crashes: bool) -> None:
        """An operator takes one from the list."""
        with self.act(crashes) as session:
            queue.take(session, self.now, self._nth(session, callback), person)

    @rule(callback=CALLBACK)
    def open_it(self, callback: int) -> None:
        """Its holder opens the case."""
        with self.act() as session:
            if held := self._held(session, callback):
                queue.keep(held, self.now)

    @rule(callback=CALLBACK, crashes=CRASHES)
    def dial(self, callback: int, crashes: bool) -> None:
        """Its holder dials: never outside the call window, by whatever way she came here."""
        with self.act(crashes) as session:
            if held := self._held(session, callback):
                opens_at = self.now
                try:
                    attempts.start(session, self.profile, self.now, held, held.holder_id or 0)
                except OutsideCallWindow as closed:
                    opens_at = closed.opens_at
                except OutcomeFirst as first:
                    open_one = session.get_one(Callback, first.callback_id)
                    assert open_one.id != held.id
                    assert (open_one.holder_id, open_one.status) == (held.holder_id, CallbackStatus.CALLING)
                assert (opens_at == self.now) == in_call_window(self.profile, self.now)
                assert in_call_window(self.profile, opens_at)

    @rule(
        callback=CALLBACK,
        outcome=st.sampled_from(AttemptOutcome),
        hours=st.integers(1, 30),
        crashes=CRASHES,
    )
    def record(self, callback: int, outcome: AttemptOutcome, hours: int, crashes: bool) -> None:
        """Its holder records how it ended."""
        again = self.now + timedelta(hours=hours) if outcome is AttemptOutcome.CALL_AGAIN else None
        with self.act(crashes) as session:
            if held := self._held(session, callback):
                person = held.holder_id or 0
                attempts.record(session, self.profile, self.now, held, person, outcome, again_at=again)

    @rule(callback=CALLBACK, reason=st.sampled_from(SkipReason))
    def skip(self, callback: int, reason: SkipReason) -> None:
        """Its holder leaves it to others; the worker does not give it back to her."""
        with self.act() as session:
            if held := self._held(session, callback):
                person = held.holder_id or 0
                skips.skip(session, self.now, held, person, reason)
                session.flush()
                assignment.assign(session, self.now)
                session.refresh(held)
                assert held.holder_id != person

    @rule(person=PERSON, on=st.booleans())
    def duty(self, person: int, on: bool) -> None:
        """Somebody goes on or off duty."""
        with self.act() as session:
            staff.set_duty(session, self.now, session.get_one(Staff, person), on)

    @rule(minutes=st.sampled_from([1, 4, 6, 31, 120, 600]), away=st.frozensets(PERSON))
    def time_passes(self, minutes: int, away: frozenset[int]) -> None:
        """The clock goes on, some pages fall silent, and the sweep gives back what was left lying."""
        self.now += timedelta(minutes=minutes)
        with self.act() as session:
            for person in set(range(1, PEOPLE + 1)) - away:
                staff.seen(self.now, session.get_one(Staff, person))
            session.flush()
            queue.free_expired(session, self.now)
            assignment.free_vanished(session, self.now)
        for callback in self._callbacks():
            assert callback.lease_until is None or callback.lease_until >= self.now

    @invariant()
    def one_holder_exactly_while_it_is_in_a_hand(self) -> None:
        """Held, with a lease, in the two states of a hand; in nobody's otherwise."""
        for callback in self._callbacks():
            assert (callback.holder_id is not None) == (callback.status in HELD)
            assert (callback.lease_until is not None) == (callback.status in HELD)

    @invariant()
    def nobody_rings_two_numbers(self) -> None:
        """Each hand has at most one callback whose outcome is still to be told."""
        ringing = [c.holder_id for c in self._callbacks() if c.status is CallbackStatus.CALLING]
        assert len(ringing) == len(set(ringing))

    @invariant()
    def nothing_open_is_without_a_time_or_out_of_reach(self) -> None:
        """Whatever is open is due at some time, after it may be begun, and in a hand or in the queue."""
        for callback in self._callbacks():
            if callback.status in OPEN_CALLBACKS:
                assert callback.not_before <= callback.due_at
                assert callback.closed_at is None
            else:
                assert callback.closed_at is not None
                assert callback.outcome is not None

    @invariant()
    def tries_only_grow_and_what_is_ended_stays_ended(self) -> None:
        """Each counted try has its attempt; a closed callback is never opened again."""
        with self.database.read() as session:
            ended = dict(
                session.execute(
                    sa.select(Attempt.callback_id, sa.func.count())
                    .where(Attempt.outcome.is_not(None))
                    .group_by(Attempt.callback_id)
                ).all()
            )
        for callback in self._callbacks():
            tries, status = self.seen.get(callback.id, (0, CallbackStatus.QUEUED))
            assert callback.tries >= tries
            assert callback.tries == ended.get(callback.id, 0)
            assert status in OPEN_CALLBACKS or callback.status is status
            self.seen[callback.id] = (callback.tries, callback.status)

    @invariant()
    def one_number_and_need_is_open_once(self) -> None:
        """However often somebody called."""
        open_ones = [(c.number, c.need) for c in self._callbacks() if c.status in OPEN_CALLBACKS]
        assert len(open_ones) == len(set(open_ones))

    def _nth(self, session: Session, number: int) -> int:
        """The id of one of the callbacks; of none where there is none."""
        ids = session.scalars(sa.select(Callback.id).order_by(Callback.id)).all()
        return ids[number % len(ids)] if ids else 0

    def _held(self, session: Session, number: int) -> Callback | None:
        """One of the callbacks in somebody's hand, locked as its holder's page would."""
        query = sa.select(Callback.id, Callback.holder_id).where(CALLBACK_IS_HELD).order_by(Callback.id)
        rows = session.execute(query).all()
        if not rows:
            return None
        callback_id, holder_id = rows[number % len(rows)]
        return queue.held_by(session, callback_id, holder_id or 0)

    def _callbacks(self) -> list[Callback]:
        with self.database.read() as session:
            return list(session.scalars(sa.select(Callback)))


def _run(database: Database, profile: Profile, examples: int, steps: int) -> None:
    machine = type("BoundMachine", (Machine,), {"database": database, "profile": profile})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_any_interleaving_on_sqlite(keys: KeyRing, profile: Profile) -> None:
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        database = Database(f"sqlite:///{Path(folder) / 'hotline.sqlite3'}", keys)
        Base.metadata.create_all(database.engine)
        _run(database, profile, examples=60, steps=30)
        database.close()


def test_any_interleaving_on_postgresql(postgres: PostgresDatabases, keys: KeyRing, profile: Profile) -> None:
    with postgres.fresh() as url:
        database = Database(url, keys)
        Base.metadata.create_all(database.engine)
        _run(database, profile, examples=10, steps=25)
        database.close()


def _memory() -> str | None:
    """A folder in memory where there is one: durability is not what is tried here."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None
