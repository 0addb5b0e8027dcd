"""A call without an outcome is an alarm wherever somebody looks."""

from __future__ import annotations

import pytest

from intake.services import Services
from tests.conftest import MovableClock
from voice.calls import Caller, Calls
from voice.prompts import load_prompts
from worker import figures, metrics, preflight

GAUGE = "hotline_calls_stuck"


@pytest.fixture
def calls(services: Services) -> Calls:
    return Calls(services, load_prompts(services.profile.languages))


def test_a_call_without_an_outcome_is_counted_after_an_hour(
    services: Services, calls: Calls, clock: MovableClock
) -> None:
    registry = metrics.make_registry(services)
    calls.answer(Caller("CA" + "1" * 32, "+4956925551234"))
    clock.moves(minutes=59)
    assert f"{GAUGE} 0.0" in metrics.render(registry).decode()
    clock.moves(minutes=2)
    assert f"{GAUGE} 1.0" in metrics.render(registry).decode()
    with services.db.read() as session:
        assert figures.stuck_calls(session, clock()) == 1
    calls.report("CA" + "1" * 32, "completed", None, None)
    assert f"{GAUGE} 0.0" in metrics.render(registry).decode()


def test_the_preflight_names_it(
    services: Services, calls: Calls, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "utc_now", clock)
    calls.answer(Caller("CA" + "1" * 32, "+4956925551234"))
    with services.db.read() as session:
        assert preflight.wrongs(session).ok
    clock.moves(minutes=61)
    with services.db.read() as session:
        finding = preflight.wrongs(session)
    assert not finding.ok
    assert finding.words.startswith("calls without an outcome an hour after the last turn: 1")
