"""Taking helpers over from a list: look at it first, line by line, then take over what is fit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as AnyResponse

from intake import audit
from intake.desk.accounts import account
from intake.desk.sections import Section
from intake.services import Job
from intake.staff_roles import Permission
from intake.web import in_words, now, services
from matching import csv_table, helper_import
from matching.csv_table import ListError
from matching.helper_import import Fault, Report

blueprint = Blueprint("helper_import", __name__, url_prefix="/helper-import")

SECTION = Section(blueprint, Permission.MATCH)

#: Characters of a list; more than ``LINES_AT_MOST`` lines need not.
LONGEST_LIST = 400_000

#: What cannot be read as a list at all.
LIST_FAULTS = {
    "empty": _("In der Datei steht nichts außer vielleicht einer Kopfzeile."),
    "too_long": _("Die Liste ist zu lang. Bitte teilen Sie sie auf."),
    "quotes": _(
        "In Zeile %(line)s oder davor steht ein Anführungszeichen, das nicht wieder geschlossen wird. Bitte "
        "nehmen Sie es heraus, damit keine Zeile verloren geht."
    ),
    "no_header": _("In der Kopfzeile fehlen Spalten. Gebraucht werden Name, Telefon, PLZ und Hilft bei."),
}

#: What is wrong in a line; ``%(value)s`` is what stands there.
LINE_FAULTS = {
    "missing": _("fehlt"),
    "number": _("„%(value)s“ kann nicht angerufen werden; mit Vorwahl, Festnetz oder Mobil"),
    "postcode": _("„%(value)s“ kennen wir nicht"),
    "which_place": _("gehört zu mehreren Orten; schreiben Sie einen davon in die Spalte Ort: %(value)s"),
    "unknown": _("„%(value)s“ gibt es hier nicht"),
    "time": _("„%(value)s“ verstehen wir nicht; schreiben Sie etwa: Mo vm, Di nm, Sa"),
    "whole": _("„%(value)s“ ist keine Zahl, die hier passt"),
    "yes_or_no": _("„%(value)s“ ist weder ja noch nein"),
    "group": _("„%(value)s“ ist keine Gruppe; legen Sie sie zuerst an"),
    "long": _("ist zu lang, höchstens %(value)s Zeichen"),
    "too_many": _("Die Zeile hat mehr Felder als die Kopfzeile; ein Trennzeichen steht wohl zu viel da"),
    "twice": _("steht weiter oben in der Liste schon"),
    "known": _("steht schon im Verzeichnis"),
}

COLUMN_WORDS = {
    "name": _("Name"),
    "number": _("Telefon"),
    "postcode": _("PLZ"),
    "place": _("Ort"),
    "radius": _("Umkreis"),
    "categories": _("Hilft bei"),
    "papers": _("Nachweise"),
    "languages": _("Sprachen"),
    "half_days": _("Zeiten"),
    "capacity": _("Einsätze je Woche"),
    "car": _("Auto"),
    "group": _("Gruppe"),
    "note": _("Notiz"),
}

Page = AnyResponse | str | tuple[str, int]


@blueprint.get("/")
def page() -> Page:
    """What a list looks like, and where to bring one."""
    return _page()


@blueprint.get("/example.csv")
def example() -> Response:
    """A list with its header and one made-up line, to be filled in."""
    profile = services().profile
    place = profile.places.municipalities()[0]
    category = profile.categories[0]
    line = {
        "name": "Erika Beispiel",
        "number": "0151 23456789",
        "postcode": place.postcode,
        "place": place.municipality,
        "radius": "10",
        "categories": in_words(category.label),
        "papers": " | ".join(in_words(profile.vetting[paper]) for paper in category.vetting),
        "languages": profile.languages[0],
        "half_days": "Mo vm | Di nm | Sa",
        "capacity": "1",
        "car": "ja",
    }
    header = [str(words) for words in COLUMN_WORDS.values()]
    return _file([header, [line.get(column, "") for column in COLUMN_WORDS]], "helfende.csv")


def _file(rows: Iterable[Sequence[str]], name: str) -> Response:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    # the mark in front tells spreadsheets that this is UTF-8
    answer = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


@blueprint.post("/")
def look() -> Page:
    """Look at a list without taking anything over."""
    brought = request.files.get("list")
    text = csv_table.decode(brought.read(4 * LONGEST_LIST)) if brought else ""
    if not text.strip():
        return _page(fault=gettext("Bitte wählen Sie eine Datei aus."), status=422)
    return _report(text)


@blueprint.post("/take-over")
def take_over() -> Page:
    """Take over the fit lines of the list that was looked at."""
    text = request.form.get("text", "")
    try:
        with services().db.write() as db:
            report = helper_import.read(db, services().profile, text)
            actor = audit.by_staff(account().id)
            taken = helper_import.take_over(db, services().profile, now(), actor, report)
    except ListError as error:
        return _no_list(error)
    services().nudge(Job.PROPOSALS)
    flash(ngettext("%(num)s übernommen.", "%(num)s übernommen.", taken))
    if report.faulty:
        left = len(report.faulty)
        flash(ngettext("%(num)s Zeile blieb draußen.", "%(num)s Zeilen blieben draußen.", left))
    return redirect(url_for("directory.page"), 303)


@blueprint.post("/faulty.csv")
def faulty() -> Page:
    """The lines that stay out, as a list of their own: each with its faults, to be mended."""
    try:
        with services().db.read() as db:
            report = helper_import.read(db, services().profile, request.form.get("text", ""))
    except ListError as error:
        return _no_list(error)
    header = [*(str(words) for words in COLUMN_WORDS.values()), gettext("Fehler")]
    rows = (
        [
            *(line.cells.get(column, "") for column in COLUMN_WORDS),
            "; ".join(map(fault_sentence, line.faults)),
        ]
        for line in report.faulty
    )
    return _file([header, *rows], "helfende-fehler.csv")


def fault_sentence(fault: Fault) -> str:
    """A fault with its column in front, where it is one column's."""
    words = gettext(str(LINE_FAULTS[fault.code]), value=fault.value)
    return f"{COLUMN_WORDS[fault.column]}: {words}" if fault.column else words


def _no_list(error: ListError) -> Page:
    return _page(fault=gettext(str(LIST_FAULTS[error.code]), **error.params), status=422)


def _report(text: str) -> Page:
    if len(text) > LONGEST_LIST:
        return _page(fault=LIST_FAULTS["too_long"], status=422)
    try:
        with services().db.read() as db:
            report = helper_import.read(db, services().profile, text)
    except ListError as error:
        return _no_list(error)
    return _page(report=report, text=text)


def _page(fault: Any = "", report: Report | None = None, text: str = "", status: int = 200) -> Page:
    page = render_template(
        "directory/import.html",
        fault=fault,
        report=report,
        text=text,
        fault_sentence=fault_sentence,
    )
    return page, status
