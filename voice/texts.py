"""Answers by text: a helper says yes or no to an offer, or wants no more texts.

A text that comes twice is answered twice in the same words and counted once: what was decided stands in the
proposal itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from twilio.twiml.messaging_response import MessagingResponse

from intake import audit, references
from intake.lifecycle import LIVE_PROPOSALS, ProposalStatus
from intake.models import Helper
from intake.phone_numbers import caller_id
from intake.services import Job, Services
from matching import offers, replies
from matching.models import Proposal
from matching.offers import OfferError
from matching.texts import NO, STOP, YES


class Answer(StrEnum):
    """What a helper is told in return."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN = "taken"
    NOTHING_OPEN = "nothing_open"
    NOT_UNDERSTOOD = "not_understood"
    OPTED_OUT = "opted_out"


#: One whole text for each answer and language; a language that is not here is answered in German.
WORDS: Mapping[str, Mapping[Answer, str]] = {
    "de": {
        Answer.ACCEPTED: "Danke, Sie übernehmen das! Wir melden uns gleich mit den Einzelheiten.",
        Answer.DECLINED: "Danke für die Antwort. Wir fragen jemand anderen.",
        Answer.TAKEN: "Danke! Inzwischen hat schon jemand zugesagt.",
        Answer.NOTHING_OPEN: "Danke für Ihre Nachricht. Gerade ist keine Frage an Sie offen.",
        Answer.NOT_UNDERSTOOD: "Das haben wir nicht verstanden. Bitte antworten Sie JA oder NEIN.",
        Answer.OPTED_OUT: "Sie bekommen keine Nachrichten mehr von uns. Danke für Ihre Hilfe.",
    },
    "en": {
        Answer.ACCEPTED: "Thank you for taking this on! We will be in touch with the details.",
        Answer.DECLINED: "Thank you for answering. We will ask somebody else.",
        Answer.TAKEN: "Thank you! Somebody else has accepted in the meantime.",
        Answer.NOTHING_OPEN: "Thank you for your message. No question to you is open just now.",
        Answer.NOT_UNDERSTOOD: "We did not understand that. Please answer YES or NO.",
        Answer.OPTED_OUT: "You will get no more messages from us. Thank you for your help.",
    },
    "tr": {
        Answer.ACCEPTED: "Üstlendiğiniz için teşekkürler! Ayrıntılar için size ulaşacağız.",
        Answer.DECLINED: "Yanıtınız için teşekkürler. Başka birine sorarız.",
        Answer.TAKEN: "Teşekkürler! Bu arada başka biri kabul etti.",
        Answer.NOTHING_OPEN: "Mesajınız için teşekkürler. Şu anda size açık bir sorumuz yok.",
        Answer.NOT_UNDERSTOOD: "Bunu anlayamadık. Lütfen EVET ya da HAYIR yazın.",
        Answer.OPTED_OUT: "Artık bizden mesaj almayacaksınız. Yardımınız için teşekkürler.",
    },
    "ru": {
        Answer.ACCEPTED: "Спасибо, что берётесь! Мы сообщим вам подробности.",
        Answer.DECLINED: "Спасибо за ответ. Мы спросим кого-нибудь другого.",
        Answer.TAKEN: "Спасибо! Тем временем уже согласился другой человек.",
        Answer.NOTHING_OPEN: "Спасибо за сообщение. Сейчас у нас нет к вам вопросов.",
        Answer.NOT_UNDERSTOOD: "Мы не поняли. Пожалуйста, ответьте ДА или НЕТ.",
        Answer.OPTED_OUT: "Больше сообщений от нас не будет. Спасибо за вашу помощь.",
    },
    "uk": {
        Answer.ACCEPTED: "Дякуємо, що беретеся! Ми повідомимо вам подробиці.",
        Answer.DECLINED: "Дякуємо за відповідь. Ми запитаємо когось іншого.",
        Answer.TAKEN: "Дякуємо! Тим часом уже погодилася інша людина.",
        Answer.NOTHING_OPEN: "Дякуємо за повідомлення. Зараз ми не маємо до вас запитань.",
        Answer.NOT_UNDERSTOOD: "Ми не зрозуміли. Будь ласка, напишіть ТАК або НІ.",
        Answer.OPTED_OUT: "Більше повідомлень від нас не буде. Дякуємо за вашу допомогу.",
    },
    "pl": {
        Answer.ACCEPTED: "Dziękujemy za podjęcie się tego! Odezwiemy się ze szczegółami.",
        Answer.DECLINED: "Dziękujemy za odpowiedź. Zapytamy kogoś innego.",
        Answer.TAKEN: "Dziękujemy! W międzyczasie zgodził się już ktoś inny.",
        Answer.NOTHING_OPEN: "Dziękujemy za wiadomość. Teraz nie czekamy na żadną odpowiedź.",
        Answer.NOT_UNDERSTOOD: "Nie rozumiemy tej wiadomości. Prosimy odpisać TAK albo NIE.",
        Answer.OPTED_OUT: "Nie będziemy już pisać. Dziękujemy za pomoc.",
    },
    "ar": {
        Answer.ACCEPTED: "شكرا لتوليكم ذلك! سنتصل بكم لإعطاء التفاصيل.",
        Answer.DECLINED: "شكرا على الرد. سنسأل شخصا آخر.",
        Answer.TAKEN: "شكرا لكم! لقد وافق شخص آخر في هذه الأثناء.",
        Answer.NOTHING_OPEN: "شكرا على رسالتكم. لا سؤال مفتوح لكم الآن.",
        Answer.NOT_UNDERSTOOD: "لم نفهم ذلك. نرجو الرد بكلمة نعم أو لا.",
        Answer.OPTED_OUT: "لن تصلكم رسائل منا بعد الآن. شكرا على مساعدتكم.",
    },
}


@dataclass(frozen=True)
class Texts:
    """Takes the texts that come in."""

    services: Services

    def receive(self, number: str, body: str) -> str | None:
        """What to answer; None to a number that is no helper's, so that nobody learns anything here."""
        word, offer_number = _read(body)
        with self.services.db.write() as session:
            helpers = replies.helpers_at(session, number)
            if not helpers:
                return None
            if word in STOP:
                answer = self._opt_out(session, helpers)
            elif word in YES or word in NO:
                answer = self._decide(session, number, offer_number, accepts=word in YES)
            else:
                answer = Answer.NOT_UNDERSTOOD
        for job in (Job.PROPOSALS, Job.ASSIGN):
            self.services.nudge(job)
        languages = (code for helper in helpers for code in helper.languages if code in WORDS)
        return WORDS[next(languages, "de")][answer]

    def _decide(self, session: Session, number: str, offer_number: str, accepts: bool) -> Answer:
        """Yes or no to the offer that was named, else to the one that waits, else to the last answered."""
        proposal = (
            replies.by_number(session, number, offer_number)
            if offer_number
            else replies.waiting_for(session, number) or replies.last_answered(session, number)
        )
        if proposal is None:
            return Answer.NOTHING_OPEN
        if proposal.status in LIVE_PROPOSALS:
            return self._answer(session, proposal, accepts)
        if proposal.status is ProposalStatus.ACCEPTED:
            return Answer.ACCEPTED if accepts else Answer.NOTHING_OPEN
        if proposal.status is ProposalStatus.DECLINED:
            return Answer.NOTHING_OPEN if accepts else Answer.DECLINED
        return Answer.TAKEN if accepts else Answer.DECLINED

    def _answer(self, session: Session, proposal: Proposal, accepts: bool) -> Answer:
        now, actor = self.services.clock(), f"helper:{proposal.helper_id}"
        if accepts:
            mission = offers.accept(session, self.services.profile, now, proposal, actor)
            return Answer.ACCEPTED if mission else Answer.TAKEN
        try:
            offers.decline(session, now, proposal, actor)
        except OfferError:
            return Answer.TAKEN
        return Answer.DECLINED

    def _opt_out(self, session: Session, helpers: list[Helper]) -> Answer:
        """No more texts to this number. Offers go by telephone from now on."""
        now = self.services.clock()
        for helper in helpers:
            if helper.opted_out_at is None:
                helper.opted_out_at = now
                audit.append(session, now, f"helper:{helper.id}", "opted_out", f"helper:{helper.id}")
        return Answer.OPTED_OUT


def _read(body: str) -> tuple[str, str]:
    """A text's word in capitals, and the number of the offer if one is named: "Ja 482160"."""
    words = [word.rstrip(".!,").upper() for word in body.split()]
    numbers = [word for word in words if references.is_mission_number(word)]
    rest = " ".join(word for word in words if word not in numbers)
    return rest, numbers[0] if numbers else ""


def make_blueprint(texts: Texts, country: str) -> Blueprint:
    """The route for texts below ``/voice``, behind the app's signature check."""
    pages = Blueprint("texts", __name__, url_prefix="/voice")

    @pages.post("/text")
    def receive() -> Response:
        number = caller_id(request.form.get("From"), country)
        words = texts.receive(number, request.form.get("Body", "")) if number else None
        answer = MessagingResponse()
        if words:
            answer.message(words)
        return Response(str(answer), mimetype="text/xml")

    return pages
