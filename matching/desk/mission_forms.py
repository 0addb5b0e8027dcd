"""The forms of a mission's page: its day, its end, what both sides say, and the answer to a complaint."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, RadioField
from wtforms.validators import InputRequired, Length

from intake.desk.forms import Words, options, required
from intake.lifecycle import MissionStatus
from matching.desk.words import MISSION_WORDS, VERDICT_WORDS
from matching.exclusion_models import Side
from matching.report_models import HelperWord, Verdict

LONGEST_WORDS = 2000

#: How a mission can have gone.
_WENT = (MissionStatus.DONE, MissionStatus.NOT_DONE, MissionStatus.NO_SHOW)


class PlanForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """The day that both agreed on."""

    at = DateTimeLocalField(_("Wann?"), [required()])


class CloseForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """How it went, as the coordinator heard it."""

    went = RadioField(
        _("Wie ist es gegangen?"),
        [InputRequired(_("Bitte wählen Sie eine Antwort."))],
        choices=options(
            (
                *((status, MISSION_WORDS[status]) for status in _WENT),
                (MissionStatus.CANCELLED, _("abgesagt; die Hilfe soll nicht hingehen")),
                (HelperWord.CANNOT, _("die Hilfe hat abgesagt; jemand anderes wird gesucht")),
            )
        ),
    )
    still_needed = BooleanField(_("Es wird noch Hilfe gebraucht."))


class ReportForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """What one of the two says."""

    teller = RadioField(
        _("Wer sagt es?"),
        default=Side.HELPER.value,
        choices=options(((Side.HELPER, _("die Hilfe")), (Side.SEEKER, _("die Person, der geholfen wird")))),
    )
    verdict = RadioField(
        _("Wie war es?"),
        default=Verdict.GOOD.value,
        choices=options((verdict, VERDICT_WORDS[verdict]) for verdict in Verdict),
    )
    said = Words(_("In eigenen Worten"), [Length(max=LONGEST_WORDS)])
    complaint = BooleanField(_("Das ist eine Beschwerde."))


class AnswerForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """What was done about a complaint."""

    answer = Words(_("Was wurde getan?"), [required(), Length(max=LONGEST_WORDS)])
