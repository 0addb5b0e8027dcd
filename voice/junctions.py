"""What junctions decide by: what is known so far, and what is missing still. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from intake.profile import Profile
from voice.events import Purpose
from voice.nodes import TRIES
from voice.state import Manner, State, Step
from voice.wording import is_refused, number_to_call

#: What connecting takes at most, with the words before it and the close after it: asked for later than so
#: long before the call's cap, a person calls back instead.
_CONNECTING_TAKES = 90

#: Seconds kept for the question whether to leave a message, and for the close after it.
_MESSAGE_TAKES = 75

#: What is asked for each purpose, in this order. A call about an earlier request needs only a number.
ORDER: Mapping[Purpose, tuple[str, ...]] = {
    Purpose.HELP: ("need", "number", "place", "time", "message"),
    Purpose.HELPER: ("place", "number"),
    Purpose.EARLIER: ("number",),
    Purpose.PERSON: ("number", "message"),
}


def greet(state: State, _district: Profile) -> str:
    """Whether the call is taken at all."""
    return state.refusal.value if state.refusal else "open"


def next_missing(state: State, district: Profile) -> str:
    """The next thing to ask for; or the filing, if all is said."""
    if state.answers.reference:
        return "file_again"
    missing = still_missing(state, district)
    if not missing:
        return "file"
    return _how_to_ask_number(state) if missing[0] == "number" else missing[0]


def inside_or_not(state: State, _district: Profile) -> str:
    """Whether the confirmed place is the district's."""
    return "inside" if state.answers.in_district else "outside"


def number_again(state: State, _district: Profile) -> str:
    """Whether a number called wrong is typed once more: as often as any question is put, then the call ends
    with the caller ID. Where there is none, typing is all there is, and it may be tried twice as often."""
    most = TRIES if number_to_call(state) else 2 * TRIES
    return "again" if state.wrong_numbers < most else "no more"


def place_again(state: State, _district: Profile) -> str:
    """Whether the place is asked for once more: as often as any question is put."""
    return "again" if state.wrong_places < TRIES else "later"


def person_first(state: State, district: Profile) -> str:
    """Whether the team is asked for somebody at once: one time in a call, and while there is time."""
    late = state.at > district.limits.max_minutes * 60 - _CONNECTING_TAKES
    crowded = state.turn + 3 > district.limits.max_turns
    return "later" if state.sought or late or crowded else "at once"


def nobody_how(state: State, _district: Profile) -> str:
    """What can be done where nobody answers: a known number is filed, else it is asked for, once.

    From a silent caller nothing more comes, and one who could not type a number is not asked for it again.
    """
    if state.manner is Manner.STUCK:
        return "no number"
    if state.manner is Manner.SILENT:
        return "silent, something said" if _leaves_something(state) else "silent, nothing said"
    if state.answers.reference:
        return "reference known"
    if state.answers.confirmed:
        return "number known"
    if state.answers.purpose is not Purpose.PERSON:
        return "number missing"
    return _which_number(state, "again") if number_to_call(state) else "no number"


def silent_how(state: State, district: Profile) -> str:
    """What can be done for a caller from whom nothing more comes."""
    answers = state.answers
    if _was_told(state):
        return "told"
    if answers.confirmed:
        return "confirmed"
    if number_to_call(state):
        return _which_number(state, "number")
    if person_first(state, district) == "at once":
        return "no number"
    return "something said" if _leaves_something(state) else "nothing said"


def _which_number(state: State, usual: str) -> str:
    """The usual way to a filing, or the one on which the caller is told which number will be tried."""
    return "number refused" if is_refused(state) else usual


def _was_told(state: State) -> bool:
    """Whether the call was about something earlier and got there: nothing needs to be filed for it.

    A helper who asked for a person at her mission wants to be rung all the same.
    """
    about_mission = state.mission is not None and state.answers.purpose is Purpose.EARLIER
    return bool(state.answers.reference) or about_mission


def _leaves_something(state: State) -> bool:
    """Whether a silent caller leaves anything to look into: a wish, or a forwarded caller ID to try."""
    return bool(state.answers.purpose or state.caller_id)


def way_out_how(state: State, district: Profile) -> str:
    """What can be done for a caller who gets no further, or whose time is up: with no number, a person."""
    if _was_told(state):
        return "told"
    if number_to_call(state):
        return _which_number(state, "number")
    return "somebody" if person_first(state, district) == "at once" else "no number"


def gone_how(state: State, district: Profile) -> str:
    """What a hang-up leaves: who has confirmed need, number and place lacks nothing that must be said."""
    answers = state.answers
    if _was_told(state):
        return "told"
    if answers.confirmed and next_missing(state, district) in ("time", "message", "file"):
        return "confirmed"
    wanted_a_person = state.step is Step.RINGING and state.manner is None
    return "something said" if answers.purpose or wanted_a_person else "nothing said"


def broken_how(state: State, _district: Profile) -> str:
    """Whether what is known can be filed after a failure."""
    return "number" if number_to_call(state) else "no number"


def still_missing(state: State, district: Profile) -> list[str]:
    """What is still to be asked, in order. A number that waits for the place's area code comes after it."""
    answers = state.answers
    wanted = ORDER[answers.purpose or Purpose.HELP]
    said = {
        "need": answers.category is not None,
        "number": answers.confirmed or (state.local is not None and "place" in wanted),
        "place": answers.ags is not None or answers.place_later,
        "time": answers.best_time is not None,
        "message": answers.message is not None or not _may_leave_message(state, district),
    }
    return [item for item in wanted if not said[item]]


def _may_leave_message(state: State, district: Profile) -> bool:
    """Whether messages are taken here, and there is time left for one."""
    rules, limits = district.voice_message, district.limits
    longest = rules.max_seconds + _MESSAGE_TAKES
    in_time = state.at + longest <= limits.max_minutes * 60 and state.turn + 3 <= limits.max_turns
    return rules.enabled and in_time


def _how_to_ask_number(state: State) -> str:
    if state.answers.number:
        return "number_check"
    return "number_offer" if state.caller_id and not state.refused_id else "number_type"
