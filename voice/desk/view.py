"""What the prompts' pages show: each prompt's original, what holds in its place, and who changed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.models import PromptOverride, PromptRecording, Staff
from intake.profile import Profile
from voice.overrides import can_be_recorded
from voice.prompts import Prompts, load_prompts, text_faults
from voice.recordings import file_name
from voice.wording import PROMPTS


@dataclass(frozen=True)
class Line:
    """A prompt. ``meaning`` is its wording in the team's language, where the prompt is in another.

    ``own`` are the coordinators' words. ``fits`` is False where an update of the program made them unusable.
    """

    language: str
    key: str
    original: str
    meaning: str | None
    own: str | None
    recording: str | None
    fits: bool

    @property
    def said(self) -> str:
        """The words that hold now."""
        return self.own if self.own and self.fits else self.original

    @property
    def placeholders(self) -> tuple[str, ...]:
        """What the conversation fills in."""
        return PROMPTS[self.key]

    @property
    def can_be_recorded(self) -> bool:
        """Whether it is the same for every caller."""
        return can_be_recorded(self.key)


@dataclass(frozen=True)
class Changed:
    """Who changed a prompt, and when."""

    at: datetime
    name: str


@cache
def originals(languages: tuple[str, ...]) -> Prompts:
    """The prompts as they are written in the files, read once."""
    return load_prompts(languages)


def lines(session: Session, profile: Profile, language: str) -> list[Line]:
    """Every prompt in a language, in the order of a conversation."""
    found = _overrides(session, PromptOverride.language == language)
    return [_line(profile, language, key, found) for key in PROMPTS]


def line(session: Session, profile: Profile, language: str, key: str) -> Line:
    """One prompt."""
    at = (PromptOverride.language == language, PromptOverride.key == key)
    return _line(profile, language, key, _overrides(session, *at))


def changed(session: Session, language: str, key: str) -> Changed | None:
    """Who changed a prompt last; None for an original."""
    query = (
        sa.select(PromptOverride.changed_at, Staff.name)
        .join(Staff, Staff.id == PromptOverride.changed_by)
        .where(PromptOverride.language == language, PromptOverride.key == key)
    )
    row = session.execute(query).first()
    return Changed(*row) if row else None


_Found = Mapping[str, tuple[str | None, str | None]]


def _overrides(session: Session, *where: sa.ColumnElement[bool]) -> _Found:
    """By key: the own words, and the recording's file name."""
    query = (
        sa.select(PromptOverride.key, PromptOverride.text, PromptRecording.hash, PromptRecording.kind)
        .outerjoin(PromptRecording, PromptRecording.hash == PromptOverride.recording_hash)
        .where(*where)
    )
    return {
        key: (text, file_name(hashed, kind) if hashed and kind else None)
        for key, text, hashed, kind in session.execute(query)
    }


def _line(profile: Profile, language: str, key: str, found: _Found) -> Line:
    texts = originals(profile.languages).texts
    own, recording = found.get(key, (None, None))
    first = profile.languages[0]
    return Line(
        language,
        key,
        original=texts[language][key],
        meaning=texts[first][key] if language != first else None,
        own=own,
        recording=recording if can_be_recorded(key) else None,
        fits=own is None or not any(text_faults(key, own)),
    )
