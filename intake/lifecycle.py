"""The life cycles: every status that moves, and the table of moves that are allowed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar


class RequestStatus(StrEnum):
    """Where somebody's need stands."""

    NEW = "new"
    CONTACTED = "contacted"
    OPEN = "open"
    PROPOSED = "proposed"
    MATCHED = "matched"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    HANDED_ON = "handed_on"
    UNREACHABLE = "unreachable"
    ERASED = "erased"


class CallbackStatus(StrEnum):
    """Where the duty to ring a number stands."""

    QUEUED = "queued"
    ASSIGNED = "assigned"
    CALLING = "calling"
    DONE = "done"
    GIVEN_UP = "given_up"


class PromiseStatus(StrEnum):
    """What became of a callback's promise. VOID does not count: nobody had to be rung, or nobody was told."""

    OPEN = "open"
    KEPT = "kept"
    MISSED = "missed"
    VOID = "void"


class HelperStatus(StrEnum):
    """Where a helper stands. Only an ACTIVE one is ever proposed."""

    LEAD = "lead"
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"
    ERASED = "erased"


class ProposalStatus(StrEnum):
    """Where one request with one helper stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DECLINED = "declined"
    EXPIRED = "expired"
    OVERTAKEN = "overtaken"


class MissionStatus(StrEnum):
    """Where an accepted proposal stands. CONFIRMED: the seeker knows who comes."""

    AGREED = "agreed"
    CONFIRMED = "confirmed"
    DONE = "done"
    NOT_DONE = "not_done"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class BridgeStatus(StrEnum):
    """Where a call from the desk stands: the operator's telephone first, then the citizen's.

    NOT_TAKEN: the operator's telephone was not picked up, or nobody pressed the key there. REFUSED: it was
    never rung. FAILED: the citizen's number cannot be reached.
    """

    PLACED = "placed"
    OPERATOR_RINGING = "operator_ringing"
    OPERATOR_THERE = "operator_there"
    CITIZEN_RINGING = "citizen_ringing"
    CONNECTED = "connected"
    ENDED = "ended"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    NOT_TAKEN = "not_taken"
    CANCELLED = "cancelled"
    REFUSED = "refused"


class LetterStatus(StrEnum):
    """Where something stands that somebody has to be told on paper or through the town hall."""

    DUE = "due"
    SENT = "sent"
    DROPPED = "dropped"


class VoiceMessageStatus(StrEnum):
    """Where a recorded message stands.

    ANNOUNCED: the carrier has it. KEPT: we have it, and the carrier still does. CLEARED: deleted at the
    carrier. LOST: the carrier never gave it out. PURGED: its time with us is over.
    """

    ANNOUNCED = "announced"
    KEPT = "kept"
    CLEARED = "cleared"
    LOST = "lost"
    PURGED = "purged"


class DutyStatus(StrEnum):
    """Where a duty of the worker stands. UNSURE: the carrier's answer was lost; it is asked, not repeated."""

    DUE = "due"
    RUNNING = "running"
    UNSURE = "unsure"
    DONE = "done"
    FAILED = "failed"


class AlarmStatus(StrEnum):
    """Where an alarm stands. SEEN: somebody takes care of it; CLEARED: it is over, and history."""

    RAISED = "raised"
    SEEN = "seen"
    CLEARED = "cleared"


_S = TypeVar("_S", bound=StrEnum)


def _table(moves: Mapping[_S, set[_S]]) -> dict[StrEnum, frozenset[StrEnum]]:
    return {source: frozenset(targets) for source, targets in moves.items()}


_R, _C, _H, _P, _M, _B, _D, _L, _V = (
    RequestStatus,
    CallbackStatus,
    HelperStatus,
    ProposalStatus,
    MissionStatus,
    BridgeStatus,
    DutyStatus,
    LetterStatus,
    VoiceMessageStatus,
)

#: For each life cycle, from each status the statuses it may move to; ``check_move`` refuses the rest.
#: One table a life cycle, because members of different StrEnums with one text are equal to Python.
MOVES: dict[type[StrEnum], dict[StrEnum, frozenset[StrEnum]]] = {
    RequestStatus: _table(
        {
            _R.NEW: {_R.CONTACTED, _R.OPEN, _R.WITHDRAWN, _R.HANDED_ON, _R.UNREACHABLE},
            _R.CONTACTED: {_R.NEW, _R.OPEN, _R.WITHDRAWN, _R.HANDED_ON, _R.UNREACHABLE},
            _R.OPEN: {_R.PROPOSED, _R.MATCHED, _R.WITHDRAWN, _R.HANDED_ON, _R.UNREACHABLE},
            _R.PROPOSED: {_R.OPEN, _R.MATCHED, _R.WITHDRAWN, _R.HANDED_ON, _R.UNREACHABLE},
            _R.MATCHED: {_R.OPEN, _R.DONE, _R.WITHDRAWN, _R.HANDED_ON},
            _R.DONE: {_R.ERASED},
            _R.WITHDRAWN: {_R.NEW, _R.CONTACTED, _R.OPEN, _R.ERASED},
            _R.HANDED_ON: {_R.NEW, _R.CONTACTED, _R.OPEN, _R.ERASED},
            _R.UNREACHABLE: {_R.NEW, _R.CONTACTED, _R.OPEN, _R.ERASED},
            _R.ERASED: set(),
        }
    ),
    CallbackStatus: _table(
        {
            _C.QUEUED: {_C.ASSIGNED, _C.GIVEN_UP, _C.DONE},
            _C.ASSIGNED: {_C.QUEUED, _C.CALLING, _C.DONE, _C.GIVEN_UP},
            _C.CALLING: {_C.QUEUED, _C.ASSIGNED, _C.DONE, _C.GIVEN_UP},
            # an outcome that was a slip of the hand is taken back
            _C.DONE: {_C.CALLING},
            _C.GIVEN_UP: {_C.CALLING},
        }
    ),
    PromiseStatus: _table(
        {
            PromiseStatus.OPEN: {PromiseStatus.KEPT, PromiseStatus.MISSED, PromiseStatus.VOID},
            PromiseStatus.KEPT: set(),
            PromiseStatus.MISSED: set(),
            PromiseStatus.VOID: set(),
        }
    ),
    AlarmStatus: _table(
        {
            AlarmStatus.RAISED: {AlarmStatus.SEEN, AlarmStatus.CLEARED},
            AlarmStatus.SEEN: {AlarmStatus.CLEARED},
            AlarmStatus.CLEARED: set(),
        }
    ),
    HelperStatus: _table(
        {
            _H.LEAD: {_H.ACTIVE, _H.LEFT},
            _H.ACTIVE: {_H.PAUSED, _H.LEFT},
            _H.PAUSED: {_H.ACTIVE, _H.LEFT},
            _H.LEFT: {_H.ACTIVE, _H.ERASED},
            _H.ERASED: set(),
        }
    ),
    ProposalStatus: _table(
        {
            _P.PROPOSED: {_P.APPROVED, _P.REJECTED, _P.OVERTAKEN},
            _P.APPROVED: {_P.OFFERED, _P.PROPOSED, _P.REJECTED, _P.OVERTAKEN},
            _P.OFFERED: {_P.ACCEPTED, _P.DECLINED, _P.EXPIRED, _P.OVERTAKEN},
            _P.ACCEPTED: set(),
            _P.REJECTED: set(),
            _P.DECLINED: set(),
            _P.EXPIRED: set(),
            _P.OVERTAKEN: set(),
        }
    ),
    MissionStatus: _table(
        {
            _M.AGREED: {_M.CONFIRMED, _M.DONE, _M.NOT_DONE, _M.NO_SHOW, _M.CANCELLED},
            _M.CONFIRMED: {_M.DONE, _M.NOT_DONE, _M.NO_SHOW, _M.CANCELLED},
            _M.DONE: set(),
            _M.NOT_DONE: set(),
            _M.NO_SHOW: set(),
            _M.CANCELLED: set(),
        }
    ),
    BridgeStatus: _table(
        {
            _B.PLACED: {_B.OPERATOR_RINGING, _B.OPERATOR_THERE, _B.NOT_TAKEN, _B.CANCELLED, _B.REFUSED},
            _B.OPERATOR_RINGING: {_B.OPERATOR_THERE, _B.NOT_TAKEN, _B.CANCELLED},
            _B.OPERATOR_THERE: {_B.CITIZEN_RINGING, _B.NOT_TAKEN, _B.CANCELLED},
            _B.CITIZEN_RINGING: {_B.CONNECTED, _B.BUSY, _B.NO_ANSWER, _B.FAILED, _B.CANCELLED},
            _B.CONNECTED: {_B.ENDED},
            _B.ENDED: set(),
            _B.BUSY: set(),
            _B.NO_ANSWER: set(),
            _B.FAILED: set(),
            _B.NOT_TAKEN: set(),
            _B.CANCELLED: set(),
            _B.REFUSED: set(),
        }
    ),
    DutyStatus: _table(
        {
            _D.DUE: {_D.RUNNING, _D.DONE, _D.FAILED},
            _D.RUNNING: {_D.DUE, _D.UNSURE, _D.DONE, _D.FAILED},
            _D.UNSURE: {_D.RUNNING, _D.DUE, _D.DONE, _D.FAILED},
            _D.DONE: {_D.FAILED},  # the carrier took it, and could not deliver it
            _D.FAILED: {_D.DUE},  # taken back, and owed once more
        }
    ),
    LetterStatus: _table({_L.DUE: {_L.SENT, _L.DROPPED}, _L.SENT: set(), _L.DROPPED: set()}),
    VoiceMessageStatus: _table(
        {
            _V.ANNOUNCED: {_V.KEPT, _V.LOST},
            _V.KEPT: {_V.CLEARED},
            _V.CLEARED: {_V.PURGED},
            _V.LOST: {_V.PURGED},
            _V.PURGED: set(),
        }
    ),
}

#: A callback in one of these still has to be rung. The partial unique index in the models names them too.
OPEN_CALLBACKS = (CallbackStatus.QUEUED, CallbackStatus.ASSIGNED, CallbackStatus.CALLING)

#: A request in one of these still waits for help; a second call about it adds to it.
OPEN_REQUESTS = (
    RequestStatus.NEW,
    RequestStatus.CONTACTED,
    RequestStatus.OPEN,
    RequestStatus.PROPOSED,
    RequestStatus.MATCHED,
)

#: A request in one of these is over; in time it is forgotten.
CLOSED_REQUESTS = (
    RequestStatus.DONE,
    RequestStatus.WITHDRAWN,
    RequestStatus.HANDED_ON,
    RequestStatus.UNREACHABLE,
)

#: A proposal in one of these holds its helper's hour.
LIVE_PROPOSALS = (ProposalStatus.APPROVED, ProposalStatus.OFFERED)

#: A mission in one of these is still to come. The partial unique index in the matching names them too.
OPEN_MISSIONS = (MissionStatus.AGREED, MissionStatus.CONFIRMED)

#: A proposal in one of these is not decided for good; a request that ends takes it along.
OPEN_PROPOSALS = (ProposalStatus.PROPOSED, *LIVE_PROPOSALS)

#: A bridge in one of these may still ring somebody, or has two people talking. The partial unique indexes in
#: its table name them too.
LIVE_BRIDGES = (
    BridgeStatus.PLACED,
    BridgeStatus.OPERATOR_RINGING,
    BridgeStatus.OPERATOR_THERE,
    BridgeStatus.CITIZEN_RINGING,
    BridgeStatus.CONNECTED,
)

#: The first status of each life cycle: what a fresh row starts in.
FIRST: dict[type[StrEnum], StrEnum] = {
    RequestStatus: RequestStatus.NEW,
    CallbackStatus: CallbackStatus.QUEUED,
    PromiseStatus: PromiseStatus.OPEN,
    AlarmStatus: AlarmStatus.RAISED,
    HelperStatus: HelperStatus.LEAD,
    ProposalStatus: ProposalStatus.PROPOSED,
    MissionStatus: MissionStatus.AGREED,
    BridgeStatus: BridgeStatus.PLACED,
    DutyStatus: DutyStatus.DUE,
    LetterStatus: LetterStatus.DUE,
    VoiceMessageStatus: VoiceMessageStatus.ANNOUNCED,
}


class IllegalMove(Exception):
    """A status was to move where the table does not lead. ``old`` and ``new`` say which."""

    def __init__(self, old: StrEnum, new: StrEnum) -> None:
        super().__init__(f"{type(old).__name__}: {old.value} may not become {new.value}")
        self.old, self.new = old, new


def may_move(old: StrEnum, new: StrEnum) -> bool:
    """Whether the table allows the move. Staying where one is, is no move and not allowed."""
    return new in MOVES[type(old)][old]


def check_move(old: _S, new: _S) -> _S:
    """Return ``new`` if the table allows the move from ``old``; raise ``IllegalMove`` otherwise."""
    if not may_move(old, new):
        raise IllegalMove(old, new)
    return new
