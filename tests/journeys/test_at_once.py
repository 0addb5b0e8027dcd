"""Operator, caller, coordinator, helper and worker move one request at one moment, on PostgreSQL.

Whoever comes second waits, and finds what the first has left: what is in the record then is what would be
there had they come one after the other. Nobody overwrites anybody, and nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count

import pytest
import sqlalchemy as sa

from intake import attempts, queue, registry
from intake.crypto import KeyRing
from intake.db import Base, Database, number_hash
from intake.desk.app import make_desk_app
from intake.desk.request_form import DATES
from intake.kinds import CallbackKind
from intake.lifecycle import HelperStatus, ProposalStatus, RequestStatus
from intake.models import Attempt, Callback, Helper, Request
from intake.profile import Profile
from intake.settings import Settings
from intake.staff_roles import Role
from matching import missions, offers, unmatched
from matching.desk.sections import SECTIONS
from matching.models import Mission, Proposal
from tests.conftest import MovableClock
from tests.intake.desk.conftest import Desk, Person
from tests.support.meeting import Act, meet
from tests.support.pages import Page
from tests.support.postgres import PostgresDatabases
from tests.voice.line import Line, open_line

#: What an operator fills in once she has reached the caller.
FORM = {
    "category": "shopping",
    "postcode": "34466",
    "details": "Wocheneinkauf",
    "urgency": "0",
    "name": "Erika Beispiel",
    "address": "Lindenstraße 4",
    "language": "de",
    "consent": "y",
    **{f"dates-{row}-half": "morning" for row in range(DATES)},
}


class Now(MovableClock):
    """The telephone's time: it goes on while callers listen."""

    def __init__(self, line: Line) -> None:
        super().__init__(line.services.clock())
        self._line = line

    def __call__(self) -> datetime:
        return self._line.services.clock()


@dataclass
class Office:
    """A telephone, a desk, an operator and a coordinator at it; for each case a new caller."""

    line: Line
    desk: Desk
    person: Person
    operator: Page
    coordinator: Page
    numbers: Iterator[int]

    def case(self) -> Case:
        """Somebody has called, and her callback is in an operator's hand."""
        number = next(self.numbers)
        caller = f"+4956925{number:06}"
        filing = self.desk.call_in(caller)
        with self.desk.services.db.write() as db:
            queue.give_back(db, Callback.holder_id == self.person.id)
            assert queue.take(db, self.desk.clock(), filing.callback_id, self.person.id)
        return Case(self, number, caller, filing.request_id or 0, filing.callback_id)


@dataclass
class Case:
    """One request, and what everybody may do with it. Each thing is got ready, and then done."""

    office: Office
    number: int
    caller: str
    request: int
    callback: int
    helper: int = 0
    proposal: int = 0
    mission: int = 0

    @property
    def db(self) -> Database:
        return self.office.desk.services.db

    # --- how far it is ------------------------------------------------------------------------------

    def opened(self) -> Case:
        """The operator has reached the caller, and a helper is proposed."""
        self.completes()()
        now = self.office.desk.clock()
        with self.db.write() as db:
            number = f"+49152288{self.number:05}"
            helper = Helper(status=HelperStatus.ACTIVE, number=number, languages=["de"])
            helper.number_hash, helper.created_at, helper.status_at = number_hash(db, number), now, now
            db.add(helper)
            db.flush()
            proposal = Proposal(request_id=self.request, helper_id=helper.id, rank=1, score=80)
            proposal.status, proposal.parts, proposal.lower_because = ProposalStatus.PROPOSED, [], []
            proposal.created_at = proposal.status_at = now
            db.add(proposal)
            registry.move(db.get_one(Request, self.request), RequestStatus.PROPOSED, now)
            db.flush()
            self.helper, self.proposal = helper.id, proposal.id
        return self

    def agreed(self) -> Case:
        """The helper has said yes, and the operator has the callback in which the seeker hears of it."""
        self.opened()
        now = self.office.desk.clock()
        with self.db.write() as db:
            proposal = db.get_one(Proposal, self.proposal)
            offers.approve(db, self.profile, now, proposal, self.office.person.id)
            mission = offers.accept(db, self.profile, now, proposal, "helper")
            assert mission is not None
            self.mission = mission.id
        self._takes(CallbackKind.CONFIRM_MATCH)
        return self

    def without_helper(self) -> Case:
        """Nobody was found, and the operator has the callback in which the caller hears of it."""
        self.opened()
        with self.db.write() as db:
            request = db.get_one(Request, self.request)
            unmatched.seekers.tell(
                db, self.profile, self.office.desk.clock(), request, CallbackKind.NO_HELPER, self.request
            )
        self._takes(CallbackKind.NO_HELPER)
        return self

    def _takes(self, kind: CallbackKind) -> None:
        now = self.office.desk.clock()
        with self.db.write() as db:
            about = sa.select(Callback).where(Callback.request_id == self.request, Callback.kind == kind)
            callback = db.scalars(about).one()
            assert queue.take(db, now, callback.id, self.office.person.id)
            self.callback = callback.id
        with self.db.write() as db:
            held = queue.held_by(db, self.callback, self.office.person.id)
            assert held is not None
            attempts.start(db, self.profile, now, held, self.office.person.id)

    @property
    def profile(self) -> Profile:
        return self.office.desk.services.profile

    # --- the operator -------------------------------------------------------------------------------

    def _sends(self, page: Page, path: str, **fields: str) -> Act:
        def act() -> None:
            answer = page.client.post(f"/desk/{path}", data=fields)
            assert answer.status_code in (303, 409), answer.text

        return act

    def tries_in_vain(self) -> Act:
        return self._sends(self.office.operator, f"callbacks/{self.callback}/outcome/no_answer")

    def completes(self) -> Act:
        return self._sends(self.office.operator, f"requests/{self.request}/complete", **FORM)

    def takes_it_back(self) -> Act:
        self.tries_in_vain()()
        with self.db.read() as db:
            attempt = db.scalar(sa.select(Attempt.id).where(Attempt.callback_id == self.callback))
        return self._sends(self.office.operator, f"attempts/{attempt}/undo")

    def announces(self) -> Act:
        return self._sends(self.office.operator, f"talks/{self.callback}", answer="agreed", half="morning")

    def hears_that_it_is_not_needed(self) -> Act:
        return self._sends(
            self.office.operator, f"talks/{self.callback}", answer="not_needed", half="morning"
        )

    def promises_to_go_on(self) -> Act:
        return self._sends(
            self.office.operator, f"talks/{self.callback}", answer="not_needed", contact_point=self._taker()
        )

    # --- the caller ---------------------------------------------------------------------------------

    def _asks(self, key: str) -> Act:
        with self.db.read() as db:
            reference = db.get_one(Request, self.request).reference or ""
        call = self.office.line.phone.dial(self.caller).press("3").press(reference)
        return lambda: call.press(key)

    def withdraws(self) -> Act:
        return self._asks("2")

    def says_it_is_needed(self) -> Act:
        return self._asks("1")

    def wants_to_be_rung(self) -> Act:
        return self._asks("4")

    # --- the coordinator, the helper, the worker ----------------------------------------------------

    def _taker(self) -> str:
        with self.db.read() as db:
            return unmatched.takers(db, self.profile, db.get_one(Request, self.request))[0][0]

    def approves(self) -> Act:
        return self._sends(self.office.coordinator, f"matching/proposals/{self.proposal}/approve")

    def hands_it_over(self) -> Act:
        return self._sends(self.office.coordinator, f"matching/{self.request}/hand-over", taker=self._taker())

    def hears_of_it(self, went: str) -> Act:
        return self._sends(self.office.coordinator, f"missions/{self.mission}/close", went=went)

    def hears_that_it_was_done(self) -> Act:
        return self.hears_of_it("done")

    def calls_off(self) -> Act:
        return self.hears_of_it("cancelled")

    def says_yes(self) -> Act:
        now = self.office.desk.clock()
        with self.db.write() as db:
            offers.approve(db, self.profile, now, db.get_one(Proposal, self.proposal), self.office.person.id)
            offers.gone_out(db, self.profile, now, self.proposal)
        return self._texts("JA")

    def cannot_come(self) -> Act:
        return self._texts("ABSAGE")

    def _texts(self, body: str) -> Act:
        with self.db.read() as db:
            number = db.get_one(Helper, self.helper).number or ""
        return lambda: self.office.line.phone.texts_the_hotline(number, body)

    def is_looked_after(self) -> Act:
        return lambda: missions.run_due(self.office.desk.services)

    # --- what is in the record ------------------------------------------------------------------------

    def stands(self) -> list[tuple[object, ...]]:
        """Every status that hangs on the request."""
        with self.db.read() as db:
            about = sa.select(Callback.kind, Callback.status, Callback.outcome, Callback.times_called)
            rows: list[sa.Select[tuple[object, ...]]] = [
                sa.select(Request.status).where(Request.number_hash == number_hash(db, self.caller)),
                about.where(Callback.number_hash == number_hash(db, self.caller)).order_by(Callback.id),
                sa.select(Proposal.status).where(Proposal.request_id == self.request),
                sa.select(Mission.status).where(Mission.request_id == self.request),
            ]
            return [tuple(row) for query in rows for row in db.execute(query)]


@pytest.fixture(scope="module")
def office(
    postgres: PostgresDatabases,
    keys: KeyRing,
    profile: Profile,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    settings = Settings(
        home=tmp_path_factory.mktemp("home"),
        keys=keys,
        public_base_url="http://127.0.0.1:8000",
        account_sid="AC" + "0" * 32,
        auth_token="a-token-for-tests",
        carrier_number="+4956110031177",
    )
    with postgres.fresh() as url:
        db = Database(url, keys)
        Base.metadata.create_all(db.engine)
        with open_line(settings, profile, db) as line:
            app = make_desk_app(line.services, more=SECTIONS)
            app.config["WTF_CSRF_ENABLED"] = False  # the pages' tokens are not what is tried here
            desk = Desk(app, line.services, Now(line))
            anna, carla = desk.person("anna"), desk.person("carla", Role.COORDINATOR)
            yield Office(line, desk, anna, desk.enter(anna), desk.enter(carla), count(100))
        db.close()


#: How far the request is, and what two people do with it at one moment.
PAIRS = [
    ("case", "tries_in_vain", "withdraws"),
    ("case", "completes", "withdraws"),
    ("case", "completes", "wants_to_be_rung"),
    ("case", "takes_it_back", "withdraws"),
    ("opened", "withdraws", "approves"),
    ("opened", "withdraws", "hands_it_over"),
    ("opened", "says_it_is_needed", "hands_it_over"),
    ("opened", "wants_to_be_rung", "hands_it_over"),
    ("opened", "says_yes", "withdraws"),
    ("opened", "says_yes", "hands_it_over"),
    ("without_helper", "promises_to_go_on", "withdraws"),
    ("without_helper", "promises_to_go_on", "hands_it_over"),
    ("without_helper", "promises_to_go_on", "says_yes"),
    ("agreed", "announces", "hears_that_it_was_done"),
    ("agreed", "announces", "calls_off"),
    ("agreed", "hears_that_it_is_not_needed", "hears_that_it_was_done"),
    ("agreed", "announces", "withdraws"),
    ("agreed", "announces", "cannot_come"),
    ("agreed", "withdraws", "hears_that_it_was_done"),
    ("agreed", "withdraws", "cannot_come"),
    ("agreed", "says_it_is_needed", "hears_that_it_was_done"),
    ("agreed", "calls_off", "cannot_come"),
]
BOTH_WAYS = [(stage, *pair) for stage, one, other in PAIRS for pair in ((one, other), (other, one))]


@pytest.mark.parametrize(("stage", "first", "second"), BOTH_WAYS)
def test_whoever_comes_second_finds_what_the_first_has_left(
    office: Office, stage: str, first: str, second: str
) -> None:
    ways = []
    for at_once in (False, True):
        case = office.case()
        if stage != "case":
            getattr(case, stage)()
        one, other = getattr(case, first)(), getattr(case, second)()
        if at_once:
            meet(case.db, one, other)
        else:
            one()
            other()
        ways.append(case.stands())
    one_after_the_other, both_at_once = ways
    assert both_at_once == one_after_the_other
