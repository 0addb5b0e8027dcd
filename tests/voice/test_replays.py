"""Webhooks that come twice, late or out of order, in any mixture: the same words, and nothing changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.crypto import KeyRing
from intake.db import Database
from intake.models import Call, Callback, Request
from intake.profile import Profile
from intake.services import Services
from intake.settings import Settings
from tests.conftest import TUESDAY_TEN, MovableClock
from voice.calls import Caller, Calls
from voice.events import Digits, HashAlone, Silence
from voice.prompts import Prompts

CALLER = Caller("CA1", "+4956925551234")

ANSWERS = st.one_of(
    st.sampled_from(["1", "1", "1", "2", "34466", "0", "*", "9", "7"]).map(
        lambda keys: partial(Digits, keys)
    ),
    st.sampled_from([Silence, HashAlone]),
)

#: How far back a webhook that comes again lies, and whether it is then the fallback that asks.
AGAIN = st.tuples(st.integers(0, 8), st.booleans())


@contextmanager
def hotline(
    profile: Profile, prompts: Prompts, keys: KeyRing, tables: Path
) -> Iterator[tuple[Calls, Database]]:
    with TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{shutil.copy(tables, folder)}", keys)
        settings = Settings(home=Path(folder), keys=keys)
        services = Services(settings, profile, db, MovableClock(TUESDAY_TEN), lambda job: None)
        yield Calls(services, prompts), db
        db.close()


def record(db: Database) -> list[object]:
    """All that a call writes: its own row, requests, callbacks."""
    with db.read() as session:
        call = session.scalars(sa.select(Call)).one()
        filed = [
            session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Request, Callback)
        ]
        times = list(session.scalars(sa.select(Callback.times_called)))
        return [call.state, call.turn, call.outcome, call.number, filed, times]


@settings(deadline=None, max_examples=25)
@given(steps=st.lists(st.tuples(ANSWERS, AGAIN), max_size=14))
def test_replaying_any_webhook_changes_nothing(
    profile: Profile,
    prompts: Prompts,
    keys: KeyRing,
    sqlite_tables: Path,
    steps: list[tuple[object, tuple[int, bool]]],
) -> None:
    with hotline(profile, prompts, keys, sqlite_tables) as (calls, db):
        said = [calls.answer(CALLER)]
        for answer, (back, by_fallback) in steps:
            turn = len(said)
            said.append(calls.turn(CALLER, turn, answer))  # type: ignore[arg-type]  # an event in the making
            before = record(db)
            old = max(0, turn - back)
            if by_fallback:
                again = calls.fallback(CALLER, old, 11200)
            elif old:
                again = calls.turn(CALLER, old, partial(Digits, "5"))
            else:
                again = calls.answer(CALLER)
            assert again == said[old]
            assert record(db) == before
            if before[2] is not None:  # over: whatever comes now hears the last words
                break
        calls.report("CA1", "completed", 3, 60)
        ended = record(db)
        assert ended[2] is not None
        for status, sequence in (("completed", 3), ("ringing", 1), ("failed", 4)):
            calls.report("CA1", status, sequence, 60)
        assert record(db) == ended
