"""Keys are rotated without a word lost: everything is written anew, and opens with the new key alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake import staff
from intake.crypto import KeyRing, Undecryptable, add_key, parse_keys, write_keys
from intake.db import Database
from intake.message_models import VoiceMessage
from intake.models import Call, Request, Staff
from intake.settings import read_home_file
from intake.staff_roles import Role
from tests.conftest import TUESDAY_TEN
from worker import rotation

from .conftest import Command

#: More than are written anew in one transaction.
MANY = rotation.AT_ONCE + 7


@pytest.fixture
def filled(any_db: Database) -> Database:
    """A record with words of several tables, all under the first key."""
    with any_db.write() as session:
        for number in range(MANY):
            staff.add(session, TUESDAY_TEN, f"eva{number}", f"Eva {number}", Role.OPERATOR, ("de",), PASSWORD)
    return any_db


PASSWORD = staff.make_password()


@pytest.fixture
def rotated(filled: Database) -> Iterator[Database]:
    """The same record, seen by a process that was started with a new key before the old one."""
    database = Database(filled.url.render_as_string(hide_password=False), add_key(filled.keys))
    yield database
    database.close()


def names(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(sa.select(Staff.name)))


def used(database: Database) -> dict[str, int]:
    with database.read() as session:
        return dict(rotation.in_use(session))


def test_everything_is_written_anew_and_the_old_key_may_go(rotated: Database) -> None:
    assert used(rotated) == {"k1": MANY}
    assert rotation.rewrite(rotated) == MANY
    assert used(rotated) == {"k2": MANY}
    url = rotated.url.render_as_string(hide_password=False)
    alone = Database(url, KeyRing({"k2": rotated.keys.keys["k2"]}, rotated.keys.lookup))
    assert names(alone) == {f"Eva {number}" for number in range(MANY)}
    alone.close()


def test_a_second_time_nothing_is_to_be_done(rotated: Database) -> None:
    rotation.rewrite(rotated)
    assert rotation.rewrite(rotated) == 0


def test_what_was_written_meanwhile_stays(rotated: Database) -> None:
    with rotated.write() as session:
        session.get_one(Staff, 1).name = "Eva, later"
    assert rotation.rewrite(rotated) == MANY - 1
    assert "Eva, later" in names(rotated)


def test_without_the_old_key_nothing_is_spoiled(rotated: Database) -> None:
    url = rotated.url.render_as_string(hide_password=False)
    stranger = Database(url, KeyRing({"k9": rotated.keys.keys["k2"]}, rotated.keys.lookup))
    with pytest.raises(Undecryptable, match="HOTLINE_KEYS"):
        rotation.rewrite(stranger)
    stranger.close()
    assert len(names(rotated)) == MANY


def test_every_encrypted_column_of_the_house_is_among_them() -> None:
    found = {column for _, columns in rotation._tables() for column in columns}
    expected = (Call.number, Call.state, Request.details, Staff.number, VoiceMessage.sound)
    assert {column.property.columns[0] for column in expected} <= found


def test_by_command_in_three_steps(tmp_path: Path, hotline: Command) -> None:
    home, ring = tmp_path / "home", hotline("keys").stdout.strip()
    home.mkdir()
    (home / "hotline.env").write_text(f"# mine\nHOTLINE_KEYS={ring}\nMAIL_TO=team@kreis.example\n")
    here = {"HOTLINE_HOME": str(home)}
    assert hotline("migrate", **here).returncode == 0
    assert hotline("staff", "add", "eva", **here).returncode == 0
    added = hotline("keys", "add", **here)
    assert added.returncode == 0
    assert "k2" in added.stdout
    kept = read_home_file(home)
    assert (home / "hotline.env").read_text().startswith("# mine\nHOTLINE_KEYS=k2:")
    assert kept["MAIL_TO"] == "team@kreis.example"
    assert parse_keys(kept["HOTLINE_KEYS"]).keys["k1"] == parse_keys(ring).keys["k1"]
    assert "hotline keys rewrite" in hotline("check", **here).stdout
    rewritten = hotline("keys", "rewrite", **here)
    assert rewritten.stdout.startswith("1 rows")
    assert "hotline keys rewrite" not in hotline("check", **here).stdout


def test_a_ring_from_the_environment_is_printed_and_not_put_anywhere(
    tmp_path: Path, hotline: Command
) -> None:
    ring = hotline("keys").stdout.strip()
    added = hotline("keys", "add", HOTLINE_HOME=str(tmp_path), HOTLINE_KEYS=ring)
    assert parse_keys(added.stdout.split("HOTLINE_KEYS=")[1].strip()).keys.keys() == {"k1", "k2"}
    assert write_keys(parse_keys(ring)) == ring
    assert not (tmp_path / "hotline.env").exists()
