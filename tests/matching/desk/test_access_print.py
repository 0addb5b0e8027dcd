"""The print holds everything that the record has of a person, and nothing of the one who shares her number.

Each encrypted column of her rows is filled with a word of its own, and so is each of his; a column that is
new and forgotten by the print fails here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.answered_text_models import AnsweredText
from intake.db import Base, Encrypted, number_hash
from intake.draft_models import Draft
from intake.kinds import CallbackKind, CallOutcome, DutyKind, LastResort
from intake.letter_models import Letter
from intake.lifecycle import CallbackStatus, DutyStatus, LetterStatus, MissionStatus, ProposalStatus
from intake.models import Attempt, Block, Call, Callback, Duty, Helper, Request
from matching import people, ways
from matching.desk import access_view
from matching.exclusion_models import Exclusion, Side
from matching.models import Mission, Proposal
from matching.people import Kind
from matching.report_models import Handover, Report, Verdict
from tests.conftest import TUESDAY_TEN

from .conftest import Matching

HOUSEHOLD = "+4956925551234"

#: What stands in the record and not in the print, and why.
NOT_PRINTED = {
    "blocks.reason": "two share the number, and it may be about the other",
    "offer_calls.state": "which keys were pressed; what came of it stands there",
    "proposals.reason": "told to the helper, whom it is about",
    "requests.number": "printed as people write it",
    "callbacks.number": "printed as people write it",
    "calls.number": "printed as people write it",
    "calls.state": "printed as what was asked and answered",
    "voice_messages.sound": "handed out as a recording",
    "missions.helper_name": "the other side",
    "helpers.number": "printed as people write it",
    "duties.payload": "printed as its words",
}

#: Whose rows these are: the team's, a group's, the carrier's errands.
NOT_HERS = {"staff", "groups", "second_factors"}


def _word(column: str, who: str) -> str:
    return f"{column.replace('.', '-')}-{who}"


class Everything:
    """Two people with one number, a helper, and all that the record can hold of the two."""

    def __init__(self, matching: Matching) -> None:
        self.matching, self.db = matching, matching.district.db
        self.staff = matching.district.coordinator
        self.ids = {"erika": matching.request, "karl": matching.district.needs()}
        with self.db.write() as session:
            session.execute(sa.delete(Proposal))
            self.helper = session.scalars(sa.select(Helper.id)).first() or 0
            session.add(self._row(Block, "both", number_hash=number_hash(session, HOUSEHOLD)))
            for who, request_id in self.ids.items():
                self._fill(session, who, request_id)

    def _fill(self, session: Session, who: str, request_id: int) -> None:
        request = session.get_one(Request, request_id)
        request.number, request.number_hash = HOUSEHOLD, number_hash(session, HOUSEHOLD)
        self._speak(request, who)
        session.execute(sa.delete(Callback).where(Callback.request_id == request_id))
        callback = self._add(session, Callback, who, request_id=request_id, need=f"follow_up:{who}")
        self._add(session, Attempt, who, callback_id=callback.id)
        self._add(session, Letter, who, request_id=request_id, callback_id=callback.id)
        self._add(session, Draft, who, subject=f"request-{request_id}")
        call = self._add(session, Call, who, request_id=request_id, callback_id=callback.id)
        assert call.id
        proposal = self._add(session, Proposal, who, request_id=request_id, number=f"1234{request_id:02}")
        mission = self._add(session, Mission, who, request_id=request_id, proposal_id=proposal.id)
        self._add(session, Report, who, mission_id=mission.id)
        self._add(session, Handover, who, request_id=request_id)
        self._add(session, Exclusion, who, request_id=request_id)

    def _add(self, session: Session, table: type[Base], who: str, **more: Any) -> Any:
        row = self._row(table, who, **more)
        session.add(row)
        session.flush()
        return row

    def _row(self, table: type[Base], who: str, **more: Any) -> Any:
        known = {column.name for column in table.__table__.columns}
        values = {name: value for name, value in USUAL.items() if name in known}
        if "staff_id" in known:
            values["staff_id"] = self.staff
        if "helper_id" in known and "helper_id" not in more:
            values["helper_id"] = self.helper
        if "call_sid" in known:
            values["call_sid"] = f"CA{who}"
        row = table(**{**values, **OWN.get(table, {}), **more})
        self._speak(row, who)
        return row

    def _speak(self, row: Any, who: str) -> None:
        """Fill what is personal and is a text; numbers stay numbers."""
        for column in row.__table__.columns:
            if isinstance(column.type, Encrypted) and column.name not in ("number", "state", "fields"):
                setattr(row, column.name, _word(str(column), who))
        if isinstance(row, Draft):
            row.fields = {"details": [_word("drafts.fields", who)]}


#: What is in every row that has such a column.
USUAL: dict[str, Any] = {
    "created_at": TUESDAY_TEN,
    "status_at": TUESDAY_TEN,
    "started_at": TUESDAY_TEN,
    "ended_at": TUESDAY_TEN,
    "last_turn_at": TUESDAY_TEN,
    "last_called_at": TUESDAY_TEN,
    "not_before": TUESDAY_TEN,
    "due_at": TUESDAY_TEN,
    "saved_at": TUESDAY_TEN,
    "agreed_at": TUESDAY_TEN,
    "done_at": TUESDAY_TEN,
    "closed_at": TUESDAY_TEN,
    "until": TUESDAY_TEN,
    "number": HOUSEHOLD,
    "language": "de",
    "category": "shopping",
}

#: What is in the rows of one table.
OWN: dict[type[Base], dict[str, Any]] = {
    Callback: {"kind": CallbackKind.FOLLOW_UP, "status": CallbackStatus.DONE},
    Attempt: {"outcome": "no_answer"},
    Letter: {"status": LetterStatus.SENT, "kind": CallbackKind.NO_HELPER, "wanted": LastResort.LETTER},
    Call: {"state": {"log": [[0, 0, "menu", "1", {}]]}, "step": "filed", "outcome": CallOutcome.FILED},
    Proposal: {"status": ProposalStatus.ACCEPTED, "rank": 1, "score": 62, "parts": [], "lower_because": []},
    Mission: {"status": MissionStatus.DONE, "number": None},
    Report: {"teller": Side.SEEKER, "verdict": Verdict.GOOD},
    Handover: {"contact_point": "kassel"},
    Exclusion: {"side": Side.SEEKER},
}


@pytest.fixture
def everything(matching: Matching) -> Iterator[Everything]:
    app = matching.desk.app
    with app.test_request_context():
        yield Everything(matching)


def _printed(everything: Everything, kind: Kind, row_id: int) -> str:
    with everything.db.read() as session:
        parts = access_view.sheet(session, people.chosen(session, [(kind, row_id)]))
    return "\n".join(f"{part.title}\n" + "\n".join(map(" ".join, part.lines)) for part in parts)


def _texts(everything: Everything, who: str) -> Iterator[tuple[str, str]]:
    """Each text of the record that was written for that one, by its column."""
    with everything.db.read() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if not isinstance(column.type, Encrypted) or table.name in NOT_HERS:
                    continue
                for value in session.scalars(sa.select(column).where(column.is_not(None))):
                    if isinstance(value, str | dict) and f"-{who}" in str(value):
                        yield str(column), value if isinstance(value, str) else _word("drafts.fields", who)


def test_everything_of_hers_is_printed_and_nothing_of_his(everything: Everything) -> None:
    printed = _printed(everything, Kind.REQUEST, everything.ids["erika"])
    hers, his = list(_texts(everything, "erika")), list(_texts(everything, "karl"))
    assert {column for column, _ in hers} == {column for column, _ in his}
    assert len(hers) >= 12
    missing = {column for column, text in hers if text not in printed}
    assert missing == NOT_PRINTED.keys() & {column for column, _ in hers}
    assert [text for _, text in his if text in printed] == []
    assert "05692 555 1234" in printed
    assert "Hauptmenü braucht Hilfe" in printed


def test_why_a_number_is_blocked_is_told_only_where_nobody_else_can_be_meant(everything: Everything) -> None:
    reason = _word("blocks.reason", "both")
    assert reason not in _printed(everything, Kind.REQUEST, everything.ids["erika"])
    with everything.db.write() as session:
        other = session.get_one(Request, everything.ids["karl"])
        other.number = other.number_hash = None
    assert reason in _printed(everything, Kind.REQUEST, everything.ids["erika"])


def test_a_helper_reads_her_texts_and_why_she_was_not_chosen_and_no_seekers_name(
    everything: Everything,
) -> None:
    with everything.db.write() as session:
        helper = session.get_one(Helper, everything.helper)
        helper.note = "freundlich"
        proposal, mission = (session.scalars(sa.select(table.id)).first() for table in (Proposal, Mission))
        for cause, row_id, body in (
            (ways.OFFER, proposal, "Können Sie helfen?"),
            (ways.DETAILS, mission, "Erika Beispiel, Burgstraße 1"),
        ):
            payload = {"to": helper.number, "body": body}
            key, at = ways.key(cause, row_id or 0), TUESDAY_TEN
            session.add(
                Duty(
                    kind=DutyKind.TEXT,
                    key=key,
                    status=DutyStatus.DONE,
                    payload=payload,
                    due_at=at,
                    created_at=at,
                )
            )
        session.add(AnsweredText(sid="SM1", at=TUESDAY_TEN, answer="Danke!", number_hash=helper.number_hash))
    printed = _printed(everything, Kind.HELPER, everything.helper)
    for text in ("freundlich", "Können Sie helfen?", "Danke!", _word("proposals.reason", "erika")):
        assert text in printed
    for text in ("Burgstraße", _word("requests.name", "erika"), _word("requests.details", "karl")):
        assert text not in printed
