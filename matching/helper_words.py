"""What a helper says of her own mission: that it is done, or that she cannot come after all.

Her word alone closes nothing that only the seeker can tell: a "done" has the seeker asked at once. A "cannot"
ends the mission, because nobody is sent who does not want to go; then somebody else is looked for, and who
knows of her is told by an operator.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from intake import audit
from intake.lifecycle import OPEN_MISSIONS, IllegalMove, MissionStatus
from intake.profile import Profile
from matching import missions, ways
from matching.models import Mission
from matching.report_models import HelperWord


def done(session: Session, now: datetime, mission: Mission, actor: str) -> None:
    """She has helped: the seeker is asked now instead of later. Saying so twice is harmless.

    A weekly mission that has been asked about keeps its rhythm. Raises ``IllegalMove`` for a mission that
    has ended.
    """
    _lock_open(session, mission, MissionStatus.DONE)
    if mission.helper_word is not HelperWord.DONE:
        audit.append(session, now, actor, "helper_says_done", f"mission:{mission.id}")
    mission.helper_word, mission.helper_word_at = HelperWord.DONE, now
    if mission.follow_up_at is not None and mission.done_at is None:
        mission.follow_up_at = min(mission.follow_up_at, now)


def cannot(session: Session, profile: Profile, now: datetime, mission: Mission, actor: str) -> None:
    """She cannot come: the request is open again, more urgent than before, and the seeker is told.

    Raises ``IllegalMove`` for a mission that has ended.
    """
    _lock_open(session, mission, MissionStatus.CANCELLED)
    mission.helper_word, mission.helper_word_at = HelperWord.CANNOT, now
    audit.append(session, now, actor, "helper_says_cannot", f"mission:{mission.id}")
    missions.tell_the_seeker_of_loss(session, profile, now, mission, actor)
    missions.close(session, profile, now, mission, MissionStatus.CANCELLED, True, actor)
    ways.take_back_details(session, now, mission)


def _lock_open(session: Session, mission: Mission, wanted: MissionStatus) -> None:
    missions.lock(session, mission)
    if mission.status not in OPEN_MISSIONS:
        raise IllegalMove(mission.status, wanted)
