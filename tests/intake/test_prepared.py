"""Prepared statements: values take the same way as anywhere, into the session, under the right keys."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake.crypto import generate_keys, parse_keys
from intake.db import Base, Database
from intake.models import Call
from intake.prepared import Prepared
from tests.conftest import TUESDAY_TEN

FIND = Prepared(
    sa.select(Call.__table__.c["number", "state", "started_at", "ended_at", "turn"]).where(
        Call.__table__.c.call_sid == sa.bindparam("sid")
    )
)
RENUMBER = Prepared(
    sa.update(Call.__table__).where(Call.__table__.c.call_sid == sa.bindparam("sid"))  # type: ignore[arg-type]
    .values(number=sa.bindparam("number"), state=sa.bindparam("state"))
)  # fmt: skip

NUMBER, OTHER = "+4956925551234", "+4956925554321"


def a_call(sid: str = "CA1", number: str = NUMBER) -> Call:
    return Call(
        call_sid=sid,
        number=number,
        language="de",
        state={"answers": {"place": "Söhrewald"}},
        step="menu",
        started_at=TUESDAY_TEN,
        last_turn_at=TUESDAY_TEN,
    )


def test_values_are_converted_both_ways(any_db: Database) -> None:
    with any_db.write() as session:
        session.add(a_call())
        assert FIND.within(session, sid="CA1") == (
            NUMBER,
            {"answers": {"place": "Söhrewald"}},
            TUESDAY_TEN,
            None,
            0,
        )
        assert FIND.within(session, sid="CA2") is None
        assert RENUMBER.within(session, sid="CA1", number=OTHER, state=["new"]) is None
    with any_db.read() as session:
        call = session.scalars(sa.select(Call)).one()
        assert (call.number, call.state) == (OTHER, ["new"])
        kept = session.scalar(sa.text("SELECT number FROM calls"))
        assert kept is not None
        assert OTHER.encode() not in bytes(kept)


def break_after_a_change(db: Database) -> None:
    with db.write() as session:
        RENUMBER.within(session, sid="CA1", number=OTHER, state=[])
        raise RuntimeError("something else broke")


def test_it_belongs_to_the_sessions_transaction(any_db: Database) -> None:
    with any_db.write() as session:
        session.add(a_call())
    with pytest.raises(RuntimeError, match="something else"):
        break_after_a_change(any_db)
    with any_db.read() as session:
        assert session.scalars(sa.select(Call)).one().number == NUMBER


def test_each_database_has_its_own_keys(tmp_path: Path) -> None:
    with ExitStack() as stack:
        for name, number in (("one", NUMBER), ("two", OTHER)):
            db = Database(f"sqlite:///{tmp_path / name}.sqlite3", parse_keys(generate_keys()))
            stack.callback(db.close)
            Base.metadata.create_all(db.engine)
            with db.write() as session:
                session.add(a_call(number=number))
                found = FIND.within(session, sid="CA1")
                assert found is not None
                assert found[0] == number
