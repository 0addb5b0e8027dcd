"""How the desk words what the record holds: moments, waits, kinds and statuses, in the page's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from intake.kinds import AlarmKind, BestTime, CallbackKind, CallOutcome
from intake.lifecycle import HelperStatus, RequestStatus
from intake.queue import UNKNOWN_NEED
from intake.skip_models import SkipReason
from intake.staff_roles import Role
from intake.web import in_words, now, page_language, services
from intake.web_forms import WEB
from intake.web_times import clock, day, full_date, german_date, iso_day, moment, span, to_the_second

#: By type first: members of two enums with the same text are equal, and would overwrite each other.
WORDS: Mapping[type[StrEnum], Mapping[StrEnum, Any]] = {
    CallbackKind: {
        CallbackKind.INTAKE: _("Braucht Hilfe"),
        CallbackKind.HELPER_LEAD: _("Möchte helfen"),
        CallbackKind.GROUP_LEAD: _("Eine Gruppe möchte helfen"),
        CallbackKind.STATUS: _("Fragt nach"),
        CallbackKind.CONFIRM_MATCH: _("Hilfe gefunden"),
        CallbackKind.BRIEFING: _("Einzelheiten für die Hilfe"),
        CallbackKind.FELL_THROUGH: _("Hilfe ist ausgefallen"),
        CallbackKind.NO_HELPER: _("Noch keine Hilfe"),
        CallbackKind.FOLLOW_UP: _("Hat es geklappt?"),
    },
    BestTime: {
        BestTime.MORNING: _("vormittags"),
        BestTime.AFTERNOON: _("nachmittags"),
        BestTime.ANY: _("jederzeit"),
    },
    RequestStatus: {
        RequestStatus.NEW: _("neu"),
        RequestStatus.CONTACTED: _("Kontakt aufgenommen"),
        RequestStatus.OPEN: _("offen"),
        RequestStatus.PROPOSED: _("Vorschlag liegt vor"),
        RequestStatus.MATCHED: _("vermittelt"),
        RequestStatus.DONE: _("erledigt"),
        RequestStatus.WITHDRAWN: _("zurückgezogen"),
        RequestStatus.HANDED_ON: _("weitergegeben"),
        RequestStatus.UNREACHABLE: _("nicht erreicht"),
        RequestStatus.ERASED: _("gelöscht"),
    },
    HelperStatus: {
        HelperStatus.LEAD: _("noch nicht aufgenommen"),
        HelperStatus.ACTIVE: _("aktiv"),
        HelperStatus.PAUSED: _("pausiert"),
        HelperStatus.LEFT: _("ausgeschieden"),
        HelperStatus.ERASED: _("gelöscht"),
    },
    CallOutcome: {
        CallOutcome.FILED: _("Rückruf versprochen"),
        CallOutcome.ADDED: _("noch einmal angerufen"),
        CallOutcome.PUT_THROUGH: _("durchgestellt"),
        CallOutcome.LEAD: _("aufgelegt, bevor etwas bestätigt war"),
        CallOutcome.SILENT_FILED: _("ohne Eingabe, Rückruf versprochen"),
        CallOutcome.SILENT_LOST: _("ohne Eingabe und ohne Nummer"),
        CallOutcome.WITHDRAWN: _("braucht nichts mehr"),
        CallOutcome.STATUS_TOLD: _("Stand angesagt"),
        CallOutcome.HELPER_LEAD: _("möchte helfen"),
        CallOutcome.BLOCKED: _("nicht angenommen"),
        CallOutcome.FAILED: _("durch eine Störung beendet"),
    },
    AlarmKind: {
        AlarmKind.CALLBACK_OVERDUE: _("Rückruf überfällig"),
        AlarmKind.CALLBACK_ORPHANED: _("Rückruf in niemandes Hand"),
        AlarmKind.CALL_STUCK: _("Anruf ohne Ende"),
        AlarmKind.DUTY_FAILED: _("SMS oder Anruf nicht zugestellt"),
        AlarmKind.WORKER_SILENT: _("Verteilung steht still"),
        AlarmKind.PROMISES_SLIP: _("Zu viele Versprechen gebrochen"),
    },
    SkipReason: {
        SkipReason.LANGUAGE: _("Ich spreche die Sprache nicht"),
        SkipReason.ACQUAINTED: _("Ich kenne die Person"),
        SkipReason.UNSURE: _("Ich weiß hier nicht weiter"),
        SkipReason.NO_TIME: _("Mir fehlt gerade die Zeit"),
        SkipReason.OTHER: _("Ein anderer Grund"),
    },
    Role: {
        Role.OPERATOR: _("Telefondienst"),
        Role.COORDINATOR: _("Koordination"),
        Role.ADMINISTRATOR: _("Verwaltung"),
        Role.CONTACT_POINT: _("Rathaus"),
    },
}

#: The languages of the pages, each in its own words.
OWN_NAMES: Mapping[str, str] = {"de": "Deutsch", "en": "English"}

#: How a request came, by its source in the record.
SOURCES: Mapping[str, Any] = {
    "phone": _("am Telefon"),
    WEB: _("über das Internet"),
    "desk": _("persönlich"),
    "paper": _("auf Papier"),
}

URGENCIES: Mapping[int, Any] = {0: _("normal"), 1: _("bald"), 2: _("heute noch")}


def word(value: StrEnum) -> str:
    """A kind or status in the page's language."""
    return str(WORDS[type(value)][value])


def source_word(source: str) -> str:
    """How a request came, in the page's language."""
    return str(SOURCES[source])


def need_word(need: str | None) -> str:
    """A category's label; for an unknown need, that it is not known; nothing where there is none to know."""
    known = {category.id: category for category in services().profile.categories}
    if need in known:
        return in_words(known[need].label)
    return str(gettext("Anliegen noch nicht bekannt")) if need == UNKNOWN_NEED else ""


def language_word(code: str) -> str:
    """A language's own name in the page's language: "Türkisch", "Turkish"."""
    try:
        name = Locale.parse(code).get_language_name(page_language())
    except (UnknownLocaleError, ValueError):
        return code
    return name or code


def duration(time: timedelta) -> str:
    """A length of time in its largest unit, minutes at least."""
    minutes = max(0, int(time.total_seconds() // 60))
    if minutes < 60:
        return str(ngettext("%(num)s Min.", "%(num)s Min.", minutes))
    if minutes < 48 * 60:
        return str(ngettext("%(num)s Std.", "%(num)s Std.", minutes // 60))
    return str(ngettext("%(num)s Tag", "%(num)s Tagen", minutes // (24 * 60)))


def countdown(due: datetime, at: datetime | None = None) -> str:
    """How long until a moment, or since when it is overdue; as it is now, or was ``at``."""
    left = due - (at or now())
    if left >= timedelta(0):
        return str(gettext("in %(time)s", time=duration(left)))
    return str(gettext("seit %(time)s überfällig", time=duration(-left)))


FILTERS: dict[str, Callable[..., str]] = {
    "word": word,
    "need": need_word,
    "source": source_word,
    "language": language_word,
    "moment": moment,
    "clock": clock,
    "day": day,
    "full_date": full_date,
    "iso_day": iso_day,
    "german_date": german_date,
    "to_the_second": to_the_second,
    "duration": duration,
    "countdown": countdown,
}

GLOBALS: dict[str, Any] = {"span": span, "urgencies": URGENCIES, "own_names": OWN_NAMES}
