"""The picture of the conversation shows all of it."""

from __future__ import annotations

from voice.diagram import mermaid
from voice.state import Step
from voice.steps import ways_from


def test_every_step_and_every_way_is_drawn() -> None:
    chart = mermaid()
    lines = [line.strip() for line in chart.splitlines()]
    assert lines[0] == "flowchart TD"
    for step in Step:
        assert any(line.startswith((f"{step}[", f"{step}{{", f"{step}(")) for line in lines), step
        for way in ways_from(step):
            drawn = [line for line in lines if line.startswith(f"{step} -->") and line.endswith(f" {way.to}")]
            assert len(drawn) == 1
            assert way.label in drawn[0]


def test_the_ways_open_at_every_question_are_told_once() -> None:
    assert mermaid().count("a hang-up to gone") == 1
