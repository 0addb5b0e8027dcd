"""Assignment by the worker: who on duty gets which callback. The choice is pure; the rest hands out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import queue, skips, staff
from intake.lifecycle import CallbackStatus
from intake.models import CALLBACK_IS_QUEUED, Callback, Staff

#: How many callbacks one operator is given at once: the one being rung, and the next.
HOLD_AT_MOST = 2

#: How many of the oldest promises are looked at together. Far more than a team has hands.
_LOOK_AT = 100


@dataclass(frozen=True)
class Taker:
    """Somebody on duty: her languages, how many callbacks in hand, the places she rings first (none: all)."""

    staff_id: int
    languages: frozenset[str]
    in_hand: int
    places: frozenset[str] = frozenset()

    @property
    def has_room(self) -> bool:
        """Whether she may be given one more."""
        return self.in_hand < HOLD_AT_MOST


def choose_taker(
    language: str, ags: str | None, takers: Iterable[Taker], skipped_by: frozenset[int] = frozenset()
) -> Taker | None:
    """Who gets a callback in ``language`` from the place ``ags``; None if it has to wait. Pure.

    Nobody who skipped it. Who speaks the language; where nobody on duty does, anybody: a promise in broken
    words is better kept than broken. Where a speaker is on duty but full, the callback waits for her.
    Among those with room it goes to who rings that place first, then to who rings all places alike, then to
    anybody; among equals to who has fewest in hand, then to the lowest id.
    """
    willing = [taker for taker in takers if taker.staff_id not in skipped_by]
    speakers = [taker for taker in willing if language in taker.languages]
    free = [taker for taker in speakers or willing if taker.has_room]
    return min(free, key=lambda taker: (_distance(taker, ags), taker.in_hand, taker.staff_id), default=None)


def _distance(taker: Taker, ags: str | None) -> int:
    """0: the place is one of hers; 1: she has no places of her own; 2: hers are others."""
    if not taker.places:
        return 1
    return 0 if ags in taker.places else 2


def assign(session: Session, now: datetime) -> int:
    """Hand waiting callbacks to the operators on duty, the oldest promise first; how many.

    The accounts stay locked until the end, so that of two workers one assigns, and nobody who goes off duty
    meanwhile is given anything after it.
    """
    on_duty = staff.on_duty(session, now, locked=True)
    held = Counter(queue.in_hand(session))
    takers = {row.id: _taker(row, held[row.id]) for row in on_duty}
    assigned = 0
    while any(taker.has_room for taker in takers.values()):
        given = sum(_give(session, now, row, takers, away) for row, away in _oldest(session, now, takers))
        assigned += given
        if not given:
            break
    return assigned


def _taker(row: Staff, in_hand: int) -> Taker:
    return Taker(row.id, frozenset(row.languages), in_hand, frozenset(row.places))


def _oldest(
    session: Session, now: datetime, takers: dict[int, Taker]
) -> list[tuple[sa.Row[int, str, str | None], frozenset[int]]]:
    """The oldest promises that somebody may have room for, each with those who skipped it."""
    rows = session.execute(
        sa.select(Callback.id, Callback.language, Callback.ags)
        .where(CALLBACK_IS_QUEUED, Callback.not_before <= now, Callback.language.not_in(_full(takers)))
        .order_by(*queue.ORDER)
        .limit(_LOOK_AT)
    ).all()
    away = skips.skipped_by(session, now, [row.id for row in rows])
    return [(row, away.get(row.id, frozenset())) for row in rows]


def _full(takers: dict[int, Taker]) -> Sequence[str]:
    """The languages whose speakers on duty all have their hands full: those callbacks wait for them."""
    spoken = {code for taker in takers.values() for code in taker.languages}
    heard = {code for taker in takers.values() if taker.has_room for code in taker.languages}
    return sorted(spoken - heard)


def _give(
    session: Session,
    now: datetime,
    row: sa.Row[int, str, str | None],
    takers: dict[int, Taker],
    skipped_by: frozenset[int],
) -> bool:
    taker = choose_taker(row.language, row.ags, takers.values(), skipped_by)
    if taker is None or not queue.take(session, now, row.id, taker.staff_id):
        return False
    takers[taker.staff_id] = replace(taker, in_hand=taker.in_hand + 1)
    return True


def free_vanished(session: Session, now: datetime) -> int:
    """Give back what was assigned to somebody whose page fell silent, and not opened by her; how many."""
    silent = sa.select(Staff.id).where(staff.is_silent(now))
    return queue.give_back(
        session,
        Callback.status == CallbackStatus.ASSIGNED,
        Callback.opened_at.is_(None),
        Callback.holder_id.in_(silent),
    )
