"""The home of a machine that has nothing: secrets made once, a simulated carrier until one is named."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from intake.db import Database
from intake.profile import Profile
from intake.settings import HOME_FILE
from intake.staff import find
from tests.conftest import MovableClock
from worker import embedded
from worker.first_start import add_first_accounts, prepare_home

BASE = "http://127.0.0.1:8000"
REAL = {"TWILIO_ACCOUNT_SID": "AC" + "9" * 32, "TWILIO_AUTH_TOKEN": "real", "TWILIO_NUMBER": "+4956110031177"}


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first, profile = prepare_home(home, {}, BASE)
    again, _ = prepare_home(home, {}, "http://127.0.0.1:9999")
    assert first == again
    assert first.phone
    assert first.has_carrier
    assert first.carrier_number == profile.hotline_number
    assert first.api_base == BASE, "nothing is ever asked of the real carrier"
    assert stat.S_IMODE((home / HOME_FILE).stat().st_mode) == 0o600


def test_a_carrier_of_ones_own_is_not_mixed_with_the_simulated_one(tmp_path: Path) -> None:
    prepare_home(tmp_path, {}, BASE)
    settings, _ = prepare_home(tmp_path, REAL, BASE)
    assert not settings.phone
    assert settings.auth_token == "real"
    assert settings.api_base == "https://api.twilio.com"


def test_the_first_accounts_are_made_once(any_db: Database, profile: Profile, clock: MovableClock) -> None:
    passwords = add_first_accounts(any_db, profile, clock())
    assert add_first_accounts(any_db, profile, clock()) == {}
    with any_db.read() as session:
        accounts = [find(session, login) for login in passwords]
    roles = [account.role.value for account in accounts if account and account.must_change]
    assert roles == ["operator", "coordinator", "administrator"]


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    home = tmp_path / ("deep" * 30)
    folder = embedded.socket_path(home).parent
    folder.chmod(0o777)
    try:
        with pytest.raises(embedded.SocketFolderError, match=str(folder)):
            embedded.socket_path(home)
    finally:
        folder.rmdir()
