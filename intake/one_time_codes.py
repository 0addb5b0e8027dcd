"""The second factor's codes: those that an app makes of a secret and the time, and those on paper. Pure.

RFC 6238 (TOTP) as every app has it: six digits, a step of 30 seconds, HMAC-SHA-1, a secret of 160 bits as
RFC 4226 recommends.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp

#: Seconds for which a code holds.
STEP = 30

#: Steps by which the clocks of an app and of the server may differ, to either side.
SLACK = 1

#: How many codes there are for when the app is lost, and letters in each: 49 bits, beyond any guessing.
RECOVERY_CODES, RECOVERY_LETTERS = 10, 10

#: Letters and digits that nobody takes for one another, read out or written by hand.
READABLE = "abcdefghkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """A fresh secret in base 32, as apps take it."""
    return pyotp.random_base32()


def in_groups(text: str, size: int = 4) -> str:
    """A long text as a person types it: in groups."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def address_of(secret: str, login: str, issuer: str) -> str:
    """The secret as apps read it from a QR code: an ``otpauth:`` address with the account's name."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=login, issuer_name=issuer)


def plain(typed: str) -> str:
    """A code as it counts, however it was typed: without blanks and dashes, in small letters."""
    return "".join(letter for letter in typed.lower() if letter.isalnum())


def step_of_code(secret: str, now: datetime, typed: str, after: int) -> int | None:
    """The time step whose code was typed, among those around ``now`` that come after ``after``; else None."""
    maker, current = pyotp.TOTP(secret, interval=STEP), int(now.timestamp()) // STEP
    given = plain(typed).encode()
    steps = range(max(current - SLACK, after + 1), current + SLACK + 1)
    return next(
        (step for step in steps if hmac.compare_digest(maker.generate_otp(step).encode(), given)), None
    )


def new_recovery_codes() -> list[str]:
    """Fresh codes for when the app is lost, each in two groups."""
    half = RECOVERY_LETTERS // 2
    return [f"{_letters(half)}-{_letters(RECOVERY_LETTERS - half)}" for _ in range(RECOVERY_CODES)]


def _letters(count: int) -> str:
    return "".join(secrets.choice(READABLE) for _ in range(count))
