"""Whatever is logged, nobody's number is in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from worker import logs

NUMBERS = st.from_regex(r"(\+49|0049|0)[1-9][0-9]{1,4}[ /-]?[0-9]{2,4} ?[0-9]{2,5}", fullmatch=True)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure()
    yield stream
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


@given(NUMBERS, st.text("abc äö,.:;=", max_size=10), st.text("abc äö,.:;=", max_size=10))
def test_no_number_in_any_spelling_gets_through(number: str, before: str, after: str) -> None:
    event = logs.hide_numbers(None, "", {"event": f"{before}{number}{after}", "given": {"to": [number]}})
    digits = "".join(filter(str.isdigit, number))
    for value in event.values():
        assert digits[-6:] not in "".join(filter(str.isdigit, value))


def test_an_error_is_logged_with_its_traceback_and_without_the_number(lines: io.StringIO) -> None:
    try:
        raise ValueError("cannot ring +49 5692 555 1234")
    except ValueError:
        logging.getLogger("somewhere").exception("failed for %s", "05692 5551234")
    logged = json.loads(lines.getvalue())
    assert logged["level"] == "error"
    assert "ValueError: cannot ring [digits]" in logged["exception"]
    assert logged["event"] == "failed for [digits]"


def test_what_is_ours_stays_readable(lines: io.StringIO) -> None:
    structlog.get_logger("hotline").info("duty", id=17, tries=3, status="done", pid=123456, call="CA12")
    logged = json.loads(lines.getvalue())
    assert (logged["id"], logged["tries"], logged["pid"], logged["call"]) == (17, 3, 123456, "CA12")
    assert logged["timestamp"].endswith("Z")
