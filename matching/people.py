"""Finding a person in the record: by what she names, among requests, helpers, calls and missions.

A number is found by its keyed hash, and finds everybody who shares it: who is meant is for a person to say.
Names are encrypted: all of them are opened, a portion at a time, and compared. Nothing else tells where they
are, and nobody is to be missed who asks what is known of her.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from intake import references
from intake.db import Base, number_hash
from intake.lifecycle import HelperStatus, RequestStatus
from intake.merge_models import Merge
from intake.models import CALL_IS_REMEMBERED, Call, Helper, Request
from intake.phone_numbers import parse_callable
from matching.models import Mission, Proposal

#: So many of each kind are shown; whoever has more names more.
AT_MOST = 50

#: Names opened at once.
_PORTION = 500

#: The fewest letters of a name that are looked for.
_SHORTEST_NAME = 2


class Kind(StrEnum):
    """What tells of a person. CALL: one that led to no request. MISSION: the record of a forgotten helper."""

    REQUEST = "request"
    HELPER = "helper"
    CALL = "call"
    MISSION = "mission"


@dataclass(frozen=True)
class Rows:
    """Rows that tell of a person, or of several, by kind; those of each kind the latest first.

    ``by`` says what they were found by: "reference", "mission", "number" or "name".
    """

    by: str = ""
    requests: Sequence[Request] = ()
    helpers: Sequence[Helper] = ()
    calls: Sequence[Call] = ()
    missions: Sequence[Mission] = ()

    @property
    def count(self) -> int:
        """How many they are."""
        return sum(map(len, (self.requests, self.helpers, self.calls, self.missions)))


def find(session: Session, country: str, words: str, ags: str = "") -> Rows:
    """Whatever fits what somebody names: a request's reference, a mission's number, a number, a name.

    ``ags`` narrows a name to a municipality. Who was forgotten is not found, but in a mission's record.
    """
    digits = "".join(words.split())
    if references.is_valid(digits):
        return _by_reference(session, digits)
    if references.is_mission_number(digits):
        return _by_mission(session, digits)
    number = parse_callable(words, country)
    return _by_number(session, number) if number else _by_name(session, words, ags)


def chosen(session: Session, named: Iterable[tuple[Kind, int]]) -> Rows:
    """The rows of these kinds and ids that are there, with those that were merged into one of them."""
    ids: dict[Kind, set[int]] = {kind: set() for kind in Kind}
    for kind, row_id in named:
        ids[kind].add(row_id)
    merged = session.scalars(sa.select(Merge.gone_id).where(Merge.kept_id.in_(ids[Kind.REQUEST]))).all()
    ids[Kind.REQUEST].update(merged)
    return Rows(
        "choice",
        _rows(session, Request, ids[Kind.REQUEST]),
        _rows(session, Helper, ids[Kind.HELPER]),
        _rows(session, Call, ids[Kind.CALL]),
        _rows(session, Mission, ids[Kind.MISSION]),
    )


def named(rows: Rows) -> list[tuple[Kind, int]]:
    """Kind and id of each row."""
    ids = (
        [row.id for row in rows.requests],
        [row.id for row in rows.helpers],
        [row.id for row in rows.calls],
        [row.id for row in rows.missions],
    )
    return [(kind, row_id) for kind, found in zip(Kind, ids, strict=True) for row_id in found]


def _by_reference(session: Session, reference: str) -> Rows:
    found = Request.reference == reference
    kept = sa.select(Merge.kept_id).join(Request, Request.id == Merge.gone_id).where(found)
    return Rows("reference", requests=_latest(session, Request, sa.or_(found, Request.id.in_(kept))))


def _by_mission(session: Session, number: str) -> Rows:
    """Both sides of an offer or a mission: whoever names its number is one of the two."""
    asked = Proposal.number == number
    requests = sa.and_(
        Request.id.in_(sa.select(Proposal.request_id).where(asked)), Request.status != RequestStatus.ERASED
    )
    helpers = sa.and_(
        Helper.id.in_(sa.select(Proposal.helper_id).where(asked)), Helper.status != HelperStatus.ERASED
    )
    return Rows(
        "mission",
        requests=_latest(session, Request, requests),
        helpers=_latest(session, Helper, helpers),
        missions=_latest(session, Mission, sa.and_(Mission.number == number, _HELPER_IS_FORGOTTEN)),
    )


def _by_number(session: Session, number: str) -> Rows:
    hashed = number_hash(session, number)
    alone = sa.and_(Call.request_id.is_(None), Call.callback_id.is_(None), CALL_IS_REMEMBERED)
    return Rows(
        "number",
        requests=_latest(session, Request, Request.number_hash == hashed),
        helpers=_latest(session, Helper, Helper.number_hash == hashed),
        calls=_latest(session, Call, sa.and_(Call.number_hash == hashed, alone)),
    )


_HELPER_IS_FORGOTTEN = Mission.helper_id.in_(sa.select(Helper.id).where(Helper.status == HelperStatus.ERASED))


def _by_name(session: Session, words: str, ags: str) -> Rows:
    wanted = _plain(words)
    if not any(len(word) >= _SHORTEST_NAME for word in wanted):
        return Rows("name")
    living = sa.and_(Request.status != RequestStatus.ERASED, _in(Request.ags, ags))
    helpers = sa.and_(Helper.status != HelperStatus.ERASED, _in(Helper.ags, ags))
    missions = sa.and_(_HELPER_IS_FORGOTTEN, _in(Mission.ags, ags))
    seekers = _with_name(session, wanted, Request.id, Request.name, living)
    callers = _with_name(session, wanted, Request.id, Request.on_behalf, living)
    return Rows(
        "name",
        _rows(session, Request, {*seekers, *callers}),
        _rows(session, Helper, _with_name(session, wanted, Helper.id, Helper.name, helpers)),
        (),
        _rows(session, Mission, _with_name(session, wanted, Mission.id, Mission.helper_name, missions)),
    )


def _in(column: InstrumentedAttribute[str | None], ags: str) -> sa.ColumnElement[bool]:
    return column == ags if ags else sa.true()


def _with_name(
    session: Session,
    wanted: Collection[str],
    key: InstrumentedAttribute[int],
    name: InstrumentedAttribute[str | None],
    which: sa.ColumnElement[bool],
) -> list[int]:
    """The latest rows in which each wanted word begins a word of the name."""
    query = sa.select(key, name).where(which, name.is_not(None)).order_by(key.desc())
    found: list[int] = []
    for row_id, said in session.execute(query.execution_options(yield_per=_PORTION)):
        if _fits(wanted, said or ""):
            found.append(row_id)
            if len(found) == AT_MOST:
                break
    return found


def _fits(wanted: Iterable[str], name: str) -> bool:
    words = _plain(name)
    return all(any(word.startswith(each) for word in words) for each in wanted)


def _plain(name: str) -> list[str]:
    """A name's words in small letters, without commas and dots."""
    return "".join(letter if letter.isalnum() else " " for letter in name.casefold()).split()


def _latest(session: Session, table: type[Base], which: sa.ColumnElement[bool]) -> Sequence[Any]:
    key = table.__table__.c.id
    return session.scalars(sa.select(table).where(which).order_by(key.desc()).limit(AT_MOST)).all()


def _rows(session: Session, table: type[Base], ids: Collection[int]) -> Sequence[Any]:
    return _latest(session, table, table.__table__.c.id.in_(ids)) if ids else ()
