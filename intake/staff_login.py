"""Logging in: who gets in with a password. Nobody learns from a refusal whether an account exists."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from intake import audit, staff, staff_factor, staff_tries
from intake.models import Staff
from intake.staff_factor import Proof


@cache
def _hash_of_nobody() -> str:
    """Made when first needed: a quarter of a second and 64 MB that most processes never spend."""
    return staff.hasher.hash("nobody")


def hash_for(session: Session, login: str) -> str:
    """The hash to hold a password against: the account's, or one of nobody that takes as long."""
    account = staff.find(session, login)
    return account.password_hash if account is not None and account.active else _hash_of_nobody()


def knock(session: Session, now: datetime, login: str, address: str, browser: str = "") -> str:
    """Count a try at a login; whose it is, as ``come_in`` is told. ``browser`` names one that was in this
    account before, "" is any other.

    Raises ``TooManyTriesError``, and then the password is not to be looked at.
    """
    whose = staff_tries.of_browser(browser) if browser else staff_tries.of_login(login)
    # a browser that is known guesses at one account alone, so its address is not blamed
    staff_tries.count(session, now, whose, staff_tries.PASSWORDS, None if browser else address)
    return whose


def come_in(
    session: Session, now: datetime, login: str, whose: str, checked: str, right: bool
) -> Staff | None:
    """The account, if the password that was held against the hash ``checked`` was ``right``; else None.

    Where it has a second factor it is not in yet: see ``pass_second_step``.

    None also for one that is closed, or whose password was changed meanwhile.
    """
    account = staff.find(session, login, locked=True)
    if account is None or not account.active:
        return None
    if not right or account.password_hash != checked:
        if staff_tries.rests_until(session, now, whose, staff_tries.PASSWORDS):
            audit.append(session, now, "system", "login_rests", f"staff:{account.id}")
        return None
    staff_tries.forget(session, whose)
    if not staff_factor.is_set(session, account.id):
        _log(session, now, account)
    return account


def pass_second_step(
    session: Session, now: datetime, staff_id: int, typed: str
) -> tuple[Staff, Proof] | None:
    """The account whose password was right before, and how it proved itself now; None for a wrong code.

    Raises ``TooManyTriesError``, and then the code was not looked at.
    """
    account = session.get_one(Staff, staff_id)
    proof = staff_factor.prove(session, now, account, typed)
    if proof is None:
        return None
    _log(session, now, account)
    return account, proof


def _log(session: Session, now: datetime, account: Staff) -> None:
    audit.append(session, now, audit.by_staff(account.id), "logged_in", f"staff:{account.id}")


def rests_until(session: Session, now: datetime, account: Staff) -> datetime | None:
    """Until when nobody gets into the account from a browser that does not know it; None if they do."""
    return staff_tries.rests_until(session, now, staff_tries.of_login(account.login), staff_tries.PASSWORDS)
