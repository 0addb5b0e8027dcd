"""Sound to upload: silence as a WAV file, and frames of MP3 without anything in them."""

from __future__ import annotations

import io
import wave


def wav(frames: int = 800) -> bytes:
    """A tenth of a second of silence, 8,000 samples a second of 8 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(8000)
        written.writeframes(b"\x80" * frames)
    return file.getvalue()


def mp3(frames: int = 3) -> bytes:
    """Frames of 32 kbit/s at 16,000 samples a second: 72 × 32,000 / 16,000 = 144 bytes each."""
    return (b"\xff\xf3\x48\xc4" + b"\x00" * 140) * frames
