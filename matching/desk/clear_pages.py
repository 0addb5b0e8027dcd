"""Approving several at once: only where the proposal is so clear that there is nothing to weigh."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from intake.desk.accounts import account
from intake.desk.sections import Section
from intake.services import Job
from intake.staff_roles import Permission
from intake.web import now, services
from matching import offers, ways
from matching.desk import clear_view
from matching.models import Proposal
from matching.offers import OfferError

blueprint = Blueprint("clear", __name__, url_prefix="/matching/clear")

SECTION = Section(blueprint, Permission.MATCH)


@blueprint.get("/")
def page() -> str:
    """The clear proposals, each to be ticked or not."""
    with services().db.read() as db:
        return render_template("matching/clear.html", lines=clear_view.lines(db, services().profile))


@blueprint.post("/")
def approve() -> Response:
    """Approve the ticked ones that are still clear; what has changed meanwhile is left for its own page."""
    ticked = {int(each) for each in request.form.getlist("proposal") if each.isdecimal()}
    approved, left = 0, 0
    for proposal_id in sorted(ticked):
        if _approve(proposal_id):
            approved += 1
        else:
            left += 1
    if approved:
        for job in (Job.PROPOSALS, Job.DUTIES):
            services().nudge(job)
        flash(ngettext("%(num)s Frage geht hinaus.", "%(num)s Fragen gehen hinaus.", approved))
    if left:
        flash(
            ngettext(
                "%(num)s Vorschlag hat sich inzwischen geändert und blieb liegen.",
                "%(num)s Vorschläge haben sich inzwischen geändert und blieben liegen.",
                left,
            )
        )
    if not ticked:
        flash(gettext("Es war nichts angekreuzt."))
    return redirect(url_for("clear.page"), 303)


def _approve(proposal_id: int) -> bool:
    """Approve one in a transaction of its own, if it is still clear; whether it was."""
    with services().db.write() as db:
        proposal = db.get(Proposal, proposal_id)
        if proposal is None:
            return False
        ways.lock(db, proposal)
        clear = clear_view.lines(db, services().profile, proposal.request_id)
        if proposal_id not in {line.proposal.id for line in clear}:
            return False
        try:
            offers.approve(db, services().profile, now(), proposal, account().id)
        except OfferError:
            return False
    return True
