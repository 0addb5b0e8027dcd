"""What is asked of the record, and what its result means for the conversation. Pure."""

from __future__ import annotations

from dataclasses import replace

from intake.lifecycle import RequestStatus
from voice.events import (
    AskWhoIsThere,
    Connect,
    Effect,
    File,
    FileAgain,
    Filed,
    Found,
    Guessed,
    LookUp,
    Noted,
    NotNow,
    Offered,
    OwnMission,
    Reachable,
    ReportMission,
    Result,
    Seeker,
    StillNeeded,
    Unknown,
    Withdraw,
)
from voice.nodes import TRIES, Heard
from voice.readers import answered
from voice.state import State
from voice.wording import number_to_call


def file_call(state: State) -> Effect:
    """File what was said, to be called back at the best number known."""
    number = number_to_call(state)
    assert number, "no way leads to filing without a number"
    return File(number, state.language, state.answers)


def file_again(state: State) -> Effect:
    """File a callback about the earlier request."""
    return FileAgain(state.answers.reference or "")


def ask_who_is_there(state: State) -> Effect:
    """Find somebody of the team to talk to."""
    return AskWhoIsThere(state.language)


def look_up(state: State) -> Effect:
    """Find the earlier request."""
    return LookUp(state.reference, state.caller_id, state.forwarded)


def withdraw(state: State) -> Effect:
    """End the earlier request."""
    return Withdraw(state.answers.reference or "")


def still_needed(state: State) -> Effect:
    """Say that the earlier request still stands."""
    return StillNeeded(state.answers.reference or "")


def connect(state: State) -> Effect:
    """Connect the helper with whom she helps."""
    return Connect(_mission(state))


def say_done(state: State) -> Effect:
    """The helper has helped."""
    return ReportMission(_mission(state), done=True)


def say_off(state: State) -> Effect:
    """The helper cannot come."""
    return ReportMission(_mission(state), done=False)


def _mission(state: State) -> int:
    assert state.mission is not None, "no way leads here without a mission"
    return state.mission


def hear_filed(result: Result, state: State) -> Heard:
    """How the filing is told to the caller."""
    if not isinstance(result, Filed):
        return Heard("unknown", state)
    state = replace(state, promise=result.promise, reference=result.reference or "")
    if state.manner:
        return Heard(state.manner.value, state)
    if result.reference is None:
        return Heard("helper", state)
    return Heard("added" if result.added else "filed", state)


def hear_reachable(result: Result, state: State) -> Heard:
    """Whether there is anybody to ring."""
    there = result.staff if isinstance(result, Reachable) else ()
    return Heard("somebody" if there else "nobody", replace(state, sought=True, there=there))


def hear_found(result: Result, state: State) -> Heard:
    """Where the earlier request stands; or that there is none, as often as a question is put."""
    if isinstance(result, Found):
        return Heard(result.status.value, answered(state, reference=state.reference))
    if isinstance(result, Offered):
        return Heard("offered", replace(state, offer_call=result.offer_call))
    if isinstance(result, OwnMission):
        return Heard("mission", replace(state, mission=result.mission))
    if isinstance(result, Guessed):
        return Heard("guessed", state)
    return Heard("unknown" if state.tries + 1 < TRIES else "unknown again", state)


def hear_connected(result: Result, state: State) -> Heard:
    """Whether whom she helps may be rung now."""
    if isinstance(result, Seeker):
        return Heard("seeker", state)
    return Heard("not now" if isinstance(result, NotNow) else "over", state)


def hear_reported(result: Result, state: State) -> Heard:
    """Whether her word on the mission still counted."""
    return Heard("noted" if isinstance(result, Noted) else "over", state)


def hear_withdrawn(result: Result, state: State) -> Heard:
    """Whether the request was taken back, or how it had ended before."""
    if isinstance(result, Found):
        return Heard("handed on" if result.status is RequestStatus.HANDED_ON else "over", state)
    return hear_noted(result, state)


def hear_noted(result: Result, state: State) -> Heard:
    """Whether the wish about the earlier request was carried out."""
    if isinstance(result, Filed):
        return hear_filed(result, state)
    return Heard("unknown" if isinstance(result, Unknown) else "noted", state)
