"""Guessing at passwords and codes: tries are counted in the database, by all web processes together.

A try is counted before it is looked at and taken back where it was right, so that guesses made side by side
count one by one. Neither many addresses at one account nor one address at many accounts get further than the
limits. Who is kept from an account by somebody else's guesses still gets in from a browser in which she was
before: its tries are counted by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import keyring, kind_of
from intake.networks import network
from intake.staff_try_models import LoginTry

#: PostgreSQL's advisory lock that lets one transaction at a time count. Any constant of our own will do.
_COUNT_LOCK = 7_311_002


@dataclass(frozen=True)
class Limit:
    """So many wrong tries within that time; then none is looked at until the oldest of them is past."""

    most: int
    within: timedelta


#: At one account, or from one browser that knows it: enough for a typist, too few for a guesser.
PASSWORDS = (Limit(8, timedelta(minutes=15)),)

#: From one address, whatever the account: a town hall behind one gets in at the start of a shift.
ADDRESS = Limit(30, timedelta(minutes=15))

#: At an account's second step. Three of a million codes are right at any moment, so that whoever has the
#: password and guesses on day by day is right once in some 17,000 days.
CODES = (Limit(5, timedelta(minutes=15)), Limit(20, timedelta(days=1)))

#: No limit looks further back; after it a try is forgotten.
LONGEST = max(limit.within for limit in (*PASSWORDS, ADDRESS, *CODES))


class TooManyTriesError(Exception):
    """Nothing is looked at before ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many wrong tries; again at {until:%H:%M} UTC")
        self.until = until


def of_login(login: str) -> str:
    """Whose tries those at a login are, whether or not it exists."""
    return f"login:{login.strip().lower()}"


def of_browser(name: str) -> str:
    """Whose tries those from a browser are that has been in the account before."""
    return f"browser:{name}"


def of_codes(staff_id: int) -> str:
    """Whose tries those at an account's second step are."""
    return f"codes:{staff_id}"


def count(
    session: Session, now: datetime, whose: str, limits: Sequence[Limit], address: str | None = None
) -> None:
    """Count a try; ``TooManyTriesError`` where there were too many, and then it does not count.

    An ``address`` is blamed for it too, if one is given; behind a socket all come from "".
    """
    if kind_of(session) == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_COUNT_LOCK)))
    from_there = _hash(session, f"address:{network(address)}") if address is not None else None
    ends = [rests_until(session, now, whose, limits)]
    if from_there is not None:
        ends.append(_end(session, now, LoginTry.address_hash == from_there, ADDRESS))
    until = max((end for end in ends if end is not None), default=None)
    if until is not None:
        raise TooManyTriesError(until)
    session.add(LoginTry(at=now, whose_hash=_hash(session, whose), address_hash=from_there))
    session.flush()


def rests_until(session: Session, now: datetime, whose: str, limits: Sequence[Limit]) -> datetime | None:
    """Until when nothing more is looked at there; None where the next try is."""
    theirs = LoginTry.whose_hash == _hash(session, whose)
    ends = [_end(session, now, theirs, limit) for limit in limits]
    return max((end for end in ends if end is not None), default=None)


def forget(session: Session, whose: str) -> None:
    """It was the right one, or an administrator makes a new beginning: the wrong tries count no more."""
    session.execute(sa.delete(LoginTry).where(LoginTry.whose_hash == _hash(session, whose)))


def purge(session: Session, now: datetime, at_once: int) -> int:
    """Forget tries that no limit looks at any more, at most ``at_once``; how many."""
    old = sa.select(LoginTry.id).where(LoginTry.at < now - LONGEST).limit(at_once)
    return len(session.execute(sa.delete(LoginTry).where(LoginTry.id.in_(old)).returning(LoginTry.id)).all())


def _end(session: Session, now: datetime, which: sa.ColumnElement[bool], limit: Limit) -> datetime | None:
    """When one of the newest ``limit.most`` tries lies behind the limit's time; None if they are fewer."""
    recent = sa.select(LoginTry.at).where(which, LoginTry.at > now - limit.within)
    oldest = session.scalar(recent.order_by(LoginTry.at.desc(), LoginTry.id).offset(limit.most - 1).limit(1))
    return None if oldest is None else oldest + limit.within


def _hash(session: Session, text: str) -> bytes:
    return keyring(session).hash(text)
