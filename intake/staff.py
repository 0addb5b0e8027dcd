"""Staff accounts: passwords, roles, duty."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.orm import Session

from intake import audit, queue, staff_tries
from intake.lifecycle import CallbackStatus
from intake.models import CALLBACK_IS_HELD, Callback, Staff
from intake.one_time_codes import READABLE
from intake.paper_models import on_paper
from intake.phone_numbers import parse_callable
from intake.staff_roles import PERMISSIONS, Permission, Role

#: An operator whose page has not spoken to us for so long gets no new callbacks, and what she has not opened
#: goes to others. An open page speaks each minute at least, even where a browser lets hidden pages sleep.
SEEN_WITHIN = timedelta(minutes=3)

#: How often a page's visit is written down; more would make every page view a write.
SEEN_EVERY = timedelta(seconds=30)

PASSWORD_LENGTH = 12

#: The audit log's name for whoever has the machine itself; on the desk it is an account.
FROM_THE_SHELL = "administrator"

#: How many steps the tour of the first day has; an account whose step is this one is through.
TOUR_STEPS = 5

#: How passwords are hashed: RFC 9106's low-memory profile, the library's default. Tests take a cheaper one.
hasher = PasswordHasher()


class StaffError(Exception):
    """What was asked of an account cannot be done; the message says why and what to do."""


@dataclass(frozen=True)
class OneTimePassword:
    """A password to be told once, and what is kept of it."""

    text: str
    hash: str


def make_password() -> OneTimePassword:
    """A fresh one. Takes a tenth of a second: not while callers wait for a transaction to end."""
    text = _new_password()
    return OneTimePassword(text, hasher.hash(text))


def add(
    session: Session,
    now: datetime,
    login: str,
    name: str,
    role: Role,
    languages: tuple[str, ...],
    made: OneTimePassword | None = None,
    actor: str = FROM_THE_SHELL,
) -> tuple[Staff, str]:
    """A new account and its one-time password, which has to be changed at the first login.

    The password is ``made`` here if it was not made before, which is for where nobody waits to write.
    """
    login = login.strip().lower()
    if not login or not login.isascii() or len(login) > 64:
        raise StaffError("login: give 1 to 64 plain letters, digits, dots or dashes")
    if find(session, login):
        raise StaffError(f"login: {login} is taken; choose another")
    password = made or make_password()
    account = Staff(
        login=login,
        name=name.strip() or login,
        role=role,
        password_hash=password.hash,
        languages=list(languages),
        created_at=now,
    )
    session.add(account)
    session.flush()
    audit.append(session, now, actor, "staff_added", f"staff:{account.id}", role.value)
    return account, password.text


def _new_password() -> str:
    """A one-time password that can be read out: four groups of four letters without look-alikes."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4))


def find(session: Session, login: str, locked: bool = False) -> Staff | None:
    """The account with that login, whatever its case; ``locked`` until the transaction ends."""
    query = sa.select(Staff).where(Staff.login == login.strip().lower())
    return session.scalar(query.with_for_update() if locked else query)


def known(session: Session, login: str) -> Staff:
    """As ``find``; ``StaffError`` if there is none."""
    account = find(session, login)
    if account is None:
        raise StaffError(f"login: there is no account {login}; 'hotline staff list' names them")
    return account


def fits(password_hash: str, password: str) -> bool:
    """Whether the password is right. Takes a tenth of a second: never inside a transaction."""
    try:
        return hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def hash_of_own(kept: str, old: str, new: str) -> str:
    """What to keep of a password of one's own, where ``kept`` is of the old one.

    Raises ``StaffError`` naming what is wrong. Takes two tenths of a second: never inside a transaction.
    """
    if not fits(kept, old):
        raise StaffError("old password: it is not right")
    if len(new) < PASSWORD_LENGTH:
        raise StaffError(f"new password: at least {PASSWORD_LENGTH} characters")
    if new == old:
        raise StaffError("new password: it is the old one")
    return hasher.hash(new)


def change_password(session: Session, now: datetime, account: Staff, kept: str, fresh: str) -> None:
    """Set a password to what ``hash_of_own`` gave for ``kept``; ``StaffError`` if it was changed since."""
    if account.password_hash != kept:
        raise StaffError("old password: it was changed meanwhile")
    account.password_hash, account.must_change = fresh, False
    account.session_epoch += 1
    audit.append(session, now, audit.by_staff(account.id), "password_changed", f"staff:{account.id}")


def reset(
    session: Session,
    now: datetime,
    login: str,
    made: OneTimePassword | None = None,
    actor: str = FROM_THE_SHELL,
) -> str:
    """A new one-time password for an account, made as in ``add``; ends its sessions and its rest."""
    account = known(session, login)
    password = made or make_password()
    account.password_hash, account.must_change = password.hash, True
    staff_tries.forget(session, staff_tries.of_login(account.login))
    account.session_epoch += 1
    audit.append(session, now, actor, "password_reset", f"staff:{account.id}")
    return password.text


def end_sessions(session: Session, now: datetime, account: Staff) -> None:
    """Log an account out wherever it is logged in."""
    account.session_epoch += 1
    audit.append(session, now, audit.by_staff(account.id), "sessions_ended", f"staff:{account.id}")


def keep_an_administrator(session: Session, account: Staff) -> None:
    """Raise ``StaffError`` where the account is the last that can log in as an administrator."""
    administrators = sa.select(Staff.id).where(Staff.active, Staff.role == Role.ADMINISTRATOR)
    # locked, so that of two who take away each other's role at once one stays
    left = session.scalars(administrators.order_by(Staff.id).with_for_update()).all()
    if left == [account.id]:
        raise StaffError("role: this is the last administrator; make somebody else one first")


def put_down(session: Session, account: Staff) -> None:
    """An account returns no calls any more: what it had in hand goes back to the queue."""
    account.on_duty, account.number = False, None
    queue.give_back(session, Callback.holder_id == account.id)


def close(session: Session, now: datetime, actor: str, account: Staff) -> None:
    """Close an account: its sessions end, and whatever it had in hand goes back to the queue.

    Raises ``StaffError`` for the last administrator.
    """
    keep_an_administrator(session, account)
    put_down(session, account)
    account.active = False
    account.session_epoch += 1
    audit.append(session, now, actor, "staff_closed", f"staff:{account.id}")


def reopen(session: Session, now: datetime, actor: str, account: Staff) -> None:
    """Open a closed account again; it gets in once it has been given a new one-time password."""
    account.active = True
    audit.append(session, now, actor, "staff_reopened", f"staff:{account.id}")


def may(account: Staff, permission: Permission) -> bool:
    """Whether the account's role carries the permission."""
    return account.active and permission in PERMISSIONS[account.role]


def seen(now: datetime, account: Staff) -> None:
    """Note that the account's page spoke to us, at most every ``SEEN_EVERY``."""
    if account.seen_at is None or now - account.seen_at >= SEEN_EVERY:
        account.seen_at = now


def set_service(
    session: Session, now: datetime, account: Staff, languages: Iterable[str], places: Iterable[str]
) -> None:
    """Set which languages an account speaks and which municipalities (official keys) it rings first."""
    account.languages, account.places = list(languages), list(places)
    audit.append(session, now, audit.by_staff(account.id), "service_set", f"staff:{account.id}")


def set_duty(session: Session, now: datetime, account: Staff, on: bool) -> None:
    """On or off duty. Going off gives back what was assigned, unless it is being rung or stands on paper."""
    account.on_duty, account.seen_at = on, now
    if not on:
        assigned = Callback.status == CallbackStatus.ASSIGNED
        queue.give_back(session, Callback.holder_id == account.id, assigned, ~on_paper(Callback.id, now))
    audit.append(
        session, now, audit.by_staff(account.id), "duty_on" if on else "duty_off", f"staff:{account.id}"
    )


def is_silent(now: datetime) -> sa.ColumnElement[bool]:
    """Whether an account's page was not heard of lately."""
    return sa.or_(Staff.seen_at.is_(None), Staff.seen_at < now - SEEN_WITHIN)


def on_duty(session: Session, now: datetime, locked: bool = False) -> list[Staff]:
    """Accounts that may return calls, are on duty, and whose page was heard of lately; by id.

    ``locked`` keeps them as they are until the transaction ends.
    """
    query = sa.select(Staff).where(Staff.active, Staff.on_duty, sa.not_(is_silent(now))).order_by(Staff.id)
    rows = session.scalars(query.with_for_update(key_share=True) if locked else query)
    return [row for row in rows if may(row, Permission.RETURN_CALLS)]


def reachable(session: Session, now: datetime) -> list[Staff]:
    """Who is on duty, has a telephone of one's own on record, and is not ringing somebody just now; by id."""
    calling = sa.select(Callback.holder_id).where(CALLBACK_IS_HELD, Callback.status == CallbackStatus.CALLING)
    busy = set(session.scalars(calling))
    return [row for row in on_duty(session, now) if row.number and row.id not in busy]


def numbers(session: Session, staff_ids: Sequence[int]) -> tuple[str, ...]:
    """The telephones of those accounts, in their order; who has taken the number back is left out."""
    rows = {row.id: row for row in session.scalars(sa.select(Staff).where(Staff.id.in_(staff_ids)))}
    found = (rows[staff_id] for staff_id in staff_ids if staff_id in rows)
    return tuple(row.number for row in found if row.number and row.active)


def set_number(session: Session, now: datetime, actor: str, account: Staff, typed: str, country: str) -> None:
    """Set the telephone at which an account takes callers; nothing typed takes it back.

    Raises ``StaffError`` for a number that may not be rung.
    """
    number = parse_callable(typed, country) if typed else None
    if typed and number is None:
        raise StaffError("number: not one that can be rung; give it with its area code")
    if number == account.number:
        return
    account.number = number
    audit.append(session, now, actor, "number_set" if number else "number_removed", f"staff:{account.id}")
