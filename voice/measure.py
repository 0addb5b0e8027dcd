"""How long a call takes: a journey is walked through the flow, and its words are counted. Pure.

Spoken time is words at 120 words a minute, a slow and clear voice. A number of three digits and more counts
a word for each digit. The caller listens to every word, which is the longest a journey can take.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from intake import references
from intake.hours import Window
from intake.kinds import CallOutcome
from intake.lifecycle import RequestStatus
from intake.profile import Profile
from intake.spoken import spoken_window
from voice.events import (
    Answered,
    AskWhoIsThere,
    Digits,
    Effect,
    Event,
    Filed,
    Found,
    LookUp,
    Noted,
    Reachable,
    Result,
    Silence,
    StillNeeded,
    Taken,
    Withdraw,
)
from voice.flow import advance, begin
from voice.prompts import Prompts
from voice.state import Reply, Saying, State
from voice.wording import SLOWLY

WORDS_PER_SECOND = 2.0

#: A promise and a reference of usual length, for the record that is not there.
_NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
_PROMISE = Window(_NOW + timedelta(hours=4), _NOW + timedelta(hours=5, minutes=30))
_REFERENCE = "482167"

_WORD = re.compile(r"\w+")

#: In a journey's answers: somebody of the team takes the call.
TAKEN = "taken"

#: The limits of a call: keys where the caller ID can be used; seconds of speech with it and without.
KEYS_AT_MOST = 10
SECONDS_AT_MOST = 90
SECONDS_TYPING = 150

#: What the choice of a language may add: two keys, and its two questions, which are the list of languages and
#: the menu once more in the language chosen.
CHOICE_KEYS = 2
CHOICE_SECONDS = 20

#: Seconds from pick-up until the first choice has been named.
FIRST_CHOICE_AT_MOST = 15


@dataclass(frozen=True)
class Journey:
    """A way through the call that many take; ``answers`` is what is typed at one question, "" for silence.

    ``keys`` is None where the number is typed: its length is the caller's.
    """

    name: str
    caller_id: str | None
    answers: tuple[str, ...]
    keys: int | None = KEYS_AT_MOST
    seconds: int = SECONDS_AT_MOST


_LANDLINE = "+4956925551234"
_PLAIN = ("1", "1", "1", "34466", "1", "1")

#: The commonest journeys.
JOURNEYS = (
    Journey("needs help", _LANDLINE, _PLAIN),
    Journey("needs help, outside the district", _LANDLINE, ("1", "1", "1", "34117", "1", "1")),
    Journey(
        "needs help, for a neighbour",
        _LANDLINE,
        ("1", "1", "2", "056925554321", "1", "34466", "1", "1"),
        None,
        SECONDS_TYPING,
    ),
    Journey(
        "needs help, number withheld",
        None,
        ("1", "1", "056925551234", "1", "34466", "1", "1"),
        None,
        SECONDS_TYPING,
    ),
    Journey(
        "needs help, in English",
        _LANDLINE,
        ("9", "2", *_PLAIN),
        KEYS_AT_MOST + CHOICE_KEYS,
        SECONDS_AT_MOST + CHOICE_SECONDS,
    ),
    Journey("presses nothing", _LANDLINE, ("", "")),
    Journey("presses nothing, number withheld", None, ("", "")),
    Journey("wants a person, is put through", _LANDLINE, ("0", TAKEN)),
    Journey("wants a person, nobody is there", _LANDLINE, ("0", "1")),
    Journey("wants to help", _LANDLINE, ("2", "34466", "1", "1")),
    Journey("asks about an earlier call", _LANDLINE, ("3", references.make(48216), "1")),
    Journey("asks about an earlier call, without its number", _LANDLINE, ("3", "", "", "1")),
)


@dataclass(frozen=True)
class Measured:
    """A journey: keys pressed, turns taken, seconds of speech in all and until the first choice is named."""

    keys: int
    turns: int
    spoken: float
    first_choice: float
    outcome: CallOutcome | None


def seconds(text: str) -> float:
    """How long the text takes to say."""
    words = _WORD.findall(text)
    return sum(len(word) if word.isdigit() and len(word) > 2 else 1 for word in words) / WORDS_PER_SECOND


def measure(prompts: Prompts, district: Profile, caller_id: str | None, answers: Sequence[str]) -> Measured:
    """Walk a journey; each of ``answers`` is what is typed at one question, "" for silence, or TAKEN."""
    events: list[Event] = [Answered(caller_id), *map(_event, answers)]
    there = (1,) if TAKEN in answers else ()
    state, replies = begin(district.languages[0]), list[Reply]()
    for event in events:
        state, reply = settle(state, event, district, there)
        replies.append(reply)
    greeting = replies[0]
    spoken = [_spoken(prompts, (*reply.first, *reply.says)) for reply in replies]
    return Measured(
        keys=sum(len(answer) for answer in answers if answer != TAKEN),
        turns=len(replies),
        spoken=sum(spoken),
        first_choice=_spoken(prompts, greeting.first) + seconds(_first_option(prompts, greeting)),
        outcome=state.outcome,
    )


def table(prompts: Prompts, district: Profile) -> str:
    """The commonest journeys in a Markdown table, beside what they may take at most, and why."""
    lines = [
        "| journey | keys | at most | seconds spoken | at most | turns | at most |",
        "| --- | --: | --: | --: | --: | --: | --: |",
    ]
    for journey in JOURNEYS:
        found = measure(prompts, district, journey.caller_id, journey.answers)
        limit = "–" if journey.keys is None else journey.keys
        lines.append(
            f"| {journey.name} | {found.keys} | {limit} | {found.spoken:.0f} | {journey.seconds} "
            f"| {found.turns} | {district.limits.max_turns} |"
        )
    first = measure(prompts, district, _LANDLINE, ()).first_choice
    lines += [
        "",
        f"Every word is heard to its end: whoever presses sooner is done sooner. A journey may take "
        f"{KEYS_AT_MOST} keys and {SECONDS_AT_MOST} s, where",
        f"the number is typed {SECONDS_TYPING} s and the keys that it has. The choice of a language may add "
        f"{CHOICE_KEYS} keys and {CHOICE_SECONDS} s: the list of",
        "languages is heard, and the menu once more. The first choice is named after "
        f"{first:.0f} s, of {FIRST_CHOICE_AT_MOST} s at most.",
    ]
    return "\n".join(lines) + "\n"


def settle(state: State, event: Event, district: Profile, there: tuple[int, ...]) -> tuple[State, Reply]:
    """One turn, with a record that files everything and finds every reference; ``there`` is on duty."""
    state, then = advance(state, event, district)
    while not isinstance(then, Reply):
        state, then = advance(state, _agree(then, there, state.language, district), district)
    return state, then


def _event(answer: str) -> Event:
    if answer == TAKEN:
        return Taken("")
    return Digits(answer) if answer else Silence()


def _agree(effect: Effect, there: tuple[int, ...], language: str, district: Profile) -> Result:
    match effect:
        case LookUp():
            return Found(RequestStatus.OPEN)
        case Withdraw() | StillNeeded():
            return Noted()
        case AskWhoIsThere():
            return Reachable(there)
        case _:
            return Filed(spoken_window(_PROMISE, _NOW, language, district.tz), _REFERENCE)


def _spoken(prompts: Prompts, sayings: Sequence[Saying]) -> float:
    return sum(seconds(prompts.text(saying)) / SLOWLY.get(saying.key, 1.0) for saying in sayings)


def _first_option(prompts: Prompts, greeting: Reply) -> str:
    """The menu's words until its first option is told: its first sentence."""
    return prompts.text(greeting.says[0]).partition(". ")[0] if greeting.says else ""
