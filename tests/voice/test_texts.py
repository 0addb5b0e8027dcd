"""A helper answers an offer by text: yes, no, stop, something else, twice, too late."""

from __future__ import annotations

import re
from itertools import count

import pytest
import sqlalchemy as sa

from intake.lifecycle import ProposalStatus, RequestStatus
from intake.models import AuditEntry, Helper
from intake.services import Services
from matching import offers, ways
from matching.models import Mission, Proposal
from tests.matching.district import HOFGEISMAR, WOLFHAGEN, District
from voice.text_replies import WORDS, Answer
from voice.texts import Texts

ANNA, BERTA, STRANGER = "+4915228817386", "+4915228895456", "+4915254599371"


def _is(text: str, told: str) -> bool:
    """Whether that is the text, with its placeholders filled."""
    return all(part in told for part in re.split(r"\{\w+\}", text))


class Offer:
    """A request that Anna was asked about; Berta is the next."""

    def __init__(self, services: Services) -> None:
        self.district = District(services)
        self.texts, self.sids = Texts(services), count(1)
        self.db, self.services = services.db, services
        self.district.offers(WOLFHAGEN, ANNA)
        self.district.offers(HOFGEISMAR, BERTA)
        self.request = self.district.needs()
        self.district.refreshes()
        self.id = self.district.proposals(self.request)[0].id
        with self.db.write() as session:
            row = session.get_one(Proposal, self.id)
            now = services.clock()
            offers.approve(session, services.profile, now, row, self.district.coordinator)
            offers.gone_out(session, services.profile, now, self.id)

    def answers(self, words: str, number: str = ANNA) -> Answer | None:
        told = self.texts.receive(f"SM{next(self.sids)}", number, words)
        return next((answer for answer, text in WORDS["de"].items() if told and _is(text, told)), None)

    @property
    def status(self) -> ProposalStatus:
        with self.db.read() as session:
            return session.get_one(Proposal, self.id).status

    @property
    def missions(self) -> int:
        with self.db.read() as session:
            return session.scalar(sa.select(sa.func.count(Mission.id))) or 0


@pytest.fixture
def offer(services: Services) -> Offer:
    return Offer(services)


@pytest.mark.parametrize("words", ["JA", " ja! ", "Ja.", "yes", "OK", "Ja, sehr gern!", "👍"])
def test_yes_is_a_mission(offer: Offer, words: str) -> None:
    assert offer.answers(words) is Answer.ACCEPTED
    assert offer.status is ProposalStatus.ACCEPTED
    assert offer.district.status(offer.request) is RequestStatus.MATCHED


def test_the_same_yes_twice_is_answered_twice_and_counted_once(offer: Offer) -> None:
    assert offer.answers("JA") is offer.answers("JA") is Answer.ACCEPTED
    assert offer.missions == 1


def test_no_moves_the_next_one_up(offer: Offer) -> None:
    assert offer.answers("Nein") is Answer.DECLINED
    assert offer.answers("Nein") is Answer.DECLINED
    offer.district.refreshes()
    assert offer.district.proposals(offer.request)[0].rank == 1
    assert offer.missions == 0


def test_something_else_is_asked_again(offer: Offer) -> None:
    assert offer.answers("Wann denn?") is Answer.NOT_UNDERSTOOD
    assert offer.status is ProposalStatus.OFFERED


@pytest.mark.parametrize("word", ["STOP", "stopp", "Abmelden", "ENDE"])
def test_stop_is_obeyed(offer: Offer, word: str) -> None:
    assert offer.answers(word) is Answer.OPTED_OUT
    with offer.db.read() as session:
        anna = session.scalars(sa.select(Helper).where(Helper.opted_out_at.is_not(None))).one()
        assert anna.number == ANNA
        assert not ways.can_be_texted(anna)


def test_who_was_not_asked_has_nothing_open_and_a_stranger_learns_nothing(offer: Offer) -> None:
    assert offer.answers("JA", BERTA) is Answer.NOTHING_OPEN
    assert offer.texts.receive("SM0", STRANGER, "JA") is None
    assert offer.status is ProposalStatus.OFFERED


def test_too_late_is_told_kindly(offer: Offer) -> None:
    with offer.db.write() as session:
        offers.overtake_others(session, offer.services.profile, offer.services.clock(), offer.request)
    assert offer.answers("JA") is Answer.TAKEN
    assert offer.missions == 0


def test_who_has_said_yes_and_then_no_is_told_how_to_back_out(offer: Offer) -> None:
    offer.answers("JA")
    assert offer.answers("nein") is Answer.PROMISED
    assert offer.missions == 1


def test_a_cannot_to_what_is_only_asked_is_a_no(offer: Offer) -> None:
    assert offer.answers("Ich kann leider nicht") is Answer.DECLINED
    assert offer.status is ProposalStatus.DECLINED


def test_who_comes_back_gets_texts_again(offer: Offer) -> None:
    offer.answers("STOPP")
    assert offer.answers("Start") is Answer.OPTED_IN
    assert offer.answers("Start") is Answer.OPTED_IN
    with offer.db.read() as session:
        assert session.scalars(sa.select(Helper).where(Helper.opted_out_at.is_not(None))).all() == []
        actions = list(session.scalars(sa.select(AuditEntry.action)))
    assert (actions.count("opted_out"), actions.count("opted_in")) == (1, 1)
