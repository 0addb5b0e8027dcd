"""What keys mean at each question, and what is kept on a way. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from intake.kinds import BestTime
from intake.phone_numbers import area_code_of, parse_callable
from intake.profile import Profile
from intake.references import is_mission_number, is_valid
from voice.junctions import still_missing
from voice.nodes import NOTHING, Heard, Keep
from voice.state import Manner, State
from voice.wording import place_of, places_offered

POSTCODE_KEYS = 5
REFERENCE_KEYS = 6

#: Fewer digits are no subscriber's number with its area code.
_NUMBER_AT_LEAST = 7

#: The keys of the best times, in the order in which they are offered.
BEST_TIMES = {"1": BestTime.MORNING, "2": BestTime.AFTERNOON, "3": BestTime.ANY}


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
        if "place" in still_missing(state, district):
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


def _may_be_local(keys: str, district: Profile) -> bool:
    """Whether some area code of the district makes a number of these keys that may be rung."""
    if keys.startswith("0"):
        return False
    return any(parse_callable(keys, district.country, code) for code in district.area_codes)


def _area_code_of_place(state: State, district: Profile) -> str | None:
    """The area code that the profile names for the confirmed place."""
    place = place_of(state, district) if state.answers.ags else None
    codes = (code for code, name in district.area_codes.items() if place and name == place.municipality)
    return next(codes, None)


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


def refuse_number(state: State, _district: Profile) -> State:
    """The typed number is not the one that was meant: another one is needed."""
    return replace(answered(state, number=None), wrong_numbers=state.wrong_numbers + 1)


def refuse_place(state: State, _district: Profile) -> State:
    """None of the postcode's places was meant: another one is needed."""
    return replace(answered(state, postcode=None), wrong_places=state.wrong_places + 1)


def put_off_place(state: State, _district: Profile) -> State:
    """The place cannot be found out by keys; the operator will ask."""
    return replace(answered(state, place_later=True), local=None)


def count_try(state: State, _district: Profile) -> State:
    """The answer was understood but of no use: it counts as a try."""
    return replace(state, tries=state.tries + 1)
