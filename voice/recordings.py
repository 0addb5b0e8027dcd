"""Recorded prompts: what is taken for one, where they are kept, and the door at which they are fetched.

The door asks for no signature. A carrier fetches sound through shared caches and media servers that sign
nothing, and every caller hears it anyway; the SHA-256 in the path can be neither guessed nor enumerated.
Because the path tells the content, a cache may keep it for ever.
"""

from __future__ import annotations

import hashlib
import io
import wave
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from flask import Blueprint, Response, abort, send_file
from sqlalchemy.orm import Session

from intake.db import Database
from intake.models import PromptOverride, PromptRecording

#: Bytes of one recording: a minute at the telephone's own quality.
LARGEST_RECORDING = 1024 * 1024

MIME_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}

#: How long a recording outlives its last prompt: longer than any call under way.
_KEPT_UNUSED = timedelta(hours=1)

_YEAR = 365 * 24 * 60 * 60

#: Kilobits a second by the index in a frame's header, layer III (ISO/IEC 11172-3 and 13818-3, 2.4.2.3).
_BIT_RATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}

#: Samples a second by the version's two bits and the index in the header; version 0 is MPEG 2.5.
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


class RecordingFault(StrEnum):
    """Why a file is no recording of ours."""

    TOO_LARGE = "too_large"
    NO_SOUND = "no_sound"
    NOT_PCM = "not_pcm"
    SILENT = "silent"


class RecordingError(Exception):
    """The file cannot be played on the telephone; ``fault`` says why."""

    def __init__(self, fault: RecordingFault) -> None:
        super().__init__(fault)
        self.fault = fault


def kind_of(sound: bytes) -> str:
    """ "wav" or "mp3", by the content: a name proves nothing. Raises ``RecordingError``."""
    if len(sound) > LARGEST_RECORDING:
        raise RecordingError(RecordingFault.TOO_LARGE)
    if sound[:4] == b"RIFF" and sound[8:12] == b"WAVE":
        _check_wav(sound)
        return "wav"
    if _begins_as_mp3(sound):
        return "mp3"
    raise RecordingError(RecordingFault.NO_SOUND)


def _check_wav(sound: bytes) -> None:
    try:
        with wave.open(io.BytesIO(sound)) as read:
            frames = read.getnframes()
    except (wave.Error, EOFError) as error:
        raise RecordingError(RecordingFault.NOT_PCM) from error
    if not frames:
        raise RecordingError(RecordingFault.SILENT)


def _begins_as_mp3(sound: bytes) -> bool:
    """Whether two frames follow each other where the sound begins; one alone may be chance."""
    start = 0
    if (
        sound[:3] == b"ID3" and len(sound) > 10
    ):  # a tag; its length has seven bits in each byte (ID3v2.3, 3.1)
        start = 10 + sum(
            (byte & 0x7F) << shift for byte, shift in zip(sound[6:10], (21, 14, 7, 0), strict=True)
        )
    length = _frame_length(sound[start : start + 4])
    return length > 0 and _frame_length(sound[start + length : start + length + 4]) > 0


def _frame_length(header: bytes) -> int:
    """The bytes of the frame of MPEG audio layer III that begins with this header; 0 if none does."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, bit_rate, sample_rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or bit_rate in (0, 15) or sample_rate == 3:
        return 0
    is_first = version == 3
    bits = _BIT_RATES[1 if is_first else 2][bit_rate] * 1000
    padding = header[2] >> 1 & 1
    return (144 if is_first else 72) * bits // _SAMPLE_RATES[version][sample_rate] + padding


def keep(session: Session, sound: bytes) -> str:
    """Put a recording into the record, once however often it comes; its hash. Raises ``RecordingError``."""
    kind, hashed = kind_of(sound), hashlib.sha256(sound).hexdigest()
    row = session.get(PromptRecording, hashed, with_for_update=True)
    if row is None:
        session.add(PromptRecording(hash=hashed, kind=kind, sound=sound))
    else:
        row.unused_since = None
    session.flush()
    return hashed


def tidy(session: Session, now: datetime) -> None:
    """Mark the recordings that no prompt plays any more, and remove those marked long enough."""
    session.flush()
    played = sa.exists().where(PromptOverride.recording_hash == PromptRecording.hash)
    session.execute(
        sa.update(PromptRecording)
        .where(PromptRecording.unused_since.is_(None), ~played)
        .values(unused_since=now)
    )
    session.execute(
        sa.delete(PromptRecording).where(PromptRecording.unused_since < now - _KEPT_UNUSED, ~played)
    )


def file_name(hashed: str, kind: str) -> str:
    """How a recording is called in the addresses where it is fetched."""
    return f"{hashed}.{kind}"


def serve(db: Database, name: str, cached_by: str) -> Response:
    """The recording of that file name, for ``cached_by`` ("public", "private") to keep for good; else 404."""
    hashed, _, kind = name.partition(".")
    with db.read() as session:
        row = session.get(PromptRecording, hashed)
    if row is None or row.kind != kind:
        abort(404)
    response = send_file(io.BytesIO(row.sound), mimetype=MIME_TYPES[kind], etag=hashed, conditional=True)
    response.headers["Cache-Control"] = f"{cached_by}, max-age={_YEAR}, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def make_blueprint(db: Database) -> Blueprint:
    """The door below ``/voice`` at which the carrier fetches recordings."""
    door = Blueprint("recordings", __name__, url_prefix="/voice/audio")

    @door.get("/<name>")
    def fetch(name: str) -> Response:
        return serve(db, name, "public")

    return door
