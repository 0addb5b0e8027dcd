"""What all forms of the public pages have in common: a token, a sender, and work that is done once."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Response, abort, current_app, redirect, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from intake import web_forms
from intake.services import Job
from intake.site.addresses import page_url
from intake.site.forms import NumberForm
from intake.site.tokens import Tokens
from intake.web import now, services
from intake.web_form_models import FormKind, WebForm

#: Does a form's work in the record.
Work = Callable[[Session, WebForm], None]


def tokens() -> Tokens:
    """Makes the tokens of this app's forms, and knows them again."""
    return cast(Tokens, current_app.extensions["form_tokens"])


def hindrance(form: NumberForm) -> str:
    """Why a form is given back before anything in it is looked at, with a token that is good; or nothing.

    Pages of others cannot send our forms from their readers' browsers: those say where a form comes from.
    """
    if form.more.data:
        abort(429)
    from_elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    if not from_elsewhere and tokens().is_good(form.token.data or "", now()):
        return ""
    made_at = tokens().made_at(form.token.data or "")
    if made_at is None or from_elsewhere or now() - made_at > web_forms.KNOWN_FOR:
        form.token.data = tokens().make(now())
        return str(
            _("Das Formular war lange offen. Ihre Angaben stehen noch da: Bitte noch einmal absenden.")
        )
    return str(_("Das ging sehr schnell. Bitte sehen Sie noch einmal nach, und senden Sie dann ab."))


def take(kind: FormKind, form: NumberForm, work: Work) -> Response:
    """Do what a sound form asks for, once, and lead on to the page that says so. 429 if it is refused."""
    sending = web_forms.Sending(kind, form.token.data, form.fields_sent, form.e164, request.remote_addr or "")
    try:
        with services().db.write() as db:
            is_same = web_forms.take(db, services().profile, now(), sending, lambda sent: work(db, sent))
    except web_forms.Refused:
        abort(429)
    services().nudge(Job.ASSIGN)
    changed = {} if is_same else {"changed": 1}
    return cast(Response, redirect(page_url("forms.done", token=form.token.data, **changed), 303))
