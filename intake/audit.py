"""The audit log: append-only, each entry chained to the one before it by a keyed hash.

A row changed, removed or put in between breaks the chain from there on; ``verify`` says where. The hash is
keyed (HMAC-SHA-256), so that somebody who can write to the database alone cannot mend the chain. Its old end
is forgotten in time: a sealed anchor keeps the last forgotten entry's hash, from which the rest follows.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.audit_anchor_models import THE_ANCHOR, AuditAnchor
from intake.db import keyring
from intake.models import AuditEntry

#: PostgreSQL's advisory lock that lets one transaction at a time append. Any constant of our own will do.
_APPEND_LOCK = 7_311_001


def by_staff(staff_id: int) -> str:
    """The actor's name for an account."""
    return f"staff:{staff_id}"


def append(session: Session, now: datetime, actor: str, action: str, subject: str, detail: str = "") -> None:
    """Add an entry. ``detail`` says what changed in words of ours, never anything personal."""
    _one_at_a_time(session)
    session.flush()
    last = session.scalar(sa.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    if last is None:
        last = _before_the_first(session.get(AuditAnchor, THE_ANCHOR))
    entry = AuditEntry(at=now, actor=actor, action=action, subject=subject, detail=detail)
    entry.hash = _hash(_key(session), last, entry)
    session.add(entry)
    session.flush()


def verify(session: Session) -> int | None:
    """The id of the first entry whose hash does not follow from the one before it; None if all do.

    Where the anchor itself was tampered with, the id of the entry that it names.
    """
    key, anchor = _key(session), session.get(AuditAnchor, THE_ANCHOR)
    if anchor is not None and not hmac.compare_digest(anchor.seal, _seal(key, anchor)):
        return anchor.last_id
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
    return _first_broken(key, _before_the_first(anchor), entries)


def cut(session: Session, now: datetime, before: datetime, at_once: int) -> int:
    """Forget the oldest entries, those from before that moment, at most ``at_once``; how many.

    The rest stays verifiable by the anchor. What does not verify is not cut off, so that a break is not
    forgotten with it.
    """
    _one_at_a_time(session)
    session.flush()
    first_kept = sa.select(sa.func.min(AuditEntry.id)).where(AuditEntry.at >= before).scalar_subquery()
    old = sa.or_(first_kept.is_(None), AuditEntry.id < first_kept)
    entries = session.scalars(sa.select(AuditEntry).where(old).order_by(AuditEntry.id).limit(at_once)).all()
    key, anchor = _key(session), session.get(AuditAnchor, THE_ANCHOR)
    if not entries or _first_broken(key, _before_the_first(anchor), entries) is not None:
        return 0
    if anchor is None:
        anchor = AuditAnchor(id=THE_ANCHOR, removed=0)
        session.add(anchor)
    anchor.last_id, anchor.hash = entries[-1].id, entries[-1].hash
    anchor.removed, anchor.cut_at = anchor.removed + len(entries), now
    anchor.seal = _seal(key, anchor)
    session.execute(
        sa.delete(AuditEntry)
        .where(AuditEntry.id <= anchor.last_id)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    return len(entries)


def _one_at_a_time(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_APPEND_LOCK)))


def _before_the_first(anchor: AuditAnchor | None) -> bytes:
    """The hash from which the first entry follows."""
    return b"" if anchor is None else anchor.hash


def _first_broken(key: bytes, last: bytes, entries: Iterable[AuditEntry]) -> int | None:
    for entry in entries:
        if not hmac.compare_digest(entry.hash, _hash(key, last, entry)):
            return entry.id
        last = entry.hash
    return None


def _key(session: Session) -> bytes:
    return keyring(session).derive("audit")


def _hash(key: bytes, last: bytes, entry: AuditEntry) -> bytes:
    facts = [entry.at.isoformat(), entry.actor, entry.action, entry.subject, entry.detail]
    return hmac.new(key, last + json.dumps(facts).encode(), hashlib.sha256).digest()


def _seal(key: bytes, anchor: AuditAnchor) -> bytes:
    facts = ["anchor", anchor.last_id, anchor.removed, anchor.cut_at.isoformat()]
    return hmac.new(key, anchor.hash + json.dumps(facts).encode(), hashlib.sha256).digest()
