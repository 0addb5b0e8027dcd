"""``matching``: very many at once, stage by stage, beside bare OR-tools and the peers' way.

Each size and supply runs in a process of its own, so that its memory is its own; a stage that takes longer
than ``--budget`` ends it there, and what was not reached is told as not measured. The time of the peers' way
is measured on some requests and extrapolated, that of rows beyond ``ROWS`` requests as well.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection

import sqlalchemy as sa

from intake.crypto import generate_keys, parse_keys
from intake.db import Base, Database
from intake.lifecycle import HelperStatus, RequestStatus
from intake.models import Helper, Request
from intake.places import Place
from intake.profile import load_profile
from intake.settings import PROFILES
from matching import proposal_rows
from matching.candidates import Candidates
from matching.lots import POINT_BITS, points_of
from matching.models import Proposal
from matching.plan import Plan, columns_for, make_plan, shortlist
from matching.solver import Matcher
from tests.bench.matching_others import WEIGHTS, best_first, nearest_first, or_tools, peers_seconds
from tests.bench.neighbours import Neighbours, draw_need, spread
from tests.bench.report import Goal, per, percentile, show_goals, show_table

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

SIZES = (1_000, 10_000, 100_000)
#: PERFORMANCE.md sets its goals for so many.
GOAL_SIZE = 100_000
#: So many requests stand for all where the peers' way is timed.
SAMPLE = 300
#: The proposals of so many requests are written at most.
ROWS = 10_000
#: So many new requests are put in one by one, as far as half of the budget goes.
NEW = 500
#: Seconds that a stage may take.
BUDGET = 120.0

_STAGES = (
    "tables",
    "candidates",
    "solve",
    "all",
    "proof",
    "reasons",
    "rows",
    "OR-tools",
    "peers",
)

_NOT = "–"


@dataclass
class Run:
    """One size and supply: seconds of each stage, costs in points, requests served, memory in MiB.

    ``under_way`` is the stage that was cut off, if one was; what comes after it is not measured.
    """

    size: int
    tight: bool
    pairs: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    cost: dict[str, int] = field(default_factory=dict)
    served: dict[str, int] = field(default_factory=dict)
    memory: float = 0.0
    gap: int | None = None
    rows: int = 0
    first: float = 0.0
    new: list[float] = field(default_factory=list)
    others: dict[str, list[float]] = field(default_factory=dict)
    under_way: str = ""

    @property
    def name(self) -> str:
        return f"{self.size:,} {'tight' if self.tight else 'abundant'}"


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many, and how long a stage may take."""
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="requests, and helpers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--budget", type=float, default=BUDGET, help="seconds for a stage (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> None:
    """Measure each size with much and with little supply, and print."""
    supplies = [(size, tight) for size in args.sizes for tight in (False, True)]
    show([measure(size, tight, args.seed, budget=args.budget) for size, tight in supplies])


def measure(
    size: int, tight: bool, seed: int, sample: int = SAMPLE, new: int = NEW, budget: float = BUDGET
) -> Run:
    """Everything for one size and supply, as far as no stage takes longer than ``budget`` seconds."""
    context = get_context("spawn")
    ours, told = context.Pipe(duplex=False)
    found = Run(size, tight, under_way="drawing")
    process = context.Process(target=_work, args=(told, found, seed, sample, new, budget / 2))
    process.start()
    told.close()
    while ours.poll(budget):
        try:
            found = ours.recv()
        except EOFError:
            break
    else:
        process.terminate()
    process.join()
    if process.exitcode not in (0, -signal.SIGTERM):
        raise RuntimeError(f"{found.name}: failed in {found.under_way!r}")
    return found


class _Watch:
    """Times the stages of a run, and tells the run at the begin of each and at the end."""

    def __init__(self, found: Run, told: Connection) -> None:
        self.run, self._told = found, told

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._tell(name)
        began = time.perf_counter()
        yield
        self.run.seconds[name] = time.perf_counter() - began

    def ends(self) -> None:
        self._tell("")

    def _tell(self, under_way: str) -> None:
        self.run.under_way = under_way
        self.run.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self._told.send(self.run)


def _work(told: Connection, found: Run, seed: int, sample: int, new: int, new_seconds: float) -> None:
    people, watch = spread(found.size, found.tight, seed), _Watch(found, told)
    _compare(watch, people, sample)
    plan = _plan(watch, people)
    _tell(watch, people, plan)
    with watch.stage("new"):
        (_, *placed), (found.first, *found.new) = one_by_one(people, plan, new, seed, new_seconds)
    with watch.stage("others one by one"):
        found.others = {"a new request, placed": placed, **come_and_go(people, plan, new, new_seconds / 4)}
    assert plan.certificate().holds
    watch.ends()


def _compare(watch: _Watch, people: Neighbours, sample: int) -> None:
    """Candidates and solving by themselves, and the others' ways over the same pairs."""
    found = watch.run
    with watch.stage("tables"):
        search = Candidates(people.needs, people.offers, WEIGHTS)
    with watch.stage("candidates"):
        columns = columns_for(search, search.shortlists(shortlist(len(people.needs))), WEIGHTS)
    found.pairs = len(columns.pair_costs) / found.size
    with watch.stage("peers"):
        peers = peers_seconds(people, sample)
        found.cost["peers"], found.served["peers"] = nearest_first(people, columns)
        found.cost["best first"], found.served["best first"] = best_first(people, columns)
    found.seconds["peers"] = peers * found.size / min(sample, found.size)
    with watch.stage("OR-tools"):
        found.cost["OR-tools"] = or_tools(columns)
    with watch.stage("solve"):
        Matcher(columns, unit=1 << POINT_BITS)


def _plan(watch: _Watch, people: Neighbours) -> Plan:
    """From needs and helpers to the proven plan."""
    found = watch.run
    with watch.stage("all"):
        plan = make_plan(people.needs, people.offers, WEIGHTS)
    with watch.stage("proof"):
        proof = plan.certificate()
    assert proof.holds, "the optimum is not proven"
    found.gap, found.cost["ours"] = proof.cost - proof.bound, plan.total
    found.served["ours"] = sum(plan.helper_of(need.id) is not None for need in people.needs)
    return plan


def _tell(watch: _Watch, people: Neighbours, plan: Plan) -> None:
    """Reasons for all by themselves, and proposals as rows, with what was weighed for the reasons."""
    found = watch.run
    with watch.stage("reasons"):
        told = sum(len(choice.ranked) for choice in plan.each_choice([need.id for need in people.needs]))
    assert told >= found.served["ours"]
    written = Neighbours(people.needs[:ROWS], people.offers)
    with watch.stage("rows"):
        seconds, found.rows = write_rows(written, plan)
    found.seconds["rows"] = seconds * found.size / len(written.needs)


def write_rows(people: Neighbours, plan: Plan) -> tuple[float, int]:
    """Seconds to write the proposals of these needs, by the project's own store; and how many rows."""
    profile = load_profile(PROFILES / "landkreis-kassel")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/rows.sqlite3", parse_keys(generate_keys()))
        Base.metadata.create_all(database.engine)
        _write_people(database, people)
        began = time.perf_counter()
        proposal_rows.store(database, profile, lambda: NOW, plan, [need.id for need in people.needs])
        seconds = time.perf_counter() - began
        with database.read() as session:
            count = session.scalar(sa.select(sa.func.count()).select_from(Proposal))
        database.close()
    return seconds, count or 0


def _write_people(database: Database, people: Neighbours) -> None:
    """Requests and helpers with no more than the proposals have to refer to."""
    always = {"created_at": NOW, "status_at": NOW}
    requests = [
        {"id": need.id, "status": RequestStatus.OPEN, "source": "desk", "language": "de", **always}
        for need in people.needs
    ]
    helpers = [{"id": offer.id, "status": HelperStatus.ACTIVE, **always} for offer in people.offers]
    with database.write() as session:
        session.execute(sa.insert(Request), requests)
        session.execute(sa.insert(Helper), helpers)


def one_by_one(
    people: Neighbours, plan: Plan, count: int, seed: int, most: float
) -> tuple[list[float], list[float]]:
    """Milliseconds from a new request to its helper, exact for all; and to its ranked proposal as well.

    The first also gets the plan ready for changes. No more are put in after ``most`` seconds.
    """
    dice = random.Random(seed)
    places: Sequence[Place] = sorted({need.place for need in people.needs if need.place}, key=str)
    placed: list[float] = []
    ranked: list[float] = []
    for number in range(count + 1):
        if sum(ranked) > 1000 * most:
            break
        need = draw_need(len(people.needs) + number + 1, places, dice)
        began = time.perf_counter()
        plan.add_need(need)
        placed.append((time.perf_counter() - began) * 1000)
        plan.choice(need.id)
        ranked.append((time.perf_counter() - began) * 1000)
    return placed, ranked


def come_and_go(people: Neighbours, plan: Plan, count: int, most: float) -> dict[str, list[float]]:
    """Milliseconds for each request and helper who goes, and each helper who comes back; no reasons told."""
    step = max(1, len(people.offers) // count)
    needs, offers = people.needs[::step], people.offers[::step]
    return {
        "a request goes": _timed((partial(plan.drop_need, need.id) for need in needs), most),
        "a helper goes": (gone := _timed((partial(plan.drop_offer, offer.id) for offer in offers), most)),
        "a helper comes": _timed((partial(plan.add_offer, offer) for offer in offers[: len(gone)]), most),
    }


def _timed(acts: Iterable[Callable[[], object]], most: float) -> list[float]:
    times: list[float] = []
    for act in acts:
        if sum(times) > 1000 * most:
            break
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return times


def show(runs: Sequence[Run]) -> None:
    """The tables and the goals."""
    show_table(
        ("seconds", "pairs each", *_STAGES, "MiB"),
        [(r.name, r.pairs, *(r.seconds.get(stage, _NOT) for stage in _STAGES), r.memory) for r in runs],
    )
    print("all = from needs and helpers to the proven plan; OR-tools = solving alone, over the same pairs;")
    print("reasons = the next best of all, weighed and told; rows = told once more and written into SQLite;")
    print("MiB = at most, with all stages in one process.")
    for r in runs:
        if r.under_way:
            print(f"{r.name}: cut off in {r.under_way!r}, which took too long; {_NOT} was not measured.")
    print()
    show_table(
        (
            "cost in points",
            "ours",
            "bare OR-tools",
            "peers",
            "more",
            "best first",
            "more",
            "served",
            "by peers",
            "best first",
            "rows written",
        ),
        [_costs(r) for r in runs],
    )
    print("OR-tools has the shortlists alone, ours the best over every pair. Peers: the nearest who is free,")
    print("the urgent first; best first: the same by our own score, to tell what solving all together gains.")
    print(f"Rows are those of the first {ROWS:,} requests at most.\n")
    show_table(
        ("one by one, ms", "change", "measured", "p50", "p99"),
        [
            (
                r.name,
                change,
                len(times),
                *(percentile(times, share) if times else _NOT for share in (0.5, 0.99)),
            )
            for r in runs
            for change, times in (("a new request, placed and ranked", r.new), *r.others.items())
        ],
    )
    for r in runs:
        if r.first:
            print(f"{r.name}: the first change, which gets the plan ready for others, took {r.first:.0f} ms.")
    for r in runs:
        show_goals(goals(r))


def _costs(r: Run) -> tuple[object, ...]:
    ours, bare = (r.cost.get(way, _NOT) for way in ("ours", "OR-tools"))
    dearer: list[object] = []
    for way in ("peers", "best first"):
        more = f"{100 * (per(r.cost[way], r.cost['ours']) - 1):.0f} %" if "ours" in r.cost else _NOT
        dearer += [r.cost.get(way, _NOT), more]
    served = (r.served.get(way, _NOT) for way in ("ours", "peers", "best first"))
    return (r.name, ours, bare, *dearer, *served, r.rows)


def goals(r: Run) -> list[Goal]:
    """Those of PERFORMANCE.md as far as they were measured: of the gap at any size, the others at theirs.

    End to end with OR-tools is finding candidates, as we do, and then solving with it.
    """
    found = [] if r.gap is None else [Goal(f"{r.name}: optimality gap", 0, points_of(r.gap))]
    if r.size < GOAL_SIZE:
        return found
    if r.gap is not None:
        with_bare = sum(r.seconds[stage] for stage in ("tables", "candidates", "OR-tools"))
        faster, less = per(r.seconds["peers"], r.seconds["all"]), 1 - per(r.cost["ours"], r.cost["peers"])
        found += [
            Goal(f"{r.name}: all against bare OR-tools, end to end", 1.5, per(r.seconds["all"], with_bare)),
            Goal(f"{r.name}: faster than the peers' way", 40, faster, at_least=True),
            Goal(f"{r.name}: less cost than theirs", 20, 100 * less, at_least=True, unit=" %"),
        ]
    if r.new:
        found.append(Goal(f"{r.name}: one new request, p99", 10, percentile(r.new, 0.99), unit=" ms"))
    return found
