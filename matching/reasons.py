"""Reasons: why a helper may not be proposed, scores as she does, or ranks lower, as codes and as sentences.

A reason is a code with parameters, so that it can be stored without anything personal and be read
in any language months later. The sentences stand in ``wording/<language>.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

_WORDING = Path(__file__).parent / "wording"

#: A date, such as 2026-12-01, or a half-day of it, such as 2026-12-01-morning.
_DATED = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(-(?P<half>morning|afternoon))?")

#: A parameter: a number, a code, or several codes.
Param = int | str | tuple[str, ...]


@dataclass(frozen=True)
class Reason:
    """One reason: the code of a sentence and what is filled into it."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As plain data, just as a row gives it out again; ``from_json`` reads it back."""
        params = {
            name: list(value) if isinstance(value, tuple) else value for name, value in self.params.items()
        }
        return {"code": self.code, "params": params}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reason:
        """The reason that ``to_json`` wrote."""
        params = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data["params"].items()
        }
        return cls(data["code"], params)


@dataclass(frozen=True)
class Wording:
    """The sentences and words of one language. ``CODE_one`` is the sentence of CODE where ``n`` is 1."""

    sentences: Mapping[str, str]
    words: Mapping[str, str]


@cache
def wording(language: str) -> Wording:
    """The wording in a language ("de", "en"); ``ValueError`` if there is none."""
    path = _WORDING / f"{language}.toml"
    if language not in languages():
        raise ValueError(f"no wording of reasons in {language!r}")
    with path.open("rb") as file:
        table = tomllib.load(file)
    return Wording(table["sentences"], table["words"])


@cache
def languages() -> tuple[str, ...]:
    """The languages that reasons can be read in."""
    return tuple(sorted(path.stem for path in _WORDING.glob("*.toml")))


def sentence(reason: Reason, language: str, labels: Mapping[str, str] | None = None) -> str:
    """The reason as a whole sentence.

    ``labels`` name what only the district knows (categories, traits, interests) in that language; half-days,
    languages and score parts are named by the wording itself; anything else stands as it is.
    """
    table = wording(language)
    words = {**table.words, **(labels or {})}
    code = reason.code
    if reason.params.get("n") == 1 and f"{code}_one" in table.sentences:
        code = f"{code}_one"
    return table.sentences[code].format_map(
        {name: _named(value, words) for name, value in reason.params.items()}
    )


def _named(value: Param, words: Mapping[str, str]) -> str:
    if isinstance(value, tuple):
        return ", ".join(_word(part, words) for part in value)
    return _word(value, words) if isinstance(value, str) else str(value)


def _word(code: str, words: Mapping[str, str]) -> str:
    dated = _DATED.fullmatch(code)
    if dated is None:
        return words.get(code, code)
    day = date.fromisoformat(dated["day"]).strftime(words["date_format"])
    return f"{day} {words[dated['half']]}" if dated["half"] else day
