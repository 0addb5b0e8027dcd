"""How an offer reaches its helper, and what is told afterwards: by text, by an automated call, or in person.

A mobile number is sent a text, any other number is called, and where neither works out the coordinator is
asked to ring: that changes the way, never the outcome. Nobody is texted or called outside the call window.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import attempts, audit, locks, outbox
from intake.hours import next_in_call_window
from intake.kinds import DutyKind, OfferCallOutcome, OfferWay
from intake.lifecycle import LIVE_PROPOSALS, DutyStatus, ProposalStatus
from intake.models import Duty, Helper, Request
from intake.profile import Profile
from intake.services import Services
from matching.models import Mission, Proposal
from matching.offer_models import OfferCall
from matching.texts import (
    called_off_text,
    cancelled_text,
    details_text,
    offer_text,
    reminder_text,
    thanks_text,
)

#: The carrier's code for a number whose owner wants no texts.
OPTED_OUT = "21610"

#: What the carrier says of a number that gets no texts, by its codes; any other code is "not_delivered".
_TROUBLES = {"21614": "landline", "30006": "landline", OPTED_OUT: "opted_out"}

#: A call that was placed so long ago is over, whatever we were told.
_LONGEST_CALL = timedelta(minutes=30)

#: A reminder this close to the end of the offer would only be a nuisance.
_REMIND_BEFORE_END = timedelta(minutes=30)


#: What the duties' keys begin with, by what they are for; behind it stands the row's id.
OFFER, OFFER_CALL, REMINDER, THANKS = "offer", "offer_call", "reminder", "thanks"
DETAILS, CANCELLED, CALLED_OFF = "details", "cancelled", "called_off"


def key(cause: str, row_id: int) -> str:
    """A duty's key: one duty for one cause and row."""
    return f"{cause}:{row_id}"


def keys_of(session: Session, proposal_ids: Sequence[int]) -> list[str]:
    """The keys of everything that may go out before a helper's answer."""
    calls = session.scalars(sa.select(OfferCall.id).where(OfferCall.proposal_id.in_(proposal_ids)))
    texts = [key(cause, proposal_id) for cause in (OFFER, REMINDER) for proposal_id in proposal_ids]
    return [*texts, *(key(OFFER_CALL, call_id) for call_id in calls)]


def lock(session: Session, *proposals: Proposal) -> Request:
    """Decisions about one request wait for each other; the proposals are read anew behind the lock."""
    request = session.get_one(Request, proposals[0].request_id)
    locks.hold(session, request, *proposals)
    return request


def can_be_texted(helper: Helper) -> bool:
    """Whether the helper may be sent a text: a mobile number whose owner has not opted out."""
    if helper.number is None or helper.opted_out_at is not None:
        return False
    kind = phonenumbers.number_type(phonenumbers.parse(helper.number))
    return kind == phonenumbers.PhoneNumberType.MOBILE


def no_more_texts(session: Session, now: datetime, helper: Helper, actor: str) -> None:
    """She has opted out: she is called instead from now on. Saying so twice is harmless."""
    if helper.opted_out_at is None:
        helper.opted_out_at = now
        audit.append(session, now, actor, "opted_out", f"helper:{helper.id}")


def language_of(profile: Profile, helper: Helper) -> str:
    """The language in which the hotline speaks to a helper: her first one that callers have too."""
    return next((code for code in helper.languages if code in profile.languages), profile.languages[0])


def send(session: Session, profile: Profile, now: datetime, proposal: Proposal, at: datetime) -> None:
    """Have the approved offer go out from ``at`` on, the way that fits the helper's number."""
    proposal.trouble = ""
    if can_be_texted(proposal.helper):
        proposal.way = OfferWay.TEXT
        body = offer_text(profile, proposal.request, _language(profile, proposal), proposal.number or "")
        _owe_text(session, profile, at, key(OFFER, proposal.id), proposal.helper, body, now)
    elif proposal.helper.number is not None:
        _by_call(session, profile, now, proposal, at)
    else:
        proposal.way, proposal.trouble = OfferWay.IN_PERSON, "no_number"


def text_failed(session: Session, profile: Profile, now: datetime, proposal: Proposal, code: str) -> None:
    """The offer's text did not arrive; ``code`` is the carrier's. The helper is called instead."""
    lock(session, proposal)
    if proposal.status not in LIVE_PROPOSALS or proposal.way is not OfferWay.TEXT:
        return
    proposal.trouble = _TROUBLES.get(code, "not_delivered")
    outbox.take_back(session, now, key(REMINDER, proposal.id))
    if proposal.status is ProposalStatus.OFFERED:
        proposal.expires_at = now + timedelta(hours=profile.limits.offer_hours)
    _by_call(session, profile, now, proposal, now)
    audit.append(session, now, "worker", "offer_by_call", f"proposal:{proposal.id}", proposal.trouble)


def call_ended(
    session: Session, profile: Profile, now: datetime, call: OfferCall, outcome: OfferCallOutcome
) -> None:
    """Write down how an automated call ended, once, and do what the profile's table says for it."""
    if call.outcome is not None:
        return
    call.outcome, call.ended_at = outcome, now
    proposal = session.get_one(Proposal, call.proposal_id)
    lock(session, proposal)
    if call.thanks or proposal.status not in LIVE_PROPOSALS or proposal.way is not OfferWay.CALL:
        return
    if outcome is OfferCallOutcome.PERSON:
        ask_in_person(session, now, proposal, "wants_person")
        return
    rule = profile.offer_retry.get(outcome)
    if rule is None:
        return
    if _tries(session, proposal.id, outcome) >= rule.max_tries:
        ask_in_person(session, now, proposal, outcome.value)
        return
    again_at = attempts.next_try(profile, now, rule, None)
    if proposal.expires_at is None or again_at < proposal.expires_at:
        _owe_call(session, now, proposal, again_at)


def call_refused(session: Session, now: datetime, call: OfferCall) -> None:
    """The carrier will never place this call: somebody has to ring."""
    if call.outcome is None:
        call.outcome, call.ended_at = OfferCallOutcome.FAILED, now
        proposal = session.get_one(Proposal, call.proposal_id)
        lock(session, proposal)
        if not call.thanks and proposal.status in LIVE_PROPOSALS:
            ask_in_person(session, now, proposal, "not_callable")


def close_stuck(services: Services) -> int:
    """Give up waiting for the end of calls about which the carrier tells nothing any more; how many."""
    now = services.clock()
    with services.db.write() as session:
        silent = (
            sa.select(OfferCall)
            .join(Duty, Duty.key == sa.literal(f"{OFFER_CALL}:") + sa.cast(OfferCall.id, sa.String))
            .where(
                OfferCall.outcome.is_(None),
                Duty.status == DutyStatus.DONE,
                Duty.done_at < now - _LONGEST_CALL,
            )
            .with_for_update(of=OfferCall, skip_locked=True)
        )
        stuck = session.scalars(silent).all()
        for call in stuck:
            call_ended(session, services.profile, now, call, OfferCallOutcome.FAILED)
    return len(stuck)


def ask_in_person(session: Session, now: datetime, proposal: Proposal, trouble: str) -> None:
    """Ask the coordinator to ring. The offer does not expire while it waits for a person of the team."""
    take_back(session, now, proposal)
    proposal.way, proposal.trouble, proposal.expires_at = OfferWay.IN_PERSON, trouble, None
    audit.append(session, now, "worker", "offer_in_person", f"proposal:{proposal.id}", trouble)


def take_back(session: Session, now: datetime, proposal: Proposal) -> bool:
    """Take back what was to go out and has not been begun; False if something is on its way already."""
    keys = keys_of(session, [proposal.id])
    outbox.take_back(session, now, *keys)
    on_its_way = sa.select(Duty.id).where(
        Duty.key.in_(keys), Duty.status.in_((DutyStatus.RUNNING, DutyStatus.UNSURE, DutyStatus.DONE))
    )
    return session.scalar(on_its_way.limit(1)) is None


def remind(session: Session, profile: Profile, now: datetime, proposal: Proposal) -> None:
    """Owe the one reminder of an offer that went out by text, some hours before it expires."""
    if proposal.way is not OfferWay.TEXT or proposal.expires_at is None:
        return
    due_at = proposal.expires_at - timedelta(hours=profile.limits.reminder_hours)
    due_at = next_in_call_window(profile, max(due_at, now))
    if due_at > proposal.expires_at - _REMIND_BEFORE_END:
        return
    body = reminder_text(profile, proposal.request, _language(profile, proposal), proposal.number or "")
    _owe_text(session, profile, due_at, key(REMINDER, proposal.id), proposal.helper, body, now)


def thank(session: Session, profile: Profile, now: datetime, proposal: Proposal) -> None:
    """Tell a helper who was asked, that somebody else was first. Who knows of nothing is not disturbed."""
    if can_be_texted(proposal.helper) and proposal.way is OfferWay.TEXT:
        body = thanks_text(profile, _language(profile, proposal))
        _owe_text(session, profile, now, key(THANKS, proposal.id), proposal.helper, body)
    elif proposal.way is OfferWay.CALL and _tries(session, proposal.id, OfferCallOutcome.UNDECIDED):
        _owe_call(session, now, proposal, next_in_call_window(profile, now), thanks=True)


def thanked(session: Session, now: datetime, proposal: Proposal) -> None:
    """She has just been thanked in answer to a text of hers: once is enough."""
    outbox.take_back(session, now, key(THANKS, proposal.id))


def owe_details(session: Session, profile: Profile, now: datetime, mission: Mission) -> bool:
    """Owe the helper the text with name, number and address; False where she cannot be sent one."""
    if not can_be_texted(mission.helper):
        return False
    body = details_text(profile, mission.request, language_of(profile, mission.helper), mission)
    _owe_text(session, profile, now, key(DETAILS, mission.id), mission.helper, body)
    return True


def take_back_details(session: Session, now: datetime, mission: Mission) -> None:
    """Name, number and address do not go out any more, if they have not yet."""
    outbox.take_back(session, now, key(DETAILS, mission.id))


def owe_cancellation(session: Session, profile: Profile, now: datetime, mission: Mission) -> bool:
    """Owe the helper the text that she need not come; False where she cannot be sent one."""
    if not can_be_texted(mission.helper):
        return False
    body = cancelled_text(profile, language_of(profile, mission.helper), mission)
    _owe_text(session, profile, now, key(CANCELLED, mission.id), mission.helper, body)
    return True


def owe_called_off(session: Session, profile: Profile, now: datetime, mission: Mission) -> None:
    """Owe the helper who called off by telephone a text that says so, if she can be sent one."""
    if can_be_texted(mission.helper):
        body = called_off_text(profile, language_of(profile, mission.helper), mission)
        _owe_text(session, profile, now, key(CALLED_OFF, mission.id), mission.helper, body)


def _by_call(session: Session, profile: Profile, now: datetime, proposal: Proposal, at: datetime) -> None:
    proposal.way = OfferWay.CALL
    _owe_call(session, now, proposal, next_in_call_window(profile, at))


def _owe_call(
    session: Session, now: datetime, proposal: Proposal, due_at: datetime, thanks: bool = False
) -> None:
    call = OfferCall(proposal_id=proposal.id, thanks=thanks, created_at=now)
    session.add(call)
    session.flush()
    path = f"/voice/offer/{call.id}"
    payload = {
        "to": proposal.helper.number,
        "path": path,
        "status_path": f"{path}/status",
        "fallback_path": f"{path}/fallback",
        "detect_machine": True,
    }
    outbox.owe(session, now, DutyKind.CALL, key(OFFER_CALL, call.id), payload, due_at)


def _owe_text(
    session: Session,
    profile: Profile,
    at: datetime,
    duty_key: str,
    helper: Helper,
    body: str,
    now: datetime | None = None,
) -> None:
    """Owe a text from ``at`` on, inside the call window; ``now`` if that is another time."""
    payload = {"to": helper.number, "body": body}
    outbox.owe(session, now or at, DutyKind.TEXT, duty_key, payload, next_in_call_window(profile, at))


def _language(profile: Profile, proposal: Proposal) -> str:
    return language_of(profile, proposal.helper)


def _tries(session: Session, proposal_id: int, outcome: OfferCallOutcome) -> int:
    query = sa.select(sa.func.count()).where(
        OfferCall.proposal_id == proposal_id, OfferCall.outcome == outcome
    )
    return session.scalar(query) or 0
