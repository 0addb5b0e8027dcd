"""Answers by text: a helper says yes or no to an offer, how her mission goes, or wants no more texts.

A text that the carrier brings again, however late, gets the same answer again and does nothing. Somebody who
writes the same twice is answered twice in the same words and counted once: what was decided stands in the
proposal or the mission itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from twilio.twiml.messaging_response import MessagingResponse

from intake import audit
from intake.answered_text_models import AnsweredText
from intake.db import insert_into, number_hash
from intake.lifecycle import LIVE_PROPOSALS, IllegalMove, ProposalStatus
from intake.models import Helper
from intake.phone_numbers import caller_id
from intake.services import Job, Services
from matching import helper_words, missions, offers, outgoing, replies, ways
from matching.models import Mission, Proposal
from matching.offers import OfferError
from matching.report_models import HelperWord
from matching.text_answers import Meaning, Said, read
from matching.texts import place_and_need
from voice.text_replies import WORDS, Answer, language_of

_WORD_OF = {Meaning.DONE: HelperWord.DONE, Meaning.CANNOT: HelperWord.CANNOT}


@dataclass(frozen=True)
class Told:
    """An answer with what it names: the mission's number, or those that she has to choose from."""

    answer: Answer
    number: str = ""
    choices: tuple[Mission | Proposal, ...] = ()


@dataclass(frozen=True)
class Texts:
    """Takes the texts that come in."""

    services: Services

    def receive(self, sid: str, number: str, body: str) -> str | None:
        """What to answer; None to a number that is no helper's, so that nobody learns anything here.

        ``sid`` is the carrier's name of the text: one that was answered already gets its answer again.
        """
        said = read(body)
        with self.services.db.write() as session:
            helpers = replies.helpers_at(session, number)
            if not helpers:
                return None
            text = self._first_time(session, sid, number)
            if text is None:
                return session.get_one(AnsweredText, sid).answer
            words = self._words(self._take(session, number, said, helpers), said, helpers)
            text.answer = words
        for job in (Job.DUTIES, Job.PROPOSALS, Job.ASSIGN):
            self.services.nudge(job)
        return words

    def _first_time(self, session: Session, sid: str, number: str) -> AnsweredText | None:
        """The new row of a text; None if it was answered. At the same moment it waits for its twin's end."""
        hashed = number_hash(session, number)
        fresh = insert_into(session, AnsweredText).values(
            sid=sid, at=self.services.clock(), number_hash=hashed
        )
        fresh = fresh.on_conflict_do_nothing(index_elements=["sid"])
        is_first = session.scalar(fresh.returning(AnsweredText.sid)) is not None
        return session.get_one(AnsweredText, sid) if is_first else None

    def _take(self, session: Session, number: str, said: Said, helpers: list[Helper]) -> Told:
        match said.meaning:
            case Meaning.STOP | Meaning.START:
                return self._opt(session, number, helpers, out=said.meaning is Meaning.STOP)
            case Meaning.YES | Meaning.NO:
                return self._decide(session, number, said)
            case Meaning.DONE | Meaning.CANNOT:
                return self._report(session, number, said)
            case Meaning.UNKNOWN:
                return Told(Answer.NOT_UNDERSTOOD)

    def _decide(self, session: Session, number: str, said: Said) -> Told:
        """Yes or no to the offer that was named, else to the one that waits, else to the last answered."""
        if said.number:
            proposal = replies.by_number(session, number, said.number)
        else:
            waiting = replies.waiting(session, number)
            if len(waiting) > 1:
                return Told(Answer.WHICH, choices=tuple(waiting))
            proposal = waiting[0] if waiting else replies.last_answered(session, number)
        if proposal is None:
            return Told(Answer.NOTHING_OPEN)
        if proposal.status in LIVE_PROPOSALS:
            return self._answer(session, proposal, accepts=said.meaning is Meaning.YES)
        return self._once_more(session, proposal, accepts=said.meaning is Meaning.YES)

    def _answer(self, session: Session, proposal: Proposal, accepts: bool) -> Told:
        now, actor = self.services.clock(), f"helper:{proposal.helper_id}"
        if accepts:
            mission = offers.accept(session, self.services.profile, now, proposal, actor)
            return Told(Answer.ACCEPTED if mission else Answer.TAKEN)
        try:
            offers.decline(session, now, proposal, actor)
        except OfferError:
            return Told(Answer.TAKEN)
        return Told(Answer.DECLINED)

    def _once_more(self, session: Session, proposal: Proposal, accepts: bool) -> Told:
        """What is said to an offer that was decided before."""
        if proposal.status is ProposalStatus.ACCEPTED:
            if missions.going_on(session, proposal) is None:
                return Told(Answer.NOTHING_OPEN)
            return Told(Answer.ACCEPTED) if accepts else Told(Answer.PROMISED, proposal.number or "")
        if proposal.status is ProposalStatus.DECLINED:
            return Told(Answer.NOTHING_OPEN if accepts else Answer.DECLINED)
        ways.thanked(session, self.services.clock(), proposal)
        return Told(Answer.TAKEN if accepts else Answer.DECLINED)

    def _report(self, session: Session, number: str, said: Said) -> Told:
        """Done, or cannot come: of the mission that was named, else of the only one there is.

        Who says "cannot" while she is only asked, declines.
        """
        agreed = _left_to_report(replies.missions_of(session, number), said)
        asked = replies.waiting(session, number) if said.meaning is Meaning.CANNOT else []
        about: list[Mission | Proposal] = [*agreed, *asked]
        meant = [row for row in about if said.number in ("", row.number)]
        if len(meant) > 1:
            return Told(Answer.WHICH, choices=tuple(meant))
        if not meant:
            last = replies.last_said(session, number, _WORD_OF[said.meaning])
            is_it = last is not None and said.number in ("", last.number)
            return _thanked(said, last) if last is not None and is_it else Told(Answer.NOTHING_OPEN)
        (row,) = meant
        if isinstance(row, Proposal):
            return self._answer(session, row, accepts=False)
        return self._end(session, row, said)

    def _end(self, session: Session, mission: Mission, said: Said) -> Told:
        now, actor = self.services.clock(), f"helper:{mission.helper_id}"
        try:
            if said.meaning is Meaning.DONE:
                helper_words.done(session, now, mission, actor)
            else:
                helper_words.cannot(session, self.services.profile, now, mission, actor)
        except IllegalMove:
            if mission.helper_word is not _WORD_OF[said.meaning]:  # else this very text came twice at once
                return Told(Answer.NOTHING_OPEN)
        return _thanked(said, mission)

    def _opt(self, session: Session, number: str, helpers: list[Helper], out: bool) -> Told:
        """No more texts to this number: what would go by text goes by telephone. Or texts again."""
        now = self.services.clock()
        for helper in helpers:
            if out:
                ways.no_more_texts(session, now, helper, f"helper:{helper.id}")
            elif helper.opted_out_at is not None:
                helper.opted_out_at = None
                audit.append(session, now, f"helper:{helper.id}", "opted_in", f"helper:{helper.id}")
        if out:
            outgoing.stop_texts(session, self.services.profile, now, number)
        return Told(Answer.OPTED_OUT if out else Answer.OPTED_IN)

    def _words(self, told: Told, said: Said, helpers: Sequence[Helper]) -> str:
        """The answer in the helper's language. A choice names numbers and municipalities, nothing else."""
        language = language_of(code for helper in helpers for code in helper.languages)
        places = [
            (row.number or "", place_and_need(self.services.profile, row.request, language)[0])
            for row in told.choices
        ]
        return WORDS[language][told.answer].format(
            number=told.number,
            choices=", ".join(f"{number} {place}" for number, place in places),
            example=f"{said.word} {places[0][0]}" if places else "",
        )


def _left_to_report(agreed: list[Mission], said: Said) -> list[Mission]:
    """Those of which she has not said that they are done, unless that is all of them."""
    if said.number or said.meaning is not Meaning.DONE:
        return agreed
    return [row for row in agreed if row.helper_word is not HelperWord.DONE] or agreed


def _thanked(said: Said, mission: Mission) -> Told:
    return Told(Answer.DONE if said.meaning is Meaning.DONE else Answer.CANNOT, mission.number or "")


def make_blueprint(texts: Texts, country: str) -> Blueprint:
    """The route for texts below ``/voice``, behind the app's signature check."""
    pages = Blueprint("texts", __name__, url_prefix="/voice")

    @pages.post("/text")
    def receive() -> Response:
        number = caller_id(request.form.get("From"), country)
        sid, body = request.form["MessageSid"][:64], request.form.get("Body", "")
        words = texts.receive(sid, number, body) if number else None
        answer = MessagingResponse()
        if words:
            answer.message(words)
        return Response(str(answer), mimetype="text/xml")

    return pages
