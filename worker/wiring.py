"""Puts the house's parts together, once for each process, from the settings."""

from __future__ import annotations

from collections.abc import Callable

from intake.db import Database
from intake.profile import load_profile
from intake.services import Job, Services
from intake.settings import Settings
from worker.celery_app import make_sender
from worker.clock import utc_now
from worker.metrics import count_dropped
from worker.nudge import Nudger


def make_services(settings: Settings, nudge: Callable[[Job], None] | None = None) -> Services:
    """The shared parts, with nudges that go to the broker unless another ``nudge`` is given.

    Raises ``ProfileError`` if the district's profile has faults.
    """
    return Services(
        settings=settings,
        profile=load_profile(settings.profile_folder),
        db=Database(settings.database_url, settings.keys),
        clock=utc_now,
        nudge=nudge or Nudger(make_sender(settings), count_dropped),
    )
