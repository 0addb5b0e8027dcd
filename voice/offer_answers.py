"""A helper who rings the hotline herself about an offer: the same question as on an automated call.

She named the offer's number from the number that she is registered with. That is no proof of who calls, so
nothing is said but category and municipality.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from intake.lifecycle import LIVE_PROPOSALS
from intake.profile import Profile
from intake.spoken import spoken_digits, spoken_number
from matching import offers, replies, ways
from matching.models import OfferCall, Proposal
from matching.texts import place_and_need
from voice.offer_steps import Happening, Node, Words, begin


def begin_answer(
    session: Session, profile: Profile, now: datetime, caller_id: str, offer_number: str
) -> int | None:
    """Put the question about the offer with that number; the call's id, None if there is no such offer."""
    proposal = replies.by_number(session, caller_id, offer_number)
    if proposal is None or proposal.status not in LIVE_PROPOSALS:
        return None
    language = ways.language_of(profile, proposal.helper)
    words = offer_words(profile, proposal, language)
    asked = begin(language, over=False, happening=Happening.HUMAN, words=words, first=Node.OFFER)
    call = OfferCall(proposal_id=proposal.id, state=asked.to_json(), created_at=now)
    session.add(call)
    session.flush()
    offers.gone_out(session, profile, now, proposal.id)
    return call.id


def offer_words(profile: Profile, proposal: Proposal, language: str) -> Words:
    """All that may be said to a helper before she is rung by a person; nothing of who asks is among it."""
    place, need = place_and_need(profile, proposal.request, language)
    return {
        "hotline": profile.hotline_name,
        "district": profile.name,
        "number": spoken_number(profile.hotline_number, language),
        "name": proposal.helper.name or "",
        "place": place,
        "need": need,
        "reference": spoken_digits(proposal.number or "", language),
    }
