"""An operator's desk behind real HTTP, once on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from intake.db import Database
from intake.profile import Profile
from intake.settings import Settings

from .ringing import Desk, opened


@pytest.fixture
def desk(settings: Settings, profile: Profile, any_db: Database) -> Iterator[Desk]:
    with opened(settings, profile, any_db) as desk:
        yield desk


@pytest.fixture
def quick_desk(settings: Settings, profile: Profile, sqlite_db: Database) -> Iterator[Desk]:
    """As ``desk``, for what cannot depend on the database."""
    with opened(settings, profile, sqlite_db) as desk:
        yield desk
