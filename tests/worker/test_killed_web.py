"""The web server is killed in the middle of its work: what it had answered is in the record."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from intake.db import Database
from intake.models import Call
from tests.bench.client import Connection, Conversation
from tests.bench.serving import Served, serve
from tests.bench.webhooks import Webhooks, sid_of
from tests.support.hotline import until

pytestmark = pytest.mark.long

LINES = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    with ExitStack() as stack:
        url = ""
        if request.param == "postgresql":
            url = stack.enter_context(request.getfixturevalue("postgres").fresh())
        yield stack.enter_context(serve("turn", tmp_path, url))


def test_no_turn_that_was_answered_is_lost(served: Served) -> None:
    calls = Webhooks(served.settings).calls(LINES * 200)
    answered: Counter[str] = Counter()

    def hold(line: int) -> None:
        """One call after the other, until the server is gone."""
        connection = Connection(served.port)
        try:
            for number in range(line, len(calls), LINES):
                _hold(connection, calls[number], sid_of(number), answered)
        except OSError:
            return
        finally:
            connection.close()

    threads = [threading.Thread(target=hold, args=(line,)) for line in range(LINES)]
    for thread in threads:
        thread.start()
    until(lambda: answered.total() > 60, "some turns to be answered")
    for child in psutil.Process(served.pid).children():
        child.kill()
    for thread in threads:
        thread.join()
    kept = _turns_kept(served)
    # a last turn may have been committed and its answer lost; never the other way round
    assert all(kept[sid] - turns in (0, 1) for sid, turns in answered.items())


def _hold(connection: Connection, call: Conversation, sid: str, answered: Counter[str]) -> None:
    for turn in call:
        status, body = connection.ask(turn.data)
        assert status == 200
        assert turn.holds in body
        answered[sid] += 1


def _turns_kept(served: Served) -> dict[str, int]:
    database = Database(served.settings.database_url, served.settings.keys)
    with database.read() as session:
        kept = {row.call_sid: row.turn for row in session.execute(sa.select(Call.call_sid, Call.turn))}
    database.close()
    return kept
