"""What a person asks of her own data: to see it, on paper, and to have it erased.

Everything is sent in forms, nothing personal stands in an address. A number finds a household: the
coordinator ticks which rows are this person's. Showing, exporting and erasing are on record.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from intake import audit
from intake.desk.accounts import account
from intake.desk.sections import NavEntry, Section
from intake.services import Job
from intake.staff_roles import Permission
from intake.web import now, services
from matching import erasure, people
from matching.desk import access_view
from matching.desk.access_words import Part, the_day
from matching.erasure import ErasureError, Hindrance
from matching.paper import Paper
from matching.people import Kind, Rows

blueprint = Blueprint("people", __name__, url_prefix="/people")

SECTION = Section(
    blueprint,
    Permission.SERVE_PERSONS,
    nav=(NavEntry(_("Auskunft und Löschung"), "people.page"),),
)

Page = AnyResponse | str | tuple[str, int]

#: What hinders an erasure, and the way out.
HINDRANCES = {
    Hindrance.MISSION_TO_COME: _(
        "Jemand verlässt sich noch auf sie oder ihn. Beenden Sie zuerst den offenen Einsatz oder sagen Sie "
        "ihn ab, dann löschen Sie."
    ),
    Hindrance.TALKING: _(
        "Gerade wird mit dieser Person telefoniert. Bitte beenden Sie zuerst das Gespräch und tragen Sie das "
        "Ergebnis ein."
    ),
    Hindrance.ON_ITS_WAY: _(
        "Eine Textnachricht oder ein Anruf ist gerade unterwegs. Bitte versuchen Sie es in ein paar Minuten "
        "noch einmal."
    ),
}


@blueprint.get("/")
def page() -> Page:
    """What the person names."""
    return render_template("people/search.html", words="", ags="", rows=None, refusal="", places=_places())


@blueprint.post("/")
def search() -> Page:
    """What there is by that name, number or reference. That somebody looked is on record, not for what."""
    return _found()


@blueprint.post("/show")
def show() -> Page:
    """Everything about the rows that were ticked, to be read and printed."""
    refusal = _refusal()
    if refusal:
        return _found(refusal)
    with services().db.write() as db:
        rows = _chosen(db)
        parts = access_view.sheet(db, rows)
        _note(db, "person_shown", rows)
    return _sheet(rows, parts)


@blueprint.post("/pdf")
def export() -> Page:
    """The same as a file."""
    with services().db.write() as db:
        rows = _chosen(db)
        parts = access_view.sheet(db, rows)
        _note(db, "person_exported", rows)
    headers = {"Content-Disposition": 'attachment; filename="auskunft.pdf"', "Cache-Control": "no-store"}
    return Response(_pdf(parts), content_type="application/pdf", headers=headers)


@blueprint.post("/erase")
def ask() -> Page:
    """What an erasure would take away and what the law keeps; nothing is erased yet."""
    refusal = _refusal()
    return _found(refusal) if refusal else _confirmation()


@blueprint.post("/erased")
def erase() -> Page:
    """Erase the person, once it was confirmed."""
    if not request.form.get("sure"):
        return _confirmation(gettext("Bitte bestätigen Sie, dass gelöscht werden soll."))
    by = erasure.By(services().profile, now(), account().id)
    try:
        with services().db.write() as db:
            rows = _chosen(db)
            erasure.erase(db, by, rows)
    except ErasureError as error:
        return _confirmation(str(HINDRANCES[error.why]))
    for job in (Job.DUTIES, Job.PROPOSALS, Job.ASSIGN):
        services().nudge(job)
    flash(gettext("Gelöscht. Auch der Telefonanbieter ist beauftragt, seine Daten zu löschen."))
    return redirect(url_for("people.page"), 303)


def _found(refusal: str = "") -> Page:
    """The search's page, with what was found; the ticks come back as they were."""
    words, ags = request.form.get("wanted", "").strip(), request.form.get("ags", "")
    with services().db.write() as db:
        rows = people.find(db, services().profile.country, words, ags) if words else Rows()
        if words and not refusal:
            _note_search(db, rows)
        missing = not words and not refusal
        page = render_template(
            "people/search.html",
            words=words,
            ags=ags,
            rows=rows if words else None,
            ticked=set(_ticked()),
            refusal=gettext("Bitte sagen Sie uns, wen Sie suchen.") if missing else refusal,
            most=people.AT_MOST,
            places=_places(),
        )
    return (page, 422) if refusal or missing else page


def _confirmation(refusal: str = "") -> Page:
    with services().db.read() as db:
        rows = _chosen(db)
        why = erasure.hindrance(db, rows)
        keep = [(row, access_view.kept_mission(row)) for row in erasure.kept_records(db, rows)]
        page = render_template(
            "people/erase.html",
            rows=rows,
            named=_as_values(rows),
            hindrance=str(HINDRANCES[why]) if why else "",
            records=keep,
            refusal=refusal,
        )
    return (page, 422) if refusal else page


def _sheet(rows: Rows, parts: Sequence[Part]) -> Page:
    return render_template(
        "people/sheet.html",
        parts=parts,
        today=the_day(now()),
        named=_as_values(rows),
        recipients=access_view.recipients(),
        rights=access_view.rights(),
        controller=access_view.controller(),
    )


def _pdf(parts: Sequence[Part]) -> bytes:
    profile = services().profile
    paper = Paper(gettext("Seite"), "portrait")
    subtitle = gettext("%(hotline)s %(district)s, Stand %(day)s", **_origin())
    paper.begin(gettext("Was wir über Sie gespeichert haben"), subtitle)
    for part in parts:
        paper.heading(part.title)
        paper.labelled(part.lines)
    paper.heading(gettext("Wer es bekommen kann"))
    for words in access_view.recipients():
        paper.paragraph(f"– {words}")
    paper.heading(gettext("Ihre Rechte"))
    paper.paragraph(access_view.rights())
    paper.paragraph(gettext("Verantwortlich: %(name)s.", name=access_view.controller()))
    paper.set_title(f"{profile.hotline_name} {profile.name}")
    return bytes(paper.output())


def _origin() -> dict[str, str]:
    profile = services().profile
    return {"hotline": profile.hotline_name, "district": profile.name, "day": the_day(now())}


def _refusal() -> str:
    """Why the rows are not shown or erased yet."""
    if not _ticked():
        return str(gettext("Bitte kreuzen Sie an, welche Einträge zu dieser Person gehören."))
    if not request.form.get("checked"):
        return str(gettext("Bitte bestätigen Sie, dass Sie geprüft haben, wer fragt."))
    return ""


def _ticked() -> list[tuple[Kind, int]]:
    """The rows that the form names; what is no row of ours is not heeded."""
    found = []
    for value in request.form.getlist("row"):
        kind, _colon, row_id = value.partition(":")
        if kind in set(Kind) and row_id.isdecimal() and len(row_id) < 10:
            found.append((Kind(kind), int(row_id)))
    return found


def _chosen(db: Session) -> Rows:
    return people.chosen(db, _ticked())


def _as_values(rows: Rows) -> list[str]:
    return [f"{kind}:{row_id}" for kind, row_id in people.named(rows)]


def _note(db: Session, action: str, rows: Rows) -> None:
    for kind, row_id in people.named(rows):
        audit.append(db, now(), audit.by_staff(account().id), action, f"{kind}:{row_id}")


def _note_search(db: Session, rows: Rows) -> None:
    actor = audit.by_staff(account().id)
    audit.append(db, now(), actor, "person_searched", "people", f"by {rows.by}: {rows.count}")


def _places() -> list[tuple[str, str]]:
    return [(place.ags, place.municipality) for place in services().profile.places.municipalities()]
