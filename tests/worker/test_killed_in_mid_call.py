"""The only web server is killed while somebody is on the line: she hears no word of the carrier's own."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.support.hotline import Hotline, until
from voice.phone.driver import Call
from voice.phone.script import CANNED_ERROR

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def hotline() -> Iterator[Hotline]:
    with Hotline() as hotline:
        yield hotline


def test_a_caller_goes_on_although_the_only_web_server_died_between_two_keys(hotline: Hotline) -> None:
    call = hotline.telephone().dial("05692 555 1234").press("1").press("1").press("1")
    hotline.kill_part("worker web")
    _ends_in_a_promise(call)


def test_a_caller_goes_on_although_it_died_over_her_answer(hotline: Hotline) -> None:
    call = hotline.telephone().dial("05692 555 7777").press("1").press("1").press("1").press("34466")
    until(lambda: not _is_talking(hotline), "the call's connection to be closed")
    with _nobody_writes(hotline):
        pressing = threading.Thread(target=call.press, args=("1",))
        pressing.start()
        until(lambda: _is_talking(hotline), "the web server to be at work on the key")
        hotline.kill_part("worker web")
    pressing.join()
    _ends_in_a_promise(call)


def _ends_in_a_promise(call: Call) -> None:
    """Whoever is called goes on with the place, unless the call was filed with what was known."""
    for keys in ("34466", "1", "1"):
        if len(call.keys_pressed) < 10 and not call.ended:
            call.press(keys)
    call.listens()
    heard = " ".join(text for speaker, text, _ in call.transcript if speaker == "hotline")
    assert CANNED_ERROR not in heard
    assert "Wir rufen Sie an" in heard


@contextmanager
def _nobody_writes(hotline: Hotline) -> Iterator[None]:
    """Hold the turn to write, for which threads and processes queue."""
    with (hotline.home / "hotline.sqlite3.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _is_talking(hotline: Hotline) -> bool:
    """Whether somebody's connection has been taken by the web server."""
    return any(
        connection.status == psutil.CONN_ESTABLISHED
        for part in hotline.parts("worker web")
        for connection in part.net_connections("tcp4")
    )
