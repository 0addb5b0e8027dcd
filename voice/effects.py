"""Carries out what the flow asks of the record, inside the turn's transaction, and says what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from intake import audit, earlier, guesses, locks, promises, receipts, references, registry, staff
from intake.db import number_hash
from intake.hours import Window, in_call_window, is_open
from intake.kinds import BestTime
from intake.lifecycle import OPEN_MISSIONS, IllegalMove
from intake.models import Request
from intake.profile import Profile
from intake.registry import Filing, Told
from intake.services import Job
from intake.spoken import spoken_window
from matching import connecting, helper_words, ways
from matching.models import Mission
from voice.events import (
    AskWhoIsThere,
    Connect,
    Effect,
    File,
    FileAgain,
    Filed,
    Found,
    Guessed,
    LookUp,
    Noted,
    NotNow,
    Offered,
    OwnMission,
    Purpose,
    Reachable,
    ReportMission,
    Result,
    Seeker,
    StillNeeded,
    Unknown,
    Withdraw,
)
from voice.offer_answers import begin_answer

#: The carrier rings no more telephones at once.
RING_AT_MOST = 10

#: Who the audit log names for what a caller does by keys.
_CALLER = "caller"


@dataclass(frozen=True)
class Done:
    """The result for the flow; the rows the call belongs to now; and who is to be woken after the commit."""

    result: Result
    request_id: int | None = None
    callback_id: int | None = None
    wakes: Job | None = None


@dataclass(frozen=True)
class Performer:
    """Carries out one turn's effects; ``language`` is the caller's, for the promise in spoken words."""

    session: Session
    profile: Profile
    now: datetime
    language: str

    def perform(self, effect: Effect) -> Done:
        """Carry out an effect. What is unknown or has ended already is told, never raised."""
        if isinstance(effect, File):
            return self._file(effect)
        if isinstance(effect, AskWhoIsThere):
            return Done(Reachable(self._who_is_there(effect.language)))
        if isinstance(effect, LookUp):
            return self._look_up(effect)
        if isinstance(effect, Connect | ReportMission):
            return self._about_mission(effect)
        request = registry.find_by_reference(self.session, effect.reference)
        return Done(Unknown()) if request is None else self._about(request, effect)

    def _look_up(self, effect: LookUp) -> Done:
        """Where the request stands, unless whoever asks has guessed too often."""
        hashed = number_hash(self.session, effect.caller_id) if effect.caller_id else None
        if guesses.too_many(self.session, self.now, hashed):
            return Done(Guessed())
        if references.is_mission_number(effect.reference):
            return self._of_helper(effect, hashed)
        request = registry.find_by_reference(self.session, effect.reference)
        if request is not None:
            return Done(Found(request.status), request_id=request.id)
        receipt = receipts.waiting(self.session, effect.reference)
        if receipt is not None:  # what is wanted beyond the status is asked anew, and filed
            return Done(Found(receipts.status_of(receipt)))
        guesses.note(self.session, self.now, hashed)
        return Done(Unknown())

    def _of_helper(self, effect: LookUp, hashed: bytes | None) -> Done:
        """A number that a helper has: of an offer that waits for her answer, else of her mission."""
        if effect.caller_id:
            asked = begin_answer(self.session, self.profile, self.now, effect.caller_id, effect.reference)
            if asked is not None:
                return Done(Offered(asked))
        mission = connecting.find(self.session, effect.reference, None if effect.forwarded else hashed)
        if mission is None:
            guesses.note(self.session, self.now, hashed)
            return Done(Unknown())
        return Done(OwnMission(mission.id))

    def _about_mission(self, effect: Connect | ReportMission) -> Done:
        """What a helper wants, who has named her mission's number from her own telephone."""
        mission = self.session.get_one(Mission, effect.mission)
        helper = f"helper:{mission.helper_id}"
        if isinstance(effect, Connect):
            return self._connect(mission, helper)
        try:
            if effect.done:
                helper_words.done(self.session, self.now, mission, helper)
            else:
                helper_words.cannot(self.session, self.profile, self.now, mission, helper)
                ways.owe_called_off(self.session, self.profile, self.now, mission)
        except IllegalMove:  # it ended while she was deciding
            return Done(Unknown())
        return Done(Noted(), wakes=Job.PROPOSALS)

    def _connect(self, mission: Mission, helper: str) -> Done:
        if mission.status not in OPEN_MISSIONS:
            return Done(Unknown())
        if not in_call_window(self.profile, self.now):
            return Done(NotNow())
        audit.append(self.session, self.now, helper, "helper_connected", f"mission:{mission.id}")
        return Done(Seeker())

    def _about(self, request: Request, effect: FileAgain | Withdraw | StillNeeded) -> Done:
        locks.hold(self.session, request)  # somebody of the team may be ending it at this moment
        match effect:
            case FileAgain():
                return self._file_again(request)
            case Withdraw():
                return self._withdraw(request)
            case StillNeeded():
                return self._still_needed(request)

    def _who_is_there(self, language: str) -> tuple[int, ...]:
        """Whom the caller can talk to now: whoever speaks his language, else anybody."""
        if not is_open(self.profile, self.now):
            return ()
        there = staff.reachable(self.session, self.now)
        speakers = [account.id for account in there if language in account.languages]
        return tuple(speakers or (account.id for account in there))[:RING_AT_MOST]

    def _file(self, effect: File) -> Done:
        answers = effect.answers
        told = Told(
            number=effect.number,
            language=effect.language,
            category=answers.category,
            postcode=answers.postcode,
            ags=answers.ags,
            in_district=answers.in_district,
            best_time=answers.best_time or BestTime.ANY,
        )
        file = registry.file_helper_lead if answers.purpose is Purpose.HELPER else registry.file_request
        return self._filed(file(self.session, self.now, told, self._window(told.best_time)))

    def _file_again(self, request: Request) -> Done:
        if request.number is None:
            return Done(Unknown())
        window = self._window(request.best_time)
        return self._filed(registry.file_status_callback(self.session, self.now, request, window))

    def _withdraw(self, request: Request) -> Done:
        """End the request; where it has ended in another way already, that is what there is to tell."""
        if not earlier.not_needed(self.session, self.now, _CALLER, request):
            return Done(Found(request.status), request_id=request.id)
        return Done(Noted(), request_id=request.id, wakes=Job.PROPOSALS)

    def _still_needed(self, request: Request) -> Done:
        """Note the call with the callback that is open; a request that has ended takes a new callback."""
        if not earlier.still_needed(self.session, self.now, _CALLER, request):
            return self._file_again(request)
        return Done(Noted(), request_id=request.id)

    def _window(self, best_time: BestTime) -> Window:
        return promises.window(self.session, self.profile, self.now, best_time)

    def _filed(self, filing: Filing) -> Done:
        words = spoken_window(filing.window, self.now, self.language, self.profile.tz)
        result = Filed(words, filing.reference, filing.added)
        return Done(result, filing.request_id, filing.callback_id, Job.ASSIGN)
