"""A conversation with the pure flow, told in the words heard. Its state is written and read at every step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from intake.db import Database
from intake.kinds import CallOutcome
from intake.lifecycle import RequestStatus
from intake.profile import Profile
from intake.settings import Settings
from voice.events import (
    Answered,
    AskWhoIsThere,
    Connect,
    Digits,
    Effect,
    Event,
    Filed,
    Found,
    Guessed,
    HungUp,
    LookUp,
    Noted,
    OwnMission,
    Reachable,
    Result,
    Rung,
    Seeker,
    Silence,
    Taken,
    Unknown,
)
from voice.flow import advance, begin
from voice.prompts import Prompts, load_prompts
from voice.state import Reply, State

from .line import Line, open_line

PROMISE = "heute Nachmittag zwischen 14 und 15 Uhr 30"
REFERENCE = "482160"
LANDLINE = "+4956925551234"


@dataclass
class Record:
    """A record that files everything, and knows the requests and the team that a test gave it."""

    known: dict[str, RequestStatus] = field(default_factory=dict)
    added: bool = False
    guessed: bool = False
    there: tuple[int, ...] = ()
    missions: dict[str, int] = field(default_factory=dict)
    asked: list[Effect] = field(default_factory=list)

    def perform(self, effect: Effect, is_helper: bool) -> Result:
        if isinstance(effect, AskWhoIsThere | Connect):
            return Seeker() if isinstance(effect, Connect) else Reachable(self.there)
        if isinstance(effect, LookUp) and self.guessed:
            return Guessed()
        self.asked.append(effect)
        if isinstance(effect, LookUp):
            return self._look_up(effect.reference)
        reference = getattr(effect, "reference", None)
        if reference is not None and reference not in self.known:
            return Unknown()
        if type(effect).__name__.startswith("File"):
            return Filed(PROMISE, None if is_helper else REFERENCE, self.added)
        return Noted()

    def _look_up(self, digits: str) -> Result:
        if digits in self.missions:
            return OwnMission(self.missions[digits])
        return Found(self.known[digits]) if digits in self.known else Unknown()


class Conversation:
    """One call through the flow. Each event is a second after the one before, or at ``at``."""

    def __init__(self, district: Profile, prompts: Prompts) -> None:
        self.district, self.prompts = district, prompts
        self.record = Record()
        self.state: State = begin(district.languages[0])
        self.reply = Reply()

    def dial(self, caller_id: str | None = LANDLINE) -> Conversation:
        return self.meets(Answered(caller_id))

    def press(self, *answers: str) -> Conversation:
        for keys in answers:
            self.meets(Digits(keys, self.state.at + 1))
        return self

    def is_silent(self, times: int = 1) -> Conversation:
        for _ in range(times):
            self.meets(Silence(self.state.at + 10))
        return self

    def is_taken(self) -> Conversation:
        """Somebody of the team presses the key."""
        return self.meets(Taken("CA1", self.state.at + 15))

    def is_not_taken(self) -> Conversation:
        """The team's telephones ring in vain."""
        return self.meets(Rung(False, self.state.at + 30))

    def hangs_up(self) -> Conversation:
        return self.meets(HungUp(self.state.at + 1))

    def meets(self, event: Event) -> Conversation:
        self._stored()
        self.state, then = advance(self.state, event, self.district)
        while not isinstance(then, Reply):
            self._stored()
            is_helper = self.state.answers.purpose == "helper"
            self.state, then = advance(self.state, self.record.perform(then, is_helper), self.district)
        self.reply = then
        return self

    def hears(self, *expected: str) -> Conversation:
        for text in expected:
            assert text in self.words, f"{text!r} was not said, but: {self.words}"
        return self

    def hears_nothing_of(self, *unwanted: str) -> Conversation:
        for text in unwanted:
            assert text not in self.words, f"{text!r} was said: {self.words}"
        return self

    def ends_as(self, outcome: CallOutcome) -> Conversation:
        assert self.state.outcome is outcome
        assert self.reply.listen is None
        return self

    @property
    def words(self) -> str:
        return " ".join(self.prompts.text(saying) for saying in (*self.reply.first, *self.reply.says))

    def _stored(self) -> None:
        """Through JSON text and back: what is not kept in the row is lost between two webhooks."""
        again = State.from_json(json.loads(json.dumps(self.state.to_json())))
        assert again == self.state
        self.state = again


@pytest.fixture(scope="session")
def prompts(profile: Profile) -> Prompts:
    return load_prompts(profile.languages)


@pytest.fixture
def phone(profile: Profile, prompts: Prompts) -> Conversation:
    return Conversation(profile, prompts)


@pytest.fixture
def line(settings: Settings, profile: Profile, any_db: Database) -> Iterator[Line]:
    """A telephone and the hotline behind real HTTP, once on each kind of database."""
    with open_line(settings, profile, any_db) as opened:
        yield opened


@pytest.fixture
def quick_line(settings: Settings, profile: Profile, sqlite_db: Database) -> Iterator[Line]:
    """As ``line``, for what cannot depend on the database."""
    with open_line(settings, profile, sqlite_db) as opened:
        yield opened
