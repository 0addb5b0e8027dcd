"""Calls from the desk: one at a time, along the life cycle only, whatever the carrier tells and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from intake import attempts, bridges, queue, registry
from intake.bridge_models import Bridge
from intake.bridges import BridgeError, Why
from intake.db import Database
from intake.hours import Window
from intake.kinds import DutyKind
from intake.lifecycle import MOVES, BridgeStatus, CallbackStatus, DutyStatus
from intake.models import Attempt, AuditEntry, Callback, Duty, Staff
from intake.profile import Profile
from intake.staff_roles import Role
from tests.conftest import TUESDAY_TEN, MovableClock

CITIZEN, OTHER = "+4956925551234", "+4956715550011"
ADA = "+4915112345678"
HERS, HIS = "CA" + "1" * 32, "CA" + "2" * 32


@dataclass
class Room:
    """A record with operators, and callbacks in their hands."""

    db: Database
    profile: Profile
    clock: MovableClock = field(default_factory=lambda: MovableClock(TUESDAY_TEN))

    def operator(self, login: str = "ada", number: str | None = ADA) -> int:
        with self.db.write() as session:
            account = Staff(login=login, name=login, number=number, role=Role.OPERATOR, password_hash="")
            account.created_at = self.clock()
            session.add(account)
            session.flush()
            return account.id

    def holds(self, staff_id: int, number: str = CITIZEN) -> int:
        """A callback to that number, in that operator's hand."""
        told = registry.Told(number, "de", "shopping", "34466", "06633028")
        window = Window(self.clock(), self.clock() + timedelta(hours=1))
        with self.db.write() as session:
            callback_id = registry.file_request(session, self.clock(), told, window).callback_id
            assert queue.take(session, self.clock(), callback_id, staff_id)
            return callback_id

    def calls(self, staff_id: int, callback_id: int) -> int:
        with self.db.write() as session:
            callback = session.get_one(Callback, callback_id)
            return bridges.start(session, self.profile, self.clock(), callback, staff_id).id

    def does(self, act: Callable[[Session, Bridge], object], bridge_id: int) -> BridgeStatus:
        """One transaction on a bridge; where it stands then."""
        with self.db.write() as session:
            bridge = bridges.find(session, bridge_id)
            assert bridge is not None
            act(session, bridge)
            return bridge.status

    def ends(self, bridge_id: int) -> BridgeStatus:
        return self.does(lambda session, bridge: bridges.end(session, self.clock(), bridge), bridge_id)

    def bridge(self, bridge_id: int) -> Bridge:
        with self.db.read() as session:
            return session.get_one(Bridge, bridge_id)

    def bridges(self) -> int:
        with self.db.read() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(Bridge)) or 0

    def duties(self, kind: DutyKind) -> list[Duty]:
        with self.db.read() as session:
            return list(session.scalars(sa.select(Duty).where(Duty.kind == kind).order_by(Duty.id)))


@pytest.fixture
def room(any_db: Database, profile: Profile) -> Room:
    return Room(any_db, profile)


@pytest.fixture
def quick_room(sqlite_db: Database, profile: Profile) -> Room:
    return Room(sqlite_db, profile)


def test_a_call_begins_the_attempt_and_owes_the_operator_a_ring(room: Room) -> None:
    ada = room.operator()
    callback_id = room.holds(ada)
    bridge_id = room.calls(ada, callback_id)
    (duty,) = room.duties(DutyKind.CALL)
    assert (duty.status, duty.payload["to"]) == (DutyStatus.DUE, ADA)
    assert CITIZEN not in str(duty.payload)
    with room.db.read() as session:
        assert session.get_one(Callback, callback_id).status is CallbackStatus.CALLING
        attempt = session.scalars(sa.select(Attempt)).one()
        assert (attempt.id, attempt.number_shown_at) == (room.bridge(bridge_id).attempt_id, None)
        actions = list(session.scalars(sa.select(AuditEntry.action)))
    assert "call_begun" in actions
    assert "number_shown" not in actions, "it was rung, and nobody has seen it"


def test_pressing_twice_rings_once(room: Room) -> None:
    ada = room.operator()
    callback_id = room.holds(ada)
    assert room.calls(ada, callback_id) == room.calls(ada, callback_id)
    assert len(room.duties(DutyKind.CALL)) == 1


def test_one_operator_has_one_call_at_a_time(room: Room) -> None:
    ada = room.operator()
    first, second = room.holds(ada), room.holds(ada, OTHER)
    bridge_id = room.calls(ada, first)
    with pytest.raises(attempts.OutcomeFirst) as refused:
        room.calls(ada, second)
    assert refused.value.callback_id == first
    room.ends(bridge_id)
    assert room.calls(ada, second) != bridge_id


def test_a_callback_that_changed_hands_is_not_rung_by_a_second_operator(quick_room: Room) -> None:
    ada, bea = quick_room.operator(), quick_room.operator("bea", "+4915187654321")
    callback_id = quick_room.holds(ada)
    quick_room.calls(ada, callback_id)
    with quick_room.db.write() as session:
        queue.release(session.get_one(Callback, callback_id))
        assert queue.take(session, quick_room.clock(), callback_id, bea)
    with pytest.raises(BridgeError) as refused:
        quick_room.calls(bea, callback_id)
    assert refused.value.why is Why.ANOTHER_CALL


@pytest.mark.parametrize(
    ("own", "number", "why"),
    [
        (None, CITIZEN, Why.NO_OWN_NUMBER),
        (CITIZEN, CITIZEN, Why.OWN_NUMBER),
        (ADA, "+499001234567", Why.NOT_CALLABLE),
        (ADA, "+33142278186", Why.NOT_CALLABLE),
        (ADA, "+4956110031177", Why.NOT_CALLABLE),
    ],
    ids=["no telephone of her own", "her own number", "premium", "abroad", "the hotline itself"],
)
def test_what_may_not_be_rung_is_refused(quick_room: Room, own: str | None, number: str, why: Why) -> None:
    ada = quick_room.operator(number=own)
    callback_id = quick_room.holds(ada, number)
    with pytest.raises(BridgeError) as refused:
        quick_room.calls(ada, callback_id)
    assert refused.value.why is why
    assert quick_room.duties(DutyKind.CALL) == []


def test_nobody_is_rung_at_night(quick_room: Room) -> None:
    ada = quick_room.operator()
    callback_id = quick_room.holds(ada)
    quick_room.clock.moves(hours=11)
    with pytest.raises(attempts.OutsideCallWindow):
        quick_room.calls(ada, callback_id)


def test_a_call_that_nobody_has_begun_to_place_is_taken_back(room: Room) -> None:
    ada = room.operator()
    bridge_id = room.calls(ada, room.holds(ada))
    assert room.ends(bridge_id) is BridgeStatus.CANCELLED
    assert room.ends(bridge_id) is BridgeStatus.CANCELLED
    with room.db.read() as session:
        assert attempts.without_outcome(session, ada) is None, "nobody was rung: nothing to be told"
    assert [duty.status for duty in room.duties(DutyKind.CALL)] == [DutyStatus.FAILED]
    assert room.duties(DutyKind.HANG_UP) == []


def test_a_call_that_is_being_placed_is_ended_as_soon_as_it_has_a_name(room: Room) -> None:
    ada = room.operator()
    bridge_id = room.calls(ada, room.holds(ada))
    with room.db.write() as session:
        session.execute(sa.update(Duty).values(status=DutyStatus.RUNNING))
    assert room.ends(bridge_id) is BridgeStatus.PLACED
    for _ in range(2):
        with room.db.write() as session:
            bridges.placed(session, room.clock(), bridge_id, HERS)
    (duty,) = room.duties(DutyKind.HANG_UP)
    assert duty.payload == {"sid": HERS}


def test_what_could_not_be_placed_in_time_is_given_up(room: Room) -> None:
    ada = room.operator()
    bridge_id = room.calls(ada, room.holds(ada))
    with room.db.write() as session:
        assert bridges.give_up_late(session, room.clock()) == 0
        assert bridges.is_wanted(session, room.clock(), bridge_id)
    room.clock.moves(seconds=46)
    with room.db.write() as session:
        assert not bridges.is_wanted(session, room.clock(), bridge_id)
        assert bridges.give_up_late(session, room.clock()) == 1
    assert (room.bridge(bridge_id).status, room.bridge(bridge_id).reason) == (BridgeStatus.REFUSED, "late")


@pytest.mark.parametrize(
    ("before", "reason"),
    [("given back", "lost"), ("number erased", "lost"), ("window closed", "closed"), ("ended", "")],
)
def test_the_key_rings_nobody_who_is_not_to_be_rung_any_more(
    quick_room: Room, before: str, reason: str
) -> None:
    ada = quick_room.operator()
    callback_id = quick_room.holds(ada)
    bridge_id = quick_room.calls(ada, callback_id)
    now = quick_room.clock()
    quick_room.does(lambda _, bridge: bridges.operator_there(bridge, HERS, now), bridge_id)
    with quick_room.db.write() as session:
        callback = session.get_one(Callback, callback_id)
        if before == "given back":
            queue.release(callback)
        elif before == "number erased":
            callback.number = None
    if before == "window closed":
        now = quick_room.clock.moves(hours=11)
    elif before == "ended":
        quick_room.ends(bridge_id)
    with quick_room.db.write() as session:
        bridge = bridges.find(session, bridge_id)
        assert bridge is not None
        assert bridges.accept(session, quick_room.profile, bridge, HERS, now) is None
        bridges.operator_gone(session, bridge, HERS, now)
    assert quick_room.bridge(bridge_id).status is BridgeStatus.CANCELLED
    assert quick_room.bridge(bridge_id).reason == reason


def test_a_stranger_s_call_moves_nothing(quick_room: Room) -> None:
    ada = quick_room.operator()
    bridge_id = quick_room.calls(ada, quick_room.holds(ada))
    now = quick_room.clock()
    with quick_room.db.write() as session:
        bridges.placed(session, now, bridge_id, HERS)
    quick_room.does(lambda _, bridge: bridges.operator_rings(bridge, HIS, now), bridge_id)
    quick_room.does(lambda _, bridge: bridges.operator_there(bridge, HIS, now), bridge_id)
    quick_room.does(lambda session, bridge: bridges.operator_gone(session, bridge, HIS, now), bridge_id)
    assert quick_room.bridge(bridge_id).status is BridgeStatus.PLACED


#: Everything that can happen to a bridge, in any order and any number.
HAPPENINGS: dict[str, Callable[[Session, Profile, Bridge, MovableClock], object]] = {
    "placed": lambda s, _p, b, c: bridges.placed(s, c(), b.id, HERS),
    "not placed": lambda s, _p, b, c: bridges.not_placed(s, c(), b.id, "code 21211"),
    "operator rings": lambda _s, _p, b, c: bridges.operator_rings(b, HERS, c()),
    "operator there": lambda _s, _p, b, c: bridges.operator_there(b, HERS, c()),
    "key": lambda s, p, b, c: bridges.accept(s, p, b, HERS, c()),
    "other key": lambda s, _p, b, c: bridges.operator_gone(s, b, HERS, c(), bridges.DECLINED),
    "operator gone": lambda s, _p, b, c: bridges.operator_gone(s, b, HERS, c(), "completed"),
    "citizen there": lambda _s, _p, b, c: bridges.citizen_there(b, HIS, c()),
    "talk over": lambda _s, _p, b, c: bridges.citizen_gone(b, c(), BridgeStatus.ENDED, 30),
    "busy": lambda _s, _p, b, c: bridges.citizen_gone(b, c(), BridgeStatus.BUSY),
    "no answer": lambda _s, _p, b, c: bridges.citizen_gone(b, c(), BridgeStatus.NO_ANSWER),
    "end": lambda s, _p, b, c: bridges.end(s, c(), b),
    "late": lambda s, _p, _b, c: bridges.give_up_late(s, c.moves(seconds=46)),
    "night": lambda _s, _p, _b, c: c.moves(hours=11),
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(HAPPENINGS)), max_size=14))
def test_whatever_happens_in_whichever_order_it_moves_along_the_table(
    quick_room: Room, happenings: list[str]
) -> None:
    """Each example is a new operator's new call in the one record."""
    room = quick_room
    room.clock.now = TUESDAY_TEN
    known = room.bridges()
    ada = room.operator(f"ada{known}")
    number = f"+495692{5550000 + known}"
    bridge_id, pressed = room.calls(ada, room.holds(ada, number)), False
    for happening in happenings:
        before, dialled = room.bridge(bridge_id), list[object]()
        act = HAPPENINGS[happening]
        after = room.does(
            lambda session, bridge, act=act, told=dialled: told.append(  # type: ignore[misc]  # bound early
                act(session, room.profile, bridge, room.clock)
            ),
            bridge_id,
        )
        assert after is before.status or _leads_to(before.status, after), happening
        if happening == "key":
            pressed = pressed or before.status is BridgeStatus.OPERATOR_THERE
            assert dialled == [None] or (dialled == [number] and pressed and bridges.is_live(before))
        bridge = room.bridge(bridge_id)
        talked = bridge.status in (BridgeStatus.CONNECTED, BridgeStatus.ENDED)
        assert (bridge.connected_at is not None) == talked
        assert (bridge.seconds is not None) == (bridge.status is BridgeStatus.ENDED)
    keys = [duty.key for kind in (DutyKind.CALL, DutyKind.HANG_UP) for duty in room.duties(kind)]
    assert keys.count(f"bridge:{bridge_id}") == 1
    assert keys.count(f"hang-up:{bridge_id}") <= 1


def _leads_to(old: BridgeStatus, new: BridgeStatus) -> bool:
    """Whether the table leads from one to the other, in a step or in two that one message tells of."""
    steps = MOVES[BridgeStatus]
    return new in steps[old] or any(new in steps[between] for between in steps[old])
