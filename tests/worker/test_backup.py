"""A backup taken while calls go on is put back whole, and nothing that went out since goes out twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake import audit, outbox
from intake.crypto import generate_keys, parse_keys
from intake.db import Database
from intake.kinds import DutyKind
from intake.lifecycle import DutyStatus
from intake.models import Duty
from intake.settings import Settings
from tests.conftest import TUESDAY_TEN
from tests.support.hotline import Hotline, until
from worker import backup, duties, migrate

from .conftest import Command


@pytest.mark.long
def test_a_backup_under_running_calls_is_put_back_and_passes_the_check() -> None:
    with Hotline() as hotline:
        screen = hotline.home / "screen.log"
        until(lambda: "Ctrl-C ends" in screen.read_text(), "the greeting: accounts are made with it")
        first = hotline.telephone().dial("05692 555 1234").press("1").press("1").press("1")
        kept = hotline.home / "kept.sqlite3"
        assert "opens with HOTLINE_KEYS" in hotline.run("backup", str(kept))
        first.press("34466").press("1").press("1").hears("Wir rufen Sie an")
        hotline.telephone().dial("05692 555 7777").press("1").press("1").hangs_up()
        until(lambda: hotline.status()["calls"] == {"filed": 1, "lead": 1}, "both calls to be over")
        assert kept.stat().st_mode & 0o077 == 0
        hotline.stop()
        assert "kept as" in hotline.run("restore", str(kept))
        hotline.start()
        assert hotline.status()["calls"] == {"open": 1}
        until(lambda: hotline.status()["workers"], "the worker to be there")
        assert "missing" not in hotline.run("check")


@pytest.fixture
def record(settings: Settings) -> Settings:
    migrate.migrate(settings)
    return settings


def test_what_may_have_gone_out_since_is_asked_about(record: Settings) -> None:
    now = TUESDAY_TEN
    database = Database(record.database_url, record.keys)
    with database.write() as session:
        outbox.owe(session, now, DutyKind.TEXT, "offer:1", {"to": "+4917604069001", "body": "x"}, now)
        outbox.owe(session, now, DutyKind.TEXT, "offer:2", {"to": "+4917604069002", "body": "x"}, now)
        session.scalars(sa.select(Duty)).all()[1].due_at = now + timedelta(hours=1)
    with database.write() as session:
        assert backup.doubt(session, now) == 1
        assert audit.verify(session) is None
    with database.write() as session:
        statuses = session.scalars(sa.select(Duty.status).order_by(Duty.id)).all()
        assert statuses == [DutyStatus.RUNNING, DutyStatus.DUE]
        claim = duties.take(session, now, True, (DutyKind.TEXT,))
        assert claim is not None
        assert claim.key == "offer:1"
        assert claim.begun == now
    database.close()


def test_the_record_from_before_is_kept(record: Settings, tmp_path: Path) -> None:
    file = backup.path_of(record)
    backup.take(file, tmp_path / "kept")
    with closing(sqlite3.connect(file)) as later, later:
        later.execute("CREATE TABLE later (id INTEGER)")
    aside = backup.put_back(record, tmp_path / "kept", TUESDAY_TEN)
    assert "later" in tables(aside)
    assert "later" not in tables(file)
    assert {path.name for path in file.parent.glob(f".{file.name}*")} == set()


def test_nothing_is_touched_for_a_backup_of_other_keys_or_no_backup(record: Settings, tmp_path: Path) -> None:
    file = backup.path_of(record)
    database = Database(record.database_url, record.keys)
    with database.write() as session:
        outbox.owe(session, TUESDAY_TEN, DutyKind.TEXT, "offer:1", {"to": "", "body": ""}, TUESDAY_TEN)
    database.close()
    backup.take(file, tmp_path / "kept")
    other = record.model_copy(update={"keys": parse_keys(generate_keys().replace("k1:", "k7:"))})
    (tmp_path / "torn").write_bytes((tmp_path / "kept").read_bytes()[:20_000])
    (tmp_path / "letter").write_text("Liebe Hotline, ...")
    for settings, name, words in (
        (other, "kept", "HOTLINE_KEYS"),
        (record, "torn", "torn"),
        (record, "letter", "letter"),
        (record, "nothing", "no backup"),
    ):
        with pytest.raises(backup.BackupError, match=words):
            backup.put_back(settings, tmp_path / name, TUESDAY_TEN)
    assert list(file.parent.glob("*.before-*")) == []


def test_a_backup_is_never_written_over(record: Settings, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("the only one")
    with pytest.raises(backup.BackupError, match="never written over"):
        backup.take(backup.path_of(record), tmp_path / "kept")


def test_by_command_each_failure_is_one_line(hotline: Command, tmp_path: Path) -> None:
    here = {"HOTLINE_HOME": str(tmp_path), "HOTLINE_KEYS": hotline("keys").stdout.strip()}
    postgres = {**here, "DATABASE_URL": "postgresql://somewhere/record"}
    for words, environment in (
        (("backup", str(tmp_path)), here),
        (("backup", str(tmp_path)), postgres),
        (("restore", str(tmp_path / "none")), here),
        (("restore",), here),
    ):
        result = hotline(*words, **environment)
        assert result.returncode in (1, 2)
        assert result.stderr.count("\n") == 1, result.stderr


def tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
