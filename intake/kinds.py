"""Words by which rows are told apart and that never move: kinds, ways, outcomes. Pure."""

from __future__ import annotations

from enum import StrEnum


class BestTime(StrEnum):
    """When the caller likes to be rung: the half of the day, or any."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    ANY = "any"


class CallOutcome(StrEnum):
    """How a call ended. Every call gets exactly one; a later, better one may replace LEAD or FAILED."""

    FILED = "filed"
    ADDED = "added"
    PUT_THROUGH = "put_through"
    LEAD = "lead"
    SILENT_FILED = "silent_filed"
    SILENT_LOST = "silent_lost"
    WITHDRAWN = "withdrawn"
    STATUS_TOLD = "status_told"
    HELPER_LEAD = "helper_lead"
    BLOCKED = "blocked"
    FAILED = "failed"


class CallbackKind(StrEnum):
    """Why a number is to be rung."""

    INTAKE = "intake"
    HELPER_LEAD = "helper_lead"
    GROUP_LEAD = "group_lead"
    STATUS = "status"
    CONFIRM_MATCH = "confirm_match"
    BRIEFING = "briefing"
    FELL_THROUGH = "fell_through"
    NO_HELPER = "no_helper"
    FOLLOW_UP = "follow_up"


class OfferWay(StrEnum):
    """How an offer reaches its helper. IN_PERSON: the coordinator is asked to ring."""

    TEXT = "text"
    CALL = "call"
    IN_PERSON = "in_person"


class OfferCallOutcome(StrEnum):
    """How an automated call to a helper ended. The profile says for which of them it is tried again."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    OVER = "over"  # it was told that nothing is asked any more
    PERSON = "person"  # wants to talk to somebody
    UNDECIDED = "undecided"  # heard the question and gave no answer
    SOMEBODY_ELSE = "somebody_else"
    SILENT = "silent"  # somebody or something answered and pressed no key
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


class LastResort(StrEnum):
    """What is done where the telephone leads nowhere: a letter, or word to the town hall.

    A letter needs an address; without one the town hall of the place is told instead.
    """

    LETTER = "letter"
    CONTACT_POINT = "contact_point"


class DutyKind(StrEnum):
    """What the worker owes the outside world, apart from callbacks, which people return."""

    TEXT = "text"
    CALL = "call"
    HANG_UP = "hang_up"
    MAIL = "mail"
    DELETE = "delete"


class AlarmKind(StrEnum):
    """What may go wrong so that somebody has to look."""

    CALLBACK_OVERDUE = "callback_overdue"
    CALLBACK_ORPHANED = "callback_orphaned"
    CALL_STUCK = "call_stuck"
    DUTY_FAILED = "duty_failed"
    WORKER_SILENT = "worker_silent"
    PROMISES_SLIP = "promises_slip"
