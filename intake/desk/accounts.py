"""Who is at the desk: the account behind a session, and when a session ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from flask import session
from flask_login import UserMixin, current_user, login_user, logout_user
from sqlalchemy.orm import Session

from intake import staff, staff_factor
from intake.models import Staff
from intake.staff_roles import PERMISSIONS, Permission, Role
from intake.web import now, services

#: How often a visit is noted in the cookie; more would set it again with every page.
NOTE_EVERY = timedelta(minutes=1)

#: Between the password and the code: an app is found and opened in this time.
HALF_WAY = timedelta(minutes=10)

_BEGAN = "began"
_HALF_WAY = "half_way"
_LAST_SEEN = "last_seen"
LANGUAGE = "language"


@dataclass(frozen=True)
class Account(UserMixin):  # type: ignore[misc]  # the library ships no types
    """A staff account as the pages see it. ``epoch`` ends its sessions when it is raised."""

    id: int
    login: str
    name: str
    role: Role
    languages: tuple[str, ...]
    on_duty: bool
    must_change: bool
    has_factor: bool
    must_set_factor: bool
    epoch: int
    seen_at: datetime | None
    shortcuts: bool
    tour_step: int

    def get_id(self) -> str:
        """What the session keeps."""
        return f"{self.id}:{self.epoch}"

    def may(self, permission: Permission) -> bool:
        """Whether the account's role carries the permission."""
        return permission in PERMISSIONS[self.role]

    @property
    def is_ready(self) -> bool:
        """Whether it has all that it needs: a password of its own and, where asked for, the second factor."""
        return not (self.must_change or self.must_set_factor)

    @property
    def returns_calls(self) -> bool:
        """Whether the account can be on duty."""
        return self.may(Permission.RETURN_CALLS)


def needs_factor(role: Role) -> bool:
    """Whether the district asks a second factor of that role. Nobody is asked in a trial on one machine."""
    return role in services().profile.accounts.second_factor and not services().settings.is_trial


def _account_of(db: Session, row: Staff) -> Account:
    """The account of a row."""
    has_factor = staff_factor.is_set(db, row.id)
    return Account(
        id=row.id,
        login=row.login,
        name=row.name,
        role=row.role,
        languages=tuple(row.languages),
        on_duty=row.on_duty,
        must_change=row.must_change,
        has_factor=has_factor,
        must_set_factor=not has_factor and needs_factor(row.role),
        epoch=row.session_epoch,
        seen_at=row.seen_at,
        shortcuts=row.shortcuts,
        tour_step=row.tour_step,
    )


def account() -> Account:
    """Who is logged in. Only behind the guard, which lets nobody else through."""
    return cast(Account, current_user._get_current_object())


def is_logged_in() -> bool:
    """Whether somebody is logged in."""
    return bool(current_user.is_authenticated)


def load(session_id: str) -> Account | None:
    """The account of a session that has neither ended nor lasted or been left alone too long; else None."""
    rules = services().profile.accounts
    if _since(_BEGAN) > rules.session or _since(_LAST_SEEN) > rules.idle:
        return None
    with services().db.read() as db:
        row = _row_of(db, session_id)
        return _account_of(db, row) if row else None


def _row_of(db: Session, session_id: str) -> Staff | None:
    """The row of the account that a session was begun for; None if that was ended since."""
    staff_id, _, epoch = session_id.partition(":")
    row = db.get(Staff, int(staff_id)) if staff_id.isdigit() else None
    return row if row is not None and row.active and str(row.session_epoch) == epoch else None


def _since(mark: str) -> timedelta:
    return now() - datetime.fromtimestamp(session.get(mark, 0), UTC)


def who_rests() -> int | None:
    """Whose session this is, where it ended only because its time was over; else None."""
    with services().db.read() as db:
        row = _row_of(db, str(session.get("_user_id", "")))
    return row.id if row else None


def wait_for_code(row: Staff) -> None:
    """The password was right; nobody is logged in before the code is, too."""
    _begin_anew(row)
    session[_HALF_WAY] = f"{row.id}:{row.session_epoch}"


def who_is_half_way() -> int | None:
    """Whose password was right just now, so that the code is all that is missing; None if nobody's."""
    if _since(_BEGAN) > HALF_WAY:
        return None
    with services().db.read() as db:
        row = _row_of(db, session.get(_HALF_WAY, ""))
    return row.id if row else None


def begin_session(row: Staff) -> Account:
    """Log an account in."""
    _begin_anew(row)
    with services().db.read() as db:
        fresh = _account_of(db, row)
    login_user(fresh)
    return fresh


def _begin_anew(row: Staff) -> None:
    """A fresh session in the account's own language; without one, in that of the session before."""
    language = row.page_language or session.get(LANGUAGE)
    session.clear()
    if language:
        session[LANGUAGE] = language
    session[_BEGAN] = session[_LAST_SEEN] = int(now().timestamp())


def end_session() -> None:
    """Log out."""
    logout_user()
    language = session.get(LANGUAGE)
    session.clear()
    if language:
        session[LANGUAGE] = language


def note_visit(by_person: bool) -> None:
    """Note that the account's page spoke to us. Only a person's visit keeps the session, not a refresh."""
    moment, here = now(), account()
    if by_person and moment.timestamp() - session[_LAST_SEEN] >= NOTE_EVERY.total_seconds():
        session[_LAST_SEEN] = int(moment.timestamp())
    if here.seen_at is None or moment - here.seen_at >= staff.SEEN_EVERY:
        with services().db.write() as db:
            staff.seen(moment, db.get_one(Staff, here.id))
