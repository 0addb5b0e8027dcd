"""Writers that come at once: one commit for all of them, and none is harmed by another's failure."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from intake.db import Database
from intake.models import AuditEntry
from tests.conftest import TUESDAY_TEN
from tests.support.hotline import until


def note(name: str) -> Callable[[Session], str]:
    """Work that leaves a row of that name, and gives the name."""

    def work(session: Session) -> str:
        session.add(AuditEntry(at=TUESDAY_TEN, actor=name, action="x", subject="x", hash=b""))
        return name

    return work


def broken(session: Session) -> str:
    note("broken")(session)
    session.flush()
    raise RuntimeError("this one broke")


def refused(session: Session) -> str:
    """Work that the database itself refuses, in the middle of a flush."""
    session.add(AuditEntry(at=TUESDAY_TEN, actor="refused", action="x", subject=None, hash=b""))
    return "refused"


@dataclass
class Crowd:
    """Writers in threads of their own, all of whom wait until the door is opened."""

    db: Database
    gave: dict[int, str] = field(default_factory=dict)
    raised: dict[int, Exception] = field(default_factory=dict)

    def write(self, *works: Callable[[Session], str]) -> None:
        threads = []
        with self.db.alone():
            for place, work in enumerate(works):
                thread = threading.Thread(target=self._write, args=(place, work))
                thread.start()
                threads.append(thread)
                if self.db.together is not None:  # one after the other, so that their order is known
                    until(lambda: len(self.db.together) == len(threads), "a writer to wait")
        for thread in threads:
            thread.join()

    def _write(self, place: int, work: Callable[[Session], str]) -> None:
        try:
            self.gave[place] = self.db.write_together(work)
        except Exception as error:
            self.raised[place] = error

    def kept(self) -> list[str]:
        with self.db.read() as session:
            return list(session.scalars(sa.select(AuditEntry.actor).order_by(AuditEntry.id)))


def test_all_who_wait_share_one_commit_in_the_order_they_came(sqlite_db: Database) -> None:
    crowd, commits, names = Crowd(sqlite_db), [], [f"writer {place}" for place in range(6)]
    event.listen(sqlite_db.engine, "commit", commits.append)
    crowd.write(*map(note, names))
    assert crowd.gave == dict(enumerate(names))
    assert crowd.kept() == names
    assert len(commits) == 1


@pytest.mark.parametrize(("bad", "error"), [(broken, "this one broke"), (refused, "NOT NULL|not-null")])
def test_one_that_fails_harms_nobody_else(
    any_db: Database, bad: Callable[[Session], str], error: str
) -> None:
    crowd = Crowd(any_db)
    crowd.write(note("first"), bad, note("second"), note("third"))
    assert crowd.gave == {0: "first", 2: "second", 3: "third"}
    assert sorted(crowd.kept()) == ["first", "second", "third"]
    assert list(crowd.raised) == [1]
    with pytest.raises(type(crowd.raised[1]), match=error):
        raise crowd.raised[1]


def test_after_a_failure_the_door_stands_open(any_db: Database) -> None:
    with pytest.raises(RuntimeError):
        any_db.write_together(broken)
    assert any_db.write_together(note("next")) == "next"
    with any_db.write() as session:
        note("plain")(session)
    assert Crowd(any_db).kept() == ["next", "plain"]
