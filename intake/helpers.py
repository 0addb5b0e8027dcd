"""Helpers: registering somebody who wants to help, which of her papers were seen, pausing and coming back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from intake import audit
from intake.db import number_hash
from intake.lifecycle import HelperStatus, check_move
from intake.models import Helper
from intake.profile import Profile


@dataclass(frozen=True)
class Registration:
    """What a helper offers. ``papers`` are those of the profile's vetting that were seen of her.

    ``half_days`` are (weekday 0-6, "morning"|"afternoon"); ``away`` absences, first and last day;
    ``capacity`` is missions a week. ``traits``, ``avoids`` (circumstances) and ``interests`` are ids of the
    profile.
    """

    name: str
    postcode: str
    ags: str
    radius_km: int
    categories: tuple[str, ...]
    papers: tuple[str, ...]
    languages: tuple[str, ...]
    half_days: tuple[tuple[int, str], ...]
    capacity: int
    car: bool
    away: tuple[tuple[date, date], ...] = ()
    traits: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()


def begin(session: Session, now: datetime, number: str, language: str) -> Helper:
    """A fresh row for somebody of whom only the number is known (E.164)."""
    helper = Helper(
        status=HelperStatus.LEAD,
        number=number,
        number_hash=number_hash(session, number),
        languages=[language],
        created_at=now,
        status_at=now,
    )
    session.add(helper)
    session.flush()
    return helper


def register(
    session: Session, profile: Profile, now: datetime, helper: Helper, registration: Registration
) -> None:
    """Write down what the helper offers, and make her active. Raises ``IllegalMove`` for an erased one."""
    if helper.status is not HelperStatus.ACTIVE:
        move(helper, HelperStatus.ACTIVE, now)
    helper.name = registration.name
    helper.postcode, helper.ags = registration.postcode, registration.ags
    helper.radius_km, helper.capacity, helper.car = (
        registration.radius_km,
        registration.capacity,
        registration.car,
    )
    helper.categories = list(registration.categories)
    helper.papers = _papers(profile, now, helper, registration.papers)
    helper.vetted = list(vetted_for(profile, registration.categories, helper.papers))
    helper.languages = list(registration.languages)
    helper.half_days = [list(half_day) for half_day in registration.half_days]
    helper.away = [[first.isoformat(), last.isoformat()] for first, last in registration.away]
    helper.traits, helper.avoids = list(registration.traits), list(registration.avoids)
    helper.interests = list(registration.interests)
    session.flush()


def vetted_for(profile: Profile, categories: Iterable[str], papers: Iterable[str]) -> tuple[str, ...]:
    """Those of the categories for which every paper that the profile asks for was seen. Pure."""
    seen = set(papers)
    return tuple(each for each in categories if seen.issuperset(profile.category(each).vetting))


def papers_of(profile: Profile, helper: Helper) -> tuple[str, ...]:
    """The papers that were seen of a helper.

    Of one who was vetted by category, before papers were kept, all that her categories ask for.
    """
    if helper.papers or not helper.vetted:
        return tuple(helper.papers)
    known = {category.id: category.vetting for category in profile.categories}
    return tuple(dict.fromkeys(paper for each in helper.vetted for paper in known.get(each, ())))


def _papers(profile: Profile, now: datetime, helper: Helper, seen: Iterable[str]) -> dict[str, str]:
    """Each paper with the day on which it was first seen; one seen before keeps its day."""
    today = now.astimezone(profile.tz).date().isoformat()
    return {paper: helper.papers.get(paper, today) if helper.papers else today for paper in seen}


def move(helper: Helper, status: HelperStatus, now: datetime) -> None:
    """Move a helper along her life cycle; raises ``IllegalMove``."""
    helper.status = check_move(helper.status, status)
    helper.status_at = now


def pause(session: Session, now: datetime, actor: str, helper: Helper) -> None:
    """She is not proposed for a while; what she has agreed to stands. Raises ``IllegalMove``."""
    move(helper, HelperStatus.PAUSED, now)
    audit.append(session, now, actor, "helper_paused", f"helper:{helper.id}")


def resume(session: Session, now: datetime, actor: str, helper: Helper) -> None:
    """She helps again, after a pause or after having left. Raises ``IllegalMove``."""
    move(helper, HelperStatus.ACTIVE, now)
    audit.append(session, now, actor, "helper_resumed", f"helper:{helper.id}")
