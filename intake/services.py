"""What every room is handed when it is made: settings, profile, database, clock and nudge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from intake.db import Database
from intake.profile import Profile
from intake.settings import Settings


class Job(StrEnum):
    """What a worker can be woken for. It finds the rows itself; a nudge carries nothing else."""

    ASSIGN = "assign"
    PROPOSALS = "proposals"
    DUTIES = "duties"
    VOICE_MESSAGES = "voice_messages"


@dataclass(frozen=True)
class Services:
    """The house's shared parts. ``clock`` gives aware UTC time; ``nudge`` never raises and never waits."""

    settings: Settings
    profile: Profile
    db: Database
    clock: Callable[[], datetime]
    nudge: Callable[[Job], None]
