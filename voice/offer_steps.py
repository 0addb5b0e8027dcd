"""The automated call that asks a helper, as one small table and the function that walks it. Pure.

Nothing personal is said before a key was pressed: a machine hears nothing but "please call the hotline". The
helper's name comes before the question, and the question names category and municipality only. At every
question 0 asks for a person, * says it again, and a hang-up or a failure may come.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from intake.kinds import OfferCallOutcome
from voice.state import Listen, Reply, Saying

#: Seconds until a key must come, how often a question is put, and after so many turns a call ends.
WAIT, TRIES, TURNS_AT_MOST = 10, 2, 15

PERSON_KEY, AGAIN_KEY = "0", "*"


class Node(StrEnum):
    """Every node of the conversation."""

    # questions
    SOMEBODY = "somebody"
    NAME = "name"
    OFFER = "offer"
    # works
    ACCEPT = "accept"
    DECLINE = "decline"
    # ends
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OVER = "over"
    PERSON = "person"
    UNDECIDED = "undecided"
    SOMEBODY_ELSE = "somebody_else"
    SILENT = "silent"
    MACHINE = "machine"
    FAILED = "failed"


@dataclass(frozen=True)
class Ask:
    """Says the prompt (its ``_short`` at the second try). ``gone``: where silence and a hang-up lead."""

    prompt: str
    keys: Mapping[str, Node]
    gone: Node


@dataclass(frozen=True)
class Decide:
    """The record is told the answer; it says whether that still counted."""

    counted: Node
    too_late: Node = Node.OVER


@dataclass(frozen=True)
class End:
    """Says its last words; the outcome stands."""

    prompt: str
    outcome: OfferCallOutcome


_O = OfferCallOutcome

TABLE: Mapping[Node, Ask | Decide | End] = {
    Node.SOMEBODY: Ask("offer_somebody", {"1": Node.NAME}, Node.SILENT),
    Node.NAME: Ask("offer_name", {"1": Node.OFFER, "2": Node.SOMEBODY_ELSE}, Node.SILENT),
    Node.OFFER: Ask("offer_question", {"1": Node.ACCEPT, "2": Node.DECLINE, "3": Node.OFFER}, Node.UNDECIDED),
    Node.ACCEPT: Decide(Node.ACCEPTED),
    Node.DECLINE: Decide(Node.DECLINED),
    Node.ACCEPTED: End("offer_accepted", _O.ACCEPTED),
    Node.DECLINED: End("offer_declined", _O.DECLINED),
    Node.OVER: End("offer_over", _O.OVER),
    Node.PERSON: End("offer_person", _O.PERSON),
    Node.UNDECIDED: End("offer_undecided", _O.UNDECIDED),
    Node.SOMEBODY_ELSE: End("offer_somebody_else", _O.SOMEBODY_ELSE),
    Node.SILENT: End("offer_machine", _O.SILENT),
    Node.MACHINE: End("offer_machine", _O.MACHINE),
    Node.FAILED: End("apology", _O.FAILED),
}

#: What each prompt's placeholders are filled with stands in ``Words``; nothing else is ever said.
PROMPTS: Mapping[str, tuple[str, ...]] = {
    "offer_somebody": ("hotline", "district"),
    "offer_somebody_short": ("hotline",),
    "offer_name": ("name",),
    "offer_name_short": ("name",),
    "offer_question": ("place", "need"),
    "offer_question_short": ("place", "need"),
    "offer_accepted": ("reference",),
    "offer_declined": (),
    "offer_over": (),
    "offer_person": (),
    "offer_undecided": (),
    "offer_somebody_else": (),
    "offer_machine": ("hotline", "number"),
}

_SHARED_PROMPTS: Mapping[str, tuple[str, ...]] = {"wrong_key": (), "apology": ()}

Words = Mapping[str, str]


@dataclass(frozen=True)
class OfferState:
    """Where the call stands. ``over``: nothing is asked any more, and the helper is only told so.

    ``log`` has each turn's reply, so that a webhook that comes twice hears the same words again.
    """

    language: str
    over: bool = False
    node: Node = Node.SOMEBODY
    tries: int = 0
    log: tuple[tuple[str, Reply], ...] = ()
    outcome: OfferCallOutcome | None = None

    @property
    def turn(self) -> int:
        """The number of the turn that is expected next."""
        return len(self.log)

    def to_json(self) -> dict[str, Any]:
        """The state as plain data."""
        plain = dataclasses.asdict(replace(self, log=()))
        return {**plain, "log": [[heard, reply.to_json()] for heard, reply in self.log]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> OfferState:
        """The state that ``to_json`` wrote."""
        outcome = data["outcome"]
        return cls(
            language=data["language"],
            over=data["over"],
            node=Node(data["node"]),
            tries=data["tries"],
            log=tuple((heard, Reply.from_json(reply)) for heard, reply in data["log"]),
            outcome=OfferCallOutcome(outcome) if outcome else None,
        )


class Happening(StrEnum):
    """What may happen beside keys."""

    HUMAN = "human"
    MACHINE = "machine"
    HUNG_UP = "hung_up"
    FAILED = "failed"


def begin(
    language: str, over: bool, happening: Happening, words: Words, first: Node = Node.SOMEBODY
) -> OfferState:
    """Somebody, or something, has answered the call; or somebody rang us, and is asked at once."""
    start = Node.MACHINE if happening is Happening.MACHINE else first
    return _enter(OfferState(language, over), start, happening.value, words)


def advance(state: OfferState, heard: str | Happening, words: Words) -> OfferState | Node:
    """The next state; or ACCEPT or DECLINE, about which the record has to be asked first (``decided``).

    ``heard`` are keys ("" is silence), or what happened. A call that has ended stays as it is.
    """
    node = TABLE[state.node]
    if state.outcome is not None or not isinstance(node, Ask):
        return state
    target = _target(state, node, heard)
    if target is None:
        return _again(state, node, heard, words)
    return target if isinstance(TABLE[target], Decide) else _enter(state, target, heard, words)


def _target(state: OfferState, node: Ask, heard: str | Happening) -> Node | None:
    """Where it leads; None where it means nothing here."""
    if heard is Happening.FAILED:
        return Node.FAILED
    if heard is Happening.HUNG_UP or state.turn >= TURNS_AT_MOST:
        return node.gone
    if heard and set(heard) == {AGAIN_KEY}:
        return state.node
    target = Node.PERSON if heard == PERSON_KEY else node.keys.get(heard)
    return Node.OVER if state.over and target in (Node.OFFER, Node.PERSON) else target


def decided(state: OfferState, node: Node, heard: str, counted: bool, words: Words) -> OfferState:
    """Go on with the record's word on an answer."""
    decision = TABLE[node]
    assert isinstance(decision, Decide)
    return _enter(state, decision.counted if counted else decision.too_late, heard, words)


def _again(state: OfferState, node: Ask, heard: str, words: Words) -> OfferState:
    """Silence and keys that mean nothing here cost a try."""
    if state.tries + 1 >= TRIES:
        return _enter(state, node.gone, heard, words)
    again = replace(state, tries=state.tries + 1)
    first = (_say("wrong_key", state, words),) if heard else ()
    return _reply(again, heard, (*first, _say(f"{node.prompt}_short", state, words)), listens=True)


def _enter(state: OfferState, to: Node, heard: str, words: Words) -> OfferState:
    node = TABLE[to]
    if isinstance(node, End):
        ended = replace(state, node=to, outcome=node.outcome)
        return _reply(ended, heard, (_say(node.prompt, state, words),), listens=False)
    assert isinstance(node, Ask)
    entered = replace(state, node=to, tries=state.tries if to is state.node else 0)
    return _reply(entered, heard, (_say(node.prompt, state, words),), listens=True)


def _reply(state: OfferState, heard: str, says: tuple[Saying, ...], listens: bool) -> OfferState:
    listen = Listen(state.turn + 1, 1, WAIT) if listens else None
    return replace(state, log=(*state.log, (str(heard), Reply(says=says, listen=listen))))


def _say(prompt: str, state: OfferState, words: Words) -> Saying:
    names = PROMPTS.get(prompt) or _SHARED_PROMPTS.get(prompt, ())
    return Saying(prompt, state.language, {name: words[name] for name in names})
