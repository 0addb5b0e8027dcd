"""The conversation: one table of steps, and every way that a call can take through them. Pure data.

Whatever can move a call stands here; ``flow`` only walks along it, and the picture in the README is drawn
from it. Three keys mean the same everywhere and are ``flow``'s: 0 a person, * say it again, 8 more about
privacy.
"""

from __future__ import annotations

from collections.abc import Mapping

from intake.lifecycle import CallOutcome
from voice import readers, wording
from voice.events import Purpose
from voice.nodes import End, Junction, Node, Question, Way, Work
from voice.readers import answer, keep
from voice.state import Step

#: What a caller leaves at any question: a person is asked for, or nothing usable came in two tries.
TO_PERSON = Way(Step.PERSON, "0: a person")
_OUT = Way(Step.WAY_OUT, "two tries without an answer")
_WITHOUT_REFERENCE = Way(
    Step.NEXT, "no reference", keep=answer(purpose=Purpose.PERSON), says=("reference_callback",)
)
_PRIVACY = ("privacy",)

_QUESTIONS: Mapping[Step, Question] = {
    Step.MENU: Question(
        "menu",
        readers.one_of({"1": "help", "2": "helper", "3": "earlier", "9": "language"}),
        {
            "help": Way(Step.NEXT, "1: needs help", keep=answer(purpose=Purpose.HELP), first=_PRIVACY),
            "helper": Way(
                Step.NEXT,
                "2: wants to help",
                keep=answer(purpose=Purpose.HELPER),
                first=_PRIVACY,
                says=("helper",),
            ),
            "earlier": Way(Step.REFERENCE, "3: earlier call", keep=answer(purpose=Purpose.EARLIER)),
            "language": Way(Step.LANGUAGE, "9: other languages"),
        },
        out=Way(Step.SILENT, "two tries without an answer"),
        options=wording.other_languages,
    ),
    Step.LANGUAGE: Question(
        "language",
        readers.language,
        {"chosen": Way(Step.MENU, "a language")},
        out=Way(Step.MENU, "two tries without an answer"),
        options=wording.language_options,
    ),
    Step.NEED: Question(
        "need",
        readers.need,
        {"need": Way(Step.NEXT, "1 to 4: a need")},
        out=_OUT,
        options=wording.need_options,
    ),
    Step.NUMBER_OFFER: Question(
        "number_offer",
        readers.YES_NO,
        {
            "yes": Way(Step.NEXT, "1: right", keep=readers.CONFIRM_CALLER_ID),
            "no": Way(Step.NUMBER_TYPE, "2: another one", keep=keep(refused_id=True)),
        },
        out=_OUT,
    ),
    Step.NUMBER_TYPE: Question(
        "number_type",
        readers.number,
        {"typed": Way(Step.NUMBER_CHECK, "a number that may be rung")},
        out=_OUT,
        keys=None,
    ),
    Step.NUMBER_CHECK: Question(
        "number_check",
        readers.YES_NO,
        {
            "yes": Way(Step.NEXT, "1: right", keep=answer(confirmed=True)),
            "no": Way(Step.NUMBER_TYPE, "2: wrong", keep=answer(number=None)),
        },
        out=_OUT,
    ),
    Step.POSTCODE: Question(
        "postcode",
        readers.postcode,
        {
            "one": Way(Step.PLACE_CHECK, "a postcode"),
            "several": Way(Step.WHICH_PLACE, "a shared postcode"),
        },
        out=Way(
            Step.NEXT, "two tries without an answer", keep=answer(place_later=True), says=("place_later",)
        ),
        keys=readers.POSTCODE_KEYS,
    ),
    Step.WHICH_PLACE: Question(
        "which_place",
        readers.which_place,
        {
            "inside": Way(Step.NEXT, "1 to 4: a place"),
            "outside": Way(Step.NEXT, "1 to 4: a place elsewhere", says=("place_outside",)),
        },
        out=_OUT,
        options=wording.place_options,
    ),
    Step.PLACE_CHECK: Question(
        "place_check",
        readers.place_check,
        {
            "inside": Way(Step.NEXT, "1: right"),
            "outside": Way(Step.NEXT, "1: right, elsewhere", says=("place_outside",)),
            "no": Way(Step.POSTCODE, "2: wrong", keep=answer(postcode=None)),
        },
        out=_OUT,
    ),
    Step.TIME: Question("time", readers.best_time, {"time": Way(Step.NEXT, "1 to 3: a time")}, out=_OUT),
    Step.REFERENCE: Question(
        "reference",
        readers.reference,
        {"typed": Way(Step.LOOK_UP, "a reference")},
        out=_WITHOUT_REFERENCE,
        keys=readers.REFERENCE_KEYS,
    ),
    Step.EARLIER: Question(
        "earlier",
        readers.one_of({"1": "needed", "2": "over", "3": "other", "4": "ring"}),
        {
            "needed": Way(Step.STILL_NEEDED, "1: still needed"),
            "over": Way(Step.WITHDRAW, "2: not needed any more"),
            "other": Way(Step.NEXT, "3: something else", keep=answer(purpose=Purpose.HELP), first=_PRIVACY),
            "ring": Way(Step.FILE_AGAIN, "4: please ring me"),
        },
        out=Way(Step.STATUS_TOLD, "two tries without an answer"),
    ),
}

_JUNCTIONS: Mapping[Step, Junction] = {
    Step.PICK_UP: Junction(
        readers.pick_up,
        {
            "taken": Way(Step.MENU, "taken", first=("greeting", "emergency")),
            "refused": Way(Step.TOO_MANY, "too many calls in an hour"),
        },
    ),
    Step.NEXT: Junction(
        readers.next_question,
        {
            "need": Way(Step.NEED, "need not known"),
            "offer": Way(Step.NUMBER_OFFER, "caller ID usable"),
            "type": Way(Step.NUMBER_TYPE, "no usable caller ID"),
            "place": Way(Step.POSTCODE, "place not known"),
            "time": Way(Step.TIME, "best time not known"),
            "file": Way(Step.FILE, "all is known"),
        },
    ),
    Step.PERSON: Junction(
        readers.wants_a_person,
        {
            "wants": Way(Step.NEXT, "first time", keep=answer(purpose=Purpose.PERSON), says=("person",)),
            "insists": Way(Step.WAY_OUT, "again"),
        },
    ),
    Step.SILENT: Junction(
        readers.can_be_rung,
        {
            "file": Way(Step.FILE, "caller ID usable", keep=readers.SILENT),
            "nobody": Way(Step.SILENT_LOST, "no usable caller ID"),
        },
    ),
    Step.WAY_OUT: Junction(
        readers.can_be_rung,
        {
            "file": Way(Step.FILE, "a number to ring", says=("way_out",)),
            "nobody": Way(Step.SILENT_LOST, "no number to ring"),
        },
    ),
    Step.TIME_UP: Junction(
        readers.can_be_rung,
        {
            "file": Way(Step.FILE, "a number to ring", says=("time_up",)),
            "nobody": Way(Step.SILENT_LOST, "no number to ring", says=("time_up",)),
        },
    ),
    Step.BROKEN: Junction(
        readers.can_be_rung,
        {
            "file": Way(Step.FILE, "a number to ring", keep=readers.BROKEN),
            "nobody": Way(Step.APOLOGY, "no number to ring"),
        },
    ),
    Step.GONE: Junction(
        readers.gone,
        {
            "told": Way(Step.STATUS_TOLD, "status was told"),
            "lead": Way(Step.LEAD, "a number to ring"),
            "nothing": Way(Step.LEFT, "no number to ring"),
        },
    ),
    Step.STORED: Junction(
        readers.stored,
        {
            "filed": Way(Step.FILED, "new"),
            "added": Way(Step.ADDED, "joined an open callback"),
            "helper": Way(Step.HELPER_FILED, "a helper"),
            "silent": Way(Step.SILENT_FILED, "was silent"),
            "broken": Way(Step.APOLOGY_FILED, "something broke"),
        },
    ),
}

_WORKS: Mapping[Step, Work] = {
    Step.FILE: Work(readers.file, readers.worked, {"filed": Way(Step.STORED, "filed")}),
    Step.LOOK_UP: Work(
        readers.look_up,
        readers.looked_up,
        {
            "found": Way(Step.EARLIER, "found"),
            "unknown": Way(Step.REFERENCE, "unknown", says=("reference_unknown",)),
            "given_up": _WITHOUT_REFERENCE,
        },
    ),
    Step.STILL_NEEDED: Work(
        readers.still_needed,
        readers.worked,
        {
            "noted": Way(Step.STATUS_TOLD, "noted", says=("close_noted",)),
            "filed": Way(Step.STORED, "a new callback"),
            "unknown": _WITHOUT_REFERENCE,
        },
    ),
    Step.WITHDRAW: Work(
        readers.withdraw,
        readers.worked,
        {"noted": Way(Step.WITHDRAWN, "noted"), "unknown": _WITHOUT_REFERENCE},
    ),
    Step.FILE_AGAIN: Work(
        readers.file_again,
        readers.worked,
        {"filed": Way(Step.STORED, "filed"), "unknown": _WITHOUT_REFERENCE},
    ),
}

_ENDS: Mapping[Step, End] = {
    Step.FILED: End(CallOutcome.FILED, ("close", "close_reference", "close_fraud")),
    Step.ADDED: End(CallOutcome.ADDED, ("close_added", "close_reference", "close_fraud")),
    Step.HELPER_FILED: End(CallOutcome.HELPER_LEAD, ("close_helper", "close_fraud")),
    Step.SILENT_FILED: End(CallOutcome.SILENT_FILED, ("close_silent",)),
    Step.SILENT_LOST: End(CallOutcome.SILENT_LOST, ("no_number", "hours", "hours")),
    Step.WITHDRAWN: End(CallOutcome.WITHDRAWN, ("close_withdrawn",)),
    Step.STATUS_TOLD: End(CallOutcome.STATUS_TOLD, ("close_fraud",)),
    Step.LEAD: End(CallOutcome.LEAD),
    Step.LEFT: End(CallOutcome.SILENT_LOST),
    Step.TOO_MANY: End(CallOutcome.BLOCKED, ("too_many",)),
    Step.APOLOGY_FILED: End(CallOutcome.FILED, ("apology", "close_broken")),
    Step.APOLOGY: End(CallOutcome.FAILED, ("apology", "hours")),
}

#: The whole conversation.
STEPS: Mapping[Step, Node] = {**_QUESTIONS, **_JUNCTIONS, **_WORKS, **_ENDS}
