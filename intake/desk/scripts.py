"""What an operator says, for each kind of callback, in the languages that have a file here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from intake.lifecycle import CallbackKind

FOLDER = Path(__file__).parent / "scripts"

Script = tuple[str, ...]


@cache
def load_scripts() -> Mapping[str, Mapping[CallbackKind, Script]]:
    """The scripts by language and kind; ``KeyError`` if a file lacks a kind."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.toml"))}


def _read(path: Path) -> dict[CallbackKind, Script]:
    texts = tomllib.loads(path.read_text(encoding="utf-8"))
    return {kind: (*texts[kind.value], *texts["always"]) for kind in CallbackKind}


def script(kind: CallbackKind, language: str, fallback: str, words: Mapping[str, str]) -> tuple[str, Script]:
    """The language and the sentences of a script: in the caller's ``language`` if there is one.

    ``words`` fill the placeholders: ``hotline``, ``district``, ``me``, ``place``.
    """
    scripts = load_scripts()
    code = language if language in scripts else fallback
    return code, tuple(line.format_map(words) for line in scripts[code][kind])
