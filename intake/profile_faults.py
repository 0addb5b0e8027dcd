"""What may be wrong between a profile's entries, and how a fault is worded: one line, with the fix. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from intake.kinds import OfferCallOutcome
from intake.profile_languages import PAGE_LANGUAGES, heard_faults
from intake.profile_parts import RETRIED, Category, Span

PROFILE_FILE = "profile.toml"

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def missing_rules(rules: Iterable[OfferCallOutcome]) -> list[str]:
    """Outcomes of an automated call that need a rule and have none, or have one and need none."""
    given = set(rules)
    faults = [
        f"{outcome.value} has no rule; add [offer_retry.{outcome.value}]"
        for outcome in RETRIED
        if outcome not in given
    ]
    return faults + [
        f"{outcome.value} ends the asking; remove its rule" for outcome in given.difference(RETRIED)
    ]


def raise_all(faults: Iterable[str]) -> None:
    """One error with a line for each fault, so that none hides another; ``faults_of`` splits it again."""
    lines = list(faults)
    if lines:
        raise ValueError("\n".join(lines))


def category_faults(
    categories: tuple[Category, ...], languages: tuple[str, ...] | None, vetting: dict[str, Any] | None
) -> list[str]:
    """Faults of the categories among each other; labels and papers are looked at where those are known."""
    faults = []
    keys = "".join(category.key for category in categories)
    if keys != "123456789"[: len(categories)]:
        faults.append("the keys must run 1, 2, 3, … in order, without gaps")
    if len({category.id for category in categories}) != len(categories):
        faults.append("two categories have one id; rename one")
    for category in categories:
        if languages:
            heard_and_shown = tuple(dict.fromkeys((*languages, *PAGE_LANGUAGES)))
            faults += heard_faults(f"{category.id}.label", category.label, heard_and_shown)
        if vetting is not None:
            unknown = (name for name in category.vetting if name not in vetting)
            faults += [
                f"{category.id}: vetting {name} is not described; add [vetting.{name}]" for name in unknown
            ]
    return faults


def hours_faults(hours: dict[str, tuple[Span, ...]], window: Span | None) -> list[str]:
    """Faults of the opening hours, which must lie within the call ``window``."""
    faults = [f"{day} is no weekday; use {', '.join(WEEKDAYS)}" for day in hours if day not in WEEKDAYS]
    if not any(hours.values()):
        faults.append("the hotline is never open; give at least one weekday its hours")
    for day, spans in hours.items():
        if any(later.start < earlier.end for earlier, later in pairwise(spans)):
            faults.append(f"{day}: the spans overlap or are out of order; sort them")
        if any(_minutes(span) < 60 for span in spans):
            faults.append(f"{day}: a span is shorter than an hour; no promise fits into it, make it longer")
        if window and any(span.start < window.start or span.end > window.end for span in spans):
            faults.append(f"{day}: lies outside call_window; nobody may be rung then")
    return faults


def _minutes(span: Span) -> int:
    return (span.end.hour - span.start.hour) * 60 + span.end.minute - span.start.minute


def faults_of(error: ValidationError) -> list[str]:
    """A line for each fault that the model found, with the place in the file."""
    faults = []
    for item in error.errors():
        where = _field_name(item["loc"])
        for line in _message(item["type"], item["msg"]).split("\n"):
            faults.append(f"{where}: {line}")
    return faults


def _field_name(location: tuple[int | str, ...]) -> str:
    """``("categories", 0, "label")`` as ``categories[1].label``: people count from one."""
    name = ""
    for part in location:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name.removesuffix(".[key]") or PROFILE_FILE


def _message(kind: str, message: str) -> str:
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        return "is not known here; remove it or mend its spelling"
    if kind == "string_pattern_mismatch":
        return f"is not written as it must be ({message.partition('pattern ')[2]}); mend it"
    if kind == "enum":
        return f"is not known; {message.removeprefix('Input ')}"
    return message.removeprefix("Value error, ")
