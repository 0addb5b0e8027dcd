"""The log of missions for the accident insurance: who was sent by whom, when, where, what.

The seeker's name and address are not among it: the insurer asks for the helper, and the municipality says
where.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from intake.models import Staff
from intake.profile import Profile
from matching.models import Mission, Proposal
from matching.paper import Paper

#: A cell that begins with one of these is a formula to a spreadsheet; an apostrophe makes it text again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

#: The widths of the PDF's columns in parts of the page, in the order of ``Line``.
_WIDTHS = (10, 12, 24, 20, 18, 24, 14, 14)


@dataclass(frozen=True)
class Line:
    """One mission, in words that can be printed."""

    number: str
    agreed: str
    helper: str
    sent_by: str
    category: str
    place: str
    planned: str
    status: str


@dataclass(frozen=True)
class Words:
    """The words of a log in one language: its title, its columns in the order of ``Line``, each status."""

    title: str
    columns: Sequence[str]
    statuses: dict[str, str]
    page: str


def lines(
    session: Session, profile: Profile, first: date, last: date, words: Words, language: str
) -> list[Line]:
    """The missions agreed from the first to the last day, both among them, on the district's clock."""
    begin = datetime.combine(first, time.min, profile.tz)
    end = datetime.combine(last + timedelta(days=1), time.min, profile.tz)
    query = (
        sa.select(Mission, Staff.name)
        .options(joinedload(Mission.helper))
        .join(Proposal, Proposal.id == Mission.proposal_id)
        .outerjoin(Staff, Staff.id == Proposal.decided_by)
        .where(Mission.agreed_at >= begin, Mission.agreed_at < end)
        .order_by(Mission.agreed_at, Mission.id)
    )
    return [_line(profile, mission, sender, words, language) for mission, sender in session.execute(query)]


def _line(profile: Profile, mission: Mission, sender: str | None, words: Words, language: str) -> Line:
    place = profile.places.municipality(mission.ags) if mission.ags else None
    labels = {category.id: category.label[language] for category in profile.categories}
    return Line(
        number=mission.number or "",
        agreed=_day(profile, mission.agreed_at),
        helper=mission.who_helps,
        sent_by=sender or "",
        category=labels.get(mission.category, mission.category),
        place=place.municipality if place else "",
        planned=_day(profile, mission.planned_at),
        status=words.statuses[mission.status],
    )


def _day(profile: Profile, at: datetime | None) -> str:
    return at.astimezone(profile.tz).strftime("%d.%m.%Y") if at else ""


def as_csv(found: Iterable[Line], words: Words) -> bytes:
    """The log for a spreadsheet: semicolons and a byte order mark, as German ones expect."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(words.columns)
    for line in found:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in astuple(line)])
    return text.getvalue().encode("utf-8-sig")


def as_pdf(found: Iterable[Line], words: Words, subtitle: str) -> bytes:
    """The log on paper, in fonts that have Latin, Cyrillic and Arabic letters, shaped and from the right."""
    pdf = Paper(words.page, "landscape")
    pdf.begin(words.title, subtitle)
    with pdf.table(col_widths=_WIDTHS, text_align="LEFT", line_height=5, padding=1) as table:
        for cells in (words.columns, *map(astuple, found)):
            row = table.row()
            for cell in cells:
                row.cell(str(cell))
    return bytes(pdf.output())
