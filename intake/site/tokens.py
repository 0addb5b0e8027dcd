"""Tokens of the public pages' forms: signed, with the moment they were made, and each good for one form.

They take the place of a cookie: a form bears its own, and the record knows which were used. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

#: A form may stay open over a day's errands; after that it is given back with a new token.
GOOD_FOR = timedelta(hours=24)

#: No person fills in a form as fast as this; programs do.
TOO_QUICK = timedelta(seconds=3)

#: Signs of the signature: 128 bits of it, as many as the token itself has.
_SIGNATURE = 32


@dataclass(frozen=True)
class Tokens:
    """Makes tokens and knows them again, by a key of their own."""

    key: bytes

    def make(self, now: datetime) -> str:
        """A fresh token."""
        bare = f"{secrets.token_hex(16)}-{int(now.timestamp())}"
        return f"{bare}-{self._sign(bare)}"

    def made_at(self, token: str) -> datetime | None:
        """When the token was made; None if we did not make it."""
        bare, _, signature = token.rpartition("-")
        if not hmac.compare_digest(self._sign(bare).encode(), signature.encode("utf-8", "replace")):
            return None
        return datetime.fromtimestamp(int(bare.rpartition("-")[2]), UTC)

    def is_good(self, token: str, now: datetime) -> bool:
        """Whether a form with that token is to be taken now: made by us, not just now, and not long ago."""
        made_at = self.made_at(token)
        return made_at is not None and TOO_QUICK <= now - made_at <= GOOD_FOR

    def _sign(self, bare: str) -> str:
        return hmac.new(self.key, bare.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:_SIGNATURE]
