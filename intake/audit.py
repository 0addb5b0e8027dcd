"""The audit log: append-only, each entry chained to the one before it by a keyed hash.

A row changed, removed or put in between breaks the chain from there on; ``verify`` says where. The hash is
keyed (HMAC-SHA-256), so that somebody who can write to the database alone cannot mend the chain.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import keyring
from intake.models import AuditEntry

#: PostgreSQL's advisory lock that lets one transaction at a time append. Any constant of our own will do.
_APPEND_LOCK = 7_311_001


def by_staff(staff_id: int) -> str:
    """The actor's name for an account."""
    return f"staff:{staff_id}"


def append(session: Session, now: datetime, actor: str, action: str, subject: str, detail: str = "") -> None:
    """Add an entry. ``detail`` says what changed in words of ours, never anything personal."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_APPEND_LOCK)))
    session.flush()
    last = session.scalar(sa.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(at=now, actor=actor, action=action, subject=subject, detail=detail)
    entry.hash = _hash(keyring(session).derive("audit"), last or b"", entry)
    session.add(entry)
    session.flush()


def verify(session: Session) -> int | None:
    """The id of the first entry whose hash does not follow from the one before it; None if all do."""
    key = keyring(session).derive("audit")
    last = b""
    for entry in session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)):
        if not hmac.compare_digest(entry.hash, _hash(key, last, entry)):
            return entry.id
        last = entry.hash
    return None


def _hash(key: bytes, last: bytes, entry: AuditEntry) -> bytes:
    facts = [entry.at.isoformat(), entry.actor, entry.action, entry.subject, entry.detail]
    return hmac.new(key, last + json.dumps(facts).encode(), hashlib.sha256).digest()
