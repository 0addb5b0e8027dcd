"""Who is at the desk: the account behind a session, and when a session ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from flask import session
from flask_login import UserMixin, current_user, login_user, logout_user

from intake import staff
from intake.models import Staff
from intake.staff_roles import PERMISSIONS, Permission, Role
from intake.web import now, services

#: How often a visit is noted in the cookie; more would set it again with every page.
NOTE_EVERY = timedelta(minutes=1)

_BEGAN = "began"
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
    def returns_calls(self) -> bool:
        """Whether the account can be on duty."""
        return self.may(Permission.RETURN_CALLS)


def account_of(row: Staff) -> Account:
    """The account of a row."""
    return Account(
        id=row.id,
        login=row.login,
        name=row.name,
        role=row.role,
        languages=tuple(row.languages),
        on_duty=row.on_duty,
        must_change=row.must_change,
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
    staff_id, _, epoch = session_id.partition(":")
    rules = services().profile.accounts
    if _since(_BEGAN) > rules.session or _since(_LAST_SEEN) > rules.idle:
        return None
    with services().db.read() as db:
        row = db.get(Staff, int(staff_id))
    if row is None or not row.active or str(row.session_epoch) != epoch:
        return None
    return account_of(row)


def _since(mark: str) -> timedelta:
    return now() - datetime.fromtimestamp(session.get(mark, 0), UTC)


def who_rests() -> int | None:
    """Whose session this is, where it ended only because its time was over; else None."""
    staff_id, _, epoch = str(session.get("_user_id", "")).partition(":")
    if not staff_id.isdigit():
        return None
    with services().db.read() as db:
        row = db.get(Staff, int(staff_id))
    return row.id if row is not None and row.active and str(row.session_epoch) == epoch else None


def begin_session(row: Staff) -> Account:
    """Begin a fresh session in the account's own language; without one, in that of the session before."""
    language = row.page_language or session.get(LANGUAGE)
    session.clear()
    if language:
        session[LANGUAGE] = language
    session[_BEGAN] = session[_LAST_SEEN] = int(now().timestamp())
    fresh = account_of(row)
    login_user(fresh)
    return fresh


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
