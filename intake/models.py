"""The tables of the record. Whatever is personal is ``Encrypted``; numbers are found by keyed hash."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intake import alarm_models as _alarm_models  # noqa: F401 -- its table belongs to the schema
from intake import answered_text_models as _answered_text_models  # noqa: F401 -- its table belongs to the schema
from intake import audit_anchor_models as _audit_anchor_models  # noqa: F401 -- its table belongs to the schema
from intake import bridge_models as _bridge_models  # noqa: F401 -- its table belongs to the schema
from intake import message_models as _message_models  # noqa: F401 -- its table belongs to the schema
from intake import promise_models as _promise_models  # noqa: F401 -- its tables belong to the schema
from intake.db import Base, Encrypted, UtcDateTime, status_column
from intake.draft_models import Draft  # noqa: F401 -- its table belongs to the schema
from intake.group_models import Group
from intake.guess_models import WrongReference  # noqa: F401 -- its table belongs to the schema
from intake.kinds import BestTime, CallbackKind, CallOutcome, DutyKind
from intake.letter_models import Letter  # noqa: F401 -- its table belongs to the schema
from intake.lifecycle import (
    OPEN_CALLBACKS,
    CallbackStatus,
    DutyStatus,
    HelperStatus,
    PromiseStatus,
    RequestStatus,
)
from intake.merge_models import Merge  # noqa: F401 -- its table belongs to the schema
from intake.paper_models import PaperLine  # noqa: F401 -- its table belongs to the schema
from intake.sent_form_models import SentForm  # noqa: F401 -- its table belongs to the schema
from intake.skip_models import Skip  # noqa: F401 -- its table belongs to the schema
from intake.staff_factor_models import SecondFactor  # noqa: F401 -- its tables belong to the schema
from intake.staff_roles import Role
from intake.staff_try_models import LoginTry  # noqa: F401 -- its table belongs to the schema
from intake.web_form_models import WebReceipt  # noqa: F401 -- its tables belong to the schema

Hash = sa.LargeBinary(32)

#: Conditions of partial indexes, as literal text in index and query alike: a bound parameter would keep
#: PostgreSQL's generic plans from seeing that the index fits.
CALLBACK_IS_OPEN = sa.text("callbacks.status IN ({})".format(", ".join(f"'{s}'" for s in OPEN_CALLBACKS)))
CALLBACK_IS_QUEUED = sa.text(f"callbacks.status = '{CallbackStatus.QUEUED}'")
CALLBACK_IS_HELD = sa.text("callbacks.holder_id IS NOT NULL")
CALL_IS_REMEMBERED = sa.text("calls.forgotten_at IS NULL")
PROMISE_IS_OPEN = sa.text(
    f"callbacks.promise = '{PromiseStatus.OPEN}' AND callbacks.promised_until IS NOT NULL"
)


class Call(Base):
    """One telephone call. ``state`` is the flow's own state, with each turn and its reply.

    ``turn`` is the number of the turn that is expected next; ``status_sequence`` the highest sequence
    number of the carrier's status callbacks seen so far. A lead is a call with the outcome LEAD;
    it leaves the leads' list when ``lead_closed_at`` is set. From ``forgotten_at`` on the row holds no number
    and nothing that was said.
    """

    __tablename__ = "calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(sa.String(64), unique=True)
    language: Mapped[str] = mapped_column(sa.String(8))
    number: Mapped[str | None] = mapped_column(Encrypted("calls.number"))
    number_hash: Mapped[bytes | None] = mapped_column(Hash, index=True)
    state: Mapped[Any] = mapped_column(Encrypted("calls.state", as_json=True))
    turn: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(sa.String(32))
    outcome: Mapped[CallOutcome | None] = mapped_column(status_column(CallOutcome), index=True)
    carrier_status: Mapped[str] = mapped_column(sa.String(24), default="")
    status_sequence: Mapped[int] = mapped_column(default=-1)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_turn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the carrier, what became of the call
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seconds: Mapped[int | None]
    lead_closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    request_id: Mapped[int | None] = mapped_column(sa.ForeignKey("requests.id"))
    callback_id: Mapped[int | None] = mapped_column(sa.ForeignKey("callbacks.id"))

    __table_args__ = (
        sa.Index(
            "ix_calls_unfinished",
            "last_turn_at",
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        ),
        sa.Index(
            "ix_calls_remembered",
            "started_at",
            sqlite_where=CALL_IS_REMEMBERED,
            postgresql_where=CALL_IS_REMEMBERED,
        ),
    )


class Request(Base):
    """Somebody's need. ``category`` is None until it was said (a silent caller, a wish for a person).

    What the matching weighs are ids of the profile: the traits that a helper must have or had better have,
    the circumstances that she finds there, the interests. ``wishes`` are free words, for people alone.
    """

    __tablename__ = "requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str | None] = mapped_column(sa.String(6), unique=True)
    status: Mapped[RequestStatus] = mapped_column(status_column(RequestStatus), index=True)
    source: Mapped[str] = mapped_column(sa.String(16))  # phone, desk, paper, web
    category: Mapped[str | None] = mapped_column(sa.String(32))
    number: Mapped[str | None] = mapped_column(Encrypted("requests.number"))
    number_hash: Mapped[bytes | None] = mapped_column(Hash, index=True)
    postcode: Mapped[str | None] = mapped_column(sa.String(5))
    ags: Mapped[str | None] = mapped_column(sa.String(8))
    in_district: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(sa.String(8))
    best_time: Mapped[BestTime] = mapped_column(status_column(BestTime), default=BestTime.ANY)
    urgency: Mapped[int] = mapped_column(default=0)  # 0 usual, 1 soon, 2 today
    recurring: Mapped[bool] = mapped_column(default=False)
    half_days: Mapped[Any] = mapped_column(sa.JSON, default=list)  # [[weekday 0-6, "morning"|"afternoon"], …]
    dates: Mapped[Any] = mapped_column(sa.JSON, default=list)  # [["2026-12-24", "morning"|"afternoon"], …]
    required_traits: Mapped[Any] = mapped_column(sa.JSON, default=list)
    preferred_traits: Mapped[Any] = mapped_column(sa.JSON, default=list)
    circumstances: Mapped[Any] = mapped_column(sa.JSON, default=list)
    interests: Mapped[Any] = mapped_column(sa.JSON, default=list)
    name: Mapped[str | None] = mapped_column(Encrypted("requests.name"))
    on_behalf: Mapped[str | None] = mapped_column(Encrypted("requests.on_behalf"))  # who called for her
    address: Mapped[str | None] = mapped_column(Encrypted("requests.address"))
    details: Mapped[str | None] = mapped_column(Encrypted("requests.details"))
    wishes: Mapped[str | None] = mapped_column(Encrypted("requests.wishes"))
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Callback(Base):
    """The duty to ring a number: why, when it was promised, who has it.

    ``need`` is the category for an intake and the kind otherwise; with the number's hash it decides whether
    a further call adds to this callback. ``due_at`` orders the queue: the end of the promised window, or
    the not-before time after a try. ``lease_until`` is set exactly while ``holder_id`` is.
    """

    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CallbackKind] = mapped_column(status_column(CallbackKind))
    status: Mapped[CallbackStatus] = mapped_column(status_column(CallbackStatus))
    need: Mapped[str] = mapped_column(sa.String(32))
    request_id: Mapped[int | None] = mapped_column(sa.ForeignKey("requests.id"), index=True)
    helper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("helpers.id"), index=True)
    number: Mapped[str | None] = mapped_column(Encrypted("callbacks.number"))
    number_hash: Mapped[bytes | None] = mapped_column(Hash)
    language: Mapped[str] = mapped_column(sa.String(8))
    ags: Mapped[str | None] = mapped_column(sa.String(8))
    best_time: Mapped[BestTime] = mapped_column(status_column(BestTime), default=BestTime.ANY)
    urgency: Mapped[int] = mapped_column(default=0)
    promised_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    promised_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    promise: Mapped[PromiseStatus] = mapped_column(status_column(PromiseStatus), default=PromiseStatus.OPEN)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    holder_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    times_called: Mapped[int] = mapped_column(default=1)
    last_called_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(sa.String(32))
    note: Mapped[str | None] = mapped_column(Encrypted("callbacks.note"))

    request: Mapped[Request | None] = relationship()
    helper: Mapped[Helper | None] = relationship()
    holder: Mapped[Staff | None] = relationship()

    __table_args__ = (
        sa.Index(
            "uq_callbacks_open",
            "number_hash",
            "need",
            unique=True,
            sqlite_where=CALLBACK_IS_OPEN,
            postgresql_where=CALLBACK_IS_OPEN,
        ),
        # The order in which callbacks are taken, over all and in each language; without it a take from a
        # long queue is 200 times slower. By the last column the index passes over what may not be rung yet.
        *(
            sa.Index(name, *columns, sqlite_where=CALLBACK_IS_QUEUED, postgresql_where=CALLBACK_IS_QUEUED)
            for name, columns in (
                ("ix_callbacks_queued", ("due_at", sa.text("urgency DESC"), "id", "not_before")),
                (
                    "ix_callbacks_queued_language",
                    ("language", "due_at", sa.text("urgency DESC"), "id", "not_before"),
                ),
                ("ix_callbacks_queued_later", ("not_before", "id")),
            )
        ),
        sa.Index(
            "ix_callbacks_held", "holder_id", sqlite_where=CALLBACK_IS_HELD, postgresql_where=CALLBACK_IS_HELD
        ),
        sa.Index(
            "ix_callbacks_promised",
            "promised_until",
            sqlite_where=PROMISE_IS_OPEN,
            postgresql_where=PROMISE_IS_OPEN,
        ),
    )


class Attempt(Base):
    """One dialling of a callback and its outcome (one of the profile's).

    It begins when its holder turns to it: ``number_shown_at`` is when she had the number shown to her,
    ``dialled_at`` when it was dialled.
    ``before`` is what the outcome changed, for as long as it can be taken back.
    """

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(sa.ForeignKey("callbacks.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    number_shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dialled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(sa.String(32))
    note: Mapped[str | None] = mapped_column(Encrypted("attempts.note"))
    before: Mapped[Any | None] = mapped_column(sa.JSON(none_as_null=True))

    # somebody's last tries are on her page, which asks for them twice a second
    __table_args__ = (sa.Index("ix_attempts_staff", "staff_id", "ended_at"),)


class Helper(Base):
    """Who offers what, where, how far, when, how much, vetted or not.

    ``half_days`` are [weekday 0-6, "morning"|"afternoon"]; ``papers`` those of the profile's that were seen
    of her, with the day; ``vetted`` the categories she may be sent for therefore; ``away`` her absences,
    [first day, last day] in ISO; ``traits``, ``avoids`` (circumstances) and ``interests`` ids of the
    profile. Where ``radius_km`` is None the profile's holds.
    ``demo`` marks synthetic helpers, which one command removes again.
    """

    __tablename__ = "helpers"

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[HelperStatus] = mapped_column(status_column(HelperStatus), index=True)
    name: Mapped[str | None] = mapped_column(Encrypted("helpers.name"))
    number: Mapped[str | None] = mapped_column(Encrypted("helpers.number"))
    number_hash: Mapped[bytes | None] = mapped_column(Hash, index=True)
    note: Mapped[str | None] = mapped_column(Encrypted("helpers.note"))
    postcode: Mapped[str | None] = mapped_column(sa.String(5))
    ags: Mapped[str | None] = mapped_column(sa.String(8))
    radius_km: Mapped[int | None]
    categories: Mapped[Any] = mapped_column(sa.JSON, default=list)
    papers: Mapped[Any] = mapped_column(sa.JSON, default=dict)  # {"id_card": "2026-11-24"}
    vetted: Mapped[Any] = mapped_column(sa.JSON, default=list)
    languages: Mapped[Any] = mapped_column(sa.JSON, default=list)
    half_days: Mapped[Any] = mapped_column(sa.JSON, default=list)
    away: Mapped[Any] = mapped_column(sa.JSON, default=list)
    traits: Mapped[Any] = mapped_column(sa.JSON, default=list)
    avoids: Mapped[Any] = mapped_column(sa.JSON, default=list)
    interests: Mapped[Any] = mapped_column(sa.JSON, default=list)
    capacity: Mapped[int] = mapped_column(default=1)  # missions a week
    car: Mapped[bool] = mapped_column(default=False)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), index=True)
    demo: Mapped[bool] = mapped_column(default=False)
    opted_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status_at: Mapped[datetime] = mapped_column(UtcDateTime)

    group: Mapped[Group | None] = relationship()


class Staff(Base):
    """An account of the district's team. ``seen_at`` is when its page last spoke to us.

    ``number`` is the telephone at which it takes callers who ask for a person; None: it takes none.
    ``page_language`` is None until one was chosen; ``tour_step`` counts the steps of the first day's tour.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(Encrypted("staff.name"))
    number: Mapped[str | None] = mapped_column(Encrypted("staff.number"))
    role: Mapped[Role] = mapped_column(status_column(Role))
    password_hash: Mapped[str] = mapped_column(sa.String(255))
    must_change: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)  # raised to end every session of the account
    languages: Mapped[Any] = mapped_column(sa.JSON, default=list)
    page_language: Mapped[str | None] = mapped_column(sa.String(8))
    shortcuts: Mapped[bool] = mapped_column(default=True)
    tour_step: Mapped[int] = mapped_column(default=0)
    places: Mapped[Any] = mapped_column(
        sa.JSON, default=list
    )  # official keys it rings first; none: all alike
    on_duty: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Block(Base):
    """A number from which no call is taken for a while. It holds until ``until``, or until it was lifted."""

    __tablename__ = "blocks"

    id: Mapped[int] = mapped_column(primary_key=True)
    number_hash: Mapped[bytes] = mapped_column(Hash, index=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Encrypted("blocks.reason"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """Who did what to which row, when. Each entry carries the hash of the one before it."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(sa.String(64))  # "staff:3", "worker", "caller"
    action: Mapped[str] = mapped_column(sa.String(48))
    subject: Mapped[str] = mapped_column(sa.String(48))  # "callback:17"
    detail: Mapped[str] = mapped_column(sa.String(200), default="")  # never personal
    hash: Mapped[bytes] = mapped_column(Hash)


class Duty(Base):
    """Something the worker owes the outside world: a text, a call.

    ``key`` names what it is for ("offer:17"), so that the same cause never makes two duties.
    ``payload`` is what it needs, encrypted, because a text has a number and words.
    """

    __tablename__ = "duties"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DutyKind] = mapped_column(status_column(DutyKind))
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    status: Mapped[DutyStatus] = mapped_column(status_column(DutyStatus))
    payload: Mapped[Any] = mapped_column(Encrypted("duties.payload", as_json=True))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    carrier_sid: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    error: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    _waiting = sa.text("status IN ('due', 'running', 'unsure')")
    __table_args__ = (
        sa.Index("ix_duties_waiting", "due_at", sqlite_where=_waiting, postgresql_where=_waiting),
    )


class PromptOverride(Base):
    """What a coordinator made of a prompt: her own words, a recording, or both. A recording is played first.

    Where ``text`` is None the prompt's original words hold. A row always has at least one of the two.
    """

    __tablename__ = "prompt_overrides"

    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(48), primary_key=True)
    text: Mapped[str | None] = mapped_column(sa.Text)
    recording_hash: Mapped[str | None] = mapped_column(sa.ForeignKey("prompt_recordings.hash"), index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))


class PromptRecording(Base):
    """A recorded prompt, found by the SHA-256 of its sound in hexadecimal digits; ``kind`` is "wav" or "mp3".

    It is kept for a while after its last prompt let go of it (``unused_since``): a call under way may still
    ask for it.
    """

    __tablename__ = "prompt_recordings"

    hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    unused_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sound: Mapped[bytes] = mapped_column(sa.LargeBinary)
