"""The automated call to a helper: whatever is pressed it ends, and a machine learns nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.kinds import OfferCallOutcome
from voice.offer_steps import (
    PROMPTS,
    TABLE,
    TURNS_AT_MOST,
    Ask,
    Decide,
    End,
    Happening,
    Node,
    OfferState,
    advance,
    begin,
    decided,
)

WORDS = {name: f"<{name}>" for names in PROMPTS.values() for name in names}
PERSONAL = {"name", "place", "need", "reference"}

#: What people press, silence, and what may happen in between.
HEARD = st.one_of(
    st.sampled_from(["1", "1", "2", "3", "0", "*", "9", "", "#", "11"]),
    st.sampled_from([Happening.HUNG_UP, Happening.FAILED]),
)


def walked(heard: list[str | Happening], over: bool = False, counts: bool = True) -> list[OfferState]:
    """Each state from the first words on; written and read back between the steps."""
    states = [begin("de", over, Happening.HUMAN, WORDS)]
    for each in heard:
        state = OfferState.from_json(json.loads(json.dumps(states[-1].to_json())))
        assert state == states[-1]
        then = advance(state, each, WORDS)
        states.append(then if isinstance(then, OfferState) else decided(state, then, each, counts, WORDS))
    return states


def said(state: OfferState) -> str:
    return " ".join(f"{saying.key} {dict(saying.words)}" for saying in state.log[-1][1].says)


@given(st.lists(HEARD, max_size=40), st.booleans(), st.booleans())
def test_every_call_ends_and_an_end_is_moved_by_nothing(
    heard: list[str | Happening], over: bool, counts: bool
) -> None:
    states = walked([*heard, *[""] * TURNS_AT_MOST], over, counts)
    last = states[-1]
    assert last.outcome is not None
    assert last.turn <= TURNS_AT_MOST + 1
    assert last.log[-1][1].listen is None
    ended = next(place for place, state in enumerate(states) if state.outcome is not None)
    assert all(state == states[ended] for state in states[ended:])


@given(st.lists(st.sampled_from(["", "*", "9", "#"]), max_size=20))
def test_without_a_key_that_fits_nothing_personal_is_ever_said(heard: list[str]) -> None:
    for state in walked(heard):
        for name in PERSONAL:
            assert WORDS[name] not in said(state)


def test_a_machine_hears_only_whom_to_call() -> None:
    state = begin("de", False, Happening.MACHINE, WORDS)
    assert state.outcome is OfferCallOutcome.MACHINE
    assert said(state).startswith("offer_machine")
    assert set(PROMPTS["offer_machine"]) == {"hotline", "number"}


@pytest.mark.parametrize(
    ("keys", "outcome"),
    [
        ("111", OfferCallOutcome.ACCEPTED),
        ("112", OfferCallOutcome.DECLINED),
        ("113*1", OfferCallOutcome.ACCEPTED),
        ("110", OfferCallOutcome.PERSON),
        ("12", OfferCallOutcome.SOMEBODY_ELSE),
    ],
)
def test_keys_lead_where_they_should(keys: str, outcome: OfferCallOutcome) -> None:
    assert walked(list(keys))[-1].outcome is outcome


def test_silence_means_something_else_before_and_after_the_question() -> None:
    assert walked(["", ""])[-1].outcome is OfferCallOutcome.SILENT
    assert walked(["1", "1", "", ""])[-1].outcome is OfferCallOutcome.UNDECIDED
    assert walked(["1", "1", Happening.HUNG_UP])[-1].outcome is OfferCallOutcome.UNDECIDED


def test_who_is_too_late_is_told_kindly() -> None:
    assert walked(["1", "1", "1"], counts=False)[-1].outcome is OfferCallOutcome.OVER
    assert walked(["1", "1"], over=True)[-1].outcome is OfferCallOutcome.OVER


def test_every_node_is_reached_and_every_outcome_is_some_end() -> None:
    assert set(TABLE) == set(Node)
    targets = {Node.SOMEBODY, Node.MACHINE, Node.FAILED, Node.PERSON}
    for node in TABLE.values():
        if isinstance(node, Ask):
            targets |= {*node.keys.values(), node.gone}
        if isinstance(node, Decide):
            targets |= {node.counted, node.too_late}
    assert targets == set(Node)
    told = {node.outcome for node in TABLE.values() if isinstance(node, End)}
    assert told | {OfferCallOutcome.BUSY, OfferCallOutcome.NO_ANSWER} == set(OfferCallOutcome)
