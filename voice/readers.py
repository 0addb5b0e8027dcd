"""What keys mean at each question, what is kept of them, and which way a junction chooses. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from intake.lifecycle import BestTime
from intake.phone_numbers import area_code_of, parse_callable
from intake.profile import Profile
from intake.references import is_valid
from voice.events import (
    Effect,
    File,
    FileAgain,
    Filed,
    Found,
    LookUp,
    Purpose,
    Result,
    StillNeeded,
    Unknown,
    Withdraw,
)
from voice.nodes import AGAIN, TRIES, Heard, Keep
from voice.state import Manner, State
from voice.wording import number_to_call, places_offered

POSTCODE_KEYS = 5
REFERENCE_KEYS = 6


def answer(**known: object) -> Keep:
    """Keep these answers."""
    return lambda state, _district: replace(state, answers=replace(state.answers, **known))  # type: ignore[arg-type]  # names and types are Answers' own


def keep(**known: object) -> Keep:
    """Keep these facts about the call."""
    return lambda state, _district: replace(state, **known)  # type: ignore[arg-type]  # names and types are State's own


def one_of(tokens: Mapping[str, str]) -> Callable[[str, State, Profile], Heard]:
    """A reader of one key, each key standing for a way; any other key is wrong."""

    def reads(keys: str, state: State, _district: Profile) -> Heard:
        token = tokens.get(keys)
        return Heard(token, state) if token else Heard(AGAIN, state, ("wrong_key",))

    return reads


YES_NO = one_of({"1": "yes", "2": "no"})


def language(keys: str, state: State, district: Profile) -> Heard:
    """The language on that key, in the profile's order."""
    number = int(keys) if keys.isdigit() else 0
    if not 1 <= number <= len(district.languages):
        return Heard(AGAIN, state, ("wrong_key",))
    return Heard("chosen", replace(state, language=district.languages[number - 1]))


def need(keys: str, state: State, district: Profile) -> Heard:
    """The need on that key."""
    category = district.category_by_key(keys)
    if category is None:
        return Heard(AGAIN, state, ("wrong_key",))
    return Heard("need", replace(state, answers=replace(state.answers, category=category.id)))


def number(keys: str, state: State, district: Profile) -> Heard:
    """A typed number, completed with an area code that is known; refused if it may not be rung."""
    code = _area_code(state, district)
    typed = parse_callable(keys, district.country, code)
    if typed is not None:
        return Heard("typed", replace(state, answers=replace(state.answers, number=typed)))
    local = not keys.startswith("0") and code is None
    return Heard(AGAIN, state, ("number_area" if local else "number_refused",))


def _area_code(state: State, district: Profile) -> str | None:
    """The area code of the caller ID, else that of the place: it only completes, and is read back."""
    if state.caller_id and (code := area_code_of(state.caller_id)):
        return code
    names = {place.municipality for place in district.places.lookup(state.answers.postcode or "")}
    return next((code for code, name in district.area_codes.items() if name in names), None)


def postcode(keys: str, state: State, district: Profile) -> Heard:
    """A typed postcode: known here or nearby, shared by several places, or not known."""
    if len(keys) != POSTCODE_KEYS:
        return Heard(AGAIN, state, ("postcode_incomplete",))
    typed = replace(state, answers=replace(state.answers, postcode=keys))
    places = district.places.lookup(keys)
    if not places:
        return Heard(AGAIN, typed, ("postcode_unknown",))
    return Heard("one" if len(places) == 1 else "several", typed)


def which_place(keys: str, state: State, district: Profile) -> Heard:
    """One of the places that share the typed postcode."""
    offered = places_offered(state, district)
    chosen = int(keys) if keys.isdigit() else 0
    if not 1 <= chosen <= len(offered):
        return Heard(AGAIN, state, ("wrong_key",))
    place = offered[chosen - 1]
    answers = replace(state.answers, ags=place.ags, in_district=place.in_district)
    return Heard("inside" if place.in_district else "outside", replace(state, answers=answers))


def place_check(keys: str, state: State, district: Profile) -> Heard:
    """Yes or no to the one place of the typed postcode."""
    if keys == "1":
        return which_place("1", state, district)
    return YES_NO(keys, state, district)


def best_time(keys: str, state: State, _district: Profile) -> Heard:
    """Morning, afternoon, any."""
    times = {"1": BestTime.MORNING, "2": BestTime.AFTERNOON, "3": BestTime.ANY}
    if keys not in times:
        return Heard(AGAIN, state, ("wrong_key",))
    return Heard("time", replace(state, answers=replace(state.answers, best_time=times[keys])))


def reference(keys: str, state: State, _district: Profile) -> Heard:
    """A reference number whose check digit is right; whether there is such a request, the record knows."""
    if not is_valid(keys):
        return Heard(AGAIN, state, ("reference_incomplete",))
    return Heard("typed", replace(state, answers=replace(state.answers, reference=keys)))


# --- junctions -----------------------------------------------------------------------------------------


def pick_up(state: State, _district: Profile) -> str:
    """Whether the call is taken."""
    return "refused" if state.refusal else "taken"


def next_question(state: State, _district: Profile) -> str:
    """The first thing that is still to be asked for this purpose; then it is filed."""
    answers = state.answers
    if answers.purpose is Purpose.HELP and answers.category is None:
        return "need"
    if not answers.confirmed:
        return "offer" if state.caller_id and not state.refused_id else "type"
    if answers.purpose is Purpose.PERSON:
        return "file"
    if answers.ags is None and not answers.place_later:
        return "place"
    return "time" if answers.purpose is Purpose.HELP and answers.best_time is None else "file"


def can_be_rung(state: State, _district: Profile) -> str:
    """Whether there is a number to ring, be it only the caller ID."""
    return "file" if number_to_call(state) else "nobody"


def wants_a_person(state: State, _district: Profile) -> str:
    """A caller who asks for a person a second time is asked nothing more."""
    return "insists" if state.answers.purpose is Purpose.PERSON else "wants"


def gone(state: State, _district: Profile) -> str:
    """What a caller leaves behind who hung up."""
    if state.status_told:
        return "told"
    return "lead" if number_to_call(state) else "nothing"


def stored(state: State, _district: Profile) -> str:
    """How to say good-bye after a filing."""
    if state.manner is not None:
        return state.manner.value
    if state.answers.purpose is Purpose.HELPER:
        return "helper"
    return "added" if state.added else "filed"


# --- works ---------------------------------------------------------------------------------------------


def file(state: State) -> Effect:
    """File what is known; a junction has seen to it that there is a number."""
    known = number_to_call(state)
    assert known is not None
    return File(known, state.language, state.answers)


def _with_reference(effect: Callable[[str], Effect]) -> Callable[[State], Effect]:
    def make(state: State) -> Effect:
        assert state.answers.reference is not None
        return effect(state.answers.reference)

    return make


look_up = _with_reference(LookUp)
withdraw = _with_reference(Withdraw)
still_needed = _with_reference(StillNeeded)
file_again = _with_reference(FileAgain)


def worked(result: Result, state: State) -> Heard:
    """What the record answered to a filing or a wish."""
    if isinstance(result, Filed):
        known = replace(state, promise=result.promise, reference=result.reference or "", added=result.added)
        return Heard("filed", known)
    return Heard("unknown" if isinstance(result, Unknown) else "noted", state)


def looked_up(result: Result, state: State) -> Heard:
    """Where the earlier request stands; a reference that nobody knows may be typed once more."""
    if isinstance(result, Found):
        return Heard("found", replace(state, status_told=True), (f"status_{result.status.value}",))
    missed = replace(state, misses=state.misses + 1, answers=replace(state.answers, reference=None))
    return Heard("unknown" if missed.misses < TRIES else "given_up", missed)


SILENT = keep(manner=Manner.SILENT)
BROKEN = keep(manner=Manner.BROKEN)
CONFIRM_CALLER_ID: Keep = lambda state, _district: replace(  # noqa: E731 -- a way's memory is one expression
    state, answers=replace(state.answers, number=state.caller_id, confirmed=True)
)
