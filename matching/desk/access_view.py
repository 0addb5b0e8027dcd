"""Everything that the record holds of a person, in words for herself, and nothing of anybody else.

Whom she met is told by the mission's number, not by name. Whoever of the team looked at her data is told by
what he does there: the law asks for that, not for employees' names.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy.orm import Session

from intake.desk.wording import URGENCIES, language_word, need_word, source_word, word
from intake.forgetting import DRAFTS_OF_HELPER, DRAFTS_OF_REQUEST, RINGS_HELPER
from intake.group_models import Group
from intake.letter_models import Letter
from intake.lifecycle import OPEN_MISSIONS, OPEN_REQUESTS, HelperStatus, ProposalStatus
from intake.models import AuditEntry, Call, Callback, Helper, Request, Staff
from intake.phone_numbers import display
from intake.retention import years_before
from intake.web import in_words, place_name, services
from matching.desk import access_sent as sent
from matching.desk import access_talks as talks
from matching.desk.access_words import (
    Part,
    dates,
    day_after,
    half_days,
    labels,
    languages,
    part,
    spans,
    the_day,
    traits,
    when,
    yes,
)
from matching.desk.words import HELPER_WORDS, MISSION_WORDS, PROPOSAL_WORDS, VERDICT_WORDS, WAY_WORDS
from matching.exclusion_models import Exclusion, Side
from matching.models import Mission, Proposal
from matching.people import Rows
from matching.report_models import Handover, Report
from matching.unmatched import GROUP

#: The showings that the audit log knows, as they are told to whom they are about.
SHOWN = {
    "number_shown": "number",
    "number_exported": "list",
    "message_heard": "message",
    "letter_opened": "letter",
    "duplicate_compared": "compared",
    "person_shown": "access",
    "person_exported": "access",
}


def sheet(db: Session, rows: Rows) -> list[Part]:
    """The parts of the print, in the order in which somebody would tell them."""
    parts: list[Part] = []
    subjects: set[str] = set()
    ids = [row.id for row in rows.requests], [row.id for row in rows.helpers]
    for request in rows.requests:
        parts += _request(db, request)
        parts += sent.blocks(db, request, sent.is_shared(db, request, *ids))
        subjects |= _subjects(db, f"request:{request.id}", _rings(request), Letter.request_id == request.id)
    for helper in rows.helpers:
        parts += _helper(db, helper)
        parts += sent.blocks(db, helper, sent.is_shared(db, helper, *ids))
        hers = sa.and_(Letter.helper_id == helper.id, Letter.request_id.is_(None))
        subjects |= _subjects(db, f"helper:{helper.id}", _rings_helper(helper), hers)
    parts += talks.calls(db, Call.id.in_([call.id for call in rows.calls]))
    parts += [_mission(db, mission, Side.HELPER, named=True) for mission in rows.missions]
    seen = _who_saw(db, subjects)
    return [*parts, seen] if seen.lines else parts


def _rings(request: Request) -> sa.ColumnElement[bool]:
    return sa.and_(Callback.request_id == request.id, Callback.kind.not_in(RINGS_HELPER))


def _rings_helper(helper: Helper) -> sa.ColumnElement[bool]:
    return sa.and_(Callback.helper_id == helper.id, Callback.kind.in_(RINGS_HELPER))


def _request(db: Session, row: Request) -> list[Part]:
    ids = talks.callback_ids(db, _rings(row))
    missions = db.scalars(sa.select(Mission).where(Mission.request_id == row.id).order_by(Mission.id)).all()
    return [
        _told(row),
        *talks.callbacks(db, _rings(row)),
        *talks.calls(db, sa.or_(Call.request_id == row.id, Call.callback_id.in_(ids))),
        *talks.letters(db, Letter.request_id == row.id),
        *(_mission(db, mission, Side.SEEKER) for mission in missions),
        *_offers(db, Proposal.request_id == row.id, reasons=False),
        *_handovers(db, row),
        *_never_again(db, Exclusion.request_id == row.id),
        *sent.drafts(db, DRAFTS_OF_REQUEST, row.id, ids),
    ]


def _told(row: Request) -> Part:
    profile = services().profile
    return part(
        gettext("Ein Anliegen: %(need)s", need=need_word(row.category) or gettext("noch nicht bekannt")),
        (gettext("Vorgangsnummer"), row.reference),
        (gettext("Stand"), word(row.status)),
        (gettext("Woher"), _source(row)),
        (gettext("Aufgenommen"), when(row.created_at)),
        (gettext("Einverständnis"), when(row.consented_at)),
        (gettext("Name"), row.name),
        (gettext("Angerufen hat für Sie"), row.on_behalf),
        (gettext("Telefonnummer"), display(row.number) if row.number else ""),
        (gettext("Straße und Hausnummer"), row.address),
        (gettext("Ort"), " ".join(filter(None, (row.postcode, place_name(row.ags))))),
        (gettext("Sprache"), language_word(row.language)),
        (gettext("Was genau?"), row.details),
        (gettext("Wünsche und was nicht sein soll"), row.wishes),
        (gettext("Wie eilig?"), str(URGENCIES[row.urgency])),
        (gettext("Regelmäßig"), yes(row.recurring)),
        (gettext("Passt am besten"), word(row.best_time)),
        (gettext("Wann passt es?"), half_days(row.half_days)),
        (gettext("An welchen Tagen?"), dates(row.dates)),
        (gettext("Muss auf die Hilfe zutreffen"), traits(row.required_traits)),
        (gettext("Sollte auf die Hilfe zutreffen"), traits(row.preferred_traits)),
        (gettext("Was die Hilfe bei Ihnen antrifft"), labels(profile.circumstances, row.circumstances)),
        (gettext("Interessen"), labels(profile.interests, row.interests)),
        (gettext("Aufbewahrt"), _kept_request(row)),
    )


def _source(row: Request) -> str:
    return str(gettext("am Telefon, von Ihnen")) if row.source == "phone" else source_word(row.source)


def _kept_request(row: Request) -> str:
    days = services().profile.retention.closed_request_days
    if row.status in OPEN_REQUESTS:
        return str(gettext("solange es offen ist, danach %(days)s Tage", days=days))
    return str(gettext("bis zum %(day)s", day=day_after(row.status_at, days)))


def _helper(db: Session, row: Helper) -> list[Part]:
    ids = talks.callback_ids(db, _rings_helper(row))
    missions = db.scalars(sa.select(Mission).where(Mission.helper_id == row.id).order_by(Mission.id)).all()
    return [
        _offered(row),
        *talks.callbacks(db, _rings_helper(row)),
        *talks.calls(db, Call.callback_id.in_(ids)),
        *talks.letters(db, sa.and_(Letter.helper_id == row.id, Letter.request_id.is_(None))),
        *(_mission(db, mission, Side.HELPER) for mission in missions),
        *_offers(db, Proposal.helper_id == row.id, reasons=True),
        *_never_again(db, Exclusion.helper_id == row.id),
        *sent.texts(db, row),
        *sent.drafts(db, DRAFTS_OF_HELPER, row.id, ids),
    ]


def _offered(row: Helper) -> Part:
    profile = services().profile
    papers = (f"{labels(profile.vetting, [paper])} ({day})" for paper, day in row.papers.items())
    return part(
        gettext("Ihr Angebot zu helfen"),
        (gettext("Stand"), word(row.status)),
        (gettext("Aufgenommen"), when(row.created_at)),
        (gettext("Name"), row.name),
        (gettext("Telefonnummer"), display(row.number) if row.number else ""),
        (gettext("Ort"), " ".join(filter(None, (row.postcode, place_name(row.ags))))),
        (gettext("Umkreis"), gettext("%(km)s km", km=row.radius_km) if row.radius_km is not None else ""),
        (gettext("Hilft bei"), ", ".join(map(need_word, row.categories))),
        (gettext("Gesehene Nachweise"), ", ".join(papers)),
        (gettext("Darf gesandt werden für"), ", ".join(map(need_word, row.vetted))),
        (gettext("Sprachen"), languages(row.languages)),
        (gettext("Hat Zeit"), half_days(row.half_days)),
        (gettext("Abwesend"), spans(row.away)),
        (gettext("Einsätze in der Woche"), str(row.capacity)),
        (gettext("Auto"), yes(row.car)),
        (gettext("Was auf Sie zutrifft"), traits(row.traits)),
        (gettext("Möchte meiden"), labels(profile.circumstances, row.avoids)),
        (gettext("Interessen"), labels(profile.interests, row.interests)),
        (gettext("Gruppe"), row.group.name if row.group else ""),
        (gettext("Keine Textnachrichten seit"), when(row.opted_out_at)),
        (gettext("Notiz für das Team"), row.note),
        (gettext("Aufbewahrt"), _kept_helper(row)),
    )


def _kept_helper(row: Helper) -> str:
    days = services().profile.retention.helper_days
    if row.status is HelperStatus.LEFT:
        return str(gettext("bis zum %(day)s", day=day_after(row.status_at, days)))
    return str(gettext("solange Sie mithelfen, danach %(days)s Tage", days=days))


def _mission(db: Session, row: Mission, side: Side, named: bool = False) -> Part:
    """A mission as one of the two is told it: the other has a number there, and no name."""
    reports = db.scalars(sa.select(Report).where(Report.mission_id == row.id).order_by(Report.id)).all()
    said = row.helper_word
    return part(
        gettext("Einsatz %(number)s", number=row.number or "–"),
        (gettext("Name"), row.who_helps if named else ""),
        (gettext("Wobei"), need_word(row.category)),
        (gettext("Wo"), place_name(row.ags)),
        (gettext("Vereinbart"), when(row.agreed_at)),
        (gettext("Vorgesehen"), when(row.planned_at)),
        (gettext("Stand"), str(MISSION_WORDS[row.status])),
        (gettext("Codewort an der Tür"), row.code_word),
        (gettext("Weitergegeben"), _handed_out(row, side)),
        (gettext("Sie sagten dazu"), str(HELPER_WORDS[said]) if said and side is Side.HELPER else ""),
        *((_who_said(each, side), _report(each)) for each in reports),
        (gettext("Aufbewahrt"), kept_mission(row)),
    )


def _handed_out(row: Mission, side: Side) -> str:
    """What the other one of the two was told of her."""
    if side is Side.HELPER:
        return str(gettext("Ihr Name an die Person, der Sie helfen"))
    if row.briefed_at is None:
        return ""
    at = when(row.briefed_at)
    return str(gettext("Name, Nummer und Adresse an die Person, die hilft: %(at)s", at=at))


def _who_said(row: Report, side: Side) -> str:
    mine = row.teller is side
    return str(gettext("Ihre Rückmeldung") if mine else gettext("Rückmeldung der anderen Seite"))


def _report(row: Report) -> str:
    said = (when(row.created_at), str(VERDICT_WORDS[row.verdict]), row.words or "", row.answer or "")
    return " · ".join(each for each in said if each)


def kept_mission(row: Mission) -> str:
    """Until when the record of a mission is kept, and for whom."""
    profile = services().profile
    if row.status in OPEN_MISSIONS:
        return str(gettext("solange er läuft, danach %(n)s Jahre", n=profile.retention.mission_years))
    day = the_day(years_before(row.status_at, -profile.retention.mission_years))
    return str(gettext("bis zum %(day)s (%(insurer)s)", day=day, insurer=profile.insurer))


def _offers(db: Session, which: sa.ColumnElement[bool], reasons: bool) -> list[Part]:
    """Who was thought of or asked. A coordinator's ``reasons`` are about the helper, and told to her."""
    rows = db.scalars(sa.select(Proposal).where(which).order_by(Proposal.id)).all()
    if not rows:
        return []
    lines = []
    for row in rows:
        asked = str(WAY_WORDS[row.way]) if row.way and row.status is not ProposalStatus.PROPOSED else ""
        score = gettext("%(n)s von 100 Punkten", n=row.score)
        said = (str(PROPOSAL_WORDS[row.status]), score, asked, row.reason if reasons else "")
        lines.append((when(row.created_at), " · ".join(each for each in said if each)))
    return [part(gettext("Vorschläge, wer wem helfen könnte"), *lines)]


def _handovers(db: Session, row: Request) -> list[Part]:
    rows = db.scalars(sa.select(Handover).where(Handover.request_id == row.id).order_by(Handover.id)).all()
    return [
        part(
            gettext("Weitergegeben"),
            (gettext("An wen"), _taker(db, each.contact_point)),
            (gettext("Wann"), when(each.created_at)),
            (gettext("Notiz"), each.note),
        )
        for each in rows
    ]


def _taker(db: Session, key: str) -> str:
    if key.startswith(GROUP):
        group = db.get(Group, int(key.removeprefix(GROUP)))
        return group.name if group else key
    names = {point.id: point.name for point in services().profile.contact_points}
    return names.get(key, key)


def _never_again(db: Session, which: sa.ColumnElement[bool]) -> list[Part]:
    rows = db.scalars(sa.select(Exclusion).where(which).order_by(Exclusion.id)).all()
    lines = [
        (
            when(row.created_at),
            gettext("gesagt von der Person, der geholfen wurde")
            if row.side is Side.SEEKER
            else gettext("gesagt von der Person, die half"),
        )
        for row in rows
    ]
    return [part(gettext("Zwei sollen sich nicht wieder begegnen"), *lines)] if lines else []


def _subjects(
    db: Session, of: str, which: sa.ColumnElement[bool], letters: sa.ColumnElement[bool]
) -> set[str]:
    """Under which names the audit log knows somebody's rows."""
    found = {of, *(f"callback:{row_id}" for row_id in talks.callback_ids(db, which))}
    return found | {f"letter:{row_id}" for row_id in db.scalars(sa.select(Letter.id).where(letters))}


def _who_saw(db: Session, subjects: Iterable[str]) -> Part:
    """The showings of these rows: when, what, and who by what he does in the team."""
    words = {
        "number": gettext("Nummer gezeigt"),
        "list": gettext("Nummer auf eine Papierliste gedruckt"),
        "message": gettext("Nachricht angehört"),
        "letter": gettext("Brief geöffnet"),
        "compared": gettext("mit einem anderen Anliegen verglichen"),
        "access": gettext("diese Auskunft erstellt"),
    }
    query = sa.select(AuditEntry).where(
        AuditEntry.subject.in_(sorted(subjects)), AuditEntry.action.in_(SHOWN)
    )
    entries = db.scalars(query.order_by(AuditEntry.id)).all()
    roles = {f"staff:{row.id}": word(row.role) for row in db.scalars(sa.select(Staff))}
    lines = [
        (when(each.at), " · ".join(filter(None, (words[SHOWN[each.action]], roles.get(each.actor)))))
        for each in entries
    ]
    return part(gettext("Wer etwas angesehen hat"), *lines)


def recipients() -> list[str]:
    """To whom a person's data may have gone, whatever is known of her."""
    insurer = services().profile.insurer
    return [
        gettext("unser Team im Landkreis: Telefondienst und Koordination"),
        gettext("wer Ihnen hilft oder wem Sie helfen, nach der Zusage"),
        gettext("unser Telefonanbieter, der Anrufe und Textnachrichten überträgt"),
        gettext(
            "die Unfallversicherung, wenn sie fragt (%(insurer)s): wer wann wo wobei geholfen hat",
            insurer=insurer,
        ),
    ]


def rights() -> str:
    """What she may ask for besides."""
    return str(
        gettext(
            "Sie können verlangen, dass wir etwas berichtigen, löschen oder nicht weiter verwenden, und Sie "
            "können Ihr Einverständnis jederzeit zurücknehmen. Ein Anruf genügt. Beschweren können Sie sich "
            "auch bei der Datenschutzaufsicht Ihres Landes. Woher wir es wissen: von Ihnen selbst, am "
            "Telefon, schriftlich oder persönlich, oder von der Person, die für Sie angerufen hat."
        )
    )


def controller() -> str:
    """Who answers for the data."""
    coordinator = services().profile.coordinator
    return f"{coordinator.name}, {in_words(coordinator.role)}"
