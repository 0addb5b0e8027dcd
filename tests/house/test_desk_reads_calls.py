"""The desk tells what was said on a call: it has a word for whatever the conversation can write down."""

from __future__ import annotations

from typing import get_args

from intake.desk.call_log import EVENTS, QUESTIONS
from voice.events import Digits, Event
from voice.nodes import Question, Recording
from voice.steps import FLOW


def test_every_question_of_the_conversation_has_its_words() -> None:
    asked = {step.value for step, node in FLOW.items() if isinstance(node, Question | Recording)}
    assert asked <= set(QUESTIONS)
    assert set(QUESTIONS) - asked == {"pick_up"}


def test_every_event_has_its_words() -> None:
    assert {event.__name__.lower() for event in get_args(Event) if event is not Digits} == set(EVENTS)
