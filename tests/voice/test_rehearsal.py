"""A server holds the commonest call once before it takes any: whole, and without a trace."""

from __future__ import annotations

from pathlib import Path

from intake.db import Database
from intake.profile import Profile
from intake.settings import Settings
from voice.app import rehearse
from voice.measure import JOURNEYS

from ..conftest import Nudges
from .line import Line


def test_a_whole_call_is_rehearsed_and_nothing_is_left_of_it(line: Line) -> None:
    assert rehearse(line.services) == 1 + len(JOURNEYS[0].answers)
    assert [line.calls(), line.requests(), line.callbacks(), line.nudges] == [[], [], [], Nudges()]


def test_the_first_caller_after_it_is_served_as_ever(line: Line) -> None:
    rehearse(line.services)
    call = line.phone.dial(JOURNEYS[0].caller_id or "")
    for keys in JOURNEYS[0].answers:
        call.press(keys)
    call.hears("Wir rufen Sie an")
    assert [len(rows) for rows in (line.calls(), line.requests(), line.callbacks())] == [1, 1, 1]


def test_without_a_record_to_rehearse_on_the_server_starts_all_the_same(
    quick_line: Line, profile: Profile, settings: Settings, tmp_path: Path
) -> None:
    services = quick_line.services
    empty = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}", settings.keys)
    assert rehearse(type(services)(settings, profile, empty, services.clock, services.nudge)) == 0
    empty.close()
