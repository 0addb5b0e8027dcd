"""From any state, whatever comes: a named outcome, within the limits, and nothing raises.

The district takes answers by voice and messages on tape here, so that these ways are walked too.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import references
from intake.kinds import CallOutcome
from intake.lifecycle import RequestStatus
from intake.profile import Profile, Speech, VoiceMessages
from voice.events import (
    Answered,
    Digits,
    Event,
    Failed,
    HashAlone,
    HungUp,
    Recorded,
    Rung,
    Silence,
    Spoken,
    Taken,
    TimeUp,
)
from voice.flow import EACH_FURTHER_KEY
from voice.measure import seconds
from voice.nodes import ACCEPT_SECONDS, RING_SECONDS
from voice.prompts import Prompts
from voice.state import Step

from .conftest import LANDLINE, Conversation, Record

KNOWN = references.make(7)
MISSION = references.make_mission_number(7)

#: What people type: single keys, numbers whole and cut short, postcodes, references, stars in between.
TYPED = st.one_of(
    st.sampled_from(
        ["1", "1", "1", "2", "3", "4", "9", "0", "*", "34466", "34117", "99999", KNOWN, MISSION, "123456"]
    ),
    st.sampled_from(["056925551234", "5551234", "00495692555123", "0900123456", "344*34466", "3*", "112"]),
    st.text("0123456789*", min_size=1, max_size=16),
).map(Digits)

#: What people say, understood or not, clearly or not.
SAID = st.builds(
    Spoken,
    st.one_of(
        st.sampled_from(
            ["ja", "nein", "die Eins", "Einkaufen", "ein Mensch bitte", "noch einmal", "ja nein", "yes", "да"]
        ),
        st.sampled_from(["drei vier vier sechs sechs", "null fünf sechs neun zwo fünfundfünfzig", "0 5 6"]),
        st.text(max_size=30),
    ),
    st.sampled_from([0.0, 0.49, 0.5, 1.0]),
)

ANSWERS = st.one_of(TYPED, TYPED, SAID, st.just(HashAlone()), st.just(Silence()), st.just(Recorded()))
STEPS = st.lists(ANSWERS, max_size=45)

#: Who is on duty: nobody, or two.
THERE = st.sampled_from([(), (3, 5)])

#: What becomes of ringing: until somebody presses the key, or until all have rung and heard who calls.
RINGS = st.sampled_from(["taken", "in vain"])
RINGS_AT_MOST = RING_SECONDS + ACCEPT_SECONDS + 5


@pytest.fixture(scope="module")
def district(profile: Profile) -> Profile:
    """The district with everything switched on."""
    more = {"speech": Speech(enabled=True), "voice_message": VoiceMessages(enabled=True)}
    return profile.model_copy(update=more)


def conversation(district: Profile, prompts: Prompts, there: tuple[int, ...] = ()) -> Conversation:
    phone = Conversation(district, prompts)
    phone.record = Record(known={KNOWN: RequestStatus.OPEN}, there=there, missions={MISSION: 7})
    return phone


def at(event: Event, second: float) -> Event:
    return type(event)(**{**vars(event), "at": int(second)})


def lasts(event: Event, phone: Conversation) -> float:
    """Seconds until the event: the words at 120 a minute, then slow keys, a number a key a second, a wait, a
    whole message."""
    heard = seconds(phone.words)
    if phone.reply.record is not None:
        return heard + phone.reply.record.seconds
    if not isinstance(event, Digits):
        return heard + 10
    if phone.reply.listen is None or phone.state.step is Step.NUMBER_TYPE:
        return heard + len(event.keys)
    return heard + 5 + EACH_FURTHER_KEY * (min(len(event.keys), phone.reply.listen.keys or 1) - 1)


@settings(deadline=None, max_examples=150)
@given(
    caller_id=st.sampled_from([LANDLINE, "+4915112345678", None]),
    forwarded=st.booleans(),
    steps=STEPS,
    there=THERE,
    rings=RINGS,
)
def test_every_call_ends_in_an_outcome_within_its_limits(
    district: Profile,
    prompts: Prompts,
    caller_id: str | None,
    steps: list[Event],
    there: tuple[int, ...],
    rings: str,
    forwarded: bool,
) -> None:
    """A talk with the team, and waiting for whom one helps, are not among the five minutes."""
    phone = conversation(district, prompts, there).meets(Answered(caller_id, forwarded=forwarded))
    now = 0.0
    for step in [*steps, *[Silence()] * 45]:
        if phone.state.outcome is not None:
            break
        if phone.reply.ring:
            now += seconds(phone.words) + (RINGS_AT_MOST if phone.reply.ring.staff else 0)
            phone.meets(Taken("CA1", int(now)) if rings == "taken" else Rung(False, int(now)))
            continue
        now += lasts(step, phone)
        phone.meets(at(step, now))
    assert phone.state.outcome is not None
    assert phone.reply.listen is None
    assert phone.state.turn <= district.limits.max_turns
    assert now + seconds(phone.words) <= district.limits.max_minutes * 60


@settings(deadline=None, max_examples=100)
@given(
    caller_id=st.sampled_from([LANDLINE, None]),
    steps=STEPS,
    there=THERE,
    last=st.sampled_from([HungUp(200), Failed("11200", 200), TimeUp(300)]),
)
def test_whatever_happens_in_the_middle_has_an_outcome_too(
    district: Profile,
    prompts: Prompts,
    caller_id: str | None,
    steps: list[Event],
    there: tuple[int, ...],
    last: Event,
) -> None:
    phone = conversation(district, prompts, there).dial(caller_id)
    for second, step in enumerate(steps):
        phone.meets(at(step, second))
    phone.meets(last)
    assert isinstance(phone.state.outcome, CallOutcome)


@settings(deadline=None, max_examples=50)
@given(steps=STEPS)
def test_the_same_events_give_the_same_replies(
    district: Profile, prompts: Prompts, steps: list[Event]
) -> None:
    first, second = (conversation(district, prompts).dial() for _ in range(2))
    for moment, step in enumerate(steps):
        first.meets(at(step, moment))
        second.meets(at(step, moment))
    assert first.state == second.state
    for turn in first.state.log:
        assert first.state.reply_of(turn.turn) == turn.reply


@settings(deadline=None, max_examples=50)
@given(steps=STEPS)
def test_a_call_that_has_ended_is_moved_by_nothing(
    district: Profile, prompts: Prompts, steps: list[Event]
) -> None:
    phone = conversation(district, prompts).dial().press("0", "1", "2")
    ended, reply = phone.state, phone.reply
    for moment, step in enumerate([*steps, Silence()]):
        phone.meets(at(step, moment))
        assert (phone.state, phone.reply) == (ended, reply)


@settings(deadline=None, max_examples=50)
@given(steps=STEPS)
def test_nothing_that_was_spoken_stays_in_a_calls_state(
    district: Profile, prompts: Prompts, steps: list[Event]
) -> None:
    """Only what was understood of it, in keys."""
    secret = "geheimnisvollerweise"
    phone = conversation(district, prompts).dial()
    for moment, step in enumerate(steps):
        phone.meets(at(step, moment))
        phone.meets(Spoken(f"{secret} eins", 0.9, moment))
    assert secret not in str(phone.state.to_json())
