"""What a recording of the simulator sounds like: a quiet tone as long as the message was."""

import io
import math
import struct
import wave

RATE = 8000
"""Samples a second, as on a telephone line."""
_TONE_HERTZ = 440
_LOUDNESS = 6000


def tone(seconds: int) -> bytes:
    """A WAV file (16 bits, one channel) of that length."""
    period = [round(_LOUDNESS * math.sin(2 * math.pi * _TONE_HERTZ * at / RATE)) for at in range(RATE)]
    samples = struct.pack(f"<{RATE}h", *period) * seconds
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples)
    return file.getvalue()
