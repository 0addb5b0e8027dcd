"""Help wanted, help offered, a group gets in touch: each a form, and the page that closes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from intake import web_forms
from intake.profile import Profile
from intake.site import sending
from intake.site.forms import CallMeForm, GroupForm, HelperForm, HelpForm
from intake.web import now, place_name, services
from intake.web_form_models import FormKind, WebForm
from intake.web_forms import Words
from intake.web_times import day

blueprint = Blueprint("forms", __name__)

Page = str | tuple[str, int] | Response

#: What was promised is shown so long: others may use the same computer.
SHOWN_FOR = timedelta(hours=1)

#: How each kind of form is filed.
_FILE: dict[FormKind, Callable[..., None]] = {
    FormKind.HELP: web_forms.file_help,
    FormKind.HELPER: web_forms.file_helper,
    FormKind.GROUP: web_forms.file_group,
}


@blueprint.route("/hilfe", methods=["GET", "POST"])
def help_wanted() -> Page:
    """Somebody needs help, or knows somebody who does."""
    return _form(FormKind.HELP, HelpForm)


@blueprint.route("/mithelfen", methods=["GET", "POST"])
def help_offered() -> Page:
    """Somebody wants to help."""
    return _form(FormKind.HELPER, HelperForm)


@blueprint.route("/gruppen", methods=["GET", "POST"])
def group() -> Page:
    """A group or club wants to help."""
    return _form(FormKind.GROUP, GroupForm)


def _form(kind: FormKind, form_class: type[CallMeForm]) -> Page:
    """The form; or what came of it."""
    form = form_class()
    if request.method == "GET":
        form.token.data = sending.tokens().make(now())
        return _page(kind, form, "")
    hindrance = sending.hindrance(form)
    if not form.validate() or hindrance:
        return _page(kind, form, hindrance), 422

    def work(db: Session, sent: WebForm) -> None:
        _work(db, services().profile, sent, form)

    return sending.take(kind, form, work)


def _work(db: Session, profile: Profile, sent: WebForm, form: CallMeForm) -> None:
    place = form.place
    sent.outside_ags = place.ags if place and not place.in_district else None
    _FILE[sent.kind](db, profile, now(), sent, form.told(), _words(form))


def _words(form: CallMeForm) -> Words:
    """The sender's words as the team reads them; the team's words are German first."""
    return Words(form.whom_to_ask, form.text.data, "für jemand anderen" if form.for_somebody_else else "")


def _page(kind: FormKind, form: CallMeForm, hindrance: str) -> str:
    return render_template(f"site/{kind}.html", form=form, hindrance=hindrance)


@blueprint.get("/danke/<token>")
def done(token: str) -> Page:
    """What came of a form: when somebody rings, and the reference. It may be loaded again at will."""
    if sending.tokens().made_at(token) is None:
        abort(404)
    with services().db.read() as db:
        sent = web_forms.find(db, token)
    if sent is None or now() - sent.at > SHOWN_FOR:
        abort(410)
    return render_template(
        "site/done.html",
        sent=sent,
        title=_TITLES[sent.kind](),
        when=_when(sent),
        outside=place_name(sent.outside_ags),
        changed="changed" in request.args,
    )


def _when(sent: WebForm) -> str:
    """The promised window with its day, which is read on another day, too; empty if nothing was promised."""
    if sent.promised_from is None or sent.promised_until is None:
        return ""
    start, end = (
        f"{at.astimezone(services().profile.tz):%H:%M}" for at in (sent.promised_from, sent.promised_until)
    )
    return f"{day(sent.promised_from)}, {_('%(start)s bis %(end)s Uhr', start=start, end=end)}"


#: What the page says first, by what was sent.
_TITLES: dict[FormKind, Callable[[], str]] = {
    FormKind.HELP: lambda: _("Danke. Ihr Wunsch ist bei uns."),
    FormKind.HELPER: lambda: _("Vielen Dank, dass Sie helfen möchten!"),
    FormKind.GROUP: lambda: _("Vielen Dank, dass Sie helfen möchten!"),
    FormKind.STILL_NEEDED: lambda: _("Gut, es bleibt dabei."),
    FormKind.NOT_NEEDED: lambda: _("Danke, dass Sie Bescheid sagen."),
    FormKind.CALL_ME: lambda: _("Gern. Wir rufen Sie an."),
}
