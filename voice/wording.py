"""Which prompts the conversation says, and the words that fill their placeholders. Pure.

The texts themselves stand in ``prompts/<language>.toml``; at start they are checked against ``PROMPTS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from intake.kinds import CallbackKind
from intake.lifecycle import RequestStatus
from intake.places import Place
from intake.profile import Profile
from intake.spoken import spoken_digits, spoken_hours, spoken_number
from voice import offer_steps
from voice.state import Saying, State

#: Places named by one key each when municipalities share a postcode.
PLACES_AT_MOST = 4

#: The states of a request that a caller is told about; an erased one is unknown.
TOLD = tuple(status for status in RequestStatus if status is not RequestStatus.ERASED)

#: Every prompt the conversation can say, with the placeholders that are filled for it.
PROMPTS: Mapping[str, tuple[str, ...]] = {
    "greeting": ("hotline", "district"),
    "emergency": (),
    "speech": (),
    "menu": (),
    "menu_short": (),
    "menu_other_languages": (),
    "menu_language": (),
    "language": (),
    "language_short": (),
    "language_option": ("key",),
    "privacy": (),
    "privacy_more": ("days",),
    "privacy_speech": (),
    "need": (),
    "need_short": (),
    "need_1": ("need",),
    "need_2": ("need",),
    "need_3": ("need",),
    "need_4": ("need",),
    "number_offer": ("number",),
    "number_offer_short": ("number",),
    "number_type": (),
    "number_type_short": (),
    "number_check": ("number",),
    "number_check_short": ("number",),
    "number_incomplete": (),
    "number_refused": (),
    "number_area": (),
    "number_tried": (),
    "postcode": (),
    "postcode_short": (),
    "postcode_incomplete": (),
    "postcode_unknown": ("digits",),
    "place_later": (),
    "which_place": (),
    "which_place_short": (),
    "which_place_1": ("place",),
    "which_place_2": ("place",),
    "which_place_3": ("place",),
    "which_place_4": ("place",),
    "which_place_none": (),
    "place_check": ("place", "digits"),
    "place_check_short": ("place", "digits"),
    "place_outside": ("place",),
    "time": (),
    "time_short": (),
    "helper": (),
    "person": (),
    "connecting": (),
    "nobody_free": (),
    "whisper": ("hotline",),
    "whisper_late": (),
    **{f"ring_{kind}": () for kind in CallbackKind},
    "ring_about": ("need",),
    "ring_accept": (),
    "ring_late": (),
    "ring_busy": (),
    "ring_no_answer": (),
    "ring_failed": (),
    "reference": (),
    "reference_short": (),
    "reference_incomplete": (),
    "reference_unknown": (),
    "reference_callback": (),
    "reference_locked": (),
    **{f"status_{status}": () for status in TOLD},
    "earlier": (),
    "earlier_short": (),
    "still_needed": (),
    "request_over": (),
    "request_handed_on": (),
    "mission": (),
    "mission_short": (),
    "call_off": (),
    "call_off_short": (),
    "mission_done": (),
    "mission_off": (),
    "mission_over": (),
    "message": (),
    "message_short": (),
    "message_record": (),
    "wrong_key": (),
    "not_heard": (),
    "cleared": (),
    "way_out": (),
    "time_up": (),
    "close": ("promise",),
    "close_added": ("promise",),
    "close_silent": ("promise",),
    "close_helper": ("promise",),
    "close_broken": ("promise",),
    "close_noted": (),
    "close_talk": (),
    "close_withdrawn": (),
    "close_reference": ("reference",),
    "close_fraud": (),
    "seeker_away": (),
    "seeker_later": (),
    "no_number": (),
    "hours": ("hours",),
    "apology": (),
    "blocked": (),
    "too_many": (),
    **offer_steps.PROMPTS,
}


#: Said at this share of the usual speed: nobody has paper at hand for what has to be written down.
SLOWLY = {"hours": 0.8}


def place_of(state: State, district: Profile) -> Place | None:
    """The place that was confirmed, or else the first one with the postcode that was typed."""
    answers = state.answers
    places = district.places.lookup(answers.postcode or "")
    chosen = (place for place in places if place.ags == answers.ags)
    return next(chosen, None) or next(iter(places), None)


def number_to_call(state: State) -> str | None:
    """The number to ring: what was typed or confirmed, else the usable caller ID that is the caller's own."""
    return state.answers.number or (None if state.forwarded else state.caller_id)


def is_refused(state: State) -> bool:
    """Whether the number to ring is the caller ID that the caller did not want to be rung at.

    It is tried all the same, and the caller told so: better than to ring nobody.
    """
    return state.refused_id and state.answers.number is None


def number_to_check(state: State) -> str | None:
    """The number that is read out for the caller to confirm."""
    return state.answers.number or state.caller_id


def _place(state: State, district: Profile) -> str:
    place = place_of(state, district)
    return place.municipality if place else ""


_WORDS: Mapping[str, Callable[[State, Profile], str]] = {
    "hotline": lambda _state, district: district.hotline_name,
    "district": lambda _state, district: district.name,
    "days": lambda _state, district: str(district.retention.closed_request_days),
    "number": lambda state, _district: spoken_number(number_to_check(state) or "", state.language),
    "place": _place,
    "digits": lambda state, _district: spoken_digits(state.answers.postcode or "", state.language),
    "promise": lambda state, _district: state.promise,
    "reference": lambda state, _district: spoken_digits(state.reference, state.language),
    "hours": lambda state, district: spoken_hours(district, state.language),
}


def say(key: str, state: State, district: Profile) -> Saying:
    """The prompt in the caller's language, its placeholders filled from what is known."""
    return Saying(key, state.language, {name: _WORDS[name](state, district) for name in PROMPTS[key]})


def need_options(state: State, district: Profile) -> tuple[Saying, ...]:
    """One saying for each need of the profile, in the order of their keys."""
    return tuple(
        Saying(f"need_{category.key}", state.language, {"need": category.label[state.language]})
        for category in district.categories
    )


def places_offered(state: State, district: Profile) -> tuple[Place, ...]:
    """The places that share the typed postcode, as many as there are keys for."""
    return district.places.lookup(state.answers.postcode or "")[:PLACES_AT_MOST]


def place_options(state: State, district: Profile) -> tuple[Saying, ...]:
    """One saying for each place that shares the typed postcode, and last the key for none of them."""
    places = enumerate(places_offered(state, district), start=1)
    return (
        *(
            Saying(f"which_place_{key}", state.language, {"place": place.municipality})
            for key, place in places
        ),
        Saying("which_place_none", state.language),
    )


def language_options(_state: State, district: Profile) -> tuple[Saying, ...]:
    """One saying for each language, in that language."""
    return tuple(
        Saying("language_option", language, {"key": str(key)})
        for key, language in enumerate(district.languages, start=1)
    )


def other_languages(state: State, district: Profile) -> tuple[Saying, ...]:
    """The way to the choice of languages. Whoever stays silent hears each language name itself.

    At once that would take longer than a call may, where a district speaks many: then it is one hint for
    all, in the first language that is not the caller's.
    """
    others = [language for language in district.languages if language != state.language]
    if len(others) > 1 and not state.tries:
        return (Saying("menu_other_languages", others[0]),)
    return tuple(Saying("menu_language", language) for language in others)
