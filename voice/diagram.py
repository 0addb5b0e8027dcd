"""A picture of the conversation, drawn from its table in Mermaid's flow-chart language. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from voice.nodes import Connection, End, Junction, Node, Question, Recording, Work
from voice.state import Step
from voice.steps import ALWAYS, FLOW, PRIVACY_KEY, START, ways_from

_CAPTION = (
    "At every question: "
    + ", ".join(f"{way.label} to {way.to.replace('_', ' ')}" for way in ALWAYS.values())
    + f"; {PRIVACY_KEY} tells more on privacy"
)


def mermaid() -> str:
    """The flow as a Mermaid chart.

    Questions are boxes, connections double ones, recordings slanted ones, junctions diamonds, works
    cylinders, ends round.
    Ways that are open at every question are told in one note instead of being drawn from each.
    """
    lines = ["flowchart TD", f"    always>{_CAPTION}]", f"    start([call]) --> {START.to}"]
    for step, node in FLOW.items():
        lines.append(f"    {_shape(step, node)}")
        lines += [f"    {step} -->|{label}| {to}" for to, label in _edges(step)]
    return "\n".join(lines) + "\n"


def _shape(step: Step, node: Node) -> str:
    name = step.replace("_", " ")
    match node:
        case Question():
            return f"{step}[{name}]"
        case Connection():
            return f"{step}[[{name}]]"
        case Recording():
            return f"{step}[/{name}/]"
        case Junction():
            return f"{step}{{{name}}}"
        case Work():
            return f"{step}[({name})]"
        case End():
            return f"{step}([{name}: {node.outcome.replace('_', ' ')}])"


def _edges(step: Step) -> Iterator[tuple[Step, str]]:
    """One edge for each neighbour, with the labels of all ways that lead there."""
    labels: dict[Step, list[str]] = {}
    for way in ways_from(step):
        known = labels.setdefault(way.to, [])
        if way.label not in known:
            known.append(way.label)
    yield from ((to, " / ".join(names)) for to, names in labels.items())
