"""What the desk's forms have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import FieldList, PasswordField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, Length

from intake.staff import PASSWORD_LENGTH

#: Longer than any password a person types; the hash takes its time with each byte.
LONGEST_PASSWORD = 256


def required(message: Any = None) -> DataRequired:
    """The field must be filled in, and not with blanks."""
    return DataRequired(message or _("Bitte ausfüllen."))


def options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """The options of a list: each a value and its label."""
    return [SelectChoice(str(value), label) for value, label in pairs]


def attributes(field: Any, hint: str = "") -> dict[str, str]:
    """The HTML attributes of a field: its look, and what a screen reader has to read with it.

    What is typed runs in the direction of its first letter, so that Arabic reads from the right.
    """
    looks = {"SelectField": "form-select", "BooleanField": "form-check-input"}
    wrong = bool(field.errors)
    found = {"class_": looks.get(field.type, "form-control") + (" is-invalid" if wrong else "")}
    if field.type not in looks:
        found["dir"] = "auto"
    described = [f"{field.id}-hint"] * bool(hint) + [f"{field.id}-error"] * wrong
    if described:
        found["aria-describedby"] = " ".join(described)
    return found | ({"aria-invalid": "true"} if wrong else {})


class _Stripped:
    """Takes text without the blanks around it."""

    data: Any

    def process_formdata(self, values: list[str]) -> None:
        """Keep what was typed; nothing typed is an empty text. No NUL is, and PostgreSQL takes none."""
        self.data = values[0].replace("\0", "").strip() if values else ""


class Line(_Stripped, StringField):  # type: ignore[misc]  # the library ships no types
    """A line of text."""


class Words(_Stripped, TextAreaField):  # type: ignore[misc]  # the library ships no types
    """Text of several lines."""


class Rows(FieldList):  # type: ignore[misc]  # the library ships no types
    """Several rows of small forms; the faults are sentences, as those of every other field."""

    errors: Any

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """All rows."""
        valid = bool(super().validate(*args, **kwargs))
        self.errors = [text for row in self for texts in row.errors.values() for text in texts]
        return valid


class LoginForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """Who is at the door."""

    login = Line(_("Anmeldename"), [required(), Length(max=64)], render_kw={"autocomplete": "username"})
    password = PasswordField(_("Passwort"), [required(), Length(max=LONGEST_PASSWORD)])


class CodeForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """A code of the second step: from the app, or from the paper."""

    code = Line(
        _("Bestätigungscode"),
        [required(), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"},
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """A password of one's own, typed twice."""

    old = PasswordField(_("Bisheriges Passwort"), [required(), Length(max=LONGEST_PASSWORD)])
    new = PasswordField(
        _("Neues Passwort"),
        [
            required(),
            Length(min=PASSWORD_LENGTH, message=_("Mindestens 12 Zeichen.")),
            Length(max=LONGEST_PASSWORD),
        ],
    )
    again = PasswordField(
        _("Neues Passwort noch einmal"),
        [required(), EqualTo("new", message=_("Die beiden neuen Passwörter sind verschieden."))],
    )
