"""The whole house over real HTTP, with people at its desk and a day's work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import timedelta
from wsgiref.types import StartResponse, WSGIEnvironment

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from intake import attempts, blocks, groups, letters, messages, paper, queue, registry, skips
from intake.bridge_models import Bridge
from intake.db import number_hash
from intake.desk.app import make_desk_app
from intake.kinds import BestTime, CallbackKind, CallOutcome, LastResort
from intake.lifecycle import BridgeStatus, VoiceMessageStatus
from intake.models import Call, Callback, Helper, Request, Staff
from intake.profile import AttemptOutcome
from intake.services import Services
from intake.site.app import make_site_app
from intake.site.tokens import Tokens
from intake.skip_models import SkipReason
from intake.staff_roles import Role
from matching import offers, reports
from matching.exclusion_models import Side
from matching.models import Mission, Proposal
from matching.report_models import Verdict
from tests.conftest import MovableClock
from tests.intake.desk.conftest import Desk, Person
from tests.matching.district import HOFGEISMAR, WOLFHAGEN, District
from tests.support.serving import Quiet, running
from voice.phone.browser import make_phone_blueprint
from voice.phone.live import LiveNetwork
from voice.phone.sounds import tone
from worker import watch
from worker.simulator import simulated_carrier
from worker.wsgi import make_wsgi

LOG = [
    [0, 0, "pick_up", "answered", {}],
    [1, 12, "menu", "1", {}],
    [2, 24, "need", "1", {}],
    [3, 40, "postcode", "34466", {}],
    [4, 55, "place_check", "silence", {}],
    [5, 60, "place_check", "1", {}],
]


class Street:
    """The house's address, who works in it, and where its cases stand once ``fill`` was called."""

    def __init__(self, services: Services, clock: MovableClock) -> None:
        server = make_server("127.0.0.1", 0, self._answer, request_handler=Quiet, threaded=True)
        self.url = f"http://127.0.0.1:{server.port}"
        settings = services.settings.model_copy(update={"public_base_url": self.url})
        self.services = Services(settings, services.profile, services.db, clock, services.nudge)
        self.network = LiveNetwork(simulated_carrier(settings, services.profile.country))
        self._phone = Flask(__name__, static_folder=None)
        self._phone.register_blueprint(make_phone_blueprint(self.network))
        self._house = make_wsgi(self.services)
        self.desk = Desk(make_desk_app(self.services), self.services, clock)
        self.people = {role.value: self.desk.person(role.value, role) for role in Role}
        self.other = self.desk.person("ben", languages=("de", "tr"))
        self.ids: dict[str, int | str] = {role: person.id for role, person in self.people.items()}
        self._open = ExitStack()
        self._open.enter_context(running(server))

    def close(self) -> None:
        """Hang up and lock the door."""
        self.network.stop()
        self._open.close()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The telephone stands beside the house, because its network has to be ended by the test."""
        to_the_phone = environ["PATH_INFO"].startswith("/phone")
        return (self._phone.wsgi_app if to_the_phone else self._house)(environ, start_response)

    def fill(self) -> None:
        """A busy morning: each list of the queue has something in it, each state of the matching is there."""
        self._calls()
        self._helpers_and_proposals()
        self._form()
        watch.look_after(self.services)

    def _calls(self) -> None:
        me, desk = self.people["operator"], self.desk
        hidden = desk.call_in("+4956925551234", minutes=25, best_time=BestTime.MORNING)
        desk.call_in("+4956925551234")
        self._leave_message(desk.log_call(hidden.callback_id, {"log": LOG, "answers": {}}))
        desk.log_call(None, {}, outcome=CallOutcome.SILENT_FILED, step="need")
        desk.log_call(None, {"answers": {"category": "shopping"}}, outcome=CallOutcome.LEAD, step="time")
        shown = desk.call_in("+4956715550011", minutes=-20)
        lost = desk.call_in("+4956715550012", minutes=30)
        late = desk.call_in("+4956715550013", minutes=-10)
        later = desk.call_in("+4956715550014", minutes=90, language="tr")
        desk.call_in("+4956715550015", minutes=90, category="driving")
        talking = desk.call_in("+4956715550016", minutes=95)
        helper = desk.offer("+4915228817301")
        self._take(self.other, lost.callback_id, hidden.callback_id)
        with self.services.db.write() as db:
            skipped = db.get_one(Callback, hidden.callback_id)
            skips.skip(db, desk.clock(), skipped, self.other.id, SkipReason.ACQUAINTED)
        self._take(me, hidden.callback_id, shown.callback_id, helper.callback_id, later.callback_id)
        self._take(self.people["coordinator"], talking.callback_id)
        with self.services.db.write() as db:
            rings, profile = db.get_one(Callback, shown.callback_id), self.services.profile
            attempts.show_number(db, profile, desk.clock(), rings, me.id).note = "hört schwer"
            self._ring(db, rings, me, BridgeStatus.BUSY)
            talk = db.get_one(Callback, talking.callback_id)
            self._ring(db, talk, self.people["coordinator"], BridgeStatus.CONNECTED)
            waits = db.get_one(Callback, later.callback_id)
            note = "Tochter fragen"
            no_answer = AttemptOutcome.NO_ANSWER
            done = attempts.record(db, profile, desk.clock(), waits, me.id, no_answer, note)
            self.ids["done"] = done.id
            db.get_one(Callback, late.callback_id).urgency = 2
            lead = db.get_one(Callback, helper.callback_id)
            self.ids["helper"] = lead.helper_id or 0
            abuser = number_hash(db, "+4956715550099")
            blocks.block(db, desk.clock(), abuser, 7, "Beschimpft das Team", self.people["coordinator"].id)
        self.ids["talking"] = talking.callback_id
        self.ids |= {"hidden": hidden.callback_id, "shown": shown.callback_id, "lost": lost.callback_id}
        with self.services.db.write() as db:
            on_paper = paper.print_list(db, desk.clock(), me.id, 1, 4)
            self.ids["paper"] = on_paper.id
            for name, filing in (("letter", late), ("notice", later)):
                owed = db.get_one(Callback, filing.callback_id)
                self.ids[name] = letters.owe_for_callback(db, desk.clock(), owed, LastResort.LETTER).id
            told = desk.told(category="driving", postcode="34369", ags=HOFGEISMAR)
            self.ids["twin"] = registry.new_request(db, desk.clock(), told, "paper").id
            reader = db.get_one(Request, late.request_id)
            reader.name, reader.address, reader.language = "Erika Beispiel", "Lindenstraße 4", "ar"
        self.ids |= {"request": shown.request_id or 0}

    def _form(self) -> None:
        """Somebody has sent a form of the public pages, from a place outside the district."""
        site = make_site_app(self.services)
        sent = Tokens(self.services.db.keys.derive("site-forms")).make(
            self.desk.clock() - timedelta(minutes=2)
        )
        fields = {"token": sent, "number": "05692 555 1260", "postcode": "37194", "consent": "y"}
        outside = next(each for each in self.services.profile.places.lookup("37194") if not each.in_district)
        answer = site.test_client().post("/hilfe", data={**fields, "category": "other", "ags": outside.ags})
        assert answer.status_code == 303
        self.ids["sent"] = sent

    def _ring(self, db: Session, callback: Callback, me: Person, status: BridgeStatus) -> None:
        """Somebody had the hotline make the call, and that is where it stands."""
        now = self.desk.clock()
        db.get_one(Staff, me.id).number = "+4915112345678"
        # not by the service: it lets an operator ring one number at a time, and here each state is wanted
        attempt = attempts.talked(db, now, callback, me.id, now)
        since = now if status is BridgeStatus.CONNECTED else None
        placed = Bridge(callback_id=callback.id, attempt_id=attempt.id, staff_id=me.id, status=status)
        placed.created_at, placed.status_at, placed.connected_at = now, now, since
        db.add(placed)
        db.flush()

    def _leave_message(self, call_id: int) -> None:
        with self.services.db.write() as db:
            now = self.desk.clock()
            assert messages.announce(db, now, db.get_one(Call, call_id).call_sid, "RE1", 4, now)
            claim = messages.claim(db, now)
            assert claim is not None
            messages.settle(db, claim, now, VoiceMessageStatus.KEPT, tone(4))

    def _take(self, person: Person, *callbacks: int) -> None:
        with self.services.db.write() as db:
            for callback in callbacks:
                assert queue.take(db, self.desk.clock(), callback, person.id)

    def _helpers_and_proposals(self) -> None:
        district = District(self.services)
        for place in range(4):
            district.offers(
                HOFGEISMAR if place % 2 else WOLFHAGEN,
                "+4956715550100" if place == 3 else f"+49152288173{place:02}",
                name=f"Frau Nachbarin {place}",
                capacity=7,
            )
        self._group(
            district.offers(name="Frau Nachbarin 9", number="+4915228817301", half_days=[[0, "morning"]])
        )
        told = {
            "details": "Wocheneinkauf, zwei Taschen",
            "wishes": "bitte klingeln",
            "name": "Erika Beispiel",
        }
        asked = {name: district.needs(urgency=urgency, **told) for urgency, name in enumerate(_ASKED)}
        nobody = district.needs(category="medicine", ags=HOFGEISMAR)
        district.refreshes()
        self.desk.clock.moves(hours=2)
        ids = {name: [row.id for row in district.proposals(each)] for name, each in asked.items()}
        self._decide(ids["approved"][0], self._approve)
        self._decide(ids["matched"][1], self._reject)
        self._decide(ids["matched"][0], self._approve)
        self._decide(ids["matched"][0], self._accept)
        with self.services.db.write() as db:
            db.get_one(Request, nobody).in_district = False
        first, second, *_rest = district.proposals(asked["choice"])
        self.ids |= {**asked, "nobody": nobody, "first": first.helper_id, "second": second.helper_id}
        self._mission()

    def _mission(self) -> None:
        """Somebody has agreed to help, the coordinator is about to tell the seeker; there is a complaint."""
        now, me = self.desk.clock(), self.people["coordinator"].id
        with self.services.db.write() as db:
            row = db.scalars(sa.select(Mission)).one()
            reports.tell(db, now, row, Side.HELPER, Verdict.MIXED, "Niemand hat geöffnet.", True, me)
            talk = db.scalars(sa.select(Callback).where(Callback.kind == CallbackKind.CONFIRM_MATCH)).one()
            assert queue.take(db, now, talk.id, me)
        self.ids |= {"mission": row.id, "confirm": talk.id}

    def _group(self, member: int) -> None:
        description = groups.Description(
            "Nachbarn Wolfhagen", "Herr Vorstand", "+4956925550177", (WOLFHAGEN, HOFGEISMAR), ("shopping",)
        )
        with self.services.db.write() as db:
            group = groups.save(db, self.desk.clock(), "staff:1", None, description)
            db.get_one(Helper, member).group_id = group.id
        self.ids |= {"neighbour": member, "group": group.id}

    def _decide(self, proposal_id: int, how: Callable[[Session, Proposal], None]) -> None:
        with self.services.db.write() as db:
            how(db, db.get_one(Proposal, proposal_id))

    def _approve(self, db: Session, row: Proposal) -> None:
        offers.approve(db, self.services.profile, self.desk.clock(), row, self.people["coordinator"].id)

    def _reject(self, db: Session, row: Proposal) -> None:
        offers.reject(db, self.desk.clock(), row, self.people["coordinator"].id, "kennt die Familie zu gut")

    def _accept(self, db: Session, row: Proposal) -> None:
        offers.accept(db, self.services.profile, self.desk.clock(), row, "helper:1")


#: What becomes of the requests that have proposals; the later the name, the more urgent the request.
_ASKED = ("choice", "approved", "matched")
