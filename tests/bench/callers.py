"""``callers``: a population of imperfect callers, over days and nights, and how each of their calls ends.

The hotline answers over real HTTP on SQLite; the simulated carrier's clock is virtual. Three operators are on
duty in opening hours (one answers her telephone, one has a voicemail, one does not answer) and work the queue
off. Who the callers are stands in ``population``.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from intake import attempts, staff
from intake.claims import take_next
from intake.crypto import generate_keys, parse_keys
from intake.db import Base, Database
from intake.hours import is_open
from intake.kinds import CallOutcome
from intake.models import Call, Callback, Request, Staff
from intake.profile import AttemptOutcome, load_profile
from intake.settings import PROFILES, Settings
from matching import models as _matching_models  # noqa: F401 -- its tables belong to the schema
from tests.bench.person import Person
from tests.bench.population import Caller, Habit, draw_callers
from tests.bench.report import Goal, per, show_goals, show_table
from tests.voice.line import Line, open_line
from voice.phone.carrier import Answer
from voice.phone.carrier import Line as Telephone

#: How an outcome is told to somebody who asks what became of the callers.
FATES = {
    CallOutcome.FILED: "promised a callback",
    CallOutcome.ADDED: "promised a callback",
    CallOutcome.SILENT_FILED: "promised a callback",
    CallOutcome.HELPER_LEAD: "promised a callback",
    CallOutcome.PUT_THROUGH: "put through",
    CallOutcome.STATUS_TOLD: "status told",
    CallOutcome.WITHDRAWN: "status told",
    CallOutcome.LEAD: "lead",
    CallOutcome.BLOCKED: "refused by the limit of calls",
    CallOutcome.SILENT_LOST: "lost",
    CallOutcome.FAILED: "lost",
}

#: Ends that leave whoever stayed on the line, and can be rung, with nothing.
_NOTHING = frozenset({CallOutcome.LEAD, CallOutcome.SILENT_LOST, CallOutcome.FAILED})

#: Minutes between two callers, on average: in opening hours, and outside them.
_GAP, _GAP_CLOSED = 6, 40

_OPERATORS = (
    ("ada", "+4915110000001", Telephone(Answer.HUMAN, after=5, keys="1")),
    ("bea", "+4915110000002", Telephone(Answer.VOICEMAIL, after=12)),
    ("cem", "+4915110000003", Telephone(Answer.NO_ANSWER)),
)

#: So many dead ends are told in full.
_TOLD = 3

#: How often a callback reaches somebody.
_REACHED = 0.7


@dataclass(frozen=True)
class Ended:
    """One call: its caller, how it ended in the record, how long it was, and what was wrong, if anything."""

    caller: Caller
    outcome: CallOutcome | None
    seconds: float
    keys: int
    turns: int
    hung_up: bool
    typed_number: bool
    transcript: str = field(repr=False, default="")
    wrong: str = ""


@dataclass
class Findings:
    """All calls, and how many of those that promised a callback have none in the record."""

    callers: int
    ended: list[Ended] = field(default_factory=list)
    broken_promises: int = 0

    @property
    def unknown(self) -> int:
        """Calls without an outcome."""
        return sum(call.outcome is None for call in self.ended)

    @property
    def dead_ends(self) -> list[Ended]:
        """Calls in which something was wrong for the caller."""
        return [call for call in self.ended if call.wrong]

    @property
    def fates(self) -> Counter[str]:
        return Counter(FATES[call.outcome] for call in self.ended if call.outcome)


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many callers, and which."""
    parser.add_argument("--callers", type=int, default=1000, help="people (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the population (default: %(default)s)")


def run(args: argparse.Namespace) -> None:
    """Let them call, and print."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each webhook tells nothing here
    show(measure(args.callers, args.seed))


def measure(callers: int, seed: int) -> Findings:
    """Every caller rings, one after the other, and some of them again."""
    found, dice = Findings(callers), random.Random(seed)
    people = draw_callers(callers, seed)
    again = [caller for caller in people for _ in range(caller.rings - 1)]
    with _line() as line:
        team = _Team(line, random.Random(seed + 1))
        told: list[str] = []
        for caller in [*people, *again]:
            rings_on = Habit.RINGS_ON in caller.habits
            mean = _GAP if is_open(line.services.profile, line.services.clock()) else _GAP_CLOSED
            team.works(0.5 if rings_on else dice.expovariate(1 / mean))
            reference = dice.choice(told) if told and caller.has_digits else None
            own = random.Random(f"{seed} {len(found.ended)}")  # what one caller does changes no other's call
            found.ended.append(_ring(line, caller, own, reference))
            told += _reference_told(line)
        found.broken_promises = _promises_without_callback(line)
    return found


@contextmanager
def _line() -> Iterator[Line]:
    keys = parse_keys(generate_keys())
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'hotline.sqlite3'}", keys)
        Base.metadata.create_all(database.engine)
        settings = Settings(
            home=Path(folder),
            keys=keys,
            account_sid="AC" + "0" * 32,
            auth_token="a-token-for-benchmarks",
            carrier_number="+4956110031177",
        )
        with open_line(settings, load_profile(PROFILES / "landkreis-kassel"), database) as line:
            line.phone.strict = False  # faults are counted, not raised
            yield line
        database.close()


class _Team:
    """The operators: on duty while the hotline is open, and returning a callback each ten minutes then."""

    def __init__(self, line: Line, dice: random.Random) -> None:
        self._line, self._dice, self._done = line, dice, 0.0
        self._ids = []
        for login, number, telephone in _OPERATORS:
            line.phone.set_line(number, telephone)
            self._ids.append(line.on_duty(login, number))

    def works(self, minutes: float) -> None:
        """Let time go by, and do what the team does in it."""
        services = self._line.services
        self._line.phone.waits(minutes * 60)
        now, open_now = services.clock(), is_open(services.profile, services.clock())
        with services.db.write() as session:
            for account in session.scalars(sa.select(Staff).where(Staff.id.in_(self._ids))):
                if account.on_duty != open_now:
                    staff.set_duty(session, now, account, on=open_now)
                account.seen_at = now
        if open_now:
            self._done += minutes * len(self._ids) / services.profile.promise.handling_minutes
        while self._done >= 1:
            self._done -= 1
            self._returns_one()

    def _returns_one(self) -> None:
        services, operator = self._line.services, self._dice.choice(self._ids)
        now = services.clock()
        taken = take_next(services.db, now, operator, ("de", "en"))
        if taken is None:
            return
        reached = self._dice.random() < _REACHED
        outcome = AttemptOutcome.REACHED_COMPLETE if reached else AttemptOutcome.NO_ANSWER
        with services.db.write() as session:
            callback = session.get_one(Callback, taken)
            attempts.record(session, services.profile, now, callback, operator, outcome)


def _ring(line: Line, caller: Caller, dice: random.Random, reference: str | None) -> Ended:
    call = line.phone.dial(caller.shown)
    steps: list[str] = []

    def step_of() -> str:
        with line.services.db.read() as session:
            steps.append(session.scalars(sa.select(Call.step).where(Call.call_sid == call.call.sid)).one())
        return steps[-1]

    person = Person(caller, call, dice, step_of, reference).talks()
    with line.services.db.read() as session:
        row = session.scalar(sa.select(Call).where(Call.call_sid == call.call.sid))
    line.phone.exchange.calls.clear()  # it is over: the network need not look at it again
    ended = Ended(
        caller=caller,
        outcome=row.outcome if row else None,
        seconds=call.seconds,
        keys=len(call.keys_pressed),
        turns=call.turns,
        hung_up=person.hung_up,
        typed_number="number_type" in steps,
        transcript="\n".join(f"  {at:6.1f}  {who:8} {text}" for who, text, at in call.transcript),
    )
    limits = line.services.profile.limits
    problems = {
        "without an outcome": ended.outcome is None,
        "asked in a circle": person.circles,
        "markup at fault": bool(call.call.faults),
        "a webhook failed": bool(call.call.failures),
        "too long": not person.is_connected and ended.seconds > limits.max_minutes * 60,
        "too many turns": ended.turns > limits.max_turns + 1,
        "stayed, can be rung, got nothing": not ended.hung_up
        and ended.outcome in _NOTHING
        and (row is None or row.number is not None),
    }
    return Ended(**{**vars(ended), "wrong": ", ".join(what for what, is_so in problems.items() if is_so)})


def _reference_told(line: Line) -> list[str]:
    """The reference that the last call brought, if it brought one."""
    with line.services.db.read() as session:
        last = session.scalars(sa.select(Call).order_by(Call.id.desc()).limit(1)).one()
        request = session.get(Request, last.request_id) if last.request_id else None
    return [request.reference] if request is not None and request.reference else []


def _promises_without_callback(line: Line) -> int:
    promised = [outcome for outcome, fate in FATES.items() if fate == "promised a callback"]
    with line.services.db.read() as session:
        query = sa.select(sa.func.count()).where(Call.outcome.in_(promised), Call.callback_id.is_(None))
        return session.scalar(query) or 0


def show(found: Findings) -> None:
    """What became of the callers, and the goals."""
    calls = len(found.ended)
    print(f"{found.callers:,} callers made {calls:,} calls\n")
    rows = [(fate, count, 100 * count / calls) for fate, count in found.fates.most_common()]
    show_table(("fate", "calls", "%"), rows)
    outcomes = Counter(call.outcome.value if call.outcome else "none" for call in found.ended)
    stayed = Counter(
        call.outcome.value if call.outcome else "none" for call in found.ended if not call.hung_up
    )
    show_table(
        ("outcome", "calls", "of them stayed to the end"),
        [(name, count, stayed[name]) for name, count in outcomes.most_common()],
    )
    heads = ("habit", "calls", "% promised or put through", "% lead", "% lost", "median s", "median keys")
    show_table(heads, [_of_habit(found, habit) for habit in (None, *Habit)])
    for call in found.dead_ends[:_TOLD]:
        outcome = call.outcome.value if call.outcome else "none"
        print(f"{call.caller}\n{call.wrong} (outcome {outcome})\n{call.transcript}\n")
    show_goals(goals(found))


def _of_habit(found: Findings, habit: Habit | None) -> tuple[object, ...]:
    """What becomes of the callers with a habit; None: with none at all."""
    wanted = frozenset({habit} if habit else ())
    calls = [c for c in found.ended if (c.caller.habits & wanted if habit else not c.caller.habits)]
    fates = Counter(FATES[call.outcome] for call in calls if call.outcome)
    shares = [
        100 * per(sum(fates[name] for name in names), len(calls))
        for names in (("promised a callback", "put through"), ("lead",), ("lost",))
    ]
    name = habit.value if habit else "none of these"
    return (name, len(calls), *shares, _median(c.seconds for c in calls), _median(c.keys for c in calls))


def _median(values: Iterable[float]) -> float:
    """The median; 0 where there is nothing."""
    return float(statistics.median(list(values) or [0]))


def goals(found: Findings) -> list[Goal]:
    """Those of CALLER.md: nobody in a dead end, and no call longer than an old caller can bear."""
    filed = [call for call in found.ended if call.outcome is CallOutcome.FILED and not call.hung_up]
    offered = [call for call in filed if not call.typed_number]
    typed = [call for call in filed if call.typed_number]
    return [
        Goal("dead ends", 0, len(found.dead_ends)),
        Goal("calls without an outcome", 0, found.unknown),
        Goal("promises without a callback in the record", 0, found.broken_promises),
        Goal("median length, filed, caller ID used", 90, _median(c.seconds for c in offered), unit=" s"),
        Goal("median length, filed, number typed", 150, _median(c.seconds for c in typed), unit=" s"),
        Goal("median keys, filed, caller ID used", 10, _median(c.keys for c in offered)),
    ]
