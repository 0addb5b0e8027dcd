"""The tables of the matching: proposals, missions, and where the solver stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake.db import Base, Encrypted, UtcDateTime, status_column
from intake.kinds import OfferWay
from intake.lifecycle import OPEN_MISSIONS, MissionStatus, ProposalStatus
from intake.models import Helper, Request
from matching.exclusion_models import Exclusion
from matching.offer_models import OfferCall
from matching.report_models import Handover, HelperWord, Report

__all__ = ["Exclusion", "Handover", "MatchingRun", "Mission", "OfferCall", "Proposal", "Report"]


class Proposal(Base):
    """One request and one helper with a rank, a score and its reasons. Superseded, never overwritten.

    ``parts`` are the score's parts and ``reasons`` codes with parameters, without anything personal;
    ``lower_because`` says why a rank beyond the first ranks lower. ``number`` is what the helper is told and
    can name on the telephone; the mission keeps it. ``trouble`` is the code of what made another ``way``
    necessary. With ``auto_next`` the next helper is asked without a coordinator if this one does not accept.
    """

    __tablename__ = "proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("requests.id"), index=True)
    helper_id: Mapped[int] = mapped_column(sa.ForeignKey("helpers.id"), index=True)
    status: Mapped[ProposalStatus] = mapped_column(status_column(ProposalStatus))
    rank: Mapped[int]
    score: Mapped[int]
    parts: Mapped[Any] = mapped_column(sa.JSON)
    lower_because: Mapped[Any] = mapped_column(sa.JSON)
    reason: Mapped[str | None] = mapped_column(Encrypted("proposals.reason"))  # a coordinator's own words
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    number: Mapped[str | None] = mapped_column(sa.String(6), unique=True, index=True)
    way: Mapped[OfferWay | None] = mapped_column(status_column(OfferWay))
    trouble: Mapped[str] = mapped_column(sa.String(32), default="")
    auto_next: Mapped[bool] = mapped_column(default=False)

    request: Mapped[Request] = relationship()
    helper: Mapped[Helper] = relationship()

    _live = sa.text("status IN ('proposed', 'approved', 'offered')")
    __table_args__ = (
        sa.Index(
            "uq_proposals_live",
            "request_id",
            "helper_id",
            unique=True,
            sqlite_where=_live,
            postgresql_where=_live,
        ),
        # with the request in it, because nearly all proposals of a large district stand at one status: by
        # the status alone, those of a few requests would not be found without reading them all
        sa.Index("ix_proposals_status_request_id", "status", "request_id"),
    )


class Mission(Base):
    """An accepted proposal: who helps whom, with what, when. The insurer asks for this record.

    A need that recurs is one mission until it ends; ``done_at`` is when the help was last known to be given.
    ``code_word`` is what the helper says at the door. ``follow_up_at`` is when the seeker is to be asked
    how it went; None while that callback is open, or nothing is left to ask. ``helper_word`` is the last
    that the helper said of it herself. ``helper_name`` is who she was when it ended: the insurer's record is
    whole after she has left and is forgotten. Whom she helped it does not keep; the municipality says where.
    """

    __tablename__ = "missions"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposals.id"), unique=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("requests.id"), index=True)
    helper_id: Mapped[int] = mapped_column(sa.ForeignKey("helpers.id"), index=True)
    status: Mapped[MissionStatus] = mapped_column(status_column(MissionStatus), index=True)
    category: Mapped[str] = mapped_column(sa.String(32))
    ags: Mapped[str | None] = mapped_column(sa.String(8))
    agreed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status_at: Mapped[datetime] = mapped_column(UtcDateTime)
    number: Mapped[str | None] = mapped_column(sa.String(6), unique=True, index=True)
    code_word: Mapped[str | None] = mapped_column(Encrypted("missions.code_word"))
    planned_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # begin of the half day of the first visit
    briefed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the helper has name, number, address
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    follow_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    helper_word: Mapped[HelperWord | None] = mapped_column(status_column(HelperWord))
    helper_word_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    helper_name: Mapped[str | None] = mapped_column(Encrypted("missions.helper_name"))

    request: Mapped[Request] = relationship()
    helper: Mapped[Helper] = relationship()
    proposal: Mapped[Proposal] = relationship()

    @property
    def who_helps(self) -> str:
        """The helper's name, also of one who was forgotten since it ended; "" if she has none."""
        return self.helper.name or self.helper_name or ""

    _open = sa.text("status IN ({})".format(", ".join(f"'{s}'" for s in OPEN_MISSIONS)))
    __table_args__ = (
        # whoever accepts first has it: the database itself takes no second
        sa.Index("uq_missions_open", "request_id", unique=True, sqlite_where=_open, postgresql_where=_open),
    )


class MatchingRun(Base):
    """The one row that lets only one run at a time go, and keeps where the last one stopped.

    ``number`` is that of the run that began last; only this one may write.
    """

    __tablename__ = "matching_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    wanted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # something changed since
    number: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fingerprint: Mapped[str] = mapped_column(sa.String(64), default="")
    solver_state: Mapped[Any] = mapped_column(sa.JSON, default=dict)  # prices and assignment, ids only
