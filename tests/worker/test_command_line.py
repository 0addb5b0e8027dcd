"""The command line: every fixed name answers, and a failure is one line and an exit code."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa

from intake import staff, staff_factor
from intake.crypto import generate_keys, parse_keys
from intake.db import Database
from intake.models import AuditEntry
from intake.settings import PROFILES
from tests.conftest import TUESDAY_TEN
from tests.support import commands
from worker.__main__ import COMMANDS

from .conftest import Command


@pytest.fixture(scope="module")
def migrated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty record, to be copied."""
    home = tmp_path_factory.mktemp("migrated")
    environment = {"HOTLINE_HOME": str(home), "HOTLINE_KEYS": generate_keys()}
    assert commands.run(["migrate"], environment).returncode == 0
    return home


@pytest.fixture
def home(tmp_path: Path, migrated_home: Path, hotline: Command) -> dict[str, str]:
    """The environment that names a migrated home."""
    shutil.copytree(migrated_home, tmp_path / "home")
    return {"HOTLINE_HOME": str(tmp_path / "home"), "HOTLINE_KEYS": hotline("keys").stdout.strip()}


def test_every_command_explains_itself(hotline: Command, hotline_from_scratch: Command) -> None:
    listed = hotline_from_scratch("--help").stdout
    for name in COMMANDS:
        assert name in listed
        assert hotline(name, "--help").returncode == 0
    assert "--home" in hotline_from_scratch("staff", "add", "--help").stdout


@pytest.mark.parametrize("words", [(), ("nonsense",), ("staff",), ("up", "--port", "many"), ("flow",)])
def test_bad_use_ends_with_2(hotline: Command, words: tuple[str, ...]) -> None:
    result = hotline(*words)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_every_fault_of_the_settings_is_named_at_once(hotline: Command, tmp_path: Path) -> None:
    result = hotline(
        "status", HOTLINE_HOME=str(tmp_path), HOTLINE_KEYS="x", DATABASE_URL="mysql://", REDIS_URL="y"
    )
    assert result.returncode == 2
    assert [line.split()[1] for line in result.stderr.splitlines()] == [
        "HOTLINE_KEYS:",
        "DATABASE_URL:",
        "REDIS_URL:",
    ]


def test_status_does_not_make_what_is_not_there(hotline: Command, tmp_path: Path) -> None:
    keys = hotline("keys").stdout.strip()
    result = hotline("status", HOTLINE_HOME=str(tmp_path / "none"), HOTLINE_KEYS=keys)
    assert result.returncode == 1
    assert "hotline up" in result.stderr
    assert not (tmp_path / "none").exists()


def test_status_as_others_read_it(
    hotline: Command, hotline_from_scratch: Command, home: dict[str, str]
) -> None:
    assert json.loads(hotline_from_scratch("status", "--json", **home).stdout) == {
        "calls": {},
        "leads": 0,
        "requests": {},
        "callbacks": {},
        "attempts": 0,
        "proposals": {},
        "missions": {},
        "due": {},
        "broker": "down",
        "workers": 0,
    }
    words = hotline("status", **home).stdout
    assert "broker     down" in words
    assert "alarms     none" in words


def test_staff_come_and_get_new_passwords(hotline: Command, home: dict[str, str]) -> None:
    first = hotline("staff", "add", "Eva", "--role", "coordinator", "--languages", "de, en", **home)
    assert first.returncode == 0
    again = hotline("staff", "add", "eva", **home)
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    second = hotline("staff", "reset", "eva", **home)
    assert first.stdout.split()[-1] != second.stdout.split()[-1]
    assert hotline("staff", "reset", "adam", **home).returncode == 1
    assert hotline("staff", "list", **home).stdout.split() == ["eva", "coordinator"]


def test_a_lost_second_factor_is_taken_away_from_the_shell(hotline: Command, home: dict[str, str]) -> None:
    hotline("staff", "add", "eva", "--role", "administrator", **home)
    database = Database(
        f"sqlite:///{Path(home['HOTLINE_HOME']) / 'hotline.sqlite3'}", parse_keys(home["HOTLINE_KEYS"])
    )
    with database.write() as session:
        account = staff.known(session, "eva")
        staff_factor.begin(session, account)
        secret = staff_factor.pending(session, account.id) or ""
        staff_factor.confirm(session, TUESDAY_TEN, account, pyotp.TOTP(secret).at(TUESDAY_TEN))
    assert hotline("staff", "list", **home).stdout.split() == ["eva", "administrator", "second", "factor"]
    asked = "a second factor is asked of operator, coordinator, administrator; 1 of 1 have set it up"
    assert asked in hotline("check", **home).stdout
    assert "by the password alone" in hotline("staff", "lost-factor", "EVA", **home).stdout
    assert hotline("staff", "list", **home).stdout.split() == ["eva", "administrator"]
    with database.read() as session:
        assert session.scalars(sa.select(AuditEntry.action)).all()[-1] == "second_factor_removed"
    database.close()
    assert hotline("staff", "lost-factor", "adam", **home).returncode == 1


def test_check_names_whom_the_profile_spares_and_leaves_a_trial_alone(
    hotline: Command, home: dict[str, str], tmp_path: Path
) -> None:
    district = tmp_path / "district"
    shutil.copytree(PROFILES / "landkreis-kassel", district)
    profile = district / "profile.toml"
    text = profile.read_text(encoding="utf-8")
    asked = 'second_factor = ["operator", "coordinator", "administrator"]'
    assert asked in text
    profile.write_text(text.replace(asked, 'second_factor = ["administrator"]'), encoding="utf-8")
    spared = hotline("check", HOTLINE_PROFILE=str(district), **home).stdout
    assert "missing  login      no second factor is asked of coordinator" in spared
    trial = hotline("check", HOTLINE_PROFILE=str(district), HOTLINE_PHONE="1", **home).stdout
    assert "ok       login      a trial on this machine" in trial


def test_check_says_what_is_missing_and_how_to_mend_it(
    hotline: Command, hotline_from_scratch: Command, home: dict[str, str]
) -> None:
    result = hotline_from_scratch("check", **home)
    missing = {line.split()[1] for line in result.stdout.splitlines() if line.startswith("missing")}
    assert result.returncode == 1
    assert missing == {"accounts", "broker", "carrier"}
    assert hotline("check", HOTLINE_HOME=home["HOTLINE_HOME"]).stdout.startswith(
        "missing  settings   HOTLINE_KEYS"
    )


def test_check_knows_keys_that_do_not_fit(hotline: Command, home: dict[str, str]) -> None:
    hotline("staff", "add", "eva", **home)
    other = {**home, "HOTLINE_KEYS": hotline("keys").stdout.strip()}
    assert "missing  keys" in hotline("check", **other).stdout


def test_profile_and_places(hotline: Command, tmp_path: Path) -> None:
    sound = hotline("profile", "check")
    assert sound.returncode == 0
    assert "add imprint_url, accessibility_url to [site]" in sound.stdout
    empty = hotline("profile", "check", str(tmp_path))
    assert empty.returncode == 1
    assert "profile.toml" in empty.stdout
    missing = hotline(
        "places", "import", str(tmp_path / "DE.txt"), "--profile", str(PROFILES / "landkreis-kassel")
    )
    assert missing.returncode == 2
    assert missing.stderr.count("\n") == 1


def test_check_asks_for_the_imprint_once_the_pages_are_in_public(
    hotline: Command, home: dict[str, str]
) -> None:
    assert "ok       public pages" in hotline("check", **home).stdout
    in_public = {**home, "PUBLIC_BASE_URL": "https://hotline.example"}
    assert "missing  public pages" in hotline("check", **in_public).stdout


def test_flow_draws_itself(hotline: Command) -> None:
    assert hotline("flow", "--mermaid").stdout.startswith("flowchart TD\n")


def test_the_telephone_is_off_without_a_simulator(hotline: Command, home: dict[str, str]) -> None:
    result = hotline("phone", "--keys", "1", **home)
    assert result.returncode == 2
    assert "simulator is off" in result.stderr


def test_what_nobody_foresaw_is_one_line_that_names_the_log(hotline: Command, home: dict[str, str]) -> None:
    hotline("staff", "add", "eva", **home)
    with sqlite3.connect(Path(home["HOTLINE_HOME"]) / "hotline.sqlite3") as connection:
        connection.execute("UPDATE staff SET role = 'king'")
    connection.close()
    result = hotline("staff", "list", **home)
    log = Path(home["HOTLINE_HOME"]) / "log" / "errors.log"
    assert result.returncode == 70
    assert result.stderr.count("\n") == 1
    assert str(log) in result.stderr
    assert "LookupError" in json.loads(log.read_text())["exception"]
    assert log.stat().st_mode & 0o077 == 0


def test_a_database_that_does_not_answer(hotline: Command, home: dict[str, str], tmp_path: Path) -> None:
    nowhere = f"postgresql://nobody@/none?host={tmp_path}"
    result = hotline("status", **{**home, "DATABASE_URL": nowhere})
    assert result.returncode == 1
    assert result.stderr.startswith("hotline: database:")
    assert result.stderr.count("\n") == 1
