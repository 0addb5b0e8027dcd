"""Rotation of the encryption keys: which are in use, and writing anew what an older one sealed.

A rotation takes three steps, and may be broken off after each: a new key is put first in HOTLINE_KEYS, all
processes are started again with it, and what older keys sealed is written anew. Only then may an older key be
taken out; backups from before still need it. The look-up key stays: numbers are found by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import models as _intake_models  # noqa: F401 -- its tables belong to the record
from intake.db import Base, Database, Encrypted
from matching import models as _matching_models  # noqa: F401 -- its tables belong to the record

#: Rows looked at in one transaction, so that calls in between do not wait: a message is a megabyte.
AT_ONCE = 50


def in_use(session: Session) -> Counter[str]:
    """How many values each key has sealed, by the key's name."""
    found: Counter[str] = Counter()
    for _, columns in _tables():
        for column in columns:
            first = _beginning(column, 1)
            for (length,) in session.execute(sa.select(first).where(column.is_not(None)).distinct()).all():
                mark = _beginning(column, 1 + length[0])
                counts = sa.select(mark, sa.func.count()).where(first == _bytes(length)).group_by(mark)
                for value, count in session.execute(counts):
                    found[value[1:].decode("ascii", "replace")] += count
    return found


def rewrite(database: Database) -> int:
    """Write anew, under the newest key, whatever an older one sealed; how many rows that were.

    Raises ``Undecryptable`` for a value whose key is not in the ring; what was written anew stays.
    """
    return sum(_rewrite_table(database, table, columns) for table, columns in _tables())


def _rewrite_table(database: Database, table: sa.Table, columns: list[sa.Column[Any]]) -> int:
    (key,) = table.primary_key.columns
    mark = database.keys.mark
    is_old = sa.or_(*(_beginning(column, len(mark)) != _bytes(mark) for column in columns))
    stored = [sa.type_coerce(column, sa.LargeBinary()).label(column.name) for column in columns]
    rewritten, last = 0, None
    while True:
        with database.write() as session:
            after = sa.true() if last is None else key > last
            old = sa.select(key, *stored).where(is_old, after).order_by(key).limit(AT_ONCE).with_for_update()
            rows = session.execute(old).all()
            for row in rows:
                values = {
                    column: _bytes(_sealed_anew(database, column, value))
                    for column, value in zip(columns, row[1:], strict=True)
                    if value is not None
                }
                session.execute(sa.update(table).where(key == row[0]).values(values))
        if not rows:
            return rewritten
        rewritten, last = rewritten + len(rows), rows[-1][0]


def _sealed_anew(database: Database, column: sa.Column[Any], stored: bytes) -> bytes:
    assert isinstance(column.type, Encrypted), "only such columns are looked at"
    name = column.type.column
    return database.keys.encrypt(database.keys.decrypt(stored, name), name)


def _tables() -> Iterator[tuple[sa.Table, list[sa.Column[Any]]]]:
    """The tables that have encrypted columns, with those columns."""
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, Encrypted)]
        if columns:
            yield table, columns


def _beginning(column: sa.Column[Any], length: int) -> sa.ColumnElement[Any]:
    """The first bytes of what is stored, which are not encrypted."""
    stored = sa.type_coerce(column, sa.LargeBinary())
    return sa.func.substr(stored, 1, length, type_=sa.LargeBinary())


def _bytes(value: bytes) -> sa.BindParameter[bytes]:
    """Bytes as they are, also where an encrypted column stands on the other side."""
    return sa.literal(value, sa.LargeBinary())
