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
from intake.desk import draft_pages
from intake.desk.accounts import account
from intake.desk.forms import Line, Words, options, required
from intake.desk.half_days import Checks
from intake.desk.sections import DraftForm, NavEntry, Section
from intake.group_models import Group
from intake.phone_numbers import display, parse_callable
from intake.staff_roles import Permission
from intake.web import in_words, now, services
from matching.desk.words import CANNOT_RING

blueprint = Blueprint("groups", __name__, url_prefix="/groups")

#: The kinds of the drafts of the form: of a new group, and of one on record.
_NEW, _CHANGED = "new_group", "group"

SECTION = Section(
    blueprint,
    Permission.MATCH,
    nav=(NavEntry(_("Gruppen"), "groups.page"),),
    drafts=(
        DraftForm(_NEW, "groups.new", "", ("groups.add",), _("neue Gruppe")),
        DraftForm(_CHANGED, "groups.group", "group_id", ("groups.change",), _("Gruppe ändern")),
    ),
)

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
        self.contact_number.errors = [CANNOT_RING]
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
    with services().db.read() as db:
        found = draft_pages.typed(db, _draft(None))
    return _page(GroupForm(formdata=found.fields if found else None), None, found)


@blueprint.post("/new")
def add() -> Page:
    """Write down a new group."""
    return _save(None)


@blueprint.get("/<int:group_id>")
def group(group_id: int) -> Page:
    """One group, to be read and changed, with its members."""
    with services().db.read() as db:
        row = db.get(Group, group_id) or abort(404)
        found = draft_pages.typed(db, _draft(group_id))
    form = GroupForm(formdata=found.fields) if found else GroupForm(formdata=None, data=_known(row))
    return _page(form, row, found)


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
        (draft_pages.keep_sent if form.errors else draft_pages.drop)(db, _draft(group_id))
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


def _draft(group_id: int | None) -> str:
    return draft_pages.subject(_CHANGED, group_id) if group_id else draft_pages.subject(_NEW)


def _page(form: GroupForm, row: Group | None, found: draft_pages.Typed | None = None) -> Page:
    with services().db.read() as db:
        page = render_template(
            "groups/group.html",
            form=form,
            group=row,
            members=groups.members(db, row.id) if row else [],
            found=found,
            draft_url=draft_pages.keep_url(_draft(row.id if row else None)),
        )
    return (page, 422) if form.errors else page
