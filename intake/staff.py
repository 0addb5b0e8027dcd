"""Staff accounts: passwords, roles, duty. Nobody learns from a refusal whether an account exists."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.orm import Session

from intake import audit
from intake.lifecycle import CallbackStatus
from intake.models import Callback, Staff
from intake.staff_roles import PERMISSIONS, Permission, Role

#: Wrong passwords before an account rests, and for how long: enough for a typist, too few for a guesser.
TRIES = 8
REST = timedelta(minutes=15)

#: An operator whose page has not spoken to us for so long gets no new callbacks.
SEEN_WITHIN = timedelta(minutes=10)

#: How often a page's visit is written down; more would make every page view a write.
SEEN_EVERY = timedelta(seconds=30)

PASSWORD_LENGTH = 12

_hasher = PasswordHasher()  # RFC 9106's low-memory profile, the library's default
_DUMMY = _hasher.hash("nobody")


class StaffError(Exception):
    """What was asked of an account cannot be done; the message says why and what to do."""


def add(
    session: Session, now: datetime, login: str, name: str, role: Role, languages: tuple[str, ...]
) -> tuple[Staff, str]:
    """A new account and its one-time password, which has to be changed at the first login."""
    login = login.strip().lower()
    if not login or not login.isascii() or len(login) > 64:
        raise StaffError("login: give 1 to 64 plain letters, digits, dots or dashes")
    if find(session, login):
        raise StaffError(f"login: {login} is taken; choose another")
    password = new_password()
    account = Staff(
        login=login,
        name=name.strip() or login,
        role=role,
        password_hash=_hasher.hash(password),
        languages=list(languages),
        created_at=now,
    )
    session.add(account)
    session.flush()
    audit.append(session, now, "administrator", "staff_added", f"staff:{account.id}", role.value)
    return account, password


def new_password() -> str:
    """A one-time password that can be read out: four groups of four letters without look-alikes."""
    letters = "abcdefghkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def find(session: Session, login: str) -> Staff | None:
    """The account with that login, whatever its case."""
    return session.scalar(sa.select(Staff).where(Staff.login == login.strip().lower()))


def log_in(session: Session, now: datetime, login: str, password: str) -> Staff | None:
    """The account if login and password fit and it is neither closed nor resting; else None."""
    account = find(session, login)
    if account is None or not account.active:
        _matches(_DUMMY, password)  # takes as long as a real one
        return None
    if account.locked_until and account.locked_until > now:
        return None
    if not _matches(account.password_hash, password):
        account.failed_logins += 1
        if account.failed_logins >= TRIES:
            account.failed_logins, account.locked_until = 0, now + REST
            audit.append(session, now, "system", "login_rests", f"staff:{account.id}")
        return None
    account.failed_logins, account.locked_until = 0, None
    if _hasher.check_needs_rehash(account.password_hash):
        account.password_hash = _hasher.hash(password)
    audit.append(session, now, audit.by_staff(account.id), "logged_in", f"staff:{account.id}")
    return account


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def change_password(session: Session, now: datetime, account: Staff, old: str, new: str) -> None:
    """Set a password of one's own; raises ``StaffError`` naming what is wrong with it."""
    if not _matches(account.password_hash, old):
        raise StaffError("old password: it is not right")
    if len(new) < PASSWORD_LENGTH:
        raise StaffError(f"new password: at least {PASSWORD_LENGTH} characters")
    if new == old:
        raise StaffError("new password: it is the old one")
    account.password_hash, account.must_change = _hasher.hash(new), False
    account.session_epoch += 1
    audit.append(session, now, audit.by_staff(account.id), "password_changed", f"staff:{account.id}")


def reset(session: Session, now: datetime, login: str) -> str:
    """A new one-time password for an account; ends its sessions and its rest."""
    account = find(session, login)
    if account is None:
        raise StaffError(f"login: there is no account {login}; 'hotline staff list' names them")
    password = new_password()
    account.password_hash, account.must_change = _hasher.hash(password), True
    account.failed_logins, account.locked_until = 0, None
    account.session_epoch += 1
    audit.append(session, now, "administrator", "password_reset", f"staff:{account.id}")
    return password


def close(session: Session, now: datetime, actor: str, account: Staff) -> None:
    """Close an account: its sessions end, and whatever it had in hand goes back to the queue."""
    account.active, account.on_duty = False, False
    account.session_epoch += 1
    session.execute(
        sa.update(Callback)
        .where(Callback.holder_id == account.id)
        .values(status=CallbackStatus.QUEUED, holder_id=None, lease_until=None, opened_at=None)
    )
    audit.append(session, now, actor, "staff_closed", f"staff:{account.id}")


def may(account: Staff, permission: Permission) -> bool:
    """Whether the account's role carries the permission."""
    return account.active and permission in PERMISSIONS[account.role]


def seen(now: datetime, account: Staff) -> None:
    """Note that the account's page spoke to us, at most every ``SEEN_EVERY``."""
    if account.seen_at is None or now - account.seen_at >= SEEN_EVERY:
        account.seen_at = now


def set_duty(session: Session, now: datetime, account: Staff, on: bool) -> None:
    """On or off duty. Going off gives back what was assigned and not yet being rung."""
    account.on_duty, account.seen_at = on, now
    if not on:
        session.execute(
            sa.update(Callback)
            .where(Callback.holder_id == account.id, Callback.status == CallbackStatus.ASSIGNED)
            .values(status=CallbackStatus.QUEUED, holder_id=None, lease_until=None, opened_at=None)
        )
    audit.append(
        session, now, audit.by_staff(account.id), "duty_on" if on else "duty_off", f"staff:{account.id}"
    )


def on_duty(session: Session, now: datetime) -> list[Staff]:
    """Accounts that may return calls, are on duty, and whose page was heard of lately; by id."""
    rows = session.scalars(
        sa.select(Staff)
        .where(Staff.active, Staff.on_duty, Staff.seen_at >= now - SEEN_WITHIN)
        .order_by(Staff.id)
    )
    return [row for row in rows if may(row, Permission.RETURN_CALLS)]
