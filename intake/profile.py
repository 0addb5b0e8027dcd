"""The district's profile: who runs the hotline, when, in which languages, by which rules.

One folder describes a district: ``profile.toml`` and ``places.csv``. Everything here is frozen data;
``load_profile`` names every fault of a folder at once, and ``check_profile`` gives them as lines.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

import holidays
from pydantic import ConfigDict, Field, SkipValidation, ValidationError, ValidationInfo, field_validator

from intake.kinds import OfferCallOutcome
from intake.phone_numbers import parse_callable
from intake.places import MADE_KEY_MARK, Places, PlacesError, read_geonames, write_csv
from intake.profile_faults import (
    PROFILE_FILE,
    WEEKDAYS,
    category_faults,
    faults_of,
    hours_faults,
    missing_rules,
    raise_all,
)
from intake.profile_languages import heard_faults, shown_faults, text_faults
from intake.profile_parts import (
    ID_PATTERN,
    AccountRules,
    AttemptOutcome,
    CallLimits,
    Category,
    Contact,
    ContactPoint,
    Frozen,
    Id,
    MatchingWeights,
    OutcomeRule,
    PromiseRules,
    Retention,
    RetryRule,
    SitePages,
    Span,
    Speech,
    Texts,
    TimeSpan,
    Tip,
    Trait,
    Voice,
    VoiceMessages,
)

__all__ = [
    "WEEKDAYS",
    "AttemptOutcome",
    "CallLimits",
    "Category",
    "Contact",
    "ContactPoint",
    "MatchingWeights",
    "OutcomeRule",
    "Profile",
    "ProfileError",
    "PromiseRules",
    "Retention",
    "RetryRule",
    "Span",
    "Speech",
    "Tip",
    "Trait",
    "Voice",
    "VoiceMessages",
    "check_profile",
    "import_places",
    "load_profile",
]

PLACES_FILE = "places.csv"

#: More would not be remembered by ear (CALLER.md's numbers to hold: 4 options besides 0, * and 9).
MAX_CATEGORIES = 4

#: One key each in the choice of languages, where 0 is a person.
MAX_LANGUAGES = 9

_LANGUAGE = r"^[a-z]{2}$"


class ProfileError(Exception):
    """The profile cannot be used; ``faults`` has one line for each thing to mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class Profile(Frozen):
    """A district's profile. ``languages`` are the callers', two-letter codes, the first one greets.

    What a caller hears is there in each of them; what only the team and the public pages show, in each of
    ``PAGE_LANGUAGES``; a category's label, which is both heard and shown, in all of them.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    id: str = Field(pattern=ID_PATTERN)
    name: str = Field(min_length=1)
    hotline_name: str = Field(min_length=1)
    country: str
    state: str
    district_code: str = Field(pattern=r"^[0-9A-Za-z]{1,8}$")
    timezone: str
    hotline_number: str
    languages: tuple[Annotated[str, Field(pattern=_LANGUAGE)], ...] = Field(min_length=1)
    insurer: str = Field(min_length=1)
    coordinator: Contact
    voices: dict[str, Voice]
    vetting: dict[str, Texts]
    categories: tuple[Category, ...] = Field(min_length=2, max_length=MAX_CATEGORIES)
    area_codes: dict[str, str]
    call_window: TimeSpan
    hours: dict[str, tuple[TimeSpan, ...]]
    closures: tuple[date, ...]
    promise: PromiseRules
    retention: Retention
    limits: CallLimits
    accounts: AccountRules = AccountRules()
    speech: Speech = Speech()
    voice_message: VoiceMessages = VoiceMessages()
    matching: MatchingWeights
    traits: dict[Id, Trait] = Field(default_factory=dict)
    circumstances: dict[Id, Texts] = Field(default_factory=dict)
    interests: dict[Id, Texts] = Field(default_factory=dict)
    retry: dict[AttemptOutcome, OutcomeRule]
    offer_retry: dict[OfferCallOutcome, RetryRule]
    contact_points: tuple[ContactPoint, ...] = Field(min_length=1)
    tips: tuple[Tip, ...]
    site: SitePages = SitePages()
    places: SkipValidation[Places]

    @cached_property
    def tz(self) -> ZoneInfo:
        """The district's time zone."""
        return ZoneInfo(self.timezone)

    def category(self, category_id: str) -> Category:
        """The category with this id; KeyError if there is none."""
        for category in self.categories:
            if category.id == category_id:
                return category
        raise KeyError(category_id)

    def outcome_by_key(self, key: str) -> AttemptOutcome | None:
        """The outcome that this key chooses, or None."""
        return next((outcome for outcome, rule in self.retry.items() if rule.key == key), None)

    def category_by_key(self, key: str) -> Category | None:
        """The category on this telephone key, or None."""
        return next((category for category in self.categories if category.key == key), None)

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        if value not in holidays.list_supported_countries():
            raise ValueError("is no country with known public holidays; use a code such as DE")
        return value

    @field_validator("state")
    @classmethod
    def _known_state(cls, value: str, info: ValidationInfo) -> str:
        states = holidays.list_supported_countries().get(info.data.get("country", ""))
        if states is not None and value not in states:
            raise ValueError(f"is no state of {info.data['country']}; use one of {', '.join(states)}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is no time zone; use a name such as Europe/Berlin")
        return value

    @field_validator("hotline_number")
    @classmethod
    def _callable_number(cls, value: str, info: ValidationInfo) -> str:
        country = info.data.get("country")
        if country and parse_callable(value, country) != value:
            raise ValueError("is no fixed or mobile number of the country; write it like +49561123456")
        return value

    @field_validator("languages")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("names a language twice; remove one")
        if len(value) > MAX_LANGUAGES:
            raise ValueError(f"names {len(value)} languages, and there are keys for {MAX_LANGUAGES}")
        return value

    @field_validator("voices")
    @classmethod
    def _voice_for_each_language(cls, value: dict[str, Voice], info: ValidationInfo) -> dict[str, Voice]:
        languages = info.data.get("languages")
        faults = heard_faults("", value, languages) if languages else []
        faults += [
            f"{code} speaks {voice.locale}; give it a voice and a locale of its language"
            for code, voice in value.items()
            if voice.language != code
        ]
        raise_all(faults)
        return value

    @field_validator("coordinator", "vetting", "tips", "traits", "circumstances", "interests")
    @classmethod
    def _all_page_languages(cls, value: Any) -> Any:
        raise_all(text_faults(value))
        return value

    @field_validator("categories")
    @classmethod
    def _sound_categories(cls, value: tuple[Category, ...], info: ValidationInfo) -> tuple[Category, ...]:
        raise_all(category_faults(value, info.data.get("languages"), info.data.get("vetting")))
        return value

    @field_validator("area_codes")
    @classmethod
    def _sound_area_codes(cls, value: dict[str, str]) -> dict[str, str]:
        wrong = [code for code in value if not (code.isascii() and code.isdigit() and code.startswith("0"))]
        raise_all(f"{code}: write the area code with its leading zero, digits only" for code in wrong)
        return value

    @field_validator("hours")
    @classmethod
    def _sound_hours(
        cls, value: dict[str, tuple[Span, ...]], info: ValidationInfo
    ) -> dict[str, tuple[Span, ...]]:
        raise_all(hours_faults(value, info.data.get("call_window")))
        return value

    @field_validator("traits", "circumstances", "interests")
    @classmethod
    def _ids_of_their_own(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        taken = {category.id for category in info.data.get("categories", ())}
        taken.update(info.data.get("traits", ()), info.data.get("circumstances", ()))
        raise_all(f"{key}: another entry has this id; rename one" for key in value if key in taken)
        return value

    @field_validator("offer_retry")
    @classmethod
    def _each_that_is_retried(
        cls, value: dict[OfferCallOutcome, RetryRule]
    ) -> dict[OfferCallOutcome, RetryRule]:
        raise_all(missing_rules(value))
        return value

    @field_validator("retry")
    @classmethod
    def _every_outcome(cls, value: dict[AttemptOutcome, OutcomeRule]) -> dict[AttemptOutcome, OutcomeRule]:
        missing = (outcome for outcome in AttemptOutcome if outcome not in value)
        faults = [f"{outcome.value} has no rule; add [retry.{outcome.value}]" for outcome in missing]
        by_key: dict[str, AttemptOutcome] = {}
        for outcome, rule in value.items():
            faults += shown_faults(f"{outcome.value}.label", rule.label)
            first = by_key.setdefault(rule.key, outcome)
            if first is not outcome:
                faults.append(f"{outcome.value} has the key {rule.key} of {first.value}; give it another")
        raise_all(faults)
        return value


def load_profile(folder: Path) -> Profile:
    """The profile in ``folder``; raises ``ProfileError`` with every fault, one line each.

    Rules between the entries of one table (keys without gaps, say) are looked at once each entry is sound.
    """
    faults: list[str] = []
    try:
        places = Places.load(folder / PLACES_FILE)
    except PlacesError as error:
        places, faults = Places(()), error.faults
    try:
        values = _read_toml(folder)
        profile = Profile.model_validate({**values, "places": places})
    except ValidationError as error:
        raise ProfileError([*faults_of(error), *faults]) from None
    except ProfileError as error:
        raise ProfileError([*error.faults, *faults]) from None
    faults += _place_faults(profile) if not faults else []
    if faults:
        raise ProfileError(faults)
    return profile


def check_profile(folder: Path) -> list[str]:
    """Every fault of the profile in ``folder``, one line each; empty if it can be used."""
    try:
        load_profile(folder)
    except ProfileError as error:
        return error.faults
    return []


def import_places(folder: Path, geonames: Path) -> int:
    """Replace the folder's ``places.csv`` by a GeoNames postal file; gives the number of rows.

    Keys of municipalities that the old table knows are kept. Raises ``ProfileError`` or ``PlacesError``.
    """
    values = _read_toml(folder)
    country, district = values.get("country"), values.get("district_code")
    if not isinstance(country, str) or not isinstance(district, str):
        raise ProfileError(
            [f"{PROFILE_FILE}: country and district_code are needed to read the file; add them"]
        )
    table = folder / PLACES_FILE
    known = Places.load(table) if table.is_file() else None
    rows = read_geonames(geonames, country, lambda code: code == district, known)
    write_csv(table, rows)
    return len(rows)


def _read_toml(folder: Path) -> dict[str, Any]:
    path = folder / PROFILE_FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(
            [f"{PROFILE_FILE}: cannot be read ({error.strerror}); put the file there"]
        ) from None
    except UnicodeDecodeError:
        raise ProfileError([f"{PROFILE_FILE}: is not UTF-8; save it as UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ProfileError([f"{PROFILE_FILE}: is not valid TOML: {error}"]) from None


def _place_faults(profile: Profile) -> list[str]:
    own = [place for place in profile.places.all() if place.in_district]
    if not own:
        return [f"{PLACES_FILE}: no place lies in the district; mark them with in_district 1"]
    return [
        f"{PLACES_FILE}: {place.municipality} {place.postcode} is marked as the district's, but its key "
        f"does not begin with {profile.district_code}; mend one"
        for place in own
        if not place.ags.startswith((profile.district_code, MADE_KEY_MARK))
    ]
