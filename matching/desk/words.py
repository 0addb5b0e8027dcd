"""Statuses of the matching in the coordinator's words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from intake.lifecycle import MissionStatus

MISSION_WORDS = {
    MissionStatus.AGREED: _("vereinbart"),
    MissionStatus.CONFIRMED: _("der Person angekündigt"),
    MissionStatus.DONE: _("geschafft"),
    MissionStatus.NOT_DONE: _("nicht zustande gekommen"),
    MissionStatus.NO_SHOW: _("niemand gekommen"),
    MissionStatus.CANCELLED: _("abgesagt"),
}
