"""A call without an outcome is an alarm wherever somebody looks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intake.hours import Window
from intake.registry import Told, file_request
from intake.services import Services
from tests.conftest import MovableClock
from voice.calls import Caller, Calls
from voice.prompts import load_prompts
from worker import figures, metrics, preflight, watch

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


def test_alarms_and_the_promises_of_today_stand_in_the_metrics(
    services: Services, clock: MovableClock
) -> None:
    registry = metrics.make_registry(services)
    assert 'hotline_alarms{kind="callback_overdue"} 0.0' in metrics.render(registry).decode()
    with services.db.write() as session:
        told = Told("+4956925551234", "de", "shopping")
        file_request(session, clock(), told, Window(clock(), clock() + timedelta(hours=1)))
    watch.look_after(services)
    clock.moves(minutes=61)
    told_by_the_page = metrics.render(registry).decode()
    assert 'hotline_alarms{kind="worker_silent"} 1.0' in told_by_the_page, "though no worker can say so"
    watch.look_after(services)
    rendered = metrics.render(registry).decode()
    assert 'hotline_alarms{kind="callback_overdue"} 1.0' in rendered
    assert 'hotline_alarms{kind="worker_silent"} 0.0' in rendered
    assert 'hotline_promises_today{result="missed"} 1.0' in rendered
    assert 'hotline_promises_today{result="kept"} 0.0' in rendered


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
