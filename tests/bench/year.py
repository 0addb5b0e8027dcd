"""``year``: is it fair? A simulated year of the district, by our plan and by "nearest first", side by side.

Nearest first is what a list sorted by distance leads to: request by request, the urgent and the long waiting
first, whoever lives nearest, passes the same filters and is free; equal distances fall by lot, so that nobody
is sent again and again for the order of a list alone.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from intake.desk import plots
from intake.profile import load_profile
from intake.settings import PROFILES
from matching.facts import Need, Offer, Weights, about_km
from matching.lots import fine_cost
from matching.plan import make_plan
from matching.rules import filters
from matching.situation import weights
from tests.bench.district_year import Lived, Policy, Year, draw_year, gini, live
from tests.bench.matching_others import urgent_first
from tests.bench.report import Goal, per, percentile, show_goals, show_table

#: A postcode of the city that the district lies around.
_HUB = "34117"

#: The plan is fair on top of serving as many, but for chance: who will say no is known to neither.
_AS_MANY = 0.99

_COLOURS = ("#1b5e8c", "#d98324")
_POLICIES = ("our plan", "nearest first")

#: The plots' last column holds all from here on.
_MANY_MISSIONS, _FAR, _LATE = 25, 15, 10


@dataclass(frozen=True)
class Found:
    """The same year under both policies."""

    year: Year
    ours: Lived
    nearest: Lived

    @property
    def both(self) -> tuple[Lived, Lived]:
        return self.ours, self.nearest


def arguments(parser: argparse.ArgumentParser) -> None:
    """How much of a year, and where the plots go."""
    parser.add_argument("--helpers", type=int, default=300)
    parser.add_argument("--requests", type=int, default=4_000)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="for the plots (default: a temporary one)")


def run(args: argparse.Namespace) -> None:
    """Live the year twice, print it and draw it."""
    found = measure(args.helpers, args.requests, args.weeks, args.seed)
    show(found)
    folder = args.out or Path(tempfile.mkdtemp(prefix="year-"))
    for path in draw(found, folder):
        print(path)


def measure(helpers: int, requests: int, weeks: int, seed: int) -> Found:
    """The year of Landkreis Kassel by our plan, with its profile's weights, and by nearest first."""
    profile = load_profile(PROFILES / "landkreis-kassel")
    year = draw_year(profile.places, profile.places.lookup(_HUB)[0], helpers, requests, weeks, seed)
    return Found(year, live(year, our_plan(weights(profile))), live(year, nearest_first))


def our_plan(points: Weights) -> Policy:
    """Everybody together: the proven plan."""

    def choose(needs: Sequence[Need], offers: Sequence[Offer]) -> Mapping[int, int]:
        plan = make_plan(needs, offers, points)
        assert plan.certificate().holds, "the optimum is not proven"
        chosen = ((need.id, plan.helper_of(need.id)) for need in needs)
        return {need: helper for need, helper in chosen if helper is not None}

    return choose


def nearest_first(needs: Sequence[Need], offers: Sequence[Offer]) -> Mapping[int, int]:
    """One after the other: the nearest who may and is still free."""
    left = {offer.id: offer.capacity - offer.used for offer in offers}
    chosen: dict[int, int] = {}
    for need in sorted(needs, key=urgent_first):
        for offer in sorted(offers, key=lambda offer: _distance(need, offer)):
            if left[offer.id] > 0 and not filters(need, offer):
                chosen[need.id] = offer.id
                left[offer.id] -= 1
                break
    return chosen


def _distance(need: Need, offer: Offer) -> int:
    assert need.place is not None
    assert offer.place is not None
    return fine_cost(about_km(need.place, offer.place), need.id, offer.id)


# -- what is told ------------------------------------------------------------------------------------------


def show(found: Found) -> None:
    """The table side by side, and the goals."""
    year = found.year
    print(
        f"{len(year.offers):,} helpers, {len(year.arrivals):,} requests, {year.days // 7} weeks, "
        f"seed {year.seed}\n"
    )
    columns = [_figures(lived) for lived in found.both]
    show_table(("", *_POLICIES), [(name, *(column[name] for column in columns)) for name in columns[0]])
    print("An answer takes a day, so that nobody is matched sooner than after one.\n")
    ours, nearest = found.both
    show_goals(
        [
            Goal("helpers used, against nearest first", 1, per(_used(ours), _used(nearest)), at_least=True),
            Goal(
                "Gini of missions, against nearest first", 1, per(gini(ours.missions), gini(nearest.missions))
            ),
            Goal(
                "requests served, against nearest first",
                _AS_MANY,
                per(len(ours.matches), len(nearest.matches)),
                at_least=True,
            ),
        ]
    )


def _figures(lived: Lived) -> dict[str, object]:
    missions, matches = lived.missions, lived.matches
    far, days = [match.km for match in matches], [match.days for match in matches]
    return {
        "requests served": len(matches),
        "handed on without a helper": lived.handed_on,
        "still open at the end": lived.still_open,
        "helpers used, %": 100 * _used(lived),
        "missions per helper, Gini": gini(missions),
        "missions per helper, median": percentile(missions, 0.5),
        "missions per helper, most": missions[-1],
        "distance, km, median": percentile(far, 0.5),
        "distance, km, p90": percentile(far, 0.9),
        "days to match, median": percentile(days, 0.5),
        "days to match, p90": percentile(days, 0.9),
        "by somebody known, %": 100 * per(sum(match.known for match in matches), len(matches)),
        "asked": lived.asked,
        "refused": lived.refused,
    }


def _used(lived: Lived) -> float:
    """The share of the helpers who were sent at all."""
    return per(sum(count > 0 for count in lived.missions), lived.helpers)


# -- what is drawn -----------------------------------------------------------------------------------------


def draw(found: Found, folder: Path) -> list[Path]:
    """The spreads of both policies as SVG files in the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        "missions": (
            "Helpers by missions in the year",
            _MANY_MISSIONS,
            [lived.missions for lived in found.both],
        ),
        "distance": (
            "Missions by distance, km",
            _FAR,
            [[match.km for match in lived.matches] for lived in found.both],
        ),
        "days": (
            "Missions by days to match",
            _LATE,
            [[match.days for match in lived.matches] for lived in found.both],
        ),
    }
    paths = []
    for name, (title, last, values) in pictures.items():
        path = folder / f"year-{name}.svg"
        path.write_text(_picture(title, _side_by_side(values, last)), encoding="utf-8")
        paths.append(path)
    return paths


def _side_by_side(values: Sequence[Sequence[int]], last: int) -> plots.Plot:
    """Two columns for each value, one a policy, and a gap; values from ``last`` on together."""
    ours, nearest = (Counter(min(value, last) for value in each) for each in values)
    columns: list[tuple[str, Sequence[float]]] = []
    for value in range(last + 1):
        words = f"{value}+" if value == last else str(value)
        columns += [(words, (ours[value],)), (words, (0, nearest[value])), (words, ())]
    return plots.columns(columns)


def _picture(title: str, plot: plots.Plot) -> str:
    """The plot as a file of its own, with its title and what the colours mean."""
    top, width, height = 40, plots.WIDTH, plots.HEIGHT
    keys = "".join(
        f'<tspan fill="{colour}" dx="12">■ {escape(name)}</tspan>'
        for colour, name in zip(_COLOURS, _POLICIES, strict=True)
    )
    lines = [
        f'<line x1="{plots.LEFT}" x2="{width - plots.RIGHT}" y1="{label.at:.1f}" y2="{label.at:.1f}" '
        f'stroke="#ccc"/><text x="{plots.LEFT - 6}" y="{label.at + 4:.1f}" text-anchor="end">'
        f"{label.words}</text>"
        for label in plot.scale
    ]
    bars = [
        f'<rect x="{bar.x:.1f}" y="{bar.y:.1f}" width="{bar.width:.1f}" height="{bar.height:.1f}" '
        f'fill="{_COLOURS[bar.part - 1]}"/>'
        for bar in plot.bars
    ]
    below = [
        f'<text x="{label.at:.1f}" y="{height - 10:.0f}" text-anchor="middle">{escape(label.words)}</text>'
        for label in plot.below
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {-top} {width} {height + top}" '
            'font-family="sans-serif" font-size="12">',
            f"<title>{escape(title)}</title>",
            f'<rect y="{-top}" width="100%" height="100%" fill="#fff"/>',
            f'<text x="6" y="{-top + 18}" font-size="14">{escape(title)}</text>',
            f'<text x="-6" y="{-top + 36}">{keys}</text>',
            *lines,
            *bars,
            *below,
            "</svg>",
            "",
        ]
    )
