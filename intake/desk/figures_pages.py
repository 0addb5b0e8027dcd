"""The page of figures: calls, waits, promises, outcomes, by day and by hour of the week; nothing personal."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import format_date, lazy_gettext
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, ValidationError

from intake import audit, reports
from intake.desk.accounts import account
from intake.desk.forms import required
from intake.desk.plots import Plot, columns, hours_shown, level
from intake.desk.wording import duration
from intake.reports import Day, Report
from intake.web import in_words, now, services
from intake.web_times import day_names

blueprint = Blueprint("figures", __name__)

Page = Response | str | tuple[str, int]

#: What is shown when nobody has chosen.
USUAL_DAYS = 30

#: Nothing is on record from before.
EARLIEST_YEAR = 2020

#: Spans that can be had with one click.
QUICK_DAYS = (7, 30, 90)


class SpanForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """From which day to which. It only asks, so it carries no token and stands in the address."""

    class Meta:
        """The library's switches."""

        csrf = False

    first = DateField(lazy_gettext("Von"), [required()])
    last = DateField(lazy_gettext("Bis"), [required()])

    def validate_first(self, field: DateField) -> None:
        """There were no hotlines of this kind in antiquity, and clocks do not reckon that far."""
        if field.data.year < EARLIEST_YEAR:
            raise ValidationError(_("Dieser Tag liegt zu lange zurück."))

    def validate_last(self, field: DateField) -> None:
        """The end comes after the beginning, and not too long after."""
        if field.data > _today():
            raise ValidationError(_("Dieser Tag kommt erst noch."))
        days = (field.data - self.first.data).days + 1 if self.first.data else 1
        if days < 1:
            raise ValidationError(_("Das Ende liegt vor dem Anfang."))
        if days > reports.DAYS_AT_MOST:
            raise ValidationError(_("Bitte höchstens %(n)s Tage auf einmal.", n=reports.DAYS_AT_MOST))


@dataclass(frozen=True)
class Picture:
    """A plot with its words: a picture for some, the table beside it for everybody."""

    id: str
    title: str
    summary: str
    unit: str
    plot: Plot
    parts: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Heat:
    """A field for each hour of the week: how dark, and what the table says."""

    id: str
    title: str
    hours: range
    fields: dict[tuple[int, int], tuple[int, str]]


@blueprint.get("/figures/")
def page() -> Page:
    """The figures of the chosen days."""
    form = SpanForm(formdata=request.args or None, data=dict(zip(("first", "last"), _usual(), strict=True)))
    is_sound = not request.args or form.validate()
    first, last = (form.first.data, form.last.data) if is_sound else _usual()
    with services().db.read() as db:
        report = reports.collect(db, services().profile, first, last)
    quick = {days: (_today() - timedelta(days=days - 1), _today()) for days in QUICK_DAYS}
    shown = render_template(
        "desk/figures.html",
        form=form,
        report=report,
        pictures=(_calls(report), _waits(report), _promises(report)),
        heats=_heats(report),
        outcomes=_told(report.outcomes),
        attempts=_told(report.attempts),
        requests=_told(report.requests),
        share=reports.share(report.kept, report.kept + report.missed),
        quick=quick,
        day_names=day_names(),
        labels={outcome: in_words(rule.label) for outcome, rule in services().profile.retry.items()},
    )
    return shown if is_sound else (shown, 422)


@blueprint.post("/figures/csv")
def export() -> Response | tuple[str, int]:
    """The figures of the chosen days as a table for other programs; who took it is on record."""
    form = SpanForm()
    if not form.validate():
        return "", 422
    first, last = form.first.data, form.last.data
    with services().db.write() as db:
        report = reports.collect(db, services().profile, first, last)
        audit.append(db, now(), audit.by_staff(account().id), "figures_exported", f"{first}..{last}")
    text = StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(reports.rows(report))
    name = f"buergertelefon-{first}-{last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    # the mark at the beginning lets a spreadsheet know the encoding
    return Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv", headers=headers)


def _today() -> date:
    return now().astimezone(services().profile.tz).date()


def _usual() -> tuple[date, date]:
    return _today() - timedelta(days=USUAL_DAYS - 1), _today()


def _short(day: date) -> str:
    return str(format_date(day, "d.M."))


def _long(day: date) -> str:
    return str(format_date(day, "EEE d.M.y"))


def _told(counts: Counter[Any]) -> list[tuple[Any, str]]:
    """The commonest first."""
    return [(what, reports.told(count)) for what, count in sorted(counts.items(), key=lambda one: -one[1])]


def _picture(
    name: str,
    title: str,
    summary: str,
    unit: str,
    parts: tuple[str, ...],
    days: list[Day],
    values: Callable[[Day], tuple[float, ...]],
    cells: Callable[[Day], tuple[str, ...]],
) -> Picture:
    plot = columns([(_short(day.day), values(day)) for day in days])
    rows = tuple((_long(day.day), *cells(day)) for day in days)
    return Picture(name, title, summary, unit, plot, parts, (_("Tag"), *parts), rows)


def _calls(report: Report) -> Picture:
    return _picture(
        "calls",
        _("Anrufe am Tag"),
        _("%(n)s Anrufe", n=report.calls),
        _("Anrufe"),
        (_("Anrufe"),),
        report.days,
        lambda day: (day.calls,),
        lambda day: (str(day.calls),),
    )


def _waits(report: Report) -> Picture:
    """The median, and on top of it what nine of ten waited at most."""

    def values(day: Day) -> tuple[float, ...]:
        return (day.wait or 0, (day.long_wait or 0) - (day.wait or 0))

    def cells(day: Day) -> tuple[str, ...]:
        return tuple("–" if wait is None else _minutes(wait) for wait in (day.wait, day.long_wait))

    summary = _("Zu wenige, um etwas zu sagen")
    if report.wait is not None:
        summary = _("Die Hälfte wartete höchstens %(time)s", time=_minutes(report.wait))
    parts = (_("die Hälfte höchstens"), _("neun von zehn höchstens"))
    title = _("Vom Anruf bis zum ersten Rückrufversuch")
    return _picture("waits", title, summary, _("Minuten"), parts, report.days, values, cells)


def _promises(report: Report) -> Picture:
    kept = reports.share(report.kept, report.kept + report.missed)
    summary = _("%(kept)s gehalten, %(missed)s gebrochen", kept=report.kept, missed=report.missed)
    if kept is not None:
        summary += f": {kept}\N{NO-BREAK SPACE}%"
    return _picture(
        "promises",
        _("Versprochene Rückrufe"),
        summary,
        _("Versprechen"),
        (_("gehalten"), _("gebrochen")),
        report.days,
        lambda day: (day.kept, day.missed),
        lambda day: (str(day.kept), str(day.missed)),
    )


def _minutes(minutes: float) -> str:
    return duration(timedelta(minutes=minutes))


def _heats(report: Report) -> tuple[Heat, ...]:
    """Calls and broken promises by hour of the week, and how many of the attempts reached somebody."""
    reached = {hour: reports.share(report.reached_at[hour], n) for hour, n in report.attempts_at.items()}
    per_cent = {hour: share for hour, share in reached.items() if share is not None}
    return (
        _heat("calls-at", _("Anrufe nach Wochenstunde"), report.calls_at, reports.told),
        _heat("reached-at", _("Erreicht, in Prozent der Versuche"), per_cent, str),
        _heat("missed-at", _("Gebrochene Versprechen nach Wochenstunde"), report.missed_at, reports.told),
    )


def _heat(name: str, title: str, counts: dict[int, int], words: Callable[[int], str]) -> Heat:
    spans = [span for day in services().profile.hours.values() for span in day]
    opening = range(min(span.start.hour for span in spans), max(span.end.hour for span in spans))
    hours, most = hours_shown(counts, opening), max(counts.values(), default=0)
    fields = {}
    for weekday in range(7):
        for hour in hours:
            count = counts.get(weekday * 24 + hour)
            fields[weekday, hour] = (level(count or 0, most), "" if count is None else words(count))
    return Heat(name, title, hours, fields)
