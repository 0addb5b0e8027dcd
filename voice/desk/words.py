"""How the prompts' pages word placeholders and faults, in the page's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from voice.prompts import LONGEST_TEXT, TextFault
from voice.recordings import RecordingFault

#: What stands in a placeholder's place when the prompt is said.
PLACEHOLDERS: Mapping[str, Any] = {
    "hotline": _("Name des Telefons"),
    "district": _("Name des Landkreises"),
    "days": _("Zahl der Tage"),
    "key": _("Taste"),
    "need": _("was gebraucht wird"),
    "number": _("Telefonnummer"),
    "place": _("Ort"),
    "name": _("Name der Hilfe"),
    "digits": _("Ziffern der Postleitzahl"),
    "promise": _("Zeit des Rückrufs"),
    "reference": _("Vorgangsnummer"),
    "hours": _("Sprechzeiten"),
}

#: Why a text cannot be said; ``{}`` stands for the placeholder it is about.
TEXT_FAULTS: Mapping[TextFault, Any] = {
    TextFault.EMPTY: _("Bitte schreiben Sie, was gesagt werden soll."),
    TextFault.TOO_LONG: _("Bitte höchstens %(num)s Zeichen.", num=LONGEST_TEXT),
    TextFault.UNSPEAKABLE: _("Der Text enthält ein Steuerzeichen. Bitte tippen Sie ihn neu."),
    TextFault.BRACE: _("Eine geschweifte Klammer hat kein Gegenstück."),
    TextFault.LACKS: _("Es fehlt {}."),
    TextFault.UNKNOWN: _("{} gibt es in dieser Ansage nicht."),
    TextFault.ADORNED: _("Bei {} darf in den Klammern nur der Name stehen."),
}

RECORDING_FAULTS: Mapping[RecordingFault, Any] = {
    RecordingFault.TOO_LARGE: _(
        "Die Datei ist größer als 1 MB. Bitte kürzen Sie sie oder speichern Sie sie kleiner."
    ),
    RecordingFault.NO_SOUND: _("Das ist keine WAV- oder MP3-Datei. Es zählt der Inhalt, nicht der Name."),
    RecordingFault.NOT_PCM: _(
        "Diese WAV-Datei ist beschädigt oder verdichtet. Bitte speichern Sie sie als PCM oder MP3."
    ),
    RecordingFault.SILENT: _("In dieser Datei ist nichts zu hören."),
}


def text_fault(fault: TextFault, placeholder: str) -> str:
    """A fault of a text in one sentence."""
    return str(TEXT_FAULTS[fault]).format(placeholder)
