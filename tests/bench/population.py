"""A population of imperfect callers: who they are, what they want, and how they go wrong. Seeded.

Each draws a wish, a line, a place and habits, each by itself, in these shares (per cent; habits may come
together, a caller may have none):

========  =====================================================================================
wish      help 68, wants to help 9, about an earlier call 12 (two in three have the digits at hand),
          a person 11
line      landline 62, mobile 18, withheld 13, abroad 4, a carrier's sentinel 3
place     of the district 78, outside it 9, a postcode of two places 6, an unknown one 4, four digits 3
number    6 call for a neighbour and refuse the offered number; of those who type a landline's number,
          half leave out the area code the first time
language  7 do not speak German and choose another language
habits    slow 25 (up to 14 s before a key, 6 s between keys), slips 20 (one key in eight beside the right
          one; four in five notice when it is read back), barges in 20, repeats with ``*`` 12, ends each
          entry with ``#`` 15, hangs up at random 16 (one question in five), silent from the start 5,
          falls silent 4 (one question in five), rings again the same day 10, rings eight times in a row 1
========  =====================================================================================
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

_T = TypeVar("_T")


class Wish(StrEnum):
    """Why somebody calls. The value is the key in the main menu."""

    HELP = "1"
    HELPER = "2"
    EARLIER = "3"
    PERSON = "0"


class Habit(StrEnum):
    """How somebody deals with a telephone menu."""

    SLOW = "slow"
    SLIPS = "slips"
    BARGES_IN = "barges in"
    STAR = "repeats with *"
    HASH = "ends with #"
    HANGS_UP = "hangs up at random"
    SILENT = "silent"
    FALLS_SILENT = "falls silent"
    RINGS_AGAIN = "rings again"
    RINGS_ON = "rings eight times"


WISHES = {Wish.HELP: 68, Wish.HELPER: 9, Wish.EARLIER: 12, Wish.PERSON: 11}
LINES = {"landline": 62, "mobile": 18, "withheld": 13, "abroad": 4, "sentinel": 3}
PLACES = {"district": 78, "outside": 9, "shared": 6, "unknown": 4, "short": 3}
HABITS = {
    Habit.SLOW: 25,
    Habit.SLIPS: 20,
    Habit.BARGES_IN: 20,
    Habit.STAR: 12,
    Habit.HASH: 15,
    Habit.HANGS_UP: 16,
    Habit.SILENT: 5,
    Habit.FALLS_SILENT: 4,
    Habit.RINGS_AGAIN: 10,
    Habit.RINGS_ON: 1,
}
FOR_A_NEIGHBOUR = 6
OTHER_LANGUAGE = 7
HAS_DIGITS_AT_HAND = 67

#: In the order in which the profile's languages have their keys.
_OTHER_LANGUAGES = ("2", "3", "4", "5", "6", "7")

#: Area codes of the district with a postcode of the municipality that has each, and some outside.
_HOMES = (("5692", "34466"), ("5671", "34369"), ("5605", "34260"), ("5625", "34311"), ("5674", "34393"))
_POSTCODES = {"outside": "34117", "shared": "37194", "unknown": "34999", "short": "3446"}


@dataclass(frozen=True)
class Caller:
    """One caller. ``shown`` is the caller ID as the carrier sends it, ``number`` the own one (E.164).

    ``types_first`` and ``types_then`` are how the number is typed the first time and after a correction.
    """

    index: int
    wish: Wish
    shown: str
    number: str
    refuses_offer: bool
    types_first: str
    types_then: str
    postcode: str
    need: str
    time: str
    language: str | None
    has_digits: bool
    habits: frozenset[Habit]

    @property
    def rings(self) -> int:
        """How often the caller rings in all."""
        if Habit.RINGS_ON in self.habits:
            return 8
        return 2 if Habit.RINGS_AGAIN in self.habits else 1


def draw_callers(count: int, seed: int) -> list[Caller]:
    """The population: the same for the same seed."""
    return [_draw(random.Random(f"{seed}:{index}"), index) for index in range(count)]


def _draw(dice: random.Random, index: int) -> Caller:
    line, place = _one_of(dice, LINES), _one_of(dice, PLACES)
    area, postcode = dice.choice(_HOMES)
    own = f"+49{area}{200_000 + index}"
    is_mobile = line == "mobile" or (line != "landline" and dice.random() < 0.3)
    number = f"+49151{20_000_000 + index}" if is_mobile else own
    typed = "0" + number.removeprefix("+49")
    local = typed if is_mobile or dice.random() < 0.5 else str(200_000 + index)
    shown = {"withheld": "anonymous", "abroad": f"+4366412{10_000 + index}", "sentinel": "+266696687"}
    for_a_neighbour = _happens(dice, FOR_A_NEIGHBOUR)
    return Caller(
        index=index,
        wish=_one_of(dice, WISHES),
        shown=shown.get(line, f"+49{area}{700_000 + index}" if for_a_neighbour else number),
        number=number,
        refuses_offer=for_a_neighbour,
        types_first=local,
        types_then=typed,
        postcode=_POSTCODES.get(place, postcode),
        need=dice.choices("1234", (50, 20, 15, 15))[0],
        time=dice.choice("123"),
        language=dice.choice(_OTHER_LANGUAGES) if _happens(dice, OTHER_LANGUAGE) else None,
        has_digits=_happens(dice, HAS_DIGITS_AT_HAND),
        habits=frozenset(habit for habit, share in HABITS.items() if _happens(dice, share)),
    )


def _one_of(dice: random.Random, shares: Mapping[_T, int]) -> _T:
    kinds: Sequence[_T] = list(shares)
    return dice.choices(kinds, list(shares.values()))[0]


def _happens(dice: random.Random, per_cent: int) -> bool:
    return dice.random() * 100 < per_cent
