"""A year of a district, simulated day by day: who asks, who is proposed, who says no. Seeded.

Half of the district's people live no further than some ten kilometres from the city in its middle: a
municipality has a weight of 200 / (5 + kilometres to that city). Seekers and helpers are drawn as the other
benchmarks draw them (``neighbours``); a seeker asks three times a year on average, always from the same
place, in the same language and with the same wishes.

Each day the open requests are given helpers by a policy. Each who is asked answers by the next day, and no in
``SAYS_NO`` of all cases; the request is then tried again with somebody else. Which helper refuses which
request, and with whom it goes well, is fixed beforehand, so that every policy meets the same people.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from intake.places import Place, Places
from matching.facts import Need, Offer, about_km
from matching.situation import RECENT
from tests.bench.neighbours import draw_need, draw_offer
from tests.bench.report import per

#: Of those who are asked so many say no, or nothing.
SAYS_NO = 0.25
#: So many missions go well: then the two are gladly brought together again.
GOES_WELL = 0.9
#: A request without a helper for so many days is handed on.
HANDED_ON_AFTER = 28
#: For so many weeks somebody is needed every week.
WEEKLY_FOR = (4, 12)
#: Requests of one seeker in the year, on average.
PER_SEEKER = 3

_WEEK = 7

#: Gives open requests helpers: need id to helper id. Whoever is not in it waits on.
Policy = Callable[[Sequence[Need], Sequence[Offer]], Mapping[int, int]]


@dataclass(frozen=True)
class Arrival:
    """A request on the day on which it comes; a weekly one ends after ``weeks``."""

    day: int
    need: Need
    weeks: int


@dataclass(frozen=True)
class Year:
    """Who lives in the district and who asks when: the same for every policy."""

    seed: int
    days: int
    offers: tuple[Offer, ...]
    arrivals: tuple[Arrival, ...]


@dataclass(frozen=True)
class Match:
    """A request that somebody accepted: how far she goes, after how many days, and whether they know."""

    helper: int
    km: int
    days: int
    known: bool


@dataclass
class Lived:
    """What became of the year under one policy."""

    helpers: int
    matches: list[Match] = field(default_factory=list)
    asked: int = 0
    refused: int = 0
    handed_on: int = 0
    still_open: int = 0

    @property
    def missions(self) -> list[int]:
        """How many missions each helper had, rising; 0 for those who were never sent."""
        counts: defaultdict[int, int] = defaultdict(int)
        for match in self.matches:
            counts[match.helper] += 1
        return sorted([*counts.values(), *[0] * (self.helpers - len(counts))])


def gini(values: Sequence[int]) -> float:
    """How unequal rising values are: 0 where all are equal, towards 1 where one has everything.

    The Gini coefficient (C. Gini 1912): half the mean difference of two values, in means.
    """
    count = len(values)
    weighted = sum((2 * place - count - 1) * value for place, value in enumerate(values, start=1))
    return per(weighted, count * sum(values))


def draw_year(places: Places, hub: Place, helpers: int, requests: int, weeks: int, seed: int) -> Year:
    """``helpers`` and ``requests`` in the district around ``hub`` for so many weeks."""
    dice = random.Random(f"year:{helpers}:{requests}:{weeks}:{seed}")
    homes = _homes(places.municipalities(), hub)
    seekers = [draw_need(number + 1, homes, dice) for number in range(max(1, requests // PER_SEEKER))]
    days = sorted(dice.randrange(weeks * _WEEK) for _ in range(requests))
    arrivals = (
        _draw_arrival(number, day, dice.choice(seekers), homes, dice) for number, day in enumerate(days, 1)
    )
    offers = (
        _draw_helper(draw_offer(number + 1, homes, dice.choice((1, 1, 2, 3)), dice))
        for number in range(helpers)
    )
    return Year(seed, weeks * _WEEK, tuple(offers), tuple(arrivals))


def _homes(municipalities: Sequence[Place], hub: Place) -> list[Place]:
    """Each municipality as often as its weight says."""
    return [
        place for place in municipalities for _ in range(round(200 / (5 + Places.distance_km(place, hub))))
    ]


def _draw_arrival(
    number: int, day: int, seeker: Need, homes: Sequence[Place], dice: random.Random
) -> Arrival:
    """One more request of a seeker: who she is stays, what she needs and when is new."""
    need = replace(
        draw_need(number, homes, dice),
        seeker=seeker.seeker,
        place=seeker.place,
        languages=seeker.languages,
        wishes=seeker.wishes,
        interests=seeker.interests,
        waiting_hours=0,
    )
    return Arrival(day, need, dice.randint(*WEEKLY_FOR) if need.recurring else 1)


def _draw_helper(offer: Offer) -> Offer:
    """A helper on the first day: vetted for all that she offers, and never sent yet."""
    return replace(offer, vetted=offer.categories, recent=0, never_helped=True)


@dataclass(frozen=True)
class _Mission:
    seeker: str
    agreed: int
    ends: int
    weekly: bool
    well: bool

    def counts_since(self, first: int, day: int) -> bool:
        """Whether it was agreed since the first day or goes on every week: as ``situation`` counts."""
        return self.agreed >= first or (self.weekly and day < self.ends)


class _Helper:
    """A helper and her missions."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self.missions: list[_Mission] = []

    def on(self, day: int) -> Offer:
        """What the rules are told of her on this day."""
        recent, monday = day - RECENT.days, day - day % _WEEK
        return replace(
            self._offer,
            used=sum(mission.counts_since(monday, day) for mission in self.missions),
            recent=sum(mission.counts_since(recent, day) for mission in self.missions),
            never_helped=not self.missions,
            helped_well=frozenset(m.seeker for m in self.missions if m.well and m.ends <= day),
        )


def live(year: Year, policy: Policy) -> Lived:
    """The year under one policy."""
    return _Life(year, policy).run()


class _Life:
    """Where one run of the year stands."""

    def __init__(self, year: Year, policy: Policy) -> None:
        self._year, self._policy = year, policy
        self._helpers = {offer.id: _Helper(offer) for offer in year.offers}
        self._waiting: dict[int, Arrival] = {}
        self._tried: defaultdict[int, set[int]] = defaultdict(set)
        self._lived = Lived(len(year.offers))

    def run(self) -> Lived:
        coming: defaultdict[int, list[Arrival]] = defaultdict(list)
        for arrival in self._year.arrivals:
            coming[arrival.day].append(arrival)
        for day in range(self._year.days):
            self._waiting.update({arrival.need.id: arrival for arrival in coming[day]})
            self._hand_on(day)
            self._ask(day)
        self._lived.still_open = len(self._waiting)
        return self._lived

    def _hand_on(self, day: int) -> None:
        late = [number for number, a in self._waiting.items() if day - a.day >= HANDED_ON_AFTER]
        for number in late:
            del self._waiting[number]
        self._lived.handed_on += len(late)

    def _ask(self, day: int) -> None:
        needs = [
            replace(
                arrival.need,
                waiting_hours=24 * (day - arrival.day),
                tried=frozenset(self._tried[arrival.need.id]),
            )
            for arrival in self._waiting.values()
        ]
        offers = {number: helper.on(day) for number, helper in self._helpers.items()}
        for need_id, helper_id in self._policy(needs, tuple(offers.values())).items():
            dice = random.Random(f"{self._year.seed}:{need_id}:{helper_id}")
            self._lived.asked += 1
            if dice.random() < SAYS_NO:
                self._lived.refused += 1
                self._tried[need_id].add(helper_id)
            else:
                self._agree(day, self._waiting.pop(need_id), offers[helper_id], dice.random() < GOES_WELL)

    def _agree(self, day: int, arrival: Arrival, offer: Offer, well: bool) -> None:
        need = arrival.need
        assert need.place is not None
        assert offer.place is not None
        known = need.seeker in offer.helped_well
        match = Match(offer.id, about_km(need.place, offer.place), day + 1 - arrival.day, known)
        self._lived.matches.append(match)
        mission = _Mission(need.seeker, day, day + arrival.weeks * _WEEK, need.recurring, well)
        self._helpers[offer.id].missions.append(mission)
