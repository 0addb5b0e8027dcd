"""Helpers: registering somebody who wants to help, once an operator has talked to her and seen her papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from intake.lifecycle import HelperStatus, check_move
from intake.models import Helper


@dataclass(frozen=True)
class Registration:
    """What a helper offers. ``vetted`` are those of her ``categories`` for which her papers were seen.

    ``half_days`` are (weekday 0-6, "morning"|"afternoon"); ``capacity`` is missions a week.
    """

    name: str
    postcode: str
    ags: str
    radius_km: int
    categories: tuple[str, ...]
    vetted: tuple[str, ...]
    languages: tuple[str, ...]
    half_days: tuple[tuple[int, str], ...]
    capacity: int
    car: bool


def register(session: Session, now: datetime, helper: Helper, registration: Registration) -> None:
    """Write down what the helper offers, and make her active. Raises ``IllegalMove`` for an erased one."""
    if helper.status is not HelperStatus.ACTIVE:
        helper.status = check_move(helper.status, HelperStatus.ACTIVE)
        helper.status_at = now
    helper.name = registration.name
    helper.postcode, helper.ags = registration.postcode, registration.ags
    helper.radius_km, helper.capacity, helper.car = (
        registration.radius_km,
        registration.capacity,
        registration.car,
    )
    helper.categories = list(registration.categories)
    helper.vetted = [category for category in registration.vetted if category in registration.categories]
    helper.languages = list(registration.languages)
    helper.half_days = [list(half_day) for half_day in registration.half_days]
    session.flush()
