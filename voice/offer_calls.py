"""Automated calls to helpers: each webhook one short transaction around the table's next move.

The call's row is locked, so that a webhook that comes twice waits for its twin and repeats its words. What
was answered is committed before the carrier hears the reply. A failure is told to the helper.
"""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from intake.kinds import OfferCallOutcome
from intake.lifecycle import LIVE_PROPOSALS, ProposalStatus
from intake.services import Job, Services
from matching import offers, ways
from matching.models import OfferCall, Proposal
from matching.offers import OfferError
from voice.calls import CONNECTION_CODES, TERMINAL, log_failure
from voice.offer_answers import offer_words
from voice.offer_steps import TURNS_AT_MOST, Happening, Node, OfferState, Words, advance, begin, decided
from voice.prompts import Prompts
from voice.state import Reply, Saying
from voice.twiml import render
from voice.webhooks import error_code, keys_of, markup, turn_of

#: Where the answer to a turn is sent.
_TURN_PATH = "/voice/offer/{call_id}/turn/{{turn}}"

#: The turn that a call begins with, and one that no call reaches: nothing was said at it.
_FIRST_TURN, _NEVER_SAID = 0, TURNS_AT_MOST + 1

#: What the carrier's last word on a call that nobody answered means.
_NOT_ANSWERED = {
    "busy": OfferCallOutcome.BUSY,
    "no-answer": OfferCallOutcome.NO_ANSWER,
    "failed": OfferCallOutcome.FAILED,
    "canceled": OfferCallOutcome.FAILED,
    "completed": OfferCallOutcome.FAILED,  # answered, and then our words could not be fetched
}


class OfferCalls:
    """Answers the carrier's webhooks. ``begin`` and ``turn`` give markup, whatever happens."""

    def __init__(self, services: Services, prompts: Prompts) -> None:
        self._services, self._profile, self._prompts = services, services.profile, prompts

    def begin(self, call_id: int, is_machine: bool) -> str:
        """The call was answered. A second time: the first words again."""
        return self._speak(call_id, _FIRST_TURN, Happening.MACHINE if is_machine else Happening.HUMAN)

    def turn(self, call_id: int, turn: int, keys: str) -> str:
        """Keys, or none. A turn that was taken repeats its words."""
        return self._speak(call_id, turn, keys)

    def fallback(self, call_id: int, failed_turn: int, code: int, is_machine: bool) -> str:
        """The carrier got no usable answer to ``failed_turn``.

        Where that turn was committed and only its words were lost on the way, they are said again; a call
        that never began begins. Else the failure is told, and the call is tried again another time.
        """
        if code not in CONNECTION_CODES:
            return self._speak(call_id, _NEVER_SAID, Happening.FAILED)
        if failed_turn == _FIRST_TURN:
            return self.begin(call_id, is_machine)
        return self._speak(call_id, failed_turn, Happening.FAILED)

    def report(self, call_id: int, status: str) -> None:
        """The carrier's word on the call; only its end matters, and only once."""
        if status not in TERMINAL:
            return
        now = self._services.clock()
        with self._services.db.write() as session:
            call = session.get(OfferCall, call_id, with_for_update=True)
            if call is None or call.outcome is not None:
                return
            if call.state is None:
                ways.call_ended(session, self._profile, now, call, _NOT_ANSWERED[status])
            else:
                self._move(session, now, call, Happening.HUNG_UP)
        self._wake()

    def _speak(self, call_id: int, turn: int, heard: str | Happening) -> str:
        try:
            reply = self._take(call_id, turn, heard)
        except Exception as error:  # whatever it is, a person is on the line
            log_failure(error, f"offer {call_id}")
            reply = Reply(says=(Saying("apology", self._profile.languages[0]),))
        path = _TURN_PATH.format(call_id=call_id)
        return render(reply, self._prompts, self._profile, turn_path=path)

    def _take(self, call_id: int, turn: int, heard: str | Happening) -> Reply:
        now = self._services.clock()
        with self._services.db.write() as session:
            call = session.get_one(OfferCall, call_id, with_for_update=True)
            state = OfferState.from_json(call.state) if call.state else None
            if state is not None and (turn < state.turn or state.outcome is not None):
                return state.log[min(turn, state.turn - 1)][1]
            if state is None and heard is not Happening.MACHINE:
                heard = Happening.HUMAN  # its first webhook was lost: begin at the beginning
            reply = self._move(session, now, call, heard).log[-1][1]
        self._wake()
        return reply

    def _move(self, session: Session, now: datetime, call: OfferCall, heard: str | Happening) -> OfferState:
        """The table's next move, saved; an end is told to the offer."""
        proposal = session.get_one(Proposal, call.proposal_id)
        language = ways.language_of(self._profile, proposal.helper)
        words = offer_words(self._profile, proposal, language)
        if call.state is None:
            assert isinstance(heard, Happening)
            over = call.thanks or proposal.status not in LIVE_PROPOSALS
            state = begin(language, over, heard, words)
        else:
            before = OfferState.from_json(call.state)
            then = advance(before, heard, words)
            state = (
                then
                if isinstance(then, OfferState)
                else self._decide(session, now, call, before, then, words)
            )
        call.state = state.to_json()
        if state.node is Node.OFFER:
            offers.gone_out(session, self._profile, now, proposal.id)
        if state.outcome is not None:
            ways.call_ended(session, self._profile, now, call, state.outcome)
        return state

    def _decide(
        self, session: Session, now: datetime, call: OfferCall, state: OfferState, answer: Node, words: Words
    ) -> OfferState:
        proposal = session.get_one(Proposal, call.proposal_id)
        actor = f"helper:{proposal.helper_id}"
        if answer is Node.ACCEPT:
            counted = offers.accept(session, self._profile, now, proposal, actor) is not None
        else:
            counted = _decline(session, now, proposal, actor)
        key = "1" if answer is Node.ACCEPT else "2"
        return decided(state, answer, key, counted, words)

    def _wake(self) -> None:
        for job in (Job.DUTIES, Job.PROPOSALS, Job.ASSIGN):
            self._services.nudge(job)


def _decline(session: Session, now: datetime, proposal: Proposal, actor: str) -> bool:
    try:
        offers.decline(session, now, proposal, actor)
    except OfferError:
        return proposal.status is ProposalStatus.DECLINED
    return True


def make_blueprint(calls: OfferCalls) -> Blueprint:
    """The routes below ``/voice/offer``, behind the app's signature check."""
    pages = Blueprint("offer_calls", __name__, url_prefix="/voice/offer")

    @pages.post("/<int:call_id>")
    def begin(call_id: int) -> Response:
        return markup(calls.begin(call_id, _is_machine()))

    @pages.post("/<int:call_id>/turn/<int:turn>")
    def turn(call_id: int, turn: int) -> Response:
        return markup(calls.turn(call_id, turn, keys_of(request.form)))

    @pages.post("/<int:call_id>/fallback")
    def fallback(call_id: int) -> Response:
        failed = turn_of(request.form.get("ErrorUrl", "")) or _FIRST_TURN
        return markup(calls.fallback(call_id, failed, error_code(), _is_machine()))

    @pages.post("/<int:call_id>/status")
    def status(call_id: int) -> Response:
        calls.report(call_id, request.form.get("CallStatus", ""))
        return Response(status=204)

    return pages


def _is_machine() -> bool:
    """Whether the carrier found that a machine has answered."""
    return request.form.get("AnsweredBy", "").startswith(("machine", "fax"))
