"""The conversation as one table: every node, every way between them, every word said on the way. Pure.

Beside the ways that stand at a question, some are open at every one: ``0`` wants a person, and a hang-up, a
failure or the end of the call's time may always come. They stand in ``ALWAYS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from intake.kinds import CallOutcome
from voice import junctions as j
from voice import readers as r
from voice import wording as w
from voice import works
from voice.events import Purpose
from voice.nodes import Connection, End, Junction, Node, Question, Recording, Way, Work
from voice.state import Manner
from voice.state import Step as S  # noqa: N817 -- a table must be read at a glance

#: Told once, before anything is asked; after that ``PRIVACY_KEY`` tells more at any question.
PRIVACY = "privacy"
PRIVACY_MORE = ("privacy_more", "privacy_speech")
PRIVACY_KEY = "9"

#: Said only where answers by voice are taken.
ABOUT_SPEECH = frozenset({"speech", "privacy_speech"})

#: Said before the first menu, to the end: who this is, and where an emergency is to be told.
_GREETING = ("greeting", "emergency")

_SILENT = Way(S.SILENT, "silence")
_LOST = Way(S.WAY_OUT, "not understood")
_NO_PLACE = Way(S.NEXT, "not understood", r.put_off_place, ("place_later",))

#: Without a known reference nothing is said about an earlier request; all that is offered is a callback.
_ABOUT_EARLIER = r.keep(purpose=Purpose.EARLIER, reference=None)
_CALLBACK = Way(S.NEXT, "without digits", _ABOUT_EARLIER, ("reference_callback",), (PRIVACY,))

#: No number is known but the caller ID, which the caller did not want: it is tried, and that is said.
_TRIED = Way(S.FILE, "number known, but refused", says=("number_tried",))

#: The ways that are open at every question, by what happens.
ALWAYS: Mapping[str, Way] = {
    "person": Way(S.PERSON, "0"),
    "hung up": Way(S.GONE, "a hang-up"),
    "failed": Way(S.BROKEN, "a failure"),
    "time up": Way(S.WAY_OUT, "the end of time", says=("time_up",)),
}

#: Where a call begins.
START = Way(S.PICK_UP, "call")

_MENU = {
    "1": Way(S.NEXT, "1 help", r.keep(purpose=Purpose.HELP), first=(PRIVACY,)),
    "2": Way(S.NEXT, "2 wants to help", r.keep(purpose=Purpose.HELPER), ("helper",), (PRIVACY,)),
    "3": Way(S.REFERENCE, "3 earlier call", r.keep(purpose=Purpose.EARLIER)),
    "9": Way(S.LANGUAGE, "9 languages"),
}
_LANGUAGES = {"language": Way(S.MENU, "a language", says=("speech",))}
_NEEDS = {"need": Way(S.NEXT, "a need")}
_OFFERED = {
    "1": Way(S.NEXT, "1 right", r.take_caller_id),
    "2": Way(S.NEXT, "2 another number", r.refuse_caller_id),
}
_TYPED = {
    "number": Way(S.NUMBER_CHECK, "a number"),
    "local": Way(S.NEXT, "a number without area code"),
}
_CHECKED = {
    "1": Way(S.NEXT, "1 right", r.keep(confirmed=True)),
    "2": Way(S.NUMBER_WRONG, "2 wrong", r.refuse_number),
}
_POSTCODES = {
    "one": Way(S.PLACE_CHECK, "one place"),
    "several": Way(S.WHICH_PLACE, "several places"),
}
_SHARING = {
    "place": Way(S.PLACE_KNOWN, "a place", r.take_place),
    "9": Way(S.PLACE_WRONG, "9 none", r.refuse_place),
}
_PLACE = {
    "1": Way(S.PLACE_KNOWN, "1 right", r.take_place),
    "2": Way(S.PLACE_WRONG, "2 wrong", r.refuse_place),
}
_TIMES = {key: Way(S.NEXT, f"{key} {time}", r.keep(best_time=time)) for key, time in r.BEST_TIMES.items()}
_EARLIER = {
    "1": Way(S.STILL_NEEDED, "1 still needed"),
    "2": Way(S.WITHDRAW, "2 not needed"),
    "3": Way(S.NEXT, "3 something else", r.keep(purpose=Purpose.HELP, reference=None), first=(PRIVACY,)),
    "4": Way(S.FILE_AGAIN, "4 please call"),
}

#: What a helper may do about her mission. By key alone: a word that a machine made out ends no mission.
_MISSION = {
    "1": Way(S.CONNECT, "1 ring there"),
    "2": Way(S.SAY_DONE, "2 done"),
    "3": Way(S.CALL_OFF, "3 cannot come"),
}
_CALLS_OFF = {"1": Way(S.SAY_OFF, "1 yes"), "2": Way(S.MISSION, "2 no")}

_NO_MESSAGE = Way(S.NEXT, "2 no message", r.keep(message=False))
_MESSAGES = {"1": Way(S.RECORDING, "1 a message", says=("message_record",)), "2": _NO_MESSAGE}

_QUESTIONS: Mapping[S, Question] = {
    S.MENU: Question("menu", r.read_key, _MENU, _SILENT, _LOST, w.other_languages),
    S.LANGUAGE: Question("language", r.read_language, _LANGUAGES, _SILENT, _LOST, w.language_options),
    S.NEED: Question("need", r.read_need, _NEEDS, _SILENT, _LOST, w.need_options),
    S.NUMBER_OFFER: Question("number_offer", r.read_key, _OFFERED, _SILENT, _LOST),
    S.NUMBER_TYPE: Question("number_type", r.read_number, _TYPED, _SILENT, _LOST, keys=None),
    S.NUMBER_CHECK: Question("number_check", r.read_key, _CHECKED, _SILENT, _LOST),
    S.POSTCODE: Question("postcode", r.read_postcode, _POSTCODES, _SILENT, _NO_PLACE, keys=r.POSTCODE_KEYS),
    S.WHICH_PLACE: Question("which_place", r.read_which_place, _SHARING, _SILENT, _NO_PLACE, w.place_options),
    S.PLACE_CHECK: Question("place_check", r.read_key, _PLACE, _SILENT, _NO_PLACE),
    S.TIME: Question("time", r.read_key, _TIMES, _SILENT, _LOST),
    S.REFERENCE: Question(
        "reference",
        r.read_reference,
        {"reference": Way(S.LOOK_UP, "six digits")},
        _CALLBACK,
        _CALLBACK,
        keys=r.REFERENCE_KEYS,
    ),
    S.EARLIER: Question("earlier", r.read_key, _EARLIER, _SILENT, _LOST),
    S.MISSION: Question("mission", r.read_key, _MISSION, _SILENT, _LOST, by_voice=False),
    S.CALL_OFF: Question("call_off", r.read_key, _CALLS_OFF, _SILENT, _LOST, by_voice=False),
    # consent to a recording is given by key, never by a word that a machine made out
    S.MESSAGE: Question("message", r.read_key, _MESSAGES, _NO_MESSAGE, _NO_MESSAGE, by_voice=False),
}

_JUNCTIONS: Mapping[S, Junction] = {
    S.PICK_UP: Junction(
        j.greet,
        {
            "open": Way(S.MENU, "taken", says=("speech",), first=_GREETING),
            "blocked": Way(S.BLOCKED, "blocked number"),
            "too_many": Way(S.TOO_MANY, "too many calls"),
        },
    ),
    S.NEXT: Junction(
        j.next_missing,
        {
            "need": Way(S.NEED, "need"),
            "number_offer": Way(S.NUMBER_OFFER, "number, caller ID usable"),
            "number_type": Way(S.NUMBER_TYPE, "number"),
            "number_check": Way(S.NUMBER_CHECK, "number, completed"),
            "place": Way(S.POSTCODE, "place"),
            "time": Way(S.TIME, "best time"),
            "message": Way(S.MESSAGE, "a message, if the profile allows it"),
            "file": Way(S.FILE, "nothing"),
            "file_again": Way(S.FILE_AGAIN, "nothing, digits known"),
        },
    ),
    S.NUMBER_WRONG: Junction(
        j.number_again,
        {
            "again": Way(S.NUMBER_TYPE, "first times"),
            "no more": Way(S.WAY_OUT, "again"),
        },
    ),
    S.PLACE_KNOWN: Junction(
        j.inside_or_not,
        {
            "inside": Way(S.NEXT, "in the district"),
            "outside": Way(S.NEXT, "outside", says=("place_outside",)),
        },
    ),
    S.PLACE_WRONG: Junction(
        j.place_again,
        {
            "again": Way(S.POSTCODE, "first time"),
            "later": Way(S.NEXT, "again", r.put_off_place, ("place_later",)),
        },
    ),
    S.PERSON: Junction(
        j.person_first,
        {
            "at once": Way(S.WHO_IS_THERE, "first time"),
            "later": Way(S.NOBODY_THERE, "asked already, or too late"),
        },
    ),
    S.NOBODY_THERE: Junction(
        j.nobody_how,
        {
            "silent, something said": Way(S.LEAD, "silent, something said"),
            "silent, nothing said": Way(S.SILENT_LOST, "silent, nothing said"),
            "reference known": Way(S.FILE_AGAIN, "digits known"),
            "number known": Way(S.FILE, "number known", r.keep(purpose=Purpose.PERSON)),
            "number missing": Way(
                S.NEXT, "number missing", r.keep(purpose=Purpose.PERSON), ("person",), (PRIVACY,)
            ),
            "again": Way(S.FILE, "0 again", says=("way_out",)),
            "number refused": _TRIED,
            "no number": Way(S.LEAD, "0 again, or could not type a number"),
        },
    ),
    S.SILENT: Junction(
        j.silent_how,
        {
            "told": Way(S.STATUS_TOLD, "status told"),
            "confirmed": Way(S.FILE, "number confirmed", says=("way_out",)),
            "number": Way(S.FILE, "number known", r.file_as(Manner.SILENT)),
            "number refused": replace(_TRIED, keep=r.file_as(Manner.SILENT)),
            "no number": Way(S.WHO_IS_THERE, "no number", r.file_as(Manner.SILENT)),
            "something said": Way(S.LEAD, "no number, nobody there"),
            "nothing said": Way(S.SILENT_LOST, "no number, nobody there, nothing said"),
        },
    ),
    S.WAY_OUT: Junction(
        j.way_out_how,
        {
            "told": Way(S.STATUS_TOLD, "status told"),
            "number": Way(S.FILE, "number known", says=("way_out",)),
            "number refused": _TRIED,
            "somebody": Way(S.WHO_IS_THERE, "no number", r.file_as(Manner.STUCK)),
            "no number": Way(S.LEAD, "no number, nobody there"),
        },
    ),
    S.GONE: Junction(
        j.gone_how,
        {
            "told": Way(S.STATUS_TOLD, "status told"),
            "confirmed": Way(S.FILE, "all confirmed but the time"),
            "something said": Way(S.LEFT, "something said"),
            "nothing said": Way(S.SILENT_LOST, "nothing said"),
        },
    ),
    S.BROKEN: Junction(
        j.broken_how,
        {
            "number": Way(S.FILE, "number known", r.file_as(Manner.BROKEN)),
            "no number": Way(S.APOLOGY, "no number"),
        },
    ),
}

_STORED = {
    "filed": Way(S.FILED, "new"),
    "added": Way(S.ADDED, "joined an open one"),
}
_UNKNOWN = {"unknown": Way(S.NEXT, "unknown", _ABOUT_EARLIER, ("reference_callback",), (PRIVACY,))}

_OVER = {"over": Way(S.MISSION_OVER, "over by now")}

#: Rings somebody; what the caller hears before it stands at the way there.
_CONNECTIONS: Mapping[S, Connection] = {
    S.RINGING: Connection(
        taken=Way(S.PUT_THROUGH, "somebody took it"),
        nobody=Way(S.NOBODY_THERE, "nobody took it", says=("nobody_free",)),
    ),
    S.SEEKER_RINGING: Connection(
        taken=Way(S.PUT_THROUGH, "they talked"),
        nobody=Way(S.SEEKER_AWAY, "nobody answered"),
        to_seeker=True,
    ),
}

_RECORDINGS: Mapping[S, Recording] = {
    S.RECORDING: Recording(
        left=Way(S.NEXT, "recorded", r.keep(message=True)),
        nothing=Way(S.NEXT, "nothing said", r.keep(message=False)),
    ),
}

_WORKS: Mapping[S, Work] = {
    S.WHO_IS_THERE: Work(
        works.ask_who_is_there,
        works.hear_reachable,
        {
            "somebody": Way(S.RINGING, "on duty, in opening hours", says=("connecting",)),
            "nobody": Way(S.NOBODY_THERE, "nobody"),
        },
    ),
    S.FILE: Work(
        works.file_call,
        works.hear_filed,
        {
            **_STORED,
            "helper": Way(S.HELPER_FILED, "wants to help"),
            Manner.SILENT.value: Way(S.SILENT_FILED, "silent"),
            Manner.BROKEN.value: Way(S.APOLOGY_FILED, "after a failure"),
        },
    ),
    S.FILE_AGAIN: Work(works.file_again, works.hear_filed, {**_STORED, **_UNKNOWN}),
    S.LOOK_UP: Work(
        works.look_up,
        works.hear_found,
        {
            **{status.value: Way(S.EARLIER, "found", says=(f"status_{status}",)) for status in w.TOLD},
            "offered": Way(S.ASKED_HELPER, "an offer to the caller"),
            "mission": Way(S.MISSION, "a helper's own mission"),
            "unknown": Way(S.REFERENCE, "unknown", r.count_try, ("reference_unknown",)),
            "unknown again": _CALLBACK,
            "guessed": Way(S.NEXT, "too many wrong ones", _ABOUT_EARLIER, ("reference_locked",), (PRIVACY,)),
        },
    ),
    S.CONNECT: Work(
        works.connect,
        works.hear_connected,
        {
            "seeker": Way(S.SEEKER_RINGING, "by day", says=("connecting",)),
            "not now": Way(S.SEEKER_LATER, "at night"),
            **_OVER,
        },
    ),
    S.SAY_DONE: Work(works.say_done, works.hear_reported, {"noted": Way(S.MISSION_DONE, "noted"), **_OVER}),
    S.SAY_OFF: Work(works.say_off, works.hear_reported, {"noted": Way(S.MISSION_OFF, "noted"), **_OVER}),
    S.WITHDRAW: Work(
        works.withdraw,
        works.hear_withdrawn,
        {
            "noted": Way(S.WITHDRAWN, "withdrawn"),
            "over": Way(S.STATUS_TOLD, "ended before", says=("request_over",)),
            "handed on": Way(S.STATUS_TOLD, "handed on before", says=("request_handed_on",)),
            **_UNKNOWN,
        },
    ),
    S.STILL_NEEDED: Work(
        works.still_needed,
        works.hear_noted,
        {"noted": Way(S.STATUS_TOLD, "noted", says=("still_needed",)), **_STORED, **_UNKNOWN},
    ),
}

_CLOSE = ("close_reference", "close_fraud")
_NO_NUMBER = ("no_number", "hours", "hours")  # twice, because nobody has paper at hand the first time

_ENDS: Mapping[S, End] = {
    S.PUT_THROUGH: End(CallOutcome.PUT_THROUGH, ("close_talk",)),
    S.FILED: End(CallOutcome.FILED, ("close", *_CLOSE)),
    S.ADDED: End(CallOutcome.ADDED, ("close_added", *_CLOSE)),
    S.SILENT_FILED: End(CallOutcome.SILENT_FILED, ("close_silent", "close_fraud")),
    S.SILENT_LOST: End(CallOutcome.SILENT_LOST, _NO_NUMBER),
    S.LEAD: End(CallOutcome.LEAD, _NO_NUMBER),
    S.LEFT: End(CallOutcome.LEAD),
    S.HELPER_FILED: End(CallOutcome.HELPER_LEAD, ("close_helper", "close_fraud")),
    S.WITHDRAWN: End(CallOutcome.WITHDRAWN, ("close_withdrawn",)),
    S.STATUS_TOLD: End(CallOutcome.STATUS_TOLD, ("close_noted",)),
    S.ASKED_HELPER: End(CallOutcome.STATUS_TOLD, goes_on="/voice/offer/{}"),
    S.SEEKER_AWAY: End(CallOutcome.STATUS_TOLD, ("seeker_away",)),
    S.SEEKER_LATER: End(CallOutcome.STATUS_TOLD, ("seeker_later",)),
    S.MISSION_DONE: End(CallOutcome.STATUS_TOLD, ("mission_done",)),
    S.MISSION_OFF: End(CallOutcome.STATUS_TOLD, ("mission_off",)),
    S.MISSION_OVER: End(CallOutcome.STATUS_TOLD, ("mission_over",)),
    S.BLOCKED: End(CallOutcome.BLOCKED, ("blocked",)),
    S.TOO_MANY: End(CallOutcome.BLOCKED, ("too_many",)),
    S.APOLOGY_FILED: End(CallOutcome.FILED, ("close_broken",)),
    S.APOLOGY: End(CallOutcome.FAILED, ("apology",)),
}

#: The whole conversation.
FLOW: Mapping[S, Node] = {
    **_JUNCTIONS,
    **_QUESTIONS,
    **_CONNECTIONS,
    **_RECORDINGS,
    **_WORKS,
    **_ENDS,
}


def ways_from(step: S) -> tuple[Way, ...]:
    """Every way that leads out of a node by the table, those of ``ALWAYS`` not counted."""
    node = FLOW[step]
    match node:
        case Question():
            return (*node.ways.values(), node.silent, node.lost)
        case Connection():
            return (node.taken, node.nobody)
        case Recording():
            return (node.left, node.nothing)
        case Junction() | Work():
            return tuple(node.ways.values())
        case End():
            return ()
