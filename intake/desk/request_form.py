"""The form in which a request is written down, by telephone, at the counter or from paper."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, DateField, Form, FormField, HiddenField, RadioField, SelectField
from wtforms.validators import Length, Optional

from intake.desk.forms import Line, Rows, Words, options, required
from intake.desk.half_days import HALVES, Checks, HalfDayGrid, from_keys, to_keys
from intake.desk.place_fields import PlaceForm
from intake.desk.wording import SOURCES, URGENCIES, language_word, word
from intake.models import Request
from intake.phone_numbers import parse_callable
from intake.registry import Completion
from intake.web import in_words, now, services

#: Languages that callers here speak beside the profile's own, for the list on forms.
MORE_LANGUAGES = ("en", "tr", "ru", "uk", "pl", "ar")

#: Rows for particular days: the one, and another if that does not do.
DATES = 2

#: Nobody plans a visit further ahead.
PLANNED_WITHIN = timedelta(days=365)

#: The sources of requests that are written down here, because nobody telephoned.
WRITTEN_DOWN = ("desk", "paper")


def languages() -> list[str]:
    """The languages to choose from: the profile's first, then the others."""
    return list(dict.fromkeys((*services().profile.languages, *MORE_LANGUAGES)))


class DateForm(Form):  # type: ignore[misc]  # the library ships no types
    """A day, and which half of it."""

    day = DateField(lazy_gettext("Tag"), [Optional()])
    half = SelectField(lazy_gettext("Tageszeit"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.half.choices = options((half.value, word(half)) for half in HALVES)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Both fields, and that the day is to come, and within a year: anything later is mistyped."""
        valid, today = bool(super().validate(*args, **kwargs)), now().astimezone(services().profile.tz).date()
        if not valid or not self.day.data:
            return valid
        if self.day.data < today:
            self.day.errors = [gettext("Dieser Tag ist vorbei.")]
        elif self.day.data > today + PLANNED_WITHIN:
            self.day.errors = [gettext("Bitte einen Tag in den nächsten zwölf Monaten.")]
        return not self.day.errors


class RequestForm(PlaceForm):
    """A whole request, ready to be matched."""

    category = RadioField(
        lazy_gettext("Wobei wird Hilfe gebraucht?"), [required(lazy_gettext("Bitte wählen Sie eines aus."))]
    )
    details = Words(lazy_gettext("Was genau?"), [required(), Length(max=2000)], render_kw={"rows": 4})
    urgency = RadioField(
        lazy_gettext("Wie eilig?"), coerce=int, choices=options(URGENCIES.items()), default=0
    )
    recurring = BooleanField(lazy_gettext("Regelmäßig, nicht nur einmal"))
    half_days = HalfDayGrid(lazy_gettext("Wann passt es?"))
    name = Line(lazy_gettext("Name"), [required(), Length(max=120)], render_kw={"autocomplete": "off"})
    on_behalf = Line(
        lazy_gettext("Angerufen hat jemand anderes"), [Length(max=120)], render_kw={"autocomplete": "off"}
    )
    address = Line(
        lazy_gettext("Straße und Hausnummer"),
        [required(), Length(max=200)],
        render_kw={"autocomplete": "off"},
    )
    wishes = Words(lazy_gettext("Wünsche und was nicht sein soll"), [Length(max=1000)], render_kw={"rows": 2})
    dates = Rows(FormField(DateForm), lazy_gettext("Oder an bestimmten Tagen"), min_entries=DATES)
    required_traits = Checks(lazy_gettext("Wer kommt, muss so sein"))
    preferred_traits = Checks(lazy_gettext("Wäre schön"))
    circumstances = Checks(lazy_gettext("Das findet man dort vor"))
    interests = Checks(lazy_gettext("Gemeinsames für ein Gespräch"))
    language = SelectField(lazy_gettext("Sprache"))
    consent = BooleanField(
        lazy_gettext(
            "Die Person ist einverstanden: Wir schreiben das auf, nur unser Team sieht es, und wer hilft, "
            "erfährt Name, Nummer und Adresse nach der Zusage."
        ),
        [required(lazy_gettext("Ohne Einverständnis dürfen wir nichts aufschreiben."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category.choices = options((c.id, in_words(c.label)) for c in services().profile.categories)
        self.language.choices = options((code, language_word(code)) for code in languages())
        profile = services().profile
        wishes = options((key, in_words(trait.wish)) for key, trait in profile.traits.items())
        self.required_traits.choices = self.preferred_traits.choices = wishes
        self.circumstances.choices = options(
            (key, in_words(said)) for key, said in profile.circumstances.items()
        )
        self.interests.choices = options((key, in_words(said)) for key, said in profile.interests.items())

    @property
    def has_more(self) -> bool:
        """Whether any of the wishes that are folded in was filled in."""
        folded = (self.required_traits, self.preferred_traits, self.circumstances, self.interests)
        return any(each.data or each.errors for each in folded)

    def completion(self) -> Completion:
        """What was filled in; only after a successful ``validate``."""
        place = self.place
        assert place is not None, "validate found the place"
        return Completion(
            category=self.category.data,
            postcode=place.postcode,
            ags=place.ags,
            in_district=place.in_district,
            language=self.language.data,
            name=self.name.data,
            address=self.address.data,
            details=self.details.data,
            wishes=self.wishes.data,
            urgency=self.urgency.data,
            recurring=self.recurring.data,
            half_days=from_keys(self.half_days.data),
            on_behalf=self.on_behalf.data,
            dates=tuple((row["day"].isoformat(), row["half"]) for row in self.dates.data if row["day"]),
            required_traits=tuple(self.required_traits.data),
            preferred_traits=tuple(self.preferred_traits.data),
            circumstances=tuple(self.circumstances.data),
            interests=tuple(self.interests.data),
        )


class NewRequestForm(RequestForm):
    """The same with the number, which nobody has told us yet, and with how the request came."""

    page = HiddenField(default=lambda: secrets.token_hex(8))  # by which a page sent twice is known again
    source = RadioField(
        lazy_gettext("Wie kam das Anliegen?"),
        choices=options((source, SOURCES[source]) for source in WRITTEN_DOWN),
        default=WRITTEN_DOWN[0],
    )
    number = Line(
        lazy_gettext("Telefonnummer"),
        [],
        render_kw={"type": "tel", "autocomplete": "off", "maxlength": 40},
    )

    def e164(self) -> str | None:
        """The number as it is rung; None if it may not be, or there is none."""
        return parse_callable(self.number.data or "", services().profile.country)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """All fields, and whether the number may be rung, if there is one."""
        valid = super().validate(*args, **kwargs)
        if not self.number.data or self.e164():
            return valid
        self.number.errors = [
            gettext("Diese Nummer können wir nicht anrufen. Bitte mit Vorwahl, Festnetz oder Mobil.")
        ]
        return False


def known(request: Request) -> dict[str, Any]:
    """What a request holds already, to begin the form with."""
    return {
        "category": request.category,
        "postcode": request.postcode,
        "ags": request.ags,
        "details": request.details,
        "urgency": request.urgency,
        "recurring": request.recurring,
        "half_days": to_keys(request.half_days),
        "name": request.name,
        "on_behalf": request.on_behalf,
        "address": request.address,
        "wishes": request.wishes,
        "dates": [{"day": date.fromisoformat(day), "half": half} for day, half in request.dates],
        "required_traits": request.required_traits,
        "preferred_traits": request.preferred_traits,
        "circumstances": request.circumstances,
        "interests": request.interests,
        "language": request.language,
        "consent": request.consented_at is not None,
    }
