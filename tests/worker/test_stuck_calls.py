"""Calls whose end nobody told us are closed once the carrier says so, and an alarm if nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from intake.kinds import CallOutcome
from intake.models import Call
from intake.services import Services
from tests.conftest import MovableClock
from voice.calls import Caller, Calls
from voice.carrier import Carrier
from voice.events import Digits
from voice.phone.carrier import Answer, Line
from voice.prompts import load_prompts
from worker import stuck_calls
from worker.stuck_calls import close_stuck

from .office import Office

NUMBER = "+4956925551234"


@dataclass
class Desk:
    """A worker that looks after calls, and the carrier that knows of them or does not."""

    services: Services
    calls: Calls
    office: Office
    carrier: Carrier

    def somebody_calls(self, sid: str) -> None:
        """A call that got as far as its need."""
        self.calls.answer(Caller(sid, NUMBER))
        self.calls.turn(Caller(sid, NUMBER), 1, partial(Digits, "1"))

    def outcome(self) -> CallOutcome | None:
        with self.services.db.read() as session:
            return session.scalars(sa.select(Call.outcome)).one()

    def sweeps(self) -> int:
        return close_stuck(self.services, self.calls, self.carrier)


@pytest.fixture
def desk(services: Services) -> Iterator[Desk]:
    calls = Calls(services, load_prompts(services.profile.languages))
    with Office(services.settings) as office:
        base = f"http://127.0.0.1:{office.port}"
        yield Desk(services, calls, office, Carrier(services.settings.model_copy(update={"api_base": base})))


def test_a_call_that_the_carrier_does_not_know_is_over(desk: Desk, clock: MovableClock) -> None:
    desk.somebody_calls("CA" + "1" * 32)
    assert desk.sweeps() == 0, "it may well go on"
    clock.moves(minutes=7)
    assert desk.sweeps() == 1
    assert desk.outcome() is CallOutcome.LEAD
    assert desk.sweeps() == 0


def test_a_call_that_goes_on_is_left_alone_until_it_ends(desk: Desk, clock: MovableClock) -> None:
    exchange = desk.office.network.exchange
    exchange.lines[NUMBER] = Line(Answer.BUSY)
    desk.somebody_calls(desk.carrier.place_call(NUMBER, "http://127.0.0.1:9/", ""))
    clock.moves(minutes=7)
    assert desk.sweeps() == 0
    exchange.run_due()
    while (due := exchange.next_due()) is not None:
        desk.office.clock.move_to(due)
        exchange.run_due()
    assert desk.sweeps() == 1
    assert desk.outcome() is CallOutcome.LEAD


def test_calls_that_never_end_keep_no_other_from_being_asked_about(
    desk: Desk, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stuck_calls, "AT_ONCE", 2)
    for _ in range(2):
        desk.somebody_calls(desk.carrier.place_call(NUMBER, "http://127.0.0.1:9/", ""))
    clock.moves(minutes=1)
    desk.somebody_calls("CA" + "1" * 32)
    clock.moves(minutes=7)
    assert [desk.sweeps() for _ in range(3)] == [0, 1, 0]


def test_a_call_about_which_nobody_can_be_asked_is_an_alarm_after_an_hour(
    desk: Desk, clock: MovableClock
) -> None:
    desk.somebody_calls("CA" + "1" * 32)
    with capture_logs() as logged:
        clock.moves(minutes=50)
        assert close_stuck(desk.services, desk.calls, None) == 0
        assert logged == []
        clock.moves(minutes=11)
        assert close_stuck(desk.services, desk.calls, None) == 0
    assert [line["log_level"] for line in logged] == ["error"]
    assert desk.outcome() is None
