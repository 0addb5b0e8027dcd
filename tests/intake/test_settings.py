"""Settings: one frozen object; every fault is named at once, with the name to set."""

from __future__ import annotations

import stat
from pathlib import Path

import pydantic
import pytest

from intake.crypto import generate_keys
from intake.settings import HOME_FILE, SettingsError, ensure_home, load_settings, read_home_file


def test_with_keys_alone_everything_lies_in_the_home(tmp_path: Path) -> None:
    settings = load_settings({"HOTLINE_HOME": str(tmp_path), "HOTLINE_KEYS": generate_keys()})
    assert settings.database_url == f"sqlite:///{tmp_path}/hotline.sqlite3"
    assert settings.redis_url == f"redis+socket://{tmp_path}/broker.sock?virtual_host=0"
    assert settings.profile_folder.name == "landkreis-kassel"
    assert not settings.has_carrier
    assert not settings.phone


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(
            {
                "HOTLINE_HOME": str(tmp_path),
                "DATABASE_URL": "mysql://elsewhere",
                "REDIS_URL": "http://elsewhere",
                "PUBLIC_BASE_URL": "hotline.example.org",
                "HOTLINE_PROFILE": "nowhere",
            }
        )
    named = " ".join(caught.value.faults)
    for name in ("HOTLINE_KEYS", "DATABASE_URL", "REDIS_URL", "PUBLIC_BASE_URL", "HOTLINE_PROFILE"):
        assert name in named
    assert len(caught.value.faults) == 5


def test_a_fault_does_not_print_the_secret_it_is_about(tmp_path: Path) -> None:
    secret = "k1:c2VjcmV0"
    with pytest.raises(SettingsError) as caught:
        load_settings({"HOTLINE_HOME": str(tmp_path), "HOTLINE_KEYS": secret})
    assert "c2VjcmV0" not in str(caught.value)


def test_settings_are_frozen(tmp_path: Path) -> None:
    settings = load_settings({"HOTLINE_HOME": str(tmp_path), "HOTLINE_KEYS": generate_keys()})
    with pytest.raises(pydantic.ValidationError):
        settings.phone = True  # type: ignore[misc]  # what the test is about


def test_the_home_is_private_and_its_keys_are_never_replaced(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ensure_home(home, {"TWILIO_NUMBER": "+4956110031177"})
    first = read_home_file(home)
    ensure_home(home, {"TWILIO_NUMBER": "+49561999", "TWILIO_ACCOUNT_SID": "AC1"})
    second = read_home_file(home)
    assert second["HOTLINE_KEYS"] == first["HOTLINE_KEYS"]
    assert second["TWILIO_NUMBER"] == "+4956110031177"
    assert second["TWILIO_ACCOUNT_SID"] == "AC1"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / HOME_FILE).stat().st_mode) == 0o600


def test_the_environment_wins_over_the_home(tmp_path: Path) -> None:
    ensure_home(tmp_path, {"TWILIO_NUMBER": "+49111"})
    assert load_settings({"TWILIO_NUMBER": "+49222"}, tmp_path).carrier_number == "+49222"
    assert load_settings({}, tmp_path).carrier_number == "+49111"
