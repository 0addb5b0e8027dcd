"""Where help is missing: supply and demand by place, kind and half day, drawn, as a table and as a file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from flask import Blueprint, Response, render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.desk.sections import NavEntry, Section
from intake.staff_roles import Permission
from intake.web import in_words, now, page_language, services
from intake.web_times import day_names
from matching import gaps, situation
from matching.facts import HalfDay
from matching.gaps import Gap
from matching.situation import Situation

blueprint = Blueprint("gaps", __name__, url_prefix="/gaps")

SECTION = Section(blueprint, Permission.MATCH, nav=(NavEntry(_("Lücken"), "gaps.page"),))

#: The drawing in its own units: the largest bar, a row with its name above two bars, room for the figures.
_LONGEST, _ROW, _FIGURES = 420, 66, 60

#: So many rows are drawn; the table has all.
_BARS_AT_MOST = 12


@dataclass(frozen=True)
class Bar:
    """One row of the drawing; lengths and heights in its own units."""

    label: str
    gap: Gap
    y: int
    wanted: int
    free: int


@blueprint.get("/")
def page() -> str:
    """The gaps, the largest first, and the week."""
    current = _situation()
    places = gaps.by_place(current.needs, current.offers)
    week = gaps.by_half_day(current.needs, current.offers)
    bars = _bars([gap for gap in places if gap.missing][:_BARS_AT_MOST])
    return render_template(
        "matching/gaps.html",
        bars=bars,
        height=len(bars) * _ROW,
        width=_LONGEST + _FIGURES,
        places=[(_place(gap), _need(gap), gap) for gap in places],
        needs=[_need(gap) for gap in week[:: len(gaps.WEEK)]],
        week=_rows(week),
    )


@blueprint.get("/gaps.csv")
def table() -> Response:
    """Every place, kind and half day in which somebody waits. Nothing personal is in it."""
    current, text = _situation(), io.StringIO()
    writer = csv.writer(text, delimiter=";")
    counts = (gettext("Gesucht"), gettext("Frei"), gettext("Fehlt"))
    writer.writerow((gettext("Ort"), gettext("Wobei"), gettext("Wann"), *counts))
    for gap in gaps.cells(current.needs, current.offers):
        assert gap.half_day is not None, "a cell has its half day"
        when = half_day_word(gap.half_day)
        writer.writerow((_place(gap), _need(gap), when, gap.wanted, gap.free, gap.missing))
    headers = {"Content-Disposition": 'attachment; filename="gaps.csv"'}
    return Response(
        text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers
    )


def half_day_word(half: HalfDay) -> str:
    """A half day in short: "Mo vormittags"."""
    short = {"morning": gettext("vormittags"), "afternoon": gettext("nachmittags")}[half[1]]
    return f"{day_names()[half[0]][: 2 if page_language() == 'de' else 3]} {short}"


def _situation() -> Situation:
    with services().db.read() as db:
        return situation.read(db, services().profile, now())


def _bars(shown: list[Gap]) -> list[Bar]:
    most = max((max(gap.wanted, gap.free) for gap in shown), default=1)
    return [
        Bar(
            f"{_place(gap)}, {_need(gap)}",
            gap,
            place * _ROW,
            gap.wanted * _LONGEST // most,
            gap.free * _LONGEST // most,
        )
        for place, gap in enumerate(shown)
    ]


def _rows(week: list[Gap]) -> list[tuple[str, list[Gap]]]:
    """For each half day the gaps of all categories, in the order of the columns."""
    size = len(gaps.WEEK)
    return [(half_day_word(half), week[place::size]) for place, half in enumerate(gaps.WEEK)]


def _place(gap: Gap) -> str:
    return gap.place.municipality if gap.place else gettext("Ort noch offen")


def _need(gap: Gap) -> str:
    return in_words(services().profile.category(gap.category).label)
