"""Statuses of the matching in the coordinator's words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from intake.kinds import OfferWay
from intake.lifecycle import MissionStatus, ProposalStatus
from intake.web_times import day
from matching.desk.waiting_view import State
from matching.models import Mission, Proposal
from matching.report_models import HelperWord, Verdict

#: Of a number that was typed.
CANNOT_RING = _("Diese Nummer können wir nicht anrufen. Bitte mit Vorwahl, Festnetz oder Mobil.")

PROPOSAL_WORDS = {
    ProposalStatus.PROPOSED: _("vorgeschlagen"),
    ProposalStatus.APPROVED: _("ausgewählt, Frage geht hinaus"),
    ProposalStatus.OFFERED: _("gefragt, Antwort steht aus"),
    ProposalStatus.ACCEPTED: _("hat zugesagt"),
    ProposalStatus.REJECTED: _("von der Koordination abgelehnt"),
    ProposalStatus.DECLINED: _("hat abgesagt"),
    ProposalStatus.EXPIRED: _("hat nicht geantwortet"),
    ProposalStatus.OVERTAKEN: _("überholt"),
}

#: What became of a yes, once its mission has ended; with the day on which it did.
AFTER_YES = {
    MissionStatus.DONE: _("sagte zu und hat geholfen (%(day)s)"),
    MissionStatus.NOT_DONE: _("sagte zu, dann kam es nicht zustande (%(day)s)"),
    MissionStatus.NO_SHOW: _("sagte zu, dann kam niemand (%(day)s)"),
    MissionStatus.CANCELLED: _("sagte zu, dann abgesagt am %(day)s"),
}

#: What is to be done with a request.
STATE_WORDS = {
    State.RING: _("selbst anrufen"),
    State.DECIDE: _("zu entscheiden"),
    State.NOBODY: _("noch niemand gefunden"),
    State.ASKED: _("wird gefragt"),
    State.MATCHED: _("vermittelt"),
}

MISSION_WORDS = {
    MissionStatus.AGREED: _("vereinbart"),
    MissionStatus.CONFIRMED: _("der Person angekündigt"),
    MissionStatus.DONE: _("geschafft"),
    MissionStatus.NOT_DONE: _("nicht zustande gekommen"),
    MissionStatus.NO_SHOW: _("niemand gekommen"),
    MissionStatus.CANCELLED: _("abgesagt"),
}

VERDICT_WORDS = {
    Verdict.GOOD: _("Gut, gern wieder."),
    Verdict.MIXED: _("Es ging so."),
    Verdict.NEVER_AGAIN: _("Bitte nie wieder miteinander."),
}

#: What a helper said of her mission, by text or by key.
HELPER_WORDS = {
    HelperWord.DONE: _("erledigt"),
    HelperWord.CANNOT: _("kann nicht kommen"),
}

#: How an offer goes out, and why not by text; the latter by the codes that ``ways`` writes.
WAY_WORDS = {
    OfferWay.TEXT: _("per Textnachricht"),
    OfferWay.CALL: _("durch einen automatischen Anruf"),
    OfferWay.IN_PERSON: _("Bitte rufen Sie selbst an."),
}
TROUBLE_WORDS = {
    "landline": _("Die Nummer bekommt keine Textnachrichten."),
    "opted_out": _("Möchte keine Textnachrichten."),
    "not_delivered": _("Die Textnachricht kam nicht an."),
    "no_number": _("Es ist keine Nummer bekannt."),
    "not_callable": _("Die Nummer lässt sich nicht automatisch anrufen."),
    "wants_person": _("Möchte mit jemandem sprechen."),
    "busy": _("War immer besetzt."),
    "no_answer": _("Hat nicht abgenommen."),
    "machine": _("Nur der Anrufbeantworter ging an."),
    "silent": _("Hat am Telefon nichts gedrückt."),
    "somebody_else": _("Es war jemand anderes am Apparat."),
    "undecided": _("Hat die Frage gehört und nicht geantwortet."),
    "failed": _("Der automatische Anruf kam nicht zustande."),
}


def became(proposal: Proposal, mission: Mission | None) -> str:
    """What became of a proposal: where it stands, or how the mission that it led to has ended."""
    if mission is None or mission.status not in AFTER_YES:
        return str(PROPOSAL_WORDS[proposal.status])
    return str(AFTER_YES[mission.status]) % {"day": day(mission.status_at)}
