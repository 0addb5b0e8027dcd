"""Whatever is sent, called and sent again: one open callback for number and need, and one request.

And nothing that a sender is told depends on what is on record for the number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from intake import promises, registry, web_forms
from intake.db import Database
from intake.hours import Window
from intake.kinds import BestTime
from intake.models import Callback, Request
from intake.profile import Profile
from intake.registry import Told
from intake.site.tokens import GOOD_FOR, TOO_QUICK, Tokens
from intake.web_form_models import FormKind, WebForm, WebReceipt
from intake.web_forms import Sending, Words
from tests.conftest import TUESDAY_TEN

NUMBERS = ("+4956925551234", "+4956925551235")
NEEDS = ("shopping", "driving")


@dataclass(frozen=True)
class Step:
    """Something that is sent, so many times over; or a call, where ``token`` is None."""

    token: int | None
    times: int
    number: str
    need: str


def steps() -> st.SearchStrategy[list[Step]]:
    """Forms by few tokens, so that some are used again, and calls among them."""
    token = st.none() | st.integers(0, 5)
    step = st.builds(Step, token, st.integers(1, 3), st.sampled_from(NUMBERS), st.sampled_from(NEEDS))
    return st.lists(step, max_size=12)


class _Over(Exception):
    """Takes back what an example wrote."""


@contextmanager
def _taken_back(db: Database) -> Iterator[Session]:
    try:
        with db.write() as session:
            yield session
            raise _Over
    except _Over:
        return


def _send(session: Session, profile: Profile, step: Step) -> None:
    told = Told(step.number, "de", step.need, "34466")
    address = f"192.0.2.{step.token}"
    sending = Sending(FormKind.HELP, str(step.token), {"need": step.need}, step.number, address)
    of_now = promises.window(session, profile, TUESDAY_TEN, BestTime.ANY)

    def work(form: WebForm) -> None:
        web_forms.file_help(session, profile, TUESDAY_TEN, form, told, Words())
        assert (form.promised_from, form.promised_until) == (of_now.start, of_now.end), "as anybody is told"

    web_forms.take(session, profile, TUESDAY_TEN, sending, work)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps())
def test_there_are_no_double_rows(sqlite_db: Database, profile: Profile, sent: list[Step]) -> None:
    wanted: Counter[tuple[str, str]] = Counter()
    seen: set[int] = set()
    with _taken_back(sqlite_db) as session:
        for step in sent:
            for _ in range(step.times):
                if step.token is None:
                    later = Window(TUESDAY_TEN + timedelta(days=1), TUESDAY_TEN + timedelta(days=1, hours=1))
                    told = Told(step.number, "de", step.need, "34466")
                    registry.file_request(session, TUESDAY_TEN, told, later)
                else:
                    _send(session, profile, step)
            if step.token is None:
                wanted[step.number, step.need] += step.times
            elif step.token not in seen:
                wanted[step.number, step.need] += 1
                seen.add(step.token)
        callbacks = session.scalars(sa.select(Callback)).all()
        assert {(row.number, row.need): row.times_called for row in callbacks} == wanted
        requests = session.scalars(sa.select(Request)).all()
        assert Counter((row.number, row.category) for row in requests) == dict.fromkeys(wanted, 1)
        forms = session.scalars(sa.select(WebForm)).all()
        assert len(forms) == len(seen)
        references = [form.reference for form in forms]
        assert len(set(references)) == len(references), "no sender is given another's reference"
        receipts = session.scalars(sa.select(WebReceipt.reference)).all()
        assert set(references) <= {row.reference for row in requests} | set(receipts)


@given(st.integers(0, 10**6), st.text(max_size=80))
def test_a_token_is_known_again_and_nothing_else_is(seconds: int, other: str) -> None:
    tokens = Tokens(b"k" * 32)
    token = tokens.make(TUESDAY_TEN)
    now = TUESDAY_TEN + timedelta(seconds=seconds)
    assert tokens.is_good(token, now) == (TOO_QUICK <= now - TUESDAY_TEN <= GOOD_FOR)
    assert tokens.made_at(token) == TUESDAY_TEN
    assert tokens.made_at(other) is None
    assert tokens.made_at(token[:-1] + ("0" if token[-1] != "0" else "1")) is None
    assert Tokens(b"l" * 32).made_at(token) is None
