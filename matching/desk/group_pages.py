"""The pages on groups: who they are, where and with what they help, who belongs to them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms.validators import Length

from intake import audit, groups
from intake.desk.accounts import account
from intake.desk.forms import Line, Words, options, required
from intake.desk.half_days import Checks
from intake.desk.sections import NavEntry, Section
from intake.group_models import Group
from intake.phone_numbers import display, parse_callable
from intake.staff_roles import Permission
from intake.web import in_words, now, services

blueprint = Blueprint("groups", __name__, url_prefix="/groups")

SECTION = Section(blueprint, Permission.MATCH, nav=(NavEntry(_("Gruppen"), "groups.page"),))

_PICK = _("Bitte wählen Sie mindestens eines aus.")

Page = Response | str | tuple[str, int]


class GroupForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """What a group says of itself."""

    name = Line(_("Name der Gruppe"), [required(), Length(max=120)])
    contact_name = Line(_("Wer ist anzusprechen?"), [required(), Length(max=120)])
    contact_number = Line(
        _("Telefonnummer"),
        [required()],
        render_kw={"type": "tel", "autocomplete": "off", "maxlength": 40},
    )
    municipalities = Checks(_("Hilft in"), [Length(min=1, message=_PICK)])
    categories = Checks(_("Hilft bei"), [Length(min=1, message=_PICK)])
    note = Words(_("Notiz für das Team"), [Length(max=1000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile = services().profile
        places = profile.places.municipalities()
        self.municipalities.choices = options((place.ags, place.municipality) for place in places)
        self.categories.choices = options((c.id, in_words(c.label)) for c in profile.categories)

    def e164(self) -> str | None:
        """The contact's number as it is rung; None if it may not be."""
        return parse_callable(self.contact_number.data or "", services().profile.country)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """All fields, and whether the number may be rung."""
        valid = bool(super().validate(*args, **kwargs))
        if self.contact_number.errors or self.e164():
            return valid
        self.contact_number.errors = [
            gettext("Diese Nummer können wir nicht anrufen. Bitte mit Vorwahl, Festnetz oder Mobil.")
        ]
        return False

    def description(self) -> groups.Description:
        """What was filled in; only after a successful ``validate``."""
        number = self.e164()
        assert number, "validate found that it may be rung"
        return groups.Description(
            self.name.data,
            self.contact_name.data,
            number,
            tuple(self.municipalities.data),
            tuple(self.categories.data),
            self.note.data,
        )


@blueprint.get("/")
def page() -> str:
    """Every group."""
    with services().db.read() as db:
        return render_template("groups/list.html", groups=groups.all_groups(db), sizes=groups.sizes(db))


@blueprint.get("/new")
def new() -> Page:
    """The form for a group that is not on record yet."""
    return _page(GroupForm(formdata=None), None)


@blueprint.post("/new")
def add() -> Page:
    """Write down a new group."""
    return _save(None)


@blueprint.get("/<int:group_id>")
def group(group_id: int) -> Page:
    """One group, to be read and changed, with its members."""
    with services().db.read() as db:
        row = db.get(Group, group_id) or abort(404)
    return _page(GroupForm(formdata=None, data=_known(row)), row)


@blueprint.post("/<int:group_id>")
def change(group_id: int) -> Page:
    """Write down what has changed; a closed group helps again."""
    return _save(group_id)


@blueprint.post("/<int:group_id>/close")
def close(group_id: int) -> Page:
    """The group helps no more."""
    with services().db.write() as db:
        groups.close(db, now(), _me(), db.get(Group, group_id) or abort(404))
    flash(gettext("Die Gruppe hilft nicht mehr."))
    return redirect(url_for("groups.page"), 303)


def _save(group_id: int | None) -> Page:
    form = GroupForm()
    with services().db.write() as db:
        row = None if group_id is None else db.get(Group, group_id) or abort(404)
        if form.validate():
            try:
                groups.save(db, now(), _me(), row, form.description())
            except groups.NameTaken:
                form.name.errors = [gettext("Eine andere Gruppe heißt schon so.")]
    if form.errors:
        return _page(form, row)
    flash(gettext("Gespeichert."))
    return redirect(url_for("groups.page"), 303)


def _me() -> str:
    return audit.by_staff(account().id)


def _known(row: Group) -> dict[str, Any]:
    return {
        "name": row.name,
        "contact_name": row.contact_name,
        "contact_number": display(row.contact_number) if row.contact_number else "",
        "municipalities": row.municipalities,
        "categories": row.categories,
        "note": row.note,
    }


def _page(form: GroupForm, row: Group | None) -> Page:
    with services().db.read() as db:
        members = groups.members(db, row.id) if row else []
        page = render_template("groups/group.html", form=form, group=row, members=members)
    return (page, 422) if form.errors else page
