"""The second factor of an account: set up, asked for, renewed, taken away.

A code is taken once: the row remembers the newest step, and a code on paper goes with its row. Who changes
the factor ends the account's sessions.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, one_time_codes, staff_tries
from intake.db import keyring
from intake.models import Staff
from intake.staff import StaffError
from intake.staff_factor_models import RecoveryCode, SecondFactor


class Proof(StrEnum):
    """With what somebody passed the second step."""

    APP = "app"
    PAPER = "paper"


def is_set(session: Session, staff_id: int) -> bool:
    """Whether the account is asked for a code when it logs in."""
    return since(session, staff_id) is not None


def since(session: Session, staff_id: int) -> datetime | None:
    """Since when the account is asked for a code; None where it is not."""
    return session.scalar(sa.select(SecondFactor.since).where(SecondFactor.staff_id == staff_id))


def holders(session: Session) -> set[int]:
    """The ids of all accounts that are asked for a code."""
    return set(session.scalars(sa.select(SecondFactor.staff_id).where(SecondFactor.since.is_not(None))))


def recovery_codes_left(session: Session, staff_id: int) -> int:
    """How many codes on paper the account has not used yet."""
    query = sa.select(sa.func.count()).select_from(RecoveryCode).where(RecoveryCode.staff_id == staff_id)
    return session.scalar(query) or 0


def begin(session: Session, account: Staff) -> None:
    """Make a secret for a new app; the one there is, if any, holds until the new one is confirmed."""
    row = _row(session, account.id)
    if row is None:
        row = SecondFactor(staff_id=account.id, last_step=0)
        session.add(row)
    row.pending = one_time_codes.new_secret()
    session.flush()


def pending(session: Session, staff_id: int) -> str | None:
    """The secret that waits for its first code; None if there is none."""
    row = session.get(SecondFactor, staff_id)
    return row.pending if row else None


def confirm(session: Session, now: datetime, account: Staff, typed: str) -> list[str]:
    """Set the pending secret up by its first code: the account's fresh codes on paper, to be shown once.

    Raises ``StaffError`` where the code is not right or nothing is pending.
    """
    row = _row(session, account.id)
    step = None
    if row is not None and row.pending is not None:
        step = one_time_codes.step_of_code(row.pending, now, typed, after=0)
    if row is None or step is None:
        raise StaffError("code: it is not the one that the app shows now")
    row.secret, row.pending, row.since, row.last_step = row.pending, None, now, step
    account.session_epoch += 1
    audit.append(session, now, audit.by_staff(account.id), "second_factor_set", f"staff:{account.id}")
    return _fresh_recovery_codes(session, account.id)


def prove(session: Session, now: datetime, account: Staff, typed: str) -> Proof | None:
    """Take a code of the account's app, or one from its paper; None if it is neither. Each holds once.

    Raises ``TooManyTriesError``, and then the code was not looked at. A wrong one counts.
    """
    whose = staff_tries.of_codes(account.id)
    staff_tries.count(session, now, whose, staff_tries.CODES)
    proof = _proof(session, now, account, typed)
    if proof is not None:
        staff_tries.forget(session, whose)
    elif staff_tries.rests_until(session, now, whose, staff_tries.CODES):
        audit.append(session, now, "system", "codes_rest", f"staff:{account.id}")
    return proof


def _proof(session: Session, now: datetime, account: Staff, typed: str) -> Proof | None:
    row = _row(session, account.id)
    if row is None or row.secret is None:
        return None
    step = one_time_codes.step_of_code(row.secret, now, typed, after=row.last_step)
    if step is not None:
        row.last_step = step
        return Proof.APP
    found = RecoveryCode.code_hash == _hash(session, account.id, typed)
    used = sa.delete(RecoveryCode).where(RecoveryCode.staff_id == account.id, found)
    if session.scalar(used.returning(RecoveryCode.staff_id)) is None:
        return None
    left = recovery_codes_left(session, account.id)
    who = audit.by_staff(account.id)
    audit.append(session, now, who, "recovery_code_used", f"staff:{account.id}", f"{left} left")
    return Proof.PAPER


def renew_recovery_codes(session: Session, now: datetime, account: Staff) -> list[str]:
    """Fresh codes on paper, to be shown once; the old ones hold no more."""
    audit.append(session, now, audit.by_staff(account.id), "recovery_codes_renewed", f"staff:{account.id}")
    return _fresh_recovery_codes(session, account.id)


def take_away(session: Session, now: datetime, actor: str, account: Staff) -> None:
    """Ask the account for no code any more, and end its sessions; without a second factor nothing happens."""
    row = _row(session, account.id)
    if row is None:
        return
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.staff_id == account.id))
    session.delete(row)
    staff_tries.forget(session, staff_tries.of_codes(account.id))
    account.session_epoch += 1
    audit.append(session, now, actor, "second_factor_removed", f"staff:{account.id}")


def _row(session: Session, staff_id: int) -> SecondFactor | None:
    """The account's row, locked, so that a code that comes twice at once is taken once."""
    return session.get(SecondFactor, staff_id, with_for_update=True)


def _fresh_recovery_codes(session: Session, staff_id: int) -> list[str]:
    codes = one_time_codes.new_recovery_codes()
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    session.add_all(RecoveryCode(staff_id=staff_id, code_hash=_hash(session, staff_id, c)) for c in codes)
    session.flush()
    return codes


def _hash(session: Session, staff_id: int, code: str) -> bytes:
    """Keyed and not stretched: nobody guesses 49 random bits, and ten stretched ones would take a second."""
    return keyring(session).hash(f"recovery:{staff_id}:{one_time_codes.plain(code)}")
