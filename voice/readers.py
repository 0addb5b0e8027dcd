"""What keys mean at each question, what a junction decides by, and what is kept on a way. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from intake.lifecycle import BestTime, RequestStatus
from intake.phone_numbers import area_code_of, parse_callable
from intake.profile import Profile
from intake.references import is_mission_number, is_valid
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
    Purpose,
    Reachable,
    ReportMission,
    Result,
    Seeker,
    StillNeeded,
    Unknown,
    Withdraw,
)
from voice.nodes import NOTHING, TRIES, Heard, Keep
from voice.state import Manner, State, Step
from voice.wording import is_refused, number_to_call, place_of, places_offered

#: Seconds for which the team's telephones ring, and after that for hearing who calls and pressing the key.
RING_SECONDS = 20
ACCEPT_SECONDS = 10

#: What connecting takes at most, with the words before it and the close after it: asked for later than so
#: long before the call's cap, a person calls back instead.
_CONNECTING_TAKES = 90

POSTCODE_KEYS = 5
REFERENCE_KEYS = 6

#: Fewer digits are no subscriber's number with its area code.
_NUMBER_AT_LEAST = 7

#: The keys of the best times, in the order in which they are offered.
BEST_TIMES = {"1": BestTime.MORNING, "2": BestTime.AFTERNOON, "3": BestTime.ANY}

#: Seconds kept for the question whether to leave a message, and for the close after it.
_MESSAGE_TAKES = 75

#: What is asked for each purpose, in this order. A call about an earlier request needs only a number.
ORDER: Mapping[Purpose, tuple[str, ...]] = {
    Purpose.HELP: ("need", "number", "place", "time", "message"),
    Purpose.HELPER: ("place", "number"),
    Purpose.EARLIER: ("number",),
    Purpose.PERSON: ("number", "message"),
}


def answered(state: State, **changes: Any) -> State:
    """The state with some answers changed."""
    return replace(state, answers=replace(state.answers, **changes))


# --- reading keys ---------------------------------------------------------------------------------


def read_key(keys: str, state: State, _district: Profile) -> Heard:
    """A menu: the key itself is the name of the way."""
    return Heard(keys, state, ("wrong_key",))


def read_need(keys: str, state: State, district: Profile) -> Heard:
    """A menu whose first keys are the profile's needs."""
    category = district.category_by_key(keys)
    if category is None:
        return read_key(keys, state, district)
    return Heard("need", answered(state, category=category.id))


def read_language(keys: str, state: State, district: Profile) -> Heard:
    """A menu of the profile's languages in their order."""
    chosen = dict(zip("123456789", district.languages, strict=False)).get(keys)
    if chosen is None:
        return read_key(keys, state, district)
    return Heard("language", replace(state, language=chosen))


def read_number(keys: str, state: State, district: Profile) -> Heard:
    """A typed number, completed with an area code where one is known; only callable ones are taken."""
    area = area_code_of(state.caller_id) if state.caller_id else None
    area = area or _area_code_of_place(state, district)
    number = parse_callable(keys, district.country, area)
    if number is not None:
        return Heard("number", replace(answered(state, number=number, confirmed=False), local=None))
    if area is None and _may_be_local(keys, district):
        if "place" in _missing(state, district):
            return Heard("local", replace(state, local=keys))
        return Heard(NOTHING, state, ("number_area",))
    return Heard(NOTHING, state, ("number_incomplete" if len(keys) < _NUMBER_AT_LEAST else "number_refused",))


def read_postcode(keys: str, state: State, district: Profile) -> Heard:
    """A postcode: of one place, of several, or unknown. An unknown one is kept for the operator to see."""
    if len(keys) != POSTCODE_KEYS:
        return Heard(NOTHING, state, ("postcode_incomplete",))
    state = answered(state, postcode=keys, ags=None)
    places = district.places.lookup(keys)
    if not places:
        return Heard(NOTHING, state, ("postcode_unknown",))
    return Heard("one" if len(places) == 1 else "several", state)


def read_which_place(keys: str, state: State, district: Profile) -> Heard:
    """A menu of the places that share the typed postcode."""
    offered = dict(zip("1234", places_offered(state, district), strict=False))
    if keys not in offered:
        return read_key(keys, state, district)
    return Heard("place", answered(state, ags=offered[keys].ags))


def read_reference(keys: str, state: State, _district: Profile) -> Heard:
    """A reference, an offer's or a mission's number, by its check digit; the record knows the rest."""
    if not is_valid(keys) and not is_mission_number(keys):
        return Heard(NOTHING, state, ("reference_incomplete",))
    return Heard("reference", replace(state, reference=keys))


# --- what is kept on a way ------------------------------------------------------------------------


def keep(**changes: Any) -> Keep:
    """Remember these answers on the way."""
    return lambda state, _district: answered(state, **changes)


def file_as(manner: Manner) -> Keep:
    """Remember that the call is filed in an unusual manner."""
    return lambda state, _district: replace(state, manner=manner)


def take_caller_id(state: State, _district: Profile) -> State:
    """The caller found the caller ID right."""
    return answered(state, number=state.caller_id, confirmed=True)


def refuse_caller_id(state: State, _district: Profile) -> State:
    """The caller wants to be rung at another number."""
    return replace(state, refused_id=True)


def take_place(state: State, district: Profile) -> State:
    """The place is confirmed; a number that lacked its area code gets the place's."""
    place = place_of(state, district)
    if place is None:
        return put_off_place(state, district)
    state = answered(state, ags=place.ags, in_district=place.in_district)
    if state.local is None:
        return state
    number = parse_callable(state.local, district.country, _area_code_of_place(state, district))
    return replace(answered(state, number=number), local=None)


def refuse_place(state: State, _district: Profile) -> State:
    """None of the postcode's places was meant: another one is needed."""
    return replace(answered(state, postcode=None), wrong_places=state.wrong_places + 1)


def put_off_place(state: State, _district: Profile) -> State:
    """The place cannot be found out by keys; the operator will ask."""
    return replace(answered(state, place_later=True), local=None)


def count_try(state: State, _district: Profile) -> State:
    """The answer was understood but of no use: it counts as a try."""
    return replace(state, tries=state.tries + 1)


# --- what junctions decide by ---------------------------------------------------------------------


def greet(state: State, _district: Profile) -> str:
    """Whether the call is taken at all."""
    return state.refusal.value if state.refusal else "open"


def next_missing(state: State, district: Profile) -> str:
    """The next thing to ask for; or the filing, if all is said."""
    if state.answers.reference:
        return "file_again"
    missing = _missing(state, district)
    if not missing:
        return "file"
    return _how_to_ask_number(state) if missing[0] == "number" else missing[0]


def inside_or_not(state: State, _district: Profile) -> str:
    """Whether the confirmed place is the district's."""
    return "inside" if state.answers.in_district else "outside"


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


def _missing(state: State, district: Profile) -> list[str]:
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


def _may_be_local(keys: str, district: Profile) -> bool:
    """Whether some area code of the district makes a number of these keys that may be rung."""
    if keys.startswith("0"):
        return False
    return any(parse_callable(keys, district.country, code) for code in district.area_codes)


def _how_to_ask_number(state: State) -> str:
    if state.answers.number:
        return "number_check"
    return "number_offer" if state.caller_id and not state.refused_id else "number_type"


def _area_code_of_place(state: State, district: Profile) -> str | None:
    """The area code that the profile names for the confirmed place."""
    place = place_of(state, district) if state.answers.ags else None
    codes = (code for code, name in district.area_codes.items() if place and name == place.municipality)
    return next(codes, None)


# --- works: the effect, and what its result means -------------------------------------------------


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
