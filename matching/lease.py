"""One run of the matching at a time: a lease in the database, renewed while the run thinks.

Each run has a number. A run that died gives way once its lease is over; should it come back to life, or have
slept too long, its number is not the latest one any more, and it writes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from intake.db import insert_into
from intake.services import Services
from matching.models import MatchingRun

#: A run that died gives way to the next one after this.
LEASE = timedelta(minutes=2)

#: A run that lives renews its lease so often; a time or two may fail.
_RENEWED_EVERY = LEASE / 4

#: The id of the only row.
RUN = 1


class LeaseLost(Exception):
    """Another run has begun since: this one must not write any more."""


def claim(session: Session, now: datetime) -> int | None:
    """The number of a new run, unless another one is under way."""
    session.execute(
        insert_into(session, MatchingRun)
        .values(id=RUN, number=0, fingerprint="", solver_state={})
        .on_conflict_do_nothing()
    )
    free = sa.or_(MatchingRun.lease_until.is_(None), MatchingRun.lease_until < now)
    return session.scalar(
        sa.update(MatchingRun)
        .where(MatchingRun.id == RUN, free)
        .values(lease_until=now + LEASE, number=MatchingRun.number + 1)
        .returning(MatchingRun.number)
    )


class Lease:
    """The lease of one run."""

    def __init__(self, services: Services, number: int, every: timedelta = _RENEWED_EVERY) -> None:
        self._services = services
        self._number = number
        self._every = every

    def hold(self, session: Session) -> None:
        """Renew the lease in this transaction: nobody takes it before that ends. Raises ``LeaseLost``."""
        renewed = session.execute(
            sa.update(MatchingRun)
            .where(
                MatchingRun.id == RUN,
                MatchingRun.number == self._number,
                MatchingRun.lease_until.is_not(None),  # not given back yet
            )
            .values(lease_until=self._services.clock() + LEASE)
            .returning(MatchingRun.id)
        )
        if renewed.first() is None:
            raise LeaseLost(self._number)

    @contextmanager
    def kept_up(self) -> Iterator[None]:
        """Renew the lease from a thread as long as this lasts: to think about a large district takes long."""
        done = threading.Event()
        thread = threading.Thread(target=self._renew_until, args=(done,), name="matching-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _renew_until(self, done: threading.Event) -> None:
        while not done.wait(self._every.total_seconds()):
            # whoever has lost it finds out before writing, and a database that is away may be back in time
            with suppress(LeaseLost, OperationalError), self._services.db.write() as session:
                self.hold(session)
