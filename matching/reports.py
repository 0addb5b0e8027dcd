"""What both sides say about a mission: how it was, never again, and complaints."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit
from matching import exclusions
from matching.exclusion_models import Side
from matching.models import Mission
from matching.report_models import Report, Verdict


def tell(
    session: Session,
    now: datetime,
    mission: Mission,
    teller: Side,
    verdict: Verdict,
    words: str,
    complaint: bool,
    staff_id: int,
) -> Report:
    """Write down what one side says. After "never again" the two are not brought together any more."""
    report = Report(
        mission_id=mission.id,
        teller=teller,
        verdict=verdict,
        words=words.strip() or None,
        complaint=complaint,
        staff_id=staff_id,
        created_at=now,
    )
    session.add(report)
    actor = audit.by_staff(staff_id)
    if verdict is Verdict.NEVER_AGAIN:
        exclusions.exclude(session, now, mission.request, mission.helper_id, teller, actor, staff_id)
    audit.append(session, now, actor, "mission_report", f"mission:{mission.id}", f"{teller} {verdict}")
    return report


def answer(session: Session, now: datetime, report: Report, staff_id: int, words: str) -> None:
    """A coordinator has dealt with a complaint. The first answer stands."""
    if report.answered_at is None:
        report.answer, report.answered_by, report.answered_at = words.strip(), staff_id, now
        audit.append(
            session, now, audit.by_staff(staff_id), "complaint_answered", f"mission:{report.mission_id}"
        )


def of_mission(session: Session, mission_id: int) -> list[Report]:
    """Everything that was said about a mission, oldest first."""
    query = sa.select(Report).where(Report.mission_id == mission_id).order_by(Report.id)
    return list(session.scalars(query))


def open_complaints(session: Session) -> set[int]:
    """The missions with a complaint that nobody has answered."""
    query = sa.select(Report.mission_id).where(Report.complaint, Report.answered_at.is_(None))
    return set(session.scalars(query))
