"""Nothing personal is kept for ever: every table belongs to a class that is forgotten, or says why not.

The second test fills a row of every table, lets all time pass, and looks at what is left: an encrypted column
that no class forgets is found there, whatever the list says.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, retention
from intake.db import Base, Database, Encrypted, UtcDateTime
from intake.kinds import CallbackKind, DutyKind
from intake.lifecycle import (
    AlarmStatus,
    BridgeStatus,
    CallbackStatus,
    DutyStatus,
    HelperStatus,
    LetterStatus,
    MissionStatus,
    ProposalStatus,
    RequestStatus,
    VoiceMessageStatus,
)
from intake.models import Duty, Request
from intake.profile import Profile
from matching import retention as forgotten_with_matches
from tests.conftest import TUESDAY_TEN

CLASSES = {**retention.CLASSES, **forgotten_with_matches.CLASSES}

#: By which class each table's rows go, or lose what is personal.
FORGOTTEN: dict[str, str] = {
    "alarms": "alarms",
    "answered_texts": "answered texts",
    "attempts": "closed requests",
    "audit": "audit",
    "blocks": "blocks",
    "bridges": "calls from the desk",
    "callbacks": "closed requests",
    "calls": "technical log",
    "drafts": "drafts",
    "duties": "sent texts and calls",
    "exclusions": "never again",
    "groups": "closed groups",
    "handovers": "closed requests",
    "helpers": "helpers who left",
    "login_tries": "tries to log in",
    "merges": "closed requests",
    "mission_reports": "missions",
    "missions": "missions",
    "offer_calls": "closed requests",
    "paper_lines": "paper lists",
    "paper_lists": "paper lists",
    "proposals": "closed requests",
    "requests": "closed requests",
    "sent_forms": "sent forms",
    "skips": "skips",
    "voice_messages": "voice messages",
    "web_forms": "web forms",
    "web_receipts": "closed requests",
    "wrong_references": "wrong references",
}

#: Why other tables need no class.
KEPT: dict[str, str] = {
    "audit_anchor": "a hash and a count: what the rest of the audit log is verified by",
    "duty_hours": "how many were on duty, of nobody in particular",
    "letters": "that somebody was written to, by ids alone: the letter itself is made from the request",
    "matching_run": "ids, prices and a moment: the next run makes it anew",
    "promise_pace": "figures of the whole hotline",
    "promises": "dates and results; the callback's id says nothing once the callback is empty",
    "prompt_overrides": "what the hotline itself says",
    "prompt_recordings": "what the hotline itself says",
    "recovery_codes": "hashes; a new set takes the place of the old one",
    "second_factors": "an account's own secret; a new one takes its place",
    "staff": "the district's own people: the insurer's record names who sent a helper, the audit log who did "
    "what; an account that ends is closed by an administrator",
}

#: Encrypted columns that are not empty at the end of all time, and why.
STAYS = {
    "staff.name": KEPT["staff"],
    "staff.number": KEPT["staff"],
    "second_factors.secret": KEPT["second_factors"],
    "second_factors.pending": KEPT["second_factors"],
    "calls.state": "the state of a call of which nothing is kept",
}

#: Columns by which somebody is found again.
NAMES_OF_PEOPLE = {"number_hash", "reference"}

#: The end of each life cycle's row.
ENDED: dict[type[Enum], StrEnum] = {
    RequestStatus: RequestStatus.DONE,
    CallbackStatus: CallbackStatus.DONE,
    CallbackKind: CallbackKind.HELPER_LEAD,
    HelperStatus: HelperStatus.LEFT,
    ProposalStatus: ProposalStatus.ACCEPTED,
    MissionStatus: MissionStatus.DONE,
    BridgeStatus: BridgeStatus.ENDED,
    DutyKind: DutyKind.TEXT,
    DutyStatus: DutyStatus.DONE,
    LetterStatus: LetterStatus.SENT,
    VoiceMessageStatus: VoiceMessageStatus.CLEARED,
    AlarmStatus: AlarmStatus.CLEARED,
}

#: What is not there before a class has done its work.
NOT_YET = {"calls.forgotten_at"}

#: Not filled: the log makes its own entries, and of two merged requests one waits for the other.
NOT_FILLED = {"audit", "audit_anchor", "merges"}


def _ended_row(table: sa.Table) -> dict[str, Any]:
    """A row of something that is over, with something in every column. Its id is 1, as in every table."""
    return {
        column.name: _value(column)
        for column in table.columns
        if f"{table.name}.{column.name}" not in NOT_YET and column is not table.autoincrement_column
    }


def _value(column: sa.Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, sa.Enum):
        assert kind.enum_class is not None
        return ENDED.get(kind.enum_class, list(kind.enum_class)[-1])
    if isinstance(kind, Encrypted):
        return {"to": "+4956925551234"} if kind.as_json else b"words" if kind.as_bytes else "Erika Beispiel"
    if isinstance(kind, sa.LargeBinary):
        return b"1" * 32
    if isinstance(kind, UtcDateTime):
        return TUESDAY_TEN
    return [] if isinstance(kind, sa.JSON) else kind.python_type(1)


def _fill(session: Session) -> None:
    for table in Base.metadata.sorted_tables:
        if table.name not in NOT_FILLED:
            session.execute(table.insert(), _ended_row(table))
    audit.append(session, TUESDAY_TEN, "staff:1", "number_shown", "request:1")


def test_every_table_is_forgotten_or_says_why_not() -> None:
    tables = set(Base.metadata.tables)
    assert tables == FORGOTTEN.keys() | KEPT.keys()
    assert not FORGOTTEN.keys() & KEPT.keys()
    assert set(FORGOTTEN.values()) <= CLASSES.keys()


def test_every_class_forgets_some_table() -> None:
    shared = {"unfinished calls": "technical log", "group leads": "closed requests"}
    assert CLASSES.keys() - shared.keys() == set(FORGOTTEN.values())


def test_at_the_end_of_all_time_nothing_personal_is_left(any_db: Database, profile: Profile) -> None:
    with any_db.write() as session:
        _fill(session)
    with any_db.write() as session:
        end = datetime(2126, 1, 1, tzinfo=UTC)
        done = retention.purge(session, end, profile.retention, forgotten_with_matches.CLASSES)
    # done by then: with the technical log, with the helper; and the callback here rings a helper
    elsewhere = {"unfinished calls", "never again", "group leads"}
    assert CLASSES.keys() - done.keys() == elsewhere, "each other class had something to do"
    with any_db.read() as session:
        columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
        left = {str(column) for column in columns if _is_personal(column) and _is_somewhere(session, column)}
        assert left == STAYS.keys()
        request = session.scalars(sa.select(Request)).one()
        kept = (request.status, request.category, request.ags, request.created_at)
        assert kept == (RequestStatus.ERASED, "1", "1", TUESDAY_TEN), "it still counts in the figures"
        owed = sa.select(sa.func.count()).where(Duty.kind == DutyKind.DELETE)
        assert session.scalar(owed), "the carrier has to forget as well"
        assert audit.verify(session) is None


def _is_personal(column: sa.Column[Any]) -> bool:
    is_ours = column.table is Duty.__table__  # what the carrier has to delete is named there
    return not is_ours and (isinstance(column.type, Encrypted) or column.name in NAMES_OF_PEOPLE)


def _is_somewhere(session: Session, column: sa.Column[Any]) -> bool:
    return session.scalar(sa.select(sa.func.count()).where(column.is_not(None))) != 0
