"""The kinds of nodes that the conversation is made of, and the ways between them. Plain data, pure.

A *question* waits for keys; a *connection* rings the team's own telephones; a *recording* takes a message;
a *junction* chooses by what is known already; a *work* asks the record for something and goes on with its
result; an *end* names the call's outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from intake.kinds import CallOutcome
from intake.profile import Profile
from voice.events import Effect, Result
from voice.state import Saying, State, Step

#: Seconds until the first key must come; the carrier has one timer for this and the waits between keys.
WAIT = 10

#: Seconds for which the team's telephones ring, and after that for hearing who calls and pressing the key.
RING_SECONDS = 20
ACCEPT_SECONDS = 10

#: How often a question is put; the second time shorter and in other words.
TRIES = 2

#: Names that a reader gives to keys that lead nowhere: they cost a try.
NOTHING = "nothing"

Keep = Callable[[State, Profile], State]


def unchanged(state: State, _district: Profile) -> State:
    """Keep nothing: the way itself says enough."""
    return state


@dataclass(frozen=True)
class Way:
    """Where to go, what to remember on the way, and what to say: ``first`` cannot be cut short by a key."""

    to: Step
    label: str
    keep: Keep = unchanged
    says: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heard:
    """What keys or a result mean here: the name of a way, or NOTHING; then ``says`` tells the caller why."""

    token: str
    state: State
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """Says the prompt ``ask`` (its ``_short`` at the second try) with its options, and waits for keys.

    ``keys`` is the fixed number of keys, None where the caller decides. ``silent`` is the way after a last
    try without any key, ``lost`` the one after a last try that could not be understood. ``by_voice`` says
    whether a spoken answer may do.
    """

    ask: str
    reads: Callable[[str, State, Profile], Heard]
    ways: Mapping[str, Way]
    silent: Way
    lost: Way
    options: Callable[[State, Profile], tuple[Saying, ...]] | None = None
    keys: int | None = 1
    by_voice: bool = True

    @property
    def prompts(self) -> tuple[str, str]:
        """The question's wording at the first and at the second try."""
        return self.ask, f"{self.ask}_short"


@dataclass(frozen=True)
class Connection:
    """Rings somebody, and goes on when the call was taken, or nobody took it.

    That is whoever of the team is there; ``to_seeker``: whom the caller, a helper, has her mission for.
    """

    taken: Way
    nobody: Way
    to_seeker: bool = False


@dataclass(frozen=True)
class Recording:
    """Records a message, and goes on when there is one, or nothing was said."""

    left: Way
    nothing: Way


@dataclass(frozen=True)
class Junction:
    """Goes on at once, the way that ``choose`` names."""

    choose: Callable[[State, Profile], str]
    ways: Mapping[str, Way]


@dataclass(frozen=True)
class Work:
    """Has an effect carried out and goes on with its result."""

    effect: Callable[[State], Effect]
    hears: Callable[[Result, State], Heard]
    ways: Mapping[str, Way]


@dataclass(frozen=True)
class End:
    """Says its last words; the call is over with this outcome, or goes on elsewhere.

    ``goes_on`` is the path of the conversation with a helper, with a place for its id.
    """

    outcome: CallOutcome
    says: tuple[str, ...] = ()
    goes_on: str = ""


Node = Question | Connection | Recording | Junction | Work | End
