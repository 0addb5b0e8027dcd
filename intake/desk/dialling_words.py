"""How the desk words a call that was begun from it: where it stands, why it ended, why it cannot begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from intake import bridges
from intake.bridge_models import Bridge
from intake.bridges import Why
from intake.desk.case_view import Dialling
from intake.hours import in_call_window
from intake.lifecycle import BridgeStatus
from intake.web import now, services

_ENDING = _("Der Anruf wird beendet …")

#: Where a call stands. An end whose reason has words of its own below says those.
STATUSES: Mapping[BridgeStatus, Any] = {
    BridgeStatus.PLACED: _("Der Anruf wird aufgebaut …"),
    BridgeStatus.OPERATOR_RINGING: _("Ihr Telefon klingelt. Bitte nehmen Sie ab."),
    BridgeStatus.OPERATOR_THERE: _("Bitte drücken Sie an Ihrem Telefon die Eins."),
    BridgeStatus.CITIZEN_RINGING: _("Es klingelt am anderen Ende …"),
    BridgeStatus.CONNECTED: _("Verbunden"),
    BridgeStatus.ENDED: _("Das Gespräch ist beendet. Bitte festhalten, wie es ausging."),
    BridgeStatus.BUSY: _("Am anderen Ende ist besetzt."),
    BridgeStatus.NO_ANSWER: _("Am anderen Ende nimmt niemand ab."),
    BridgeStatus.FAILED: _("Die Nummer ist nicht zu erreichen. Vielleicht stimmt sie nicht."),
    BridgeStatus.NOT_TAKEN: _("Ihr Telefon wurde nicht abgenommen. Es wurde niemand angerufen."),
    BridgeStatus.CANCELLED: _("Der Anruf wurde abgebrochen, bevor jemand abnahm."),
    BridgeStatus.REFUSED: _(
        "Der Anruf kam nicht zustande. Bitte versuchen Sie es noch einmal oder wählen Sie selbst."
    ),
}

#: Why a call ended that rang nobody: our words, and the carrier's words and codes.
REASONS: Mapping[str, Any] = {
    bridges.NO_KEY: _(
        "An Ihrem Telefon wurde die Eins nicht gedrückt. Es wurde niemand angerufen. "
        "Ging ein Anrufbeantworter an?"
    ),
    bridges.DECLINED: _("An Ihrem Telefon wurde eine andere Taste gedrückt. Es wurde niemand angerufen."),
    bridges.LOST: _("Dieser Rückruf ist nicht mehr in Ihrer Hand. Es wurde niemand angerufen."),
    bridges.CLOSED: _("Um diese Zeit rufen wir niemanden an. Es wurde niemand angerufen."),
    bridges.LATE_NOW: _(
        "Der Anruf ließ zu lange auf sich warten und wurde aufgegeben. Bitte wählen Sie selbst, oder "
        "versuchen Sie es noch einmal."
    ),
    "busy": _("Ihr Telefon war besetzt oder hat abgelehnt. Es wurde niemand angerufen."),
    "failed": _(
        "Ihr Telefon war nicht zu erreichen. Stimmt die Nummer unter „Mein Konto“? "
        "Es wurde niemand angerufen."
    ),
    "code 20429": _("Gerade laufen zu viele Anrufe auf einmal. Bitte versuchen Sie es gleich noch einmal."),
    "code 21211": _("Der Telefonanbieter nimmt Ihre Nummer nicht an. Stimmt sie unter „Mein Konto“?"),
    "code 21408": _("Beim Telefonanbieter sind Anrufe in dieses Land nicht freigeschaltet."),
    "code 21608": _("Das Probekonto beim Telefonanbieter ruft nur bestätigte Nummern an."),
    "carrier not reached": _("Der Telefonanbieter ist nicht zu erreichen. Bitte wählen Sie selbst."),
}

#: Why no call can be begun.
WHY: Mapping[Why, Any] = {
    Why.NO_OWN_NUMBER: _("Bitte tragen Sie zuerst unter „Mein Konto“ Ihre Telefonnummer ein."),
    Why.OWN_NUMBER: _("Das ist Ihre eigene Nummer. Sie kann von hier nicht angerufen werden."),
    Why.NOT_CALLABLE: _("Diese Nummer können wir nicht anrufen: nur gewöhnliche Nummern in Deutschland."),
    Why.ANOTHER_CALL: _("Es läuft noch ein Anruf. Bitte beenden Sie ihn zuerst."),
}


def stands(bridge: Bridge | None) -> str:
    """Where a call stands, in one sentence; empty where none was begun."""
    if bridge is None:
        return ""
    if bridges.is_live(bridge) and bridge.end_wanted_at is not None:
        return str(_ENDING)
    return str(REASONS.get(bridge.reason) or STATUSES[bridge.status])


def context(dialling: Dialling) -> dict[str, object]:
    """What the template of the number and its call needs beside the case."""
    bridge, at = dialling.bridge, now()
    talking_since = bridge.connected_at if bridge and bridge.status is BridgeStatus.CONNECTED else None
    return {
        "dialling": dialling,
        "callback": dialling.callback,
        "stands": stands(bridge),
        "is_live": bridge is not None and bridges.is_live(bridge),
        "talks_for": int((at - talking_since).total_seconds()) if talking_since else None,
        "may_ring": in_call_window(services().profile, at),
        "has_carrier": services().settings.has_carrier,
    }
