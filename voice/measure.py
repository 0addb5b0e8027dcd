"""How long a call takes: a journey is walked through the flow, and its words are counted. Pure.

Spoken time is words at 120 words a minute, a slow and clear voice. A number of three digits and more counts
a word for each digit. The caller listens to every word, which is the longest a journey can take.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from intake.lifecycle import CallOutcome, RequestStatus
from intake.profile import Profile
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
    Withdraw,
)
from voice.flow import advance, begin
from voice.prompts import Prompts
from voice.state import Reply, Saying, State

WORDS_PER_SECOND = 2.0

#: A promise and a reference of usual length, for the record that is not there.
_PROMISE = "heute Nachmittag zwischen 14 Uhr und 15 Uhr 30"
_REFERENCE = "482167"

_WORD = re.compile(r"\w+")


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
    """Walk a journey; each of ``answers`` is what is typed at one question, "" for silence."""
    events: list[Event] = [Answered(caller_id)]
    events += [Digits(answer) if answer else Silence() for answer in answers]
    state, replies = begin(district.languages[0]), list[Reply]()
    for event in events:
        state, reply = settle(state, event, district)
        replies.append(reply)
    greeting = replies[0]
    spoken = [_spoken(prompts, (*reply.first, *reply.says)) for reply in replies]
    return Measured(
        keys=sum(map(len, answers)),
        turns=len(replies),
        spoken=sum(spoken),
        first_choice=_spoken(prompts, greeting.first) + seconds(_first_option(prompts, greeting)),
        outcome=state.outcome,
    )


def settle(state: State, event: Event, district: Profile) -> tuple[State, Reply]:
    """One turn, with a record that files everything and finds every reference, and nobody on duty."""
    state, then = advance(state, event, district)
    while not isinstance(then, Reply):
        state, then = advance(state, _agree(then), district)
    return state, then


def _agree(effect: Effect) -> Result:
    match effect:
        case LookUp():
            return Found(RequestStatus.OPEN)
        case Withdraw() | StillNeeded():
            return Noted()
        case AskWhoIsThere():
            return Reachable()
        case _:
            return Filed(_PROMISE, _REFERENCE)


def _spoken(prompts: Prompts, sayings: Sequence[Saying]) -> float:
    return sum(seconds(prompts.text(saying)) for saying in sayings)


def _first_option(prompts: Prompts, greeting: Reply) -> str:
    """The menu's words until its first option is told: its first sentence."""
    return prompts.text(greeting.says[0]).partition(". ")[0] if greeting.says else ""
