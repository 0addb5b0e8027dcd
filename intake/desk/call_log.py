"""A call's turns in words: what was asked, and what the caller's keys meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.desk.wording import need_word
from intake.models import Call
from intake.web import services

#: The questions of the conversation, by the step that asks them; short, because the desk shows many.
QUESTIONS: Mapping[str, Any] = {
    "pick_up": _("Anruf"),
    "menu": _("Hauptmenü"),
    "language": _("Sprache"),
    "need": _("Wobei wird Hilfe gebraucht?"),
    "number_offer": _("Stimmt die angezeigte Nummer?"),
    "number_type": _("Nummer eintippen"),
    "number_check": _("Stimmt die Nummer?"),
    "postcode": _("Postleitzahl"),
    "which_place": _("Welcher Ort?"),
    "place_check": _("Stimmt der Ort?"),
    "time": _("Wann passt der Rückruf?"),
    "reference": _("Vorgangsnummer"),
    "earlier": _("Zum früheren Anruf"),
    "mission": _("Zum eigenen Einsatz"),
    "call_off": _("Wirklich absagen?"),
    "message": _("Nachricht hinterlassen?"),
    "recording": _("Nachricht"),
}

#: What is heard instead of keys.
EVENTS: Mapping[str, Any] = {
    "answered": _("angenommen"),
    "hashalone": _("nur die Raute"),
    "silence": _("keine Eingabe"),
    "spoken": _("gesprochen, nicht verstanden"),
    "hungup": _("aufgelegt"),
    "timeup": _("Zeit um"),
    "taken": _("zum Team durchgestellt"),
    "rung": _("beim Team geklingelt"),
    "recorded": _("aufgenommen"),
    "failed": _("Störung"),
}

_ANYWHERE: Mapping[str, Any] = {"0": _("möchte mit jemandem sprechen"), "*": _("noch einmal hören")}

_YES_NO: Mapping[str, Any] = {"1": _("ja"), "2": _("nein")}

#: What a key means at a step. Needs, postcodes and numbers are read by ``_typed``.
_KEYS: Mapping[str, Mapping[str, Any]] = {
    "menu": {
        "1": _("braucht Hilfe"),
        "2": _("möchte helfen"),
        "3": _("ruft zu einem früheren Anruf an"),
        "9": _("andere Sprache"),
    },
    "number_offer": _YES_NO,
    "number_check": _YES_NO,
    "place_check": _YES_NO,
    "message": _YES_NO,
    "call_off": _YES_NO,
    "mission": {"1": _("möchte dort anrufen"), "2": _("Einsatz erledigt"), "3": _("kann nicht kommen")},
    "time": {"1": _("vormittags"), "2": _("nachmittags"), "3": _("jederzeit")},
    "earlier": {
        "1": _("Hilfe wird noch gebraucht"),
        "2": _("Hilfe wird nicht mehr gebraucht"),
        "3": _("etwas anderes"),
        "4": _("bittet um Rückruf"),
    },
}


@dataclass(frozen=True)
class Said:
    """One answer on a call: when, to which question, and what it meant."""

    at: datetime
    question: str
    answer: str


def question(step: str) -> str:
    """The question of a step; for a step that asks nothing, that the call was ending."""
    return str(QUESTIONS.get(step) or gettext("am Ende"))


def said_on(call: Call) -> list[Said]:
    """The call's answers in order. Turns that cannot be read, from another version say, are left out."""
    log = call.state.get("log") if isinstance(call.state, dict) else None
    return [turn for entry in log or () if (turn := _turn(call, entry))]


def _turn(call: Call, entry: Any) -> Said | None:
    match entry:
        case [int(), int(seconds), str(step), str(heard), *_rest]:
            at = call.started_at + timedelta(seconds=seconds)
            return Said(at, question(step), _meaning(step, heard))
        case _:
            return None


def _meaning(step: str, heard: str) -> str:
    event = heard.partition(" ")[0]  # what stands behind it is for the log's other readers
    if event in EVENTS:
        return str(EVENTS[event])
    if heard in _ANYWHERE:
        return str(_ANYWHERE[heard])
    known = _KEYS.get(step, {}).get(heard)
    return str(known) if known else _typed(step, heard)


def _typed(step: str, heard: str) -> str:
    """Digits that are an answer of their own. A typed number is not repeated: it is shown on purpose only."""
    profile = services().profile
    if step == "need" and (category := profile.category_by_key(heard)):
        return need_word(category.id)
    if step == "postcode":
        names = " / ".join(place.municipality for place in profile.places.lookup(heard))
        return f"{heard} {names}".strip()
    if step == "number_type":
        return str(gettext("eine Nummer eingetippt"))
    return heard if step == "reference" else str(gettext("Taste %(key)s", key=heard))
