"""The pages that only tell: what the hotline is, tips for those who help, what is stored."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template
from flask_babel import gettext as _

from intake.hours import is_open, next_opening
from intake.profile import WEEKDAYS, Profile
from intake.profile_parts import Span
from intake.web import now, services
from intake.web_times import day_names

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> str:
    """What the hotline is, its number, its hours."""
    profile = services().profile
    return render_template(
        "site/home.html",
        hours=opening_hours(profile),
        is_open=is_open(profile, now()),
        next_opening=next_opening(profile, now()),
    )


@blueprint.get("/tipps")
def tips() -> str:
    """The profile's advice for those who help and those who are helped."""
    return render_template("site/tips.html")


@blueprint.get("/datenschutz")
def privacy() -> str:
    """What is stored, who sees it and for how long, in plain words."""
    return render_template("site/privacy.html")


def opening_hours(profile: Profile) -> list[tuple[str, str]]:
    """The week's hours in lines: neighbouring days with the same hours stand together."""
    names = dict(zip(WEEKDAYS, day_names(), strict=True))
    lines = []
    for spans, days in groupby(WEEKDAYS, key=lambda day: profile.hours.get(day, ())):
        lines.append((_days([names[day] for day in days]), _times(spans)))
    return lines


def _days(names: list[str]) -> str:
    match names:
        case [one]:
            return one
        case [first, second]:
            return str(_("%(first)s und %(second)s", first=first, second=second))
        case [first, *_between, last]:
            return str(_("%(first)s bis %(last)s", first=first, last=last))
    raise ValueError("a line of opening hours has at least one day")


def _times(spans: tuple[Span, ...]) -> str:
    if not spans:
        return str(_("geschlossen"))
    times = (_("%(start)s bis %(end)s Uhr", start=f"{s.start:%H:%M}", end=f"{s.end:%H:%M}") for s in spans)
    return ", ".join(str(time) for time in times)
