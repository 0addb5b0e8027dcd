"""Writers that come at once share one commit: the disk takes as long for one as for ten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

T = TypeVar("T")


class _Shared(Generic[T]):
    """One writer's work, and what came of it. It is over when it is committed, or has failed."""

    def __init__(self, work: Callable[[Session], T]) -> None:
        self._work = work
        self._result: T
        self._error: Exception | None = None
        self.is_over = False

    def run(self, session: Session) -> None:
        self._result = self._work(session)

    def fail(self, error: Exception) -> None:
        self._error, self.is_over = error, True

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._result


class Together:
    """Commits the work of all who wait for their turn to write.

    ``alone()`` is that turn: whoever gets it does the work of everybody who waits by then, in one transaction
    of ``connect()``; the others find theirs done. Where one fails all is undone, and each is done by itself.
    """

    def __init__(
        self,
        alone: Callable[[], AbstractContextManager[None]],
        connect: Callable[[], AbstractContextManager[sa.Connection]],
    ) -> None:
        self._alone, self._connect = alone, connect
        self._waiting: list[_Shared[Any]] = []

    def __len__(self) -> int:
        """How many wait, or are being done."""
        return len(self._waiting)

    def do(self, work: Callable[[Session], T]) -> T:
        """What ``work`` gives once it is committed; raises what it raises."""
        mine = _Shared(work)
        self._waiting.append(mine)
        with self._alone():
            if not mine.is_over:
                self._do_all_that_wait()
        return mine.result()

    def _do_all_that_wait(self) -> None:
        group = self._waiting[:]
        if not self._are_done(group) and len(group) > 1:  # what failed by itself is not done again
            for one in group:
                self._are_done([one])
        # not before: if this thread is torn out of its work, whoever comes next does it anew
        del self._waiting[: len(group)]

    def _are_done(self, group: Sequence[_Shared[Any]]) -> bool:
        """Do them in one transaction. Whether it was committed; a single one that fails is over, too."""
        try:
            with self._connect() as connection, connection.begin():
                for one in group:
                    with Session(connection, expire_on_commit=False) as session:
                        one.run(session)
                        session.flush()
        except Exception as error:
            if len(group) == 1:
                group[0].fail(error)
            return False
        for one in group:
            one.is_over = True
        return True
