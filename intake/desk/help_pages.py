"""Help: how a callback goes, what each outcome does, which keys there are; and the tour of the first day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from intake.desk.wording import duration
from intake.kinds import LastResort
from intake.profile import AttemptOutcome, OutcomeRule
from intake.web import in_words, services

blueprint = Blueprint("help", __name__)


@dataclass(frozen=True)
class Step:
    """A step of the tour: what one does, in a few sentences."""

    title: Any
    words: Any


#: The tour of the first day, in the order of the work; ``staff.TOUR_STEPS`` counts them.
TOUR = (
    Step(
        _("In den Dienst gehen"),
        _(
            "Drücken Sie oben „Dienst beginnen“. Dann bekommen Sie Rückrufe zugeteilt, einen oder "
            "zwei. Gehen Sie, beenden Sie den Dienst: Was Sie noch hatten, bekommt jemand anderes."
        ),
    ),
    Step(
        _("Einen Rückruf öffnen"),
        _(
            "Was in Ihrer Hand ist, steht ganz oben. Öffnen Sie es, oder nehmen Sie den nächsten. "
            "Solange Sie einen Rückruf haben, ruft dort niemand sonst an."
        ),
    ),
    Step(
        _("Anrufen"),
        _(
            "Lesen Sie, was gesagt wurde, und was Sie sagen können. Dann lassen Sie sich die Nummer "
            "zeigen und wählen. Nie nachts: Außerhalb der Anrufzeit gibt es keine Nummer."
        ),
    ),
    Step(
        _("Festhalten, wie es ausging"),
        _(
            "Ein Klick oder eine Taste, auch wenn niemand abnahm. Der nächste Versuch kommt von "
            "selbst in die Liste. Verklickt? Drei Minuten lang lässt es sich rückgängig machen."
        ),
    ),
    Step(
        _("Das Anliegen aufnehmen"),
        _(
            "Haben Sie die Person erreicht, füllen Sie das Formular aus. Was Sie tippen, wird gleich "
            "gesichert. Danach sucht die Koordination jemanden, und Sie nehmen den nächsten Rückruf."
        ),
    ),
)

#: Where the tour is shown: on the pages that it is about.
TOUR_PAGES = frozenset({"queue.page", "cases.case"})


@dataclass(frozen=True)
class OutcomeHelp:
    """An outcome, its key, and what follows from it, in words made from the profile's own rule."""

    label: str
    key: str
    follows: str


@blueprint.get("/help")
def page() -> str:
    """The help page."""
    rules = services().profile.retry
    outcomes = [
        OutcomeHelp(in_words(rule.label), rule.key, _follows(each, rule)) for each, rule in rules.items()
    ]
    return render_template("desk/help.html", steps=TOUR, outcomes=outcomes)


def _follows(outcome: AttemptOutcome, rule: OutcomeRule) -> str:
    ways = {
        LastResort.LETTER: gettext("Dann ein Brief, ohne Adresse Bescheid ans Rathaus."),
        LastResort.CONTACT_POINT: gettext("Dann Bescheid ans Rathaus."),
    }
    then = f" {ways[rule.then]}" if rule.then else ""
    if rule.closes:
        ends = gettext("Der Rückruf ist abgeschlossen.")
        return f"{ends}{then}"
    pause = duration(timedelta(minutes=rule.delay_minutes or 0))
    if outcome is AttemptOutcome.CALL_AGAIN:
        again = gettext("Neuer Versuch zu der Zeit, die gewünscht wurde.")
    elif rule.other_half_day:
        again = gettext("Neuer Versuch in der anderen Tageshälfte.")
    elif rule.delay_minutes:
        again = gettext("Nach %(time)s ein neuer Versuch.", time=pause)
    else:
        again = gettext("Sofort ein neuer Versuch.")
    ends = ngettext(
        "Aufgegeben nach %(tries)s Versuchen.",
        "Aufgegeben nach %(tries)s Versuchen an %(num)s Tagen.",
        rule.over_days,
        tries=rule.max_tries,
    )
    return f"{again} {ends}{then}"
