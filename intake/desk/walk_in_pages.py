"""Somebody at the counter, or a letter: a request with all it needs, and no callback."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from intake import audit, registry, sent_forms
from intake.desk import draft_pages
from intake.desk.accounts import account
from intake.desk.case_pages import Page
from intake.desk.request_form import NewRequestForm
from intake.desk.sections import home_url
from intake.models import Request
from intake.services import Job
from intake.web import now, services

blueprint = Blueprint("walk_in", __name__)

_DRAFT = draft_pages.subject("new")


@blueprint.route("/requests/new", methods=["GET", "POST"])
def new() -> Page:
    """Write down a request from the counter or from paper. Without a telephone the answer is a letter.

    Sent twice, it is one request.
    """
    if request.method == "GET":
        with services().db.read() as db:
            found = draft_pages.typed(db, _DRAFT)
        return _page(NewRequestForm(formdata=found.fields if found else None), found)
    form = NewRequestForm()
    if not form.validate():
        with services().db.write() as db:
            draft_pages.keep_sent(db, _DRAFT)
        return _page(form, None)
    with services().db.write() as db:
        sent, is_first = sent_forms.claim(db, now(), account().id, draft_pages.sent_fields())
        if is_first:
            sent.request_id = _file(db, form)
        fresh = db.get_one(Request, sent.request_id)
    services().nudge(Job.PROPOSALS)
    flash(_("Das Anliegen ist aufgenommen. Die Vorgangsnummer ist %(reference)s.", reference=fresh.reference))
    if fresh.number is None:
        flash(_("Ohne Telefon: Was sich ergibt, steht unter „Briefe“ und geht mit der Post."))
    return redirect(home_url(account()), 303)


def _file(db: Session, form: NewRequestForm) -> int:
    """The new request's id."""
    told = registry.Told(form.e164() or "", form.language.data, form.category.data)
    fresh = registry.new_request(db, now(), told, form.source.data)
    registry.complete_request(db, now(), fresh, form.completion())
    draft_pages.drop(db, _DRAFT)
    actor = audit.by_staff(account().id)
    audit.append(db, now(), actor, "request_completed", f"request:{fresh.id}", form.source.data)
    return fresh.id


@blueprint.get("/places/<postcode>")
def places(postcode: str) -> dict[str, list[str]]:
    """The names of the places with that postcode, for the form's hint while typing."""
    return {"places": [place.municipality for place in services().profile.places.lookup(postcode)]}


def _page(form: NewRequestForm, found: draft_pages.Typed | None) -> Page:
    page = render_template(
        "desk/request_form.html", form=form, found=found, draft_url=draft_pages.keep_url(_DRAFT)
    )
    return (page, 422) if form.errors else page
