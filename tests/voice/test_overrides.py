"""Prompts that coordinators changed: what the next caller hears, what is played, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
import requests
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from intake import audit
from intake.models import AuditEntry, PromptOverride
from intake.profile import Profile
from intake.staff import add
from intake.staff_roles import Role
from voice import overrides, recordings
from voice.overrides import KnownChanges
from voice.prompts import LONGEST_TEXT, Prompts, TextFault, text_faults
from voice.recordings import LARGEST_RECORDING, RecordingError, RecordingFault, kind_of
from voice.state import Reply, Saying
from voice.twiml import render

from .line import Line
from .sound import mp3, wav


def coordinator(line: Line) -> int:
    with line.services.db.write() as session:
        row, _ = add(session, line.services.clock(), "clara", "Clara", Role.COORDINATOR, ("de",))
        return row.id


def changes(line: Line, who: int, key: str, text: str) -> None:
    with line.services.db.write() as session:
        overrides.change_text(session, line.services.clock(), who, "de", key, text)


def records(line: Line, who: int, key: str, sound: bytes) -> str:
    """Record a prompt; the path at which its sound is fetched."""
    with line.services.db.write() as session:
        overrides.record(session, line.services.clock(), who, "de", key, sound)
        row = session.get_one(PromptOverride, ("de", key))
        return f"/voice/audio/{row.recording_hash}.{kind_of(sound)}"


def a_while_later(line: Line, **time: float) -> None:
    line.phone.waits(timedelta(**time or {"seconds": 5}).total_seconds())


def played(line: Line) -> list[str]:
    """What a new caller is played before she presses a key."""
    call = line.phone.dial().listens()
    entries = [entry.text for entry in call.call.log if entry.kind == "played"]
    call.hangs_up()
    return entries


def test_a_changed_wording_is_heard_by_the_next_caller_until_the_original_is_back(line: Line) -> None:
    who = coordinator(line)
    line.phone.dial().hears("Im Notfall wählen Sie 112.").hangs_up()
    changes(line, who, "emergency", "Bei Lebensgefahr wählen Sie 112.")
    changes(line, who, "greeting", "Willkommen beim {hotline} im {district}.")
    a_while_later(line)
    call = line.phone.dial().hears("Bei Lebensgefahr", "Willkommen beim Bürgertelefon im Landkreis Kassel.")
    call.hears_nothing_of("Im Notfall").hangs_up()
    with line.services.db.write() as session:
        overrides.restore_text(session, line.services.clock(), who, "de", "emergency")
    a_while_later(line)
    line.phone.dial().hears("Im Notfall wählen Sie 112.", "Willkommen beim").hangs_up()


def test_a_recording_is_played_in_place_of_the_words_and_fetched_without_a_signature(line: Line) -> None:
    who, sound = coordinator(line), wav()
    path = records(line, who, "emergency", sound)
    a_while_later(line)
    assert played(line) == [line.base + path]
    fetched = requests.get(line.base + path, timeout=10)
    assert (fetched.status_code, fetched.content) == (200, sound)
    assert fetched.headers["Content-Type"] == "audio/wav"
    assert fetched.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    a_part = requests.get(line.base + path, headers={"Range": "bytes=0-3"}, timeout=10)
    assert (a_part.status_code, a_part.content) == (206, b"RIFF")


def test_no_other_door_opens_without_a_signature(quick_line: Line) -> None:
    base = quick_line.base
    for path in ("/voice/audio/", "/voice/audio/../answer", "/voice/audio", "/voice/answer"):
        assert requests.get(base + path, timeout=10).status_code == 403, path
    for name in ("0" * 64 + ".wav", "x", "%2e%2e"):
        assert requests.get(f"{base}/voice/audio/{name}", timeout=10).status_code in (403, 404), name
    path = records(quick_line, coordinator(quick_line), "menu", wav())
    assert requests.get(base + path.replace(".wav", ".mp3"), timeout=10).status_code == 404
    assert requests.post(base + path, timeout=10).status_code in (403, 405)


def test_a_replaced_recording_outlives_the_calls_under_way(line: Line) -> None:
    who = coordinator(line)
    first, second = records(line, who, "menu", wav(100)), records(line, who, "need", wav(100))
    assert first == second, "the same sound is kept once"
    third = records(line, who, "menu", mp3())
    with line.services.db.write() as session:
        overrides.remove_recording(session, line.services.clock(), who, "de", "need")
    assert requests.get(line.base + first, timeout=10).status_code == 200
    a_while_later(line, hours=2)
    changes(line, who, "menu_short", "Helfen: die Zwei.")
    assert requests.get(line.base + first, timeout=10).status_code == 404
    assert requests.get(line.base + third, timeout=10).status_code == 200


def test_it_is_written_down_who_changed_what_and_nothing_is_left_of_it(line: Line) -> None:
    who = coordinator(line)
    changes(line, who, "menu", "Hilfe: die Eins.")
    records(line, who, "menu", wav())
    with line.services.db.write() as session:
        for back in (overrides.restore_text, overrides.remove_recording, overrides.remove_recording):
            back(session, line.services.clock(), who, "de", "menu")
    with line.services.db.read() as session:
        entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject == "prompt:de:menu")).all()
        assert [(entry.actor, entry.action) for entry in entries] == [
            (f"staff:{who}", action)
            for action in ("prompt_changed", "prompt_recorded", "prompt_restored", "prompt_recording_removed")
        ]
        assert audit.verify(session) is None
        assert session.scalars(sa.select(PromptOverride)).all() == []


def test_what_no_longer_fits_its_prompt_is_not_said(quick_line: Line) -> None:
    """After an update a prompt may be gone, or fill in something else: then the original is said."""
    who, now = coordinator(quick_line), quick_line.services.clock()
    path = records(quick_line, who, "menu", wav())
    recorded = path.rpartition("/")[2].partition(".")[0]
    with quick_line.services.db.write() as session:
        for key, text, sound in (
            ("gone", "Weg.", None),
            ("close", "Wir rufen an.", None),
            ("hours", None, recorded),
        ):
            session.add(
                PromptOverride(
                    language="de", key=key, text=text, recording_hash=sound, changed_at=now, changed_by=who
                )
            )
    with quick_line.services.db.read() as session:
        found = overrides.read(session)
    assert ("de", "gone") not in found
    assert found["de", "close"].text is None
    assert found["de", "hours"].recording is None
    assert found["de", "menu"].recording


def test_the_record_is_read_every_few_seconds_at_most_and_its_failure_changes_nothing(
    quick_line: Line,
) -> None:
    services = quick_line.services
    changes(quick_line, coordinator(quick_line), "menu", "Hilfe: die Eins.")
    known, queries = KnownChanges(services.db, services.clock), []
    sa.event.listen(
        services.db.engine,
        "before_cursor_execute",
        lambda *args: queries.append(args[2]) if args[2].startswith("SELECT") else None,
    )
    for _ in range(50):
        assert known.now()["de", "menu"].text == "Hilfe: die Eins."
    assert len(queries) == 1
    a_while_later(quick_line)
    known.now()
    assert len(queries) == 2
    with services.db.write() as session:
        session.execute(sa.text("ALTER TABLE prompt_overrides RENAME TO elsewhere"))
    a_while_later(quick_line)
    assert known.now()["de", "menu"].text == "Hilfe: die Eins."
    quick_line.phone.dial().hears("Im Notfall").hangs_up()


@pytest.mark.parametrize(
    ("key", "text", "faults"),
    [
        ("menu", " \n", [(TextFault.EMPTY, "")]),
        ("menu", "a" * (LONGEST_TEXT + 1), [(TextFault.TOO_LONG, "")]),
        ("menu", "Guten\x00Tag", [(TextFault.UNSPEAKABLE, "")]),
        ("need_1", "{need", [(TextFault.BRACE, "")]),
        ("need_1", "Die Eins.", [(TextFault.LACKS, "{need}")]),
        ("need_1", "{need} {}", [(TextFault.UNKNOWN, "{}")]),
        (
            "need_1",
            "{need.__class__}",
            [(TextFault.LACKS, "{need}"), (TextFault.UNKNOWN, "{need.__class__}")],
        ),
        ("need_1", "{need:>99999}", [(TextFault.ADORNED, "{need}")]),
        ("need_1", "{need!r}", [(TextFault.ADORNED, "{need}")]),
        ("need_1", "{need}: التسوق \u200f {{1}}", []),
    ],
)
def test_faulty_texts_are_told_by_their_faults(
    key: str, text: str, faults: list[tuple[TextFault, str]]
) -> None:
    assert list(text_faults(key, text)) == faults


@given(text=st.text() | st.builds(lambda a, b: a + "{need}" + b, st.text(), st.text()))
def test_whatever_passes_can_be_said(text: str, profile: Profile) -> None:
    if any(text_faults("need_1", text)):
        return
    prompts = Prompts({"de": {"need_1": text}})
    markup = render(Reply(says=(Saying("need_1", "de", {"need": "Einkaufen"}),)), prompts, profile)
    assert "Einkaufen" in markup
    assert "<Say" in markup


def test_a_recording_is_known_by_its_content() -> None:
    assert kind_of(wav()) == "wav"
    assert kind_of(mp3()) == "mp3"
    assert kind_of(b"ID3\x04\x00\x00\x00\x00\x01\x00" + b"\x00" * 128 + mp3()) == "mp3"


def _compressed() -> bytes:
    sound = bytearray(wav())
    sound[20] = 85  # the tag of MP3 inside a WAV file
    return bytes(sound)


@pytest.mark.parametrize(
    ("sound", "fault"),
    [
        (b"", RecordingFault.NO_SOUND),
        (b"<script>alert(1)</script>", RecordingFault.NO_SOUND),
        (b"\xff\xfb\x90\x00 one frame by chance", RecordingFault.NO_SOUND),
        (b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", RecordingFault.NO_SOUND),
        (b"RIFF\x00\x00\x00\x00WAVE", RecordingFault.NOT_PCM),
        (wav()[:30], RecordingFault.NOT_PCM),
        (_compressed(), RecordingFault.NOT_PCM),
        (wav(0), RecordingFault.SILENT),
        (wav(LARGEST_RECORDING), RecordingFault.TOO_LARGE),
    ],
)
def test_what_cannot_be_played_is_refused(sound: bytes, fault: RecordingFault) -> None:
    with pytest.raises(RecordingError) as caught:
        kind_of(sound)
    assert caught.value.fault is fault


@given(
    st.binary(max_size=200) | st.binary(max_size=60).map(lambda rest: b"RIFF\x24\x00\x00\x00WAVEfmt " + rest)
)
def test_any_file_is_taken_or_refused(sound: bytes) -> None:
    with suppress(RecordingError):
        assert kind_of(sound) in recordings.MIME_TYPES
