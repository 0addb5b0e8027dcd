"""The tasks: which name does what. Each is a few lines that find due rows through a service.

A task takes nothing: what is due stands in the database. It may run twice or at the same time as itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from celery import Celery

from intake import assignment, queue, retention
from intake.services import Job, Services
from matching import missions, proposals, unmatched, ways
from matching import retention as forgotten_with_matches
from matching.kept import KeptPlan
from voice.bridging import Bridging
from voice.calls import Calls
from voice.carrier import Carrier
from voice.prompts import load_prompts
from worker import bridge_sweep, duties, mails, stuck_calls, voice_messages, watch
from worker.schedule import SWEEP, SWEEP_EVERY


@dataclass(frozen=True)
class Hands:
    """What the tasks of one process work with; ``carrier`` is None where none is configured.

    ``plan`` is what the matching remembers from one run to the next.
    """

    services: Services
    calls: Calls
    bridging: Bridging
    carrier: Carrier | None
    plan: KeptPlan


Act = Callable[[Hands], None]


def make_hands(services: Services) -> Hands:
    """Get ready to work; raises ``PromptsError`` if the prompts have faults."""
    prompts = load_prompts(services.profile.languages)
    carrier = Carrier(services.settings) if services.settings.has_carrier else None
    return Hands(services, Calls(services, prompts), Bridging(services, prompts), carrier, KeptPlan())


def free_leases(hands: Hands) -> None:
    """Give back the callbacks of those who shut their laptop, and have them assigned anew."""
    now = hands.services.clock()
    with hands.services.db.write() as session:
        freed = queue.free_expired(session, now) + assignment.free_vanished(session, now)
    if freed:
        hands.services.nudge(Job.ASSIGN)


def assign(hands: Hands) -> None:
    """Hand waiting callbacks to the operators on duty."""
    with hands.services.db.write() as session:
        assignment.assign(session, hands.services.clock())


def send_duties(hands: Hands) -> None:
    """Send the texts and place the calls that are due, and clear up those in doubt."""
    if hands.carrier is not None:
        duties.run_due(hands.services, hands.carrier)


def refresh_proposals(hands: Hands) -> None:
    """Let offers expire, and solve the open requests anew if anything has changed."""
    proposals.refresh(hands.services, hands.plan)


def follow_up(hands: Hands) -> None:
    """File the calls after missions, and end what nobody needs, or nobody tells about, any more."""
    missions.run_due(hands.services)
    unmatched.run_due(hands.services)
    ways.close_stuck(hands.services)


def collect_voice_messages(hands: Hands) -> None:
    """Fetch the messages that callers left, and have the carrier delete them."""
    if hands.carrier is not None:
        voice_messages.collect(hands.services, hands.carrier)


def forget(hands: Hands) -> None:
    """Forget what the profile's retention rules give no more time."""
    with hands.services.db.write() as session:
        rules = hands.services.profile.retention
        retention.purge(session, hands.services.clock(), rules, forgotten_with_matches.CLASSES)


def close_calls(hands: Hands) -> None:
    """Close the calls whose end nobody told us."""
    stuck_calls.close_stuck(hands.services, hands.calls, hands.carrier)


def keep_watch(hands: Hands) -> None:
    """Decide about promises whose time is over, and raise or clear alarms."""
    watch.look_after(hands.services)


def close_bridges(hands: Hands) -> None:
    """Close the calls from the desk that nobody told us the end of."""
    bridge_sweep.sweep(hands.services, hands.bridging, hands.carrier)


def send_mails(hands: Hands) -> None:
    """Send the mails that are due to the district's address."""
    if hands.services.settings.has_mail:
        mails.send_due(hands.services)


#: The stable names under which the tasks travel. All of them run with every sweep, in this order.
TASKS: dict[str, Act] = {
    "hotline.free_leases": free_leases,
    "hotline.assign": assign,
    "hotline.duties": send_duties,
    "hotline.proposals": refresh_proposals,
    "hotline.missions": follow_up,
    "hotline.calls_sweep": close_calls,
    "hotline.bridges_sweep": close_bridges,
    "hotline.watch": keep_watch,
    "hotline.voice_messages": collect_voice_messages,
    "hotline.retention": forget,
    "hotline.mails": send_mails,
}


def register(app: Celery, hands: Hands) -> None:
    """Give ``app`` the tasks, each bound to what this process works with."""
    for name, act in TASKS.items():
        app.task(_bound(act, hands), name=name)

    def sweep() -> None:
        for name in TASKS:
            app.send_task(name, expires=SWEEP_EVERY)

    app.task(sweep, name=SWEEP)


def _bound(act: Act, hands: Hands) -> Callable[[], None]:
    def task() -> None:
        act(hands)

    return task
