"""Encryption of personal columns and the keyed hash by which numbers are found again.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce for each value. The column's name is bound in as
associated data, so that a ciphertext copied into another column does not decrypt. The look-up hash is
HMAC-SHA-256 (RFC 2104) under a key of its own that outlives the rotation of the encryption keys.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from itertools import count

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LOOKUP = "lookup"
_NONCE = 12
_KEY = 32


class KeyRingError(ValueError):
    """The key ring's text is not usable; the message names the entry and the fix."""


class Undecryptable(Exception):
    """A stored value does not open with any key of the ring."""


@dataclass(frozen=True)
class KeyRing:
    """Encryption keys by name, the first being the one that writes; and the look-up key."""

    keys: dict[str, bytes]
    lookup: bytes

    @property
    def active(self) -> str:
        """Name of the key that new values are encrypted with."""
        return next(iter(self.keys))

    @property
    def mark(self) -> bytes:
        """What every value begins with that the active key sealed: the length of its name, and the name."""
        name = self.active.encode()
        return bytes([len(name)]) + name

    def encrypt(self, plain: bytes, column: str) -> bytes:
        """Ciphertext of ``plain`` for ``column``: the key's mark, nonce, AES-GCM output."""
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(self.keys[self.active]).encrypt(nonce, plain, column.encode())
        return self.mark + nonce + sealed

    def decrypt(self, stored: bytes, column: str) -> bytes:
        """The plain bytes; raises ``Undecryptable`` if the key is gone or the value was tampered with."""
        end = 1 + stored[0]
        key = self.keys.get(stored[1:end].decode("ascii", "replace"))
        if key is None:
            raise Undecryptable(f"{column}: written with a key that is not in HOTLINE_KEYS any more")
        try:
            return AESGCM(key).decrypt(stored[end : end + _NONCE], stored[end + _NONCE :], column.encode())
        except InvalidTag as error:
            raise Undecryptable(f"{column}: does not open with its key") from error

    def hash(self, value: str) -> bytes:
        """The 32-byte keyed hash by which equal values are found without being stored in clear."""
        return hmac.new(self.lookup, value.encode(), hashlib.sha256).digest()

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for another ``purpose`` (sessions, say), by HKDF (RFC 5869) from the look-up key."""
        return HKDF(hashes.SHA256(), _KEY, None, purpose.encode()).derive(self.lookup)


def generate_keys() -> str:
    """Text of a fresh key ring with one encryption key, as HOTLINE_KEYS takes it."""
    return write_keys(KeyRing({"k1": os.urandom(_KEY)}, os.urandom(_KEY)))


def add_key(ring: KeyRing) -> KeyRing:
    """The ring with a fresh key before the others, under the next free name."""
    number = next(number for number in count(len(ring.keys) + 1) if f"k{number}" not in ring.keys)
    return KeyRing({f"k{number}": os.urandom(_KEY), **ring.keys}, ring.lookup)


def write_keys(ring: KeyRing) -> str:
    """The ring as text, as ``parse_keys`` reads it."""
    entries = [*ring.keys.items(), (LOOKUP, ring.lookup)]
    return ",".join(f"{name}:{base64.urlsafe_b64encode(key).decode()}" for name, key in entries)


def parse_keys(text: str) -> KeyRing:
    """The key ring written as ``name:base64,…,lookup:base64``, newest first; raises ``KeyRingError``."""
    keys: dict[str, bytes] = {}
    for entry in (part.strip() for part in text.split(",")):
        name, colon, encoded = entry.partition(":")
        if not colon or not name.isascii() or not name.isalnum():
            raise KeyRingError("each entry must read name:base64, with a name of letters and digits")
        if name in keys:
            raise KeyRingError(f"the name {name} stands twice; give each key a name of its own")
        try:
            keys[name] = base64.urlsafe_b64decode(encoded)
        except (binascii.Error, ValueError):
            raise KeyRingError(f"{name} is not base64; make a ring with 'hotline keys'") from None
        if len(keys[name]) != _KEY:
            raise KeyRingError(f"{name} has {len(keys[name])} bytes instead of {_KEY}")
    lookup = keys.pop(LOOKUP, None)
    if lookup is None:
        raise KeyRingError(f"the entry {LOOKUP}:… is missing; without it no number is found again")
    if not keys:
        raise KeyRingError("there is no encryption key beside the look-up key")
    return KeyRing(keys, lookup)
