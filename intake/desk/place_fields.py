"""A postcode on a form, and the municipality behind it: found out, or asked where several share it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField

from intake.desk.forms import Line, options, required
from intake.places import Place
from intake.web import services


class PlaceForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """A form with a place. After a successful ``validate`` the place is ``place``."""

    postcode = Line(
        lazy_gettext("Postleitzahl"),
        [required()],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 5},
    )
    ags = RadioField(lazy_gettext("Welcher Ort?"), choices=[], validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = services().profile.places.lookup(self.postcode.data or "")
        self.ags.choices = options((place.ags, place.municipality) for place in self.places)

    @property
    def place(self) -> Place | None:
        """The place that was meant; None while it is unknown or open which."""
        if len(self.places) == 1:
            return self.places[0]
        return next((place for place in self.places if place.ags == self.ags.data), None)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """All fields, and whether the postcode leads to one place."""
        valid = bool(super().validate(*args, **kwargs))
        if not self.postcode.data or self.postcode.errors or self.place is not None:
            return valid
        if self.places:
            words = gettext("Diese Postleitzahl gehört zu mehreren Orten. Bitte wählen Sie einen.")
            self.ags.errors = [words]
        else:
            self.postcode.errors = [gettext("Diese Postleitzahl kennen wir nicht.")]
        return False
