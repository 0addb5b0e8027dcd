"""The parts of a district's profile: small frozen models, each checked by itself. ``profile`` joins them."""

from __future__ import annotations

from datetime import time, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from intake.kinds import LastResort, OfferCallOutcome
from intake.lifecycle import RequestStatus, may_move
from intake.staff_roles import Role

#: The most points that one request may weigh in the plan: exact sums of them must fit into 63 bits.
MOST_POINTS = 2000

#: What an id in a profile looks like.
ID_PATTERN = r"^[a-z][a-z0-9_-]*$"


class AttemptOutcome(StrEnum):
    """How one dialling of a callback ended, as the operator records it. The profile has a rule for each."""

    REACHED_COMPLETE = "reached_complete"
    CALL_AGAIN = "call_again"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    ANSWERING_MACHINE = "answering_machine"
    WRONG_NUMBER = "wrong_number"
    SOMEBODY_ELSE = "somebody_else"
    REFUSES = "refuses"
    LANGUAGE = "language"
    DUPLICATE = "duplicate"
    ALREADY_HELPED = "already_helped"
    HANDED_ON = "handed_on"
    EMERGENCY = "emergency"
    ABUSE = "abuse"


#: The outcomes of an automated call after which it may be tried again. The profile has a rule for each.
RETRIED = (
    OfferCallOutcome.UNDECIDED,
    OfferCallOutcome.SOMEBODY_ELSE,
    OfferCallOutcome.SILENT,
    OfferCallOutcome.MACHINE,
    OfferCallOutcome.BUSY,
    OfferCallOutcome.NO_ANSWER,
    OfferCallOutcome.FAILED,
)


class Span(NamedTuple):
    """From ``start`` until before ``end``, local times of one day."""

    start: time
    end: time


def _read_span(value: object) -> object:
    """``"08:00-17:00"`` as a span; a span stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        start, end = (time.fromisoformat(part.strip()) for part in value.split("-"))
    except ValueError:
        raise ValueError('must be written like "08:00-17:00"') from None
    if start >= end:
        raise ValueError(f"begins at {start:%H:%M} and ends at {end:%H:%M}; the start must come first")
    return Span(start, end)


def _filled(texts: dict[str, str]) -> dict[str, str]:
    empty = [language for language, text in texts.items() if not text.strip()]
    if empty:
        raise ValueError(f"is empty in {', '.join(empty)}; write it")
    return texts


TimeSpan = Annotated[Span, BeforeValidator(_read_span)]
Texts = Annotated[dict[str, str], AfterValidator(_filled)]
Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]
Days = Annotated[int, Field(ge=1, le=3660)]
Id = Annotated[str, Field(pattern=ID_PATTERN)]
Points = Annotated[int, Field(ge=0, le=100)]


class Frozen(BaseModel):
    """Base of the profile's parts: nothing unknown, nothing changed, no input quoted in faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Category(Frozen):
    """A kind of need: its key on the telephone, its name on pages, and what a helper must have shown."""

    id: str = Field(pattern=ID_PATTERN)
    key: str = Field(pattern=r"^[1-9]$")
    label: Texts
    vetting: tuple[str, ...]
    needs_car: bool


class Voice(Frozen):
    """The carrier's voice for a language, and the locale that must go with it or the words stay silent."""

    voice: str = Field(min_length=1)
    locale: str = Field(pattern=r"^[a-z]{2,3}-[A-Z]{2}$")

    @property
    def language(self) -> str:
        """The language of the locale, without its country."""
        return self.locale.partition("-")[0]


class PromiseRules(Frozen):
    """How the promised window of a callback is computed; all in minutes."""

    handling_minutes: Minutes  # one callback, from taking it to writing it up
    margin_minutes: int = Field(ge=0, le=24 * 60)  # kept in hand before the first promised minute
    window_minutes: int = Field(ge=30, le=12 * 60, multiple_of=30)  # width of what is promised


class Retention(Frozen):
    """How long each class of data is kept after its end."""

    unfinished_call_days: Days
    technical_log_days: Days
    closed_request_days: Days
    helper_days: Days
    voice_message_days: Days = 30
    mission_years: int = Field(ge=1, le=30)
    audit_years: int = Field(ge=1, le=30)


class AccountRules(Frozen):
    """Of which roles a second factor is asked, and when a session of the desk ends: at the latest, and where
    nobody does anything.
    """

    second_factor: tuple[Role, ...] = (Role.OPERATOR, Role.COORDINATOR, Role.ADMINISTRATOR)
    session_hours: int = Field(default=10, ge=1, le=24)  # a working day
    idle_minutes: int = Field(default=240, ge=5, le=720)  # a lunch and a meeting, not an evening

    @property
    def session(self) -> timedelta:
        """How long a session may last."""
        return timedelta(hours=self.session_hours)

    @property
    def idle(self) -> timedelta:
        """How long a desk may be left alone."""
        return timedelta(minutes=self.idle_minutes)


class CallLimits(Frozen):
    """Limits with a reason each: abuse, endless calls, offers and duties that nobody answers."""

    calls_per_hour: int = Field(ge=1, le=100)  # from one number, then a spoken limit
    max_turns: int = Field(ge=10, le=200)
    max_minutes: int = Field(ge=1, le=60)  # then the call is filed and ends
    offer_undo_seconds: int = Field(default=60, ge=0, le=600)  # a coordinator's time to take a choice back
    offer_hours: int = Field(ge=1, le=24 * 7)  # a helper's time to answer an offer
    reminder_hours: int = Field(ge=1, le=24 * 7)  # before its end she is reminded once
    follow_up_days: Days  # after the visit the seeker is asked how it went
    recurring_follow_up_weeks: int = Field(ge=1, le=52)  # …and again, where somebody comes every week
    no_helper_days: Days  # then the caller is told that nobody was found yet


class VoiceMessages(Frozen):
    """A message that callers may leave where they consent by key; the carrier records it, we keep it."""

    enabled: bool = False
    max_seconds: int = Field(default=60, ge=10, le=120)


class Speech(Frozen):
    """Answers by voice beside the keys: the caller's words go through the carrier's speech recognition."""

    enabled: bool = False


class Trait(Frozen):
    """Something that a caller may wish of a helper: how the wish reads, and how it is said of a helper."""

    wish: Texts
    said: Texts


class MatchingWeights(Frozen):
    """Points of the matching score, 100 in all; ``radius_km`` for helpers who named none of their own.

    The rest weighs what the plan as a whole weighs beside the scores, in the same points: distance earns
    nothing from ``far_km`` on; leaving somebody without a helper costs ``unserved``, with each step of
    urgency ``urgency_step`` and with each day of waiting (up to ``waiting_days``) ``waiting_step`` more; each
    further task of one helper in one week costs ``load_step`` more, up to ``load_most``.
    """

    distance: Points
    time_fit: Points
    continuity: Points
    fair_load: Points
    interests: Points
    same_place: Points
    radius_km: float = Field(gt=0, le=200)
    far_km: int = Field(default=25, ge=1, le=200)
    unserved: int = Field(default=200, ge=0, le=1000)
    urgency_step: int = Field(default=100, ge=0, le=500)
    waiting_step: Points = 10
    waiting_days: int = Field(default=20, ge=0, le=60)
    load_step: Points = 3
    load_most: Points = 45

    @model_validator(mode="after")
    def _sum_to_hundred(self) -> Self:
        total = (
            self.distance
            + self.time_fit
            + self.continuity
            + self.fair_load
            + self.interests
            + self.same_place
        )
        if total != 100:
            raise ValueError(f"the points add up to {total}; they must add up to 100")
        if self.unserved <= 100 + self.load_most:
            raise ValueError(
                f"unserved is {self.unserved}; it must be more than 100 + load_most, or somebody stays "
                "without help though a helper is free"
            )
        most = self.unserved + 2 * self.urgency_step + self.waiting_days * self.waiting_step
        if most > MOST_POINTS:
            raise ValueError(f"leaving somebody without a helper may cost {most}; keep it to {MOST_POINTS}")
        return self


class OutcomeRule(Frozen):
    """What an attempt's outcome does: end the callback, or try again after ``delay_minutes``.

    ``key`` chooses it, at the desk and on paper. ``other_half_day``: the next try falls into the other half
    of the day. After ``max_tries`` attempts on ``over_days`` different days the callback is given up.
    ``request_status`` is where the request moves, ``given_up_status`` where it moves when the callback is
    given up; None leaves it. ``then`` is done where the callback ends, closed or given up.
    """

    label: Texts
    key: str = Field(pattern=r"^[1-9a-z]$")
    closes: bool
    delay_minutes: int | None = Field(default=None, ge=0, le=14 * 24 * 60)
    other_half_day: bool = False
    max_tries: int | None = Field(default=None, ge=1, le=20)
    over_days: int = Field(default=1, ge=1, le=14)
    request_status: RequestStatus | None = None
    given_up_status: RequestStatus | None = None
    then: LastResort | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        retry = (self.delay_minutes, self.max_tries)
        again = self.other_half_day or self.given_up_status or self.over_days > 1
        if self.closes and (retry != (None, None) or again):
            raise ValueError("closes the callback; remove its retry rule, or set closes = false")
        if not self.closes and None in retry:
            raise ValueError("does not close the callback; give delay_minutes and max_tries")
        for status in (self.request_status, self.given_up_status):
            if status is not None and not may_move(RequestStatus.NEW, status):
                raise ValueError(f"a new request may not become {status.value}; choose another status")
        return self


class RetryRule(Frozen):
    """When an automated call is tried again; after ``max_tries`` of its outcome somebody is asked to ring."""

    delay_minutes: Minutes
    other_half_day: bool = False
    max_tries: int = Field(ge=1, le=20)


class ContactPoint(Frozen):
    """Who takes on what the hotline cannot: a town hall, an association. No ``municipalities``: for all."""

    id: str = Field(pattern=ID_PATTERN, max_length=48)
    name: str = Field(min_length=1)
    address: str = ""
    municipalities: tuple[str, ...] = ()  # official keys


class Contact(Frozen):
    """Who coordinates the helpers, by name and role."""

    name: str = Field(min_length=1)
    role: Texts


class SitePages(Frozen):
    """Pages that the district has elsewhere and the public pages must lead to. Empty: not named yet.

    A public body owes both: who is responsible (§ 5 DDG), and how accessible its pages are (article 7 of
    Directive (EU) 2016/2102; in Germany BITV 2.0 and the states' own rules).
    """

    imprint_url: str = ""
    accessibility_url: str = ""

    @field_validator("imprint_url", "accessibility_url")
    @classmethod
    def _a_page_of_its_own(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            is_page = parts.scheme == "https" and bool(parts.hostname)
        except ValueError:  # brackets of an address that is none
            is_page = False
        if value and not is_page:
            raise ValueError("must be a whole address such as https://www.example.org/impressum")
        return value

    @property
    def missing(self) -> list[str]:
        """The entries that are not named yet."""
        return [name for name in type(self).model_fields if not getattr(self, name)]


class Tip(Frozen):
    """A piece of advice for helpers and callers, on the public page."""

    title: Texts
    text: Texts
