"""From any state, whatever comes: a named outcome, within the limits, and nothing raises."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from intake import references
from intake.lifecycle import CallOutcome, RequestStatus
from intake.profile import Profile
from voice.events import Answered, Digits, Event, Failed, HungUp, Rung, Silence, Taken, TimeUp
from voice.measure import seconds
from voice.prompts import Prompts
from voice.readers import ACCEPT_SECONDS, RING_SECONDS

from .conftest import LANDLINE, Conversation, Record

KNOWN = references.make(7)

#: What people type: single keys, numbers whole and cut short, postcodes, references, stars in between.
TYPED = st.one_of(
    st.sampled_from(
        ["1", "1", "1", "2", "3", "4", "9", "0", "*", "34466", "34117", "99999", KNOWN, "123456"]
    ),
    st.sampled_from(["056925551234", "5551234", "00495692555123", "0900123456", "344*34466", "3*", "112"]),
    st.text("0123456789*", min_size=1, max_size=16),
)
STEPS = st.lists(st.one_of(TYPED, st.just("")), max_size=45)


#: Who is on duty: nobody, or two.
THERE = st.sampled_from([(), (3, 5)])

#: What becomes of ringing: until somebody presses the key, or until all have rung and heard who calls.
RINGS = st.sampled_from(["taken", "in vain"])
RINGS_AT_MOST = RING_SECONDS + ACCEPT_SECONDS + 5


def conversation(district: Profile, prompts: Prompts, there: tuple[int, ...] = ()) -> Conversation:
    phone = Conversation(district, prompts)
    phone.record = Record(known={KNOWN: RequestStatus.OPEN}, there=there)
    return phone


def event(keys: str, at: int) -> Event:
    return Digits(keys, at) if keys else Silence(at)


@settings(deadline=None, max_examples=150)
@given(
    caller_id=st.sampled_from([LANDLINE, "+4915112345678", None]),
    forwarded=st.booleans(),
    steps=STEPS,
    there=THERE,
    rings=RINGS,
)
def test_every_call_ends_in_an_outcome_within_its_limits(
    profile: Profile,
    prompts: Prompts,
    caller_id: str | None,
    steps: list[str],
    there: tuple[int, ...],
    rings: str,
    forwarded: bool,
) -> None:
    """Time goes by as the words are spoken at 120 a minute and keys are pressed at one a second.

    A talk with the team is not among the five minutes.
    """
    phone = conversation(profile, prompts, there).meets(Answered(caller_id, forwarded=forwarded))
    at = 0.0
    for keys in [*steps, *[""] * 45]:
        if phone.state.outcome is not None:
            break
        if phone.reply.ring:
            at += seconds(phone.words) + RINGS_AT_MOST
            phone.meets(Taken("CA1", int(at)) if rings == "taken" else Rung(False, int(at)))
            continue
        at += seconds(phone.words) + (len(keys) or 10)
        phone.meets(event(keys, int(at)))
    assert phone.state.outcome is not None
    assert phone.reply.listen is None
    assert phone.state.turn <= profile.limits.max_turns
    assert at + seconds(phone.words) <= profile.limits.max_minutes * 60


@settings(deadline=None, max_examples=100)
@given(
    caller_id=st.sampled_from([LANDLINE, None]),
    steps=STEPS,
    there=THERE,
    last=st.sampled_from([HungUp(200), Failed("11200", 200), TimeUp(200)]),
)
def test_whatever_happens_in_the_middle_has_an_outcome_too(
    profile: Profile,
    prompts: Prompts,
    caller_id: str | None,
    steps: list[str],
    there: tuple[int, ...],
    last: Event,
) -> None:
    phone = conversation(profile, prompts, there).dial(caller_id).press(*(keys or "*" for keys in steps))
    phone.meets(last)
    assert isinstance(phone.state.outcome, CallOutcome)


@settings(deadline=None, max_examples=50)
@given(steps=STEPS)
def test_the_same_events_give_the_same_replies(profile: Profile, prompts: Prompts, steps: list[str]) -> None:
    first, second = (conversation(profile, prompts).dial() for _ in range(2))
    for at, keys in enumerate(steps):
        first.meets(event(keys, at))
        second.meets(event(keys, at))
    assert first.state == second.state
    for turn in first.state.log:
        assert first.state.reply_of(turn.turn) == turn.reply


@settings(deadline=None, max_examples=50)
@given(steps=STEPS)
def test_a_call_that_has_ended_is_moved_by_nothing(
    profile: Profile, prompts: Prompts, steps: list[str]
) -> None:
    phone = conversation(profile, prompts).dial().press("0", "1")
    ended, reply = phone.state, phone.reply
    for at, keys in enumerate([*steps, ""]):
        phone.meets(event(keys, at))
        assert (phone.state, phone.reply) == (ended, reply)
