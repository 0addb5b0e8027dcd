"""What a machine that has nothing is given at its first start: secrets, a simulated carrier, accounts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import staff
from intake.db import Database
from intake.models import Staff
from intake.profile import Profile, load_profile
from intake.settings import Settings, ensure_home, load_settings
from intake.staff_roles import Role
from worker.embedded import socket_path

#: The first accounts: one for each role.
FIRST_ACCOUNTS = {
    "operator": Role.OPERATOR,
    "coordinator": Role.COORDINATOR,
    "admin": Role.ADMINISTRATOR,
}


def prepare_home(home: Path, environ: Mapping[str, str], base_url: str) -> tuple[Settings, Profile]:
    """Make the home with its secrets, and read what it then holds, with the district's profile.

    Where nobody named a carrier, a simulated one gets credentials. Once made they are kept: a home that has
    been called keeps its keys and its number. Raises ``SettingsError`` and ``ProfileError``.
    """
    ensure_home(home, _where_the_broker_is(home))
    settings = load_settings(environ, home)
    profile = load_profile(settings.profile_folder)
    if not settings.account_sid:
        ensure_home(home, _simulated_carrier(profile, base_url))
        settings = load_settings(environ, home)
    return settings, profile


def _where_the_broker_is(home: Path) -> dict[str, str]:
    """Only where it is not in the home, because the home's path is too long for a socket."""
    path = socket_path(home)
    return {} if path.parent == home.resolve() else {"REDIS_URL": f"redis+socket://{path}?virtual_host=0"}


def _simulated_carrier(profile: Profile, base_url: str) -> dict[str, str]:
    return {
        "HOTLINE_PHONE": "1",
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_NUMBER": profile.hotline_number,
        # the simulator's own side of the carrier: so nothing ever leaves this machine
        "TWILIO_API_BASE": base_url,
    }


def add_first_accounts(db: Database, profile: Profile, now: datetime) -> dict[str, str]:
    """One account for each role with its one-time password, if there is no account at all; else nothing."""
    with db.read() as session:
        if _has_accounts(session):
            return {}
    made = {login: staff.make_password() for login in FIRST_ACCOUNTS}
    with db.write() as session:
        if _has_accounts(session):
            return {}
        for login, role in FIRST_ACCOUNTS.items():
            staff.add(session, now, login, login.capitalize(), role, profile.languages, made[login])
    return {login: password.text for login, password in made.items()}


def _has_accounts(session: Session) -> bool:
    return session.scalar(sa.select(Staff.id).limit(1)) is not None
