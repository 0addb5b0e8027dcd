"""What an administrator changes about an account afterwards: its name, login, role, languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from intake import audit, staff
from intake.models import Staff
from intake.staff import StaffError
from intake.staff_roles import PERMISSIONS, Permission, Role


@dataclass(frozen=True)
class Description:
    """An account as an administrator describes it."""

    name: str
    login: str
    role: Role
    languages: tuple[str, ...]


def change(session: Session, now: datetime, actor: str, account: Staff, wanted: Description) -> None:
    """Make an account what is ``wanted``; what changed stands in the audit log, without names.

    A new role ends the account's sessions. Raises ``StaffError`` where the login is somebody else's, or the
    last administrator would become something else.
    """
    changed = []
    login = wanted.login.strip().lower()
    if login != account.login:
        if staff.find(session, login):
            raise StaffError(f"login: {login} is taken; choose another")
        changed.append("login")
    if wanted.role is not account.role:
        changed.append(f"role {account.role.value} to {wanted.role.value}")
        _give_role(session, account, wanted.role)
    if wanted.name != account.name:
        changed.append("name")
    if list(wanted.languages) != account.languages:
        changed.append("languages")
    account.login, account.name, account.languages = login, wanted.name, list(wanted.languages)
    if changed:
        audit.append(session, now, actor, "staff_changed", f"staff:{account.id}", ", ".join(changed))


def _give_role(session: Session, account: Staff, role: Role) -> None:
    """Who returns no calls any more gives back what was in hand, and her telephone is not rung."""
    staff.keep_an_administrator(session, account)
    account.role = role
    account.session_epoch += 1
    if Permission.RETURN_CALLS not in PERMISSIONS[role]:
        staff.put_down(session, account)
