"""What a helper's text means: its word, in any of the languages, and the number that it names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intake import references


class Meaning(StrEnum):
    """What a helper may say by text. CANNOT is said of what she has promised, NO to what she is asked."""

    YES = "yes"
    NO = "no"
    DONE = "done"
    CANNOT = "cannot"
    STOP = "stop"
    START = "start"
    UNKNOWN = "unknown"


#: The words for each meaning in all languages, in capitals and without what ``_LEFT_OUT`` names.
#: STOP and START have all those that the carrier itself obeys for English (TWILIO.md): what it has blocked or
#: let through must be known here as well. Therefore "cancel" cannot mean a mission.
WORDS: Mapping[Meaning, frozenset[str]] = {
    Meaning.YES: frozenset({"JA", "J", "YES", "Y", "OK", "1", "EVET", "ДА", "ТАК", "TAK", "نعم", "👍"}),
    Meaning.NO: frozenset({"NEIN", "N", "NO", "2", "HAYIR", "НЕТ", "НІ", "NIE", "لا"}),
    Meaning.DONE: frozenset(
        {"ERLEDIGT", "FERTIG", "GESCHAFFT", "DONE", "FINISHED", "BİTTİ", "BITTI", "YAPILDI"}
        | {"ГОТОВО", "СДЕЛАНО", "ЗРОБЛЕНО", "ZROBIONE", "GOTOWE", "تم", "انتهى"}
    ),
    Meaning.CANNOT: frozenset(
        {"ABSAGE", "ABSAGEN", "SAGE AB", "KANN NICHT", "KANN NICHT KOMMEN", "KANN NICHT HELFEN"}
        | {"CANNOT", "CAN NOT", "CAN'T", "CANT", "CANNOT COME", "CAN NOT COME", "CAN'T COME", "CANT COME"}
        | {"GELEMEM", "GELEMIYORUM", "GELEMİYORUM", "НЕ МОГУ", "ОТКАЗ", "НЕ МОЖУ", "ВІДМОВА"}
        | {"NIE MOGĘ", "NIE MOGE", "REZYGNUJĘ", "REZYGNUJE", "اعتذر", "أعتذر", "لا أستطيع", "لا استطيع"}
    ),
    Meaning.STOP: frozenset(
        {"STOP", "STOPP", "ABMELDEN", "ENDE", "DUR", "СТОП", "قف"}
        | {"STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"}
    ),
    Meaning.START: frozenset({"START", "UNSTOP", "ANMELDEN", "BAŞLA", "BASLA", "СТАРТ", "ابدأ", "ابدا"}),
}

#: Politeness, and what else changes nothing: "Ja, sehr gern" is a yes.
_LEFT_OUT = frozenset(
    {"ICH", "BITTE", "DANKE", "VIELEN", "DANK", "GERN", "GERNE", "SEHR", "LEIDER", "DOCH", "NUN", "HEUTE"}
    | {"ALLES", "IST", "EINSATZ", "HALLO", "I", "PLEASE", "THANKS", "THANK", "YOU", "SORRY", "ALL", "MISSION"}
)

_MEANINGS = {word: meaning for meaning, words in WORDS.items() for word in words}

#: What stands between words or around them and means nothing.
_SIGNS = str.maketrans(dict.fromkeys('.,;:!?()"-–', " ") | {"’": "'"})


@dataclass(frozen=True)
class Said:
    """A text as it was understood, with the ``word`` that meant it.

    ``number`` is that of an offer or a mission, "" if none is named.
    """

    meaning: Meaning
    word: str
    number: str


def read(body: str) -> Said:
    """What a text means: "Ja, gern! 482160" is a yes to the offer with that number."""
    words = body.translate(_SIGNS).upper().split()
    numbers = [word for word in words if references.is_mission_number(word)]
    rest = " ".join(word for word in words if word not in numbers and word not in _LEFT_OUT)
    return Said(_MEANINGS.get(rest, Meaning.UNKNOWN), rest, numbers[0] if numbers else "")
