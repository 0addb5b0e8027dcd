"""Where an earlier request stands, for whoever has its reference and its number; and what is wanted now."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from intake import web_requests
from intake.lifecycle import RequestStatus
from intake.site import sending
from intake.site.forms import EarlierForm
from intake.site.tokens import TOO_QUICK
from intake.web import now, services
from intake.web_form_models import FormKind, WebForm
from intake.web_requests import Earlier

blueprint = Blueprint("status", __name__)

Page = str | tuple[str, int] | Response

#: Where it stands, in the telephone's own words. An erased request is unknown.
SENTENCES = {
    RequestStatus.NEW: lazy_gettext("Ihr Wunsch ist bei uns. Wir rufen Sie bald an."),
    RequestStatus.CONTACTED: lazy_gettext("Ihr Wunsch ist bei uns. Wir rufen Sie wieder an."),
    RequestStatus.OPEN: lazy_gettext("Wir suchen gerade jemanden, der Ihnen hilft."),
    RequestStatus.PROPOSED: lazy_gettext("Wir haben jemanden im Blick und klären es gerade."),
    RequestStatus.MATCHED: lazy_gettext("Wir haben jemanden für Sie gefunden."),
    RequestStatus.DONE: lazy_gettext("Ihr Wunsch ist erledigt."),
    RequestStatus.WITHDRAWN: lazy_gettext("Ihr Wunsch wurde zurückgenommen."),
    RequestStatus.HANDED_ON: lazy_gettext("Wir haben Ihren Wunsch an die richtige Stelle weitergegeben."),
    RequestStatus.UNREACHABLE: lazy_gettext("Wir haben Sie leider nicht erreicht."),
}


@blueprint.route("/stand", methods=["GET", "POST"])
def ask() -> Page:
    """Ask for the reference and the number, then say where the request stands."""
    form = EarlierForm()
    if request.method == "GET":
        form.token.data = sending.tokens().make(now())
        return render_template("site/status.html", form=form, hindrance="")
    hindrance = sending.hindrance(form)
    if not form.validate() or hindrance:
        return render_template("site/status.html", form=form, hindrance=hindrance), 422
    return _seen(form, _look_up(form))


@blueprint.post("/stand/<any(still_needed, not_needed, call_me):wish>")
def wish(wish: str) -> Page:
    """Do what is wanted about a request that was found; that it is not needed any more is asked once more."""
    kind, form = FormKind(wish), EarlierForm()
    hindrance = sending.hindrance(form)
    if not form.validate() or hindrance:
        return render_template("site/status.html", form=form, hindrance=hindrance), 422
    found = _look_up(form)
    if found is None or kind not in found.wishes:
        return _seen(form, found)
    if kind is FormKind.NOT_NEEDED and "sure" not in request.form:
        return render_template("site/not_needed.html", form=form)

    def work(db: Session, sent: WebForm) -> None:
        # looked up again in the transaction that changes it
        again = web_requests.look_up(db, now(), form.digits, form.e164, request.remote_addr or "")
        if again is not None:
            web_requests.carry_out(db, services().profile, now(), sent, again)

    return sending.take(kind, form, work)


def _look_up(form: EarlierForm) -> Earlier | None:
    try:
        with services().db.write() as db:
            return web_requests.look_up(db, now(), form.digits, form.e164, request.remote_addr or "")
    except web_requests.GuessedTooOften:
        abort(429)


def _seen(form: EarlierForm, found: Earlier | None) -> Page:
    if found is None:
        form.reference.errors = [
            gettext("Zu dieser Vorgangsnummer und Telefonnummer finden wir nichts. Rufen Sie uns gern an.")
        ]
        return render_template("site/status.html", form=form, hindrance=""), 422
    # a token for what is wanted now; that a person fills in forms here has been seen
    form.token.data = sending.tokens().make(now() - TOO_QUICK)
    return render_template(
        "site/earlier.html", form=form, sentence=SENTENCES[found.status], wishes=found.wishes
    )
