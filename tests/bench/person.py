"""One caller at the telephone: hears a question, and answers it as somebody like that would."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.population import Caller, Habit
from voice.phone.driver import Call

#: The keys that a finger finds beside each key of a telephone.
_BESIDE = {
    "1": "24",
    "2": "135",
    "3": "26",
    "4": "157",
    "5": "2468",
    "6": "359",
    "7": "48",
    "8": "5790",
    "9": "68",
    "0": "8",
}

#: How often a slip happens, and how often somebody who is asked notices what went wrong.
_SLIP, _NOTICE = 1 / 8, 4 / 5

#: How often somebody with that habit hangs up, falls silent, or has a question repeated.
_AT_A_QUESTION, _STAR = 1 / 5, 1 / 3

#: A talk with somebody of the team, in seconds; and how long one listens to the ringing at a time.
_TALK, _PATIENCE = 180, 5

#: Seconds after which somebody who has pressed keys tries again if nothing happens.
_WAITS = 15

_RINGING = "ringing"

#: Nobody is asked more: whoever is, is caught in a circle.
_QUESTIONS_AT_MOST = 60

Ask = Callable[[], str]


@dataclass
class Person:
    """A caller with one call in hand. ``step_of`` tells which question has just been heard."""

    caller: Caller
    call: Call
    dice: random.Random
    step_of: Ask
    reference: str | None
    hung_up: bool = False
    circles: bool = False
    _typed: dict[str, tuple[str, str]] = field(default_factory=dict)
    _corrects: bool = False

    def talks(self) -> Person:
        """Go through the whole call, to its end or until the receiver is put down."""
        is_silent = Habit.SILENT in self.caller.habits
        for _ in range(_QUESTIONS_AT_MOST):
            if self._is_over():
                return self
            step = self.step_of()
            if step == _RINGING:
                self._holds_the_line()
                continue
            if self._does(Habit.HANGS_UP, _AT_A_QUESTION):
                return self._hangs_up(self.dice.uniform(0, 8))
            is_silent = is_silent or self._does(Habit.FALLS_SILENT, _AT_A_QUESTION)
            if is_silent:
                self.call.stays_silent()
            else:
                self._answers(step)
        self.circles = True
        return self._hangs_up(0)

    def _is_over(self) -> bool:
        """Listen to what is said; or only to its beginning, if one barges in."""
        if Habit.BARGES_IN in self.caller.habits and not self.call.ended and self.dice.random() < 0.5:
            self.call.waits(self.dice.uniform(1, 4))
        else:
            self.call.listens()
        return self.call.ended

    def _holds_the_line(self) -> None:
        """Wait while the team's telephones ring; if somebody answers, talk, and end the talk."""
        self.call.waits(_PATIENCE)
        if self.is_connected:
            self.call.waits(_TALK)
            self._hangs_up(0)

    @property
    def is_connected(self) -> bool:
        """Whether the caller was put through to a person."""
        return any("put through" in entry.text for entry in self.call.call.log)

    def _hangs_up(self, after: float) -> Person:
        self.call.waits(after)
        if not self.call.ended:
            self.hung_up = True
            self.call.hangs_up()
        return self

    def _does(self, habit: Habit, often: float) -> bool:
        return habit in self.caller.habits and self.dice.random() < often

    def _answers(self, step: str) -> None:
        if self._does(Habit.STAR, _STAR):
            self._presses("*")
            return
        wanted = self._wants(step)
        typed = "".join(self._slips(key) for key in wanted)
        self._typed[step] = (wanted, typed)
        self._presses(typed + ("#" if Habit.HASH in self.caller.habits else ""))

    def _wants(self, step: str) -> str:
        """The keys that this caller means to press at a question; at any other the first choice."""
        caller = self.caller
        foreign = caller.language is not None and "language" not in self._typed
        answers: dict[str, Ask] = {
            "menu": lambda: "9" if foreign else caller.wish.value,
            "language": lambda: caller.language or "1",
            "need": lambda: caller.need,
            "number_offer": lambda: "2" if caller.refuses_offer else "1",
            "number_type": lambda: caller.types_then if self._corrects else caller.types_first,
            "number_check": lambda: self._checks("number_type"),
            "postcode": lambda: caller.postcode,
            "place_check": lambda: self._checks("postcode"),
            "time": lambda: caller.time,
            "reference": lambda: self.reference or "".join(self.dice.choices("0123456789", k=6)),
            "earlier": lambda: self.dice.choice("1234"),
        }
        return answers.get(step, lambda: "1")()

    def _checks(self, step: str) -> str:
        """Yes or no to what was read back."""
        wanted, typed = self._typed.get(step, ("", ""))
        self._corrects = wanted != typed and self.dice.random() < _NOTICE
        return "2" if self._corrects else "1"

    def _slips(self, key: str) -> str:
        """The key, or one beside it: by one draw, whichever key it is, for a reference never is the same."""
        beside = _BESIDE[key]
        return beside[int(self.dice.random() * len(beside))] if self._does(Habit.SLIPS, _SLIP) else key

    def _presses(self, keys: str) -> None:
        """Key after key, each after a while, whatever is being said; then wait for the hotline to go on."""
        asked = self.call.turns
        slow = Habit.SLOW in self.caller.habits
        self.call.waits(self.dice.uniform(2, 14) if slow else self.dice.uniform(0.5, 3))
        for key in keys:
            if self.call.ended:
                return
            asked = self.call.turns  # only what the last key leads to is the answer to what was typed
            self.call.barges_in(key)
            self.call.waits(self.dice.uniform(0.5, 6) if slow else self.dice.uniform(0.2, 1))
        for _ in range(_WAITS):
            if self.call.ended or self.call.turns > asked:
                return
            self.call.waits(1)
