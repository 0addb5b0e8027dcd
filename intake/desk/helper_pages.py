"""Registering a helper: what she offers, and for what her papers were seen."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_babel import gettext as _
from wtforms import BooleanField, DateField, Form, FormField, IntegerField
from wtforms.validators import Length, NumberRange, Optional

from intake import audit, helpers, queue
from intake.desk import case_pages, draft_pages
from intake.desk.accounts import account
from intake.desk.forms import Line, Rows, options, required
from intake.desk.half_days import Checks, HalfDayGrid, from_keys, to_keys
from intake.desk.place_fields import PlaceForm
from intake.desk.request_form import languages
from intake.desk.request_pages import end_as_reached, in_hand, note_so_far, take_again
from intake.desk.wording import language_word
from intake.lifecycle import IllegalMove
from intake.models import Callback, Helper
from intake.services import Job
from intake.web import in_words, now, services

blueprint = Blueprint("helpers", __name__)

Page = case_pages.Page

FARTHEST_KM = 200

#: Rows for absences: this holiday and the next.
ABSENCES = 2
MOST_A_WEEK = 20

_PICK = lazy_gettext("Bitte wählen Sie mindestens eines aus.")


class AbsenceForm(Form):  # type: ignore[misc]  # the library ships no types
    """A first and a last day; both or none."""

    first = DateField(lazy_gettext("vom"), [Optional()])
    last = DateField(lazy_gettext("bis zum"), [Optional()])

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Both fields, and that the last day is not before the first."""
        if not super().validate(*args, **kwargs):
            return False
        first, last = self.first.data, self.last.data
        if (first is None) != (last is None):
            self.last.errors = [gettext("Bitte beide Tage angeben, oder keinen.")]
        elif first and last < first:
            self.last.errors = [gettext("Der letzte Tag liegt vor dem ersten.")]
        return not self.last.errors


class HelperForm(PlaceForm):
    """What a helper offers, and which of her papers were seen."""

    name = Line(lazy_gettext("Name"), [required(), Length(max=120)], render_kw={"autocomplete": "off"})
    radius_km = IntegerField(
        lazy_gettext("Hilft im Umkreis von (km)"),
        [NumberRange(1, FARTHEST_KM, lazy_gettext("Bitte 1 bis 200 Kilometer."))],
    )
    categories = Checks(lazy_gettext("Hilft bei"), [Length(min=1, message=_PICK)])
    papers = Checks(lazy_gettext("Gesehene Nachweise"))
    languages = Checks(lazy_gettext("Spricht"), [Length(min=1, message=_PICK)])
    half_days = HalfDayGrid(lazy_gettext("Hat Zeit"), [Length(min=1, message=_PICK)])
    capacity = IntegerField(
        lazy_gettext("Einsätze in der Woche"),
        [NumberRange(1, MOST_A_WEEK, lazy_gettext("Bitte 1 bis 20 Einsätze."))],
    )
    car = BooleanField(lazy_gettext("Hat ein Auto"))
    traits = Checks(lazy_gettext("Was auf sie oder ihn zutrifft"))
    avoids = Checks(lazy_gettext("Möchte nicht dorthin, wo es das gibt"))
    interests = Checks(lazy_gettext("Gemeinsames für ein Gespräch"))
    away = Rows(FormField(AbsenceForm), lazy_gettext("Nicht da"), min_entries=ABSENCES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = services().profile
        self.categories.choices = options((c.id, in_words(c.label)) for c in profile.categories)
        self.papers.choices = options((paper, in_words(words)) for paper, words in profile.vetting.items())
        self.asked = [
            (in_words(c.label), ", ".join(in_words(profile.vetting[paper]) for paper in c.vetting))
            for c in profile.categories
        ]
        self.traits.choices = options((key, in_words(trait.said)) for key, trait in profile.traits.items())
        self.avoids.choices = options((key, in_words(said)) for key, said in profile.circumstances.items())
        self.interests.choices = options((key, in_words(said)) for key, said in profile.interests.items())
        self.languages.choices = options((code, language_word(code)) for code in languages())

    def registration(self) -> helpers.Registration:
        """What was filled in; only after a successful ``validate``."""
        place = self.place
        assert place is not None, "validate found the place"
        return helpers.Registration(
            name=self.name.data,
            postcode=place.postcode,
            ags=place.ags,
            radius_km=self.radius_km.data,
            categories=tuple(self.categories.data),
            papers=tuple(self.papers.data),
            languages=tuple(self.languages.data),
            half_days=from_keys(self.half_days.data),
            capacity=self.capacity.data,
            car=self.car.data,
            away=tuple((each["first"], each["last"]) for each in self.away.data if each["first"]),
            traits=tuple(self.traits.data),
            avoids=tuple(self.avoids.data),
            interests=tuple(self.interests.data),
        )


def known(helper: Helper) -> dict[str, Any]:
    """What a helper has told already, to begin the form with."""
    return {
        "name": helper.name,
        "postcode": helper.postcode,
        "ags": helper.ags,
        "radius_km": helper.radius_km or round(services().profile.matching.radius_km),
        "categories": helper.categories,
        "papers": helpers.papers_of(services().profile, helper),
        "languages": helper.languages,
        "half_days": to_keys(helper.half_days),
        "capacity": helper.capacity,
        "car": helper.car,
        "away": [
            {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
            for first, last in helper.away
        ],
        "traits": helper.traits,
        "avoids": helper.avoids,
        "interests": helper.interests,
    }


@blueprint.get("/helpers/<int:helper_id>/register")
def register(helper_id: int) -> Page:
    """The form, for whoever holds the helper's callback."""
    with services().db.write() as db:
        helper = db.get(Helper, helper_id) or abort(404)
        callback = in_hand(db, Callback.helper_id == helper_id) or abort(404)
        queue.keep(callback, now())
        note = note_so_far(db, callback)
        found = draft_pages.typed(db, draft_pages.subject("helper", helper_id))
    form = HelperForm(formdata=found.fields) if found else HelperForm(formdata=None, data=known(helper))
    return _page(form, helper, callback, note=note, found=found)


@blueprint.post("/helpers/<int:helper_id>/register")
def save(helper_id: int) -> Page:
    """Save the form: from now on the helper can be proposed."""
    form = HelperForm()
    refusal = ""
    with services().db.write() as db:
        helper = db.get(Helper, helper_id) or abort(404)
        callback = take_again(db, Callback.helper_id == helper_id)
        note = note_so_far(db, callback)
        if callback is None:
            refusal = _("Dieser Rückruf ist nicht mehr in Ihrer Hand. Ihre Eingaben stehen noch hier.")
        elif form.validate():
            try:
                helpers.register(db, services().profile, now(), helper, form.registration())
            except IllegalMove:
                refusal = _("Dieses Angebot ist beendet und lässt sich nicht mehr ändern.")
            else:
                end_as_reached(db, callback)
                actor = audit.by_staff(account().id)
                audit.append(db, now(), actor, "helper_registered", f"helper:{helper_id}")
        draft = draft_pages.subject("helper", helper_id)
        (draft_pages.keep_sent if form.errors or refusal else draft_pages.drop)(db, draft)
    if form.errors or refusal:
        return _page(form, helper, callback, refusal, note)
    services().nudge(Job.PROPOSALS)
    services().nudge(Job.ASSIGN)
    flash(_("Das Angebot ist aufgenommen und kann jetzt vorgeschlagen werden."))
    return redirect(url_for("queue.page"), 303)


def _page(
    form: HelperForm,
    helper: Helper,
    callback: Callback | None,
    refusal: str = "",
    note: str = "",
    found: draft_pages.Typed | None = None,
) -> Page:
    page = render_template(
        "desk/helper_form.html",
        form=form,
        helper=helper,
        callback=callback,
        refusal=refusal,
        note=note,
        found=found,
        draft_url=draft_pages.keep_url(draft_pages.subject("helper", helper.id)),
    )
    return (page, 409 if refusal else 422) if refusal or form.errors else page
