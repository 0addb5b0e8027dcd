"""What coordinators make of the prompts: read for the telephone every few seconds, changed at the desk.

A call under way hears a change from its next prompt on. A turn that the carrier asks for again is said in
the words of now: the record keeps which prompt was said, not its wording.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from intake import audit
from intake.db import Database
from intake.models import PromptOverride, PromptRecording
from voice import recordings
from voice.prompts import Change, Changes, text_faults
from voice.wording import PROMPTS

#: How old a process's knowledge of the changes may be.
_FRESH = timedelta(seconds=3)

log = structlog.get_logger()


class KnownChanges:
    """The changes as a process knows them. All are read in one query, and only when some time has passed.

    ``clock`` gives aware UTC time.
    """

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db, self._clock = db, clock
        self._lock = threading.Lock()
        self._read_at: datetime | None = None
        self._known: Changes = {}

    def now(self) -> Changes:
        """What holds now. Never raises: where it cannot be read, what was known before still holds."""
        at = self._clock()
        if self._is_stale(at):
            with self._lock:
                if self._is_stale(at):  # else somebody read it while we waited
                    self._refresh()
                    self._read_at = at
        return self._known

    def _is_stale(self, at: datetime) -> bool:
        """Also where the clock was set back: else the old would hold until it has caught up."""
        return self._read_at is None or abs(at - self._read_at) >= _FRESH

    def _refresh(self) -> None:
        try:
            with self._db.read() as session:
                self._known = read(session)
        except SQLAlchemyError as error:
            log.error("changed prompts cannot be read", error=type(error).__name__)


def read(session: Session) -> Changes:
    """Every change that can be said. One that no longer fits its prompt, after an update, is left out."""
    rows = session.execute(
        sa.select(
            PromptOverride.language, PromptOverride.key, PromptOverride.text, PromptRecording.hash,
            PromptRecording.kind,
        ).outerjoin(PromptRecording, PromptRecording.hash == PromptOverride.recording_hash)
    )  # fmt: skip
    return {
        (language, key): Change(
            text if text and not any(text_faults(key, text)) else None,
            recordings.file_name(hashed, kind) if hashed and can_be_recorded(key) else None,
        )
        for language, key, text, hashed, kind in rows
        if key in PROMPTS
    }


def can_be_recorded(key: str) -> bool:
    """Whether a prompt is the same for every caller: a recording cannot fill anything in."""
    return not PROMPTS[key]


def change_text(session: Session, now: datetime, staff_id: int, language: str, key: str, text: str) -> None:
    """Let a prompt be said in these words, which must be without ``text_faults``."""
    row = _row_to_fill(session, language, key)
    row.text = text
    _note(session, now, staff_id, row, "prompt_changed")


def record(session: Session, now: datetime, staff_id: int, language: str, key: str, sound: bytes) -> None:
    """Let a recording be played for a prompt that ``can_be_recorded``. Raises ``RecordingError``."""
    hashed = recordings.keep(session, sound)
    row = _row_to_fill(session, language, key)
    row.recording_hash = hashed
    _note(session, now, staff_id, row, "prompt_recorded", hashed[:12])


def restore_text(session: Session, now: datetime, staff_id: int, language: str, key: str) -> None:
    """Let a prompt be said in its original words; harmless if it is already."""
    row = row_of(session, language, key)
    if row is not None:
        row.text = None
        _note(session, now, staff_id, row, "prompt_restored")


def remove_recording(session: Session, now: datetime, staff_id: int, language: str, key: str) -> None:
    """Let a prompt be spoken again; harmless if it is already."""
    row = row_of(session, language, key)
    if row is not None:
        row.recording_hash = None
        _note(session, now, staff_id, row, "prompt_recording_removed")


def row_of(session: Session, language: str, key: str) -> PromptOverride | None:
    """What was made of a prompt, locked where the transaction may write; None for an original."""
    return session.get(PromptOverride, (language, key), with_for_update=True)


def _row_to_fill(session: Session, language: str, key: str) -> PromptOverride:
    row = row_of(session, language, key)
    return row or PromptOverride(language=language, key=key)


def _note(
    session: Session, now: datetime, staff_id: int, row: PromptOverride, action: str, detail: str = ""
) -> None:
    """Keep the row with who changed it; one that changes nothing any more goes."""
    row.changed_at, row.changed_by = now, staff_id
    if row.text is None and row.recording_hash is None:
        session.delete(row)
    else:
        session.add(row)
    recordings.tidy(session, now)
    subject = f"prompt:{row.language}:{row.key}"
    audit.append(session, now, audit.by_staff(staff_id), action, subject, detail)
