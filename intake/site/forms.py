"""The forms of the public pages. They ask for what a call asks for, and for nothing about illnesses."""

from __future__ import annotations

from typing import Any, ClassVar

from babel import Locale
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField
from wtforms.validators import Length, ValidationError

from intake import references
from intake.desk.forms import Line, Words, options, required
from intake.desk.place_fields import PlaceForm
from intake.kinds import BestTime
from intake.phone_numbers import display, parse_callable
from intake.registry import Told
from intake.web import in_words, page_language, services

#: The free words: what fits on a postcard. The rest is said on the telephone.
LONGEST_TEXT = 500

LONGEST_NAME = 120

_ONESELF, SOMEBODY_ELSE = "self", "other"

_TIMES = {
    BestTime.ANY: lazy_gettext("egal"),
    BestTime.MORNING: lazy_gettext("vormittags"),
    BestTime.AFTERNOON: lazy_gettext("nachmittags"),
}


class PublicForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """A form with a token of its own instead of a cookie.

    ``more`` is out of people's sight and reach; programs that fill in whatever they find fill it in too.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """What the library protects by a session stands in our own token."""

        csrf = False

    token = HiddenField()
    more = Line(lazy_gettext("Bitte leer lassen"))

    #: The fields that people fill in, in the order in which they stand on the page.
    ORDER: ClassVar[tuple[str, ...]] = ()

    @property
    def in_order(self) -> list[Field]:
        """The fields in that order."""
        return [self[name] for name in self.ORDER]

    @property
    def fields_sent(self) -> dict[str, str]:
        """All that was filled in, by the fields' names."""
        return {name: str(value) for name, value in self.data.items() if name != "token"}


class NumberForm(PublicForm):
    """A form with the number to ring. After a successful ``validate`` it is ``e164``."""

    number = Line(
        lazy_gettext("Unter welcher Nummer rufen wir an?"),
        [required(lazy_gettext("Bitte geben Sie eine Telefonnummer an."))],
        render_kw={"type": "tel", "autocomplete": "tel", "maxlength": 40},
    )

    @property
    def e164(self) -> str:
        """The number as it is rung."""
        number = parse_callable(self.number.data or "", services().profile.country)
        assert number is not None, "validate has seen the number"
        return number

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """All fields, and whether the number may be rung, once its area code is there."""
        valid = bool(super().validate(*args, **kwargs))
        if self.number.errors:
            return False
        country, typed = services().profile.country, self.number.data
        if parse_callable(typed, country):
            return valid
        completed = parse_callable(typed, country, self.area_code)
        if completed:
            self.number.data = display(completed)
            words = gettext("Wir haben die Vorwahl Ihres Ortes ergänzt. Stimmt das so? Dann senden Sie ab.")
        elif typed.startswith(("0", "+")):
            words = gettext(
                "Diese Nummer können wir nicht anrufen. Bitte Festnetz oder Handy in Deutschland."
            )
        else:
            words = gettext("Bitte geben Sie die Nummer mit der Vorwahl an.")
        self.number.errors = [words]
        return False

    @property
    def area_code(self) -> str | None:
        """The area code that a number without one is completed by; None where none is known."""
        return None


class CallMeForm(PlaceForm, NumberForm):
    """What is needed to ring somebody: number, place, time, language, and consent."""

    postcode = Line(
        lazy_gettext("Postleitzahl"),
        [],
        render_kw={"inputmode": "numeric", "autocomplete": "postal-code", "maxlength": 5},
    )
    name = Line(
        lazy_gettext("Nach wem fragen wir am Telefon? (freiwillig)"),
        [Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "off", "maxlength": LONGEST_NAME},
    )
    text = Words(
        lazy_gettext("Möchten Sie etwas dazu sagen? (freiwillig)"),
        [Length(max=LONGEST_TEXT, message=lazy_gettext("Bitte höchstens 500 Zeichen."))],
        render_kw={"rows": 3, "maxlength": LONGEST_TEXT},
    )
    best_time = RadioField(lazy_gettext("Wann rufen wir am besten an?"), default=BestTime.ANY.value)
    language = SelectField(lazy_gettext("In welcher Sprache sprechen wir mit Ihnen?"))
    consent = BooleanField(
        lazy_gettext(
            "Ich bin einverstanden: Das Team schreibt dies auf, um anzurufen und Hilfe zu vermitteln."
        ),
        [required(lazy_gettext("Ohne Ihr Einverständnis dürfen wir nichts aufschreiben."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken = services().profile.languages
        self.best_time.choices = options(_TIMES.items())
        self.language.choices = options((code, own_name(code)) for code in spoken)
        if self.language.data is None:
            self.language.data = page_language() if page_language() in spoken else spoken[0]

    @property
    def area_code(self) -> str | None:
        """That of the place."""
        codes = services().profile.area_codes.items()
        return next((code for code, name in codes if self.place and name == self.place.municipality), None)

    def told(self) -> Told:
        """What was filled in, as a caller would have told it; only after a successful ``validate``."""
        place = self.place
        return Told(
            number=self.e164,
            language=self.language.data,
            category=self.need,
            postcode=place.postcode if place else None,
            ags=place.ags if place else None,
            in_district=place.in_district if place else True,
            best_time=BestTime(self.best_time.data),
        )

    @property
    def need(self) -> str | None:
        """The category of what is needed."""
        return None

    @property
    def whom_to_ask(self) -> str:
        """Whom to ask for on the telephone; empty if nobody was named."""
        return str(self.name.data)

    @property
    def for_somebody_else(self) -> bool:
        """Whether the sender is not who needs the help."""
        return False


_WHERE_AND_WHEN = ("number", "postcode", "ags", "best_time", "language")


class HelpForm(CallMeForm):
    """Somebody needs help."""

    ORDER = ("for_whom", "category", "text", *_WHERE_AND_WHEN, "name", "consent")

    for_whom = RadioField(
        lazy_gettext("Für wen ist die Hilfe?"),
        choices=options(
            {
                _ONESELF: lazy_gettext("Für mich"),
                SOMEBODY_ELSE: lazy_gettext("Für jemand anderen, zum Beispiel meine Mutter"),
            }.items()
        ),
        default=_ONESELF,
    )
    category = RadioField(
        lazy_gettext("Wobei wird Hilfe gebraucht?"), [required(lazy_gettext("Bitte wählen Sie eines aus."))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category.choices = options((c.id, in_words(c.label)) for c in services().profile.categories)

    @property
    def need(self) -> str | None:
        """What was chosen."""
        return str(self.category.data)

    @property
    def for_somebody_else(self) -> bool:
        """As it was chosen."""
        return bool(self.for_whom.data == SOMEBODY_ELSE)


class HelperForm(CallMeForm):
    """Somebody wants to help."""

    ORDER = (*_WHERE_AND_WHEN, "name", "text", "consent")


class GroupForm(CallMeForm):
    """A group or club wants to help."""

    ORDER = ("group", "name", *_WHERE_AND_WHEN, "text", "consent")

    group = Line(
        lazy_gettext("Wie heißt Ihre Gruppe?"),
        [required(lazy_gettext("Bitte nennen Sie Ihre Gruppe.")), Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "organization", "maxlength": LONGEST_NAME},
    )

    @property
    def whom_to_ask(self) -> str:
        """The group, and whom of it."""
        return ", ".join(part for part in (self.group.data, self.name.data) if part)


class EarlierForm(NumberForm):
    """Which earlier request somebody asks about."""

    ORDER = ("reference", "number")

    reference = Line(
        lazy_gettext("Ihre Vorgangsnummer, sechs Ziffern"),
        [required(lazy_gettext("Bitte geben Sie die sechs Ziffern an."))],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 12},
    )

    @property
    def digits(self) -> str:
        """The reference without what people put between its digits."""
        return "".join(sign for sign in self.reference.data if sign.isascii() and sign.isdigit())

    def validate_reference(self, field: Line) -> None:
        """Whether it can be a reference at all: a slip of the finger is no guess."""
        if field.data and not references.is_valid(self.digits):
            raise ValidationError(gettext("Diese Ziffern stimmen noch nicht. Bitte sehen Sie nach."))


def own_name(language: str) -> str:
    """A language's name in that language: "Türkçe"."""
    return str(Locale.parse(language).get_display_name() or language)
