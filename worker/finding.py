"""What a preflight tells: one line for each thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is well, and the words that go with it."""

    what: str
    ok: bool
    words: str
