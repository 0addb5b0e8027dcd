"""What an operator says on the telephone or writes in a letter, in each caller's language.

The sentences stand in ``scripts/<language>.toml``. A district may put its own wording of any of them into the
folder ``scripts`` of its profile, in files of the same shape that hold only what differs.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from intake.kinds import CallbackKind

FOLDER = Path(__file__).parent / "scripts"

#: What stands at the end of every talk: who sees it, and that nobody is ever asked for money.
ALWAYS = "always"

#: What a sentence may leave open.
PLACEHOLDERS = frozenset({"hotline", "district", "me", "number", "place", "reference", "helper", "name"})


class Situation(StrEnum):
    """Who is on the line instead of the person that was to be rung."""

    SOMEBODY_ELSE = "somebody_else"
    ANSWERING_MACHINE = "answering_machine"


class LetterText(StrEnum):
    """What a letter tells."""

    UNREACHED = "letter_unreached"
    FOUND = "letter_found"
    NO_HELPER = "letter_no_helper"
    NEWS = "letter_news"


#: What stands before and after the text of every letter.
LETTER_HEAD, LETTER_END = ("letter_greeting",), ("letter_end", "letter_close")

KEYS = (ALWAYS, *CallbackKind, *Situation, *LetterText, *LETTER_HEAD, *LETTER_END)

#: What stands before and after a text of each type. To somebody else or a machine nothing more is said.
_AROUND: Mapping[type[StrEnum], tuple[tuple[str, ...], tuple[str, ...]]] = {
    CallbackKind: ((), (ALWAYS,)),
    Situation: ((), ()),
    LetterText: (LETTER_HEAD, LETTER_END),
}

Script = tuple[str, ...]


class ScriptsError(Exception):
    """The scripts cannot be used; ``faults`` has one line for each thing to mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Line:
    """A sentence in the caller's language, and beside it in the operator's; empty where they are the same."""

    said: str
    meant: str


@dataclass(frozen=True)
class Told:
    """A script to be read out: the language in which it is said, and its sentences."""

    language: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Scripts:
    """Every sentence by language and key."""

    texts: Mapping[str, Mapping[str, Script]]

    def tell(
        self, what: CallbackKind | Situation | LetterText, language: str, page: str, words: Mapping[str, str]
    ) -> Told:
        """The script in the caller's ``language``, if there is one, beside that of the ``page``.

        ``words`` fill the placeholders.
        """
        code = language if language in self.texts else page
        lines: list[Line] = []
        before, after = _AROUND[type(what)]
        for key in (*before, what.value, *after):
            said = [line.format_map(words) for line in self.texts[code][key]]
            meant = [line.format_map(words) for line in self.texts[page][key]] if code != page else []
            # a district's own wording may be longer in one language than in another
            lines += (Line(*both) for both in zip_longest(said, meant, fillvalue=""))
        return Told(code, tuple(lines))


@cache
def load_scripts(profile_folder: Path) -> Scripts:
    """The scripts that come along, with a district's own wording laid over them; raises ``ScriptsError``."""
    texts: dict[str, dict[str, Script]] = {}
    faults: list[str] = []
    for folder in (FOLDER, profile_folder / FOLDER.name):
        for path in sorted(folder.glob("*.toml")):
            given = _read(path, faults)
            faults += _faults_of(path, given)
            texts.setdefault(path.stem, {}).update({key: tuple(given[key]) for key in given})
    faults += [
        f"{FOLDER.name}/{code}.toml: {key} is missing; add it"
        for code, known in texts.items()
        for key in KEYS
        if key not in known
    ]
    if faults:
        raise ScriptsError(faults)
    return Scripts(texts)


def script_faults(profile_folder: Path) -> list[str]:
    """Every fault of a district's own wording, one line each."""
    try:
        load_scripts(profile_folder)
    except ScriptsError as error:
        return error.faults
    return []


def _read(path: Path, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"{FOLDER.name}/{path.name}: is not valid TOML in UTF-8: {error}")
        return {}


def _faults_of(path: Path, given: Mapping[str, Any]) -> Iterator[str]:
    for key, lines in given.items():
        where = f"{FOLDER.name}/{path.name}: {key}"
        if key not in KEYS:
            yield f"{where} is not known here; use {', '.join(KEYS)}"
        elif not isinstance(lines, list) or not lines or not all(isinstance(line, str) for line in lines):
            yield f"{where} must be a list of sentences"
        else:
            yield from (f"{where}: {fault}" for line in lines if (fault := _placeholder_fault(line)))


def _placeholder_fault(line: str) -> str:
    try:
        used = {part[1] for part in string.Formatter().parse(line) if part[1] is not None}
    except ValueError:
        return "a brace is open or too many; write placeholders as {me}"
    unknown = ", ".join(sorted(used - PLACEHOLDERS))
    return f"the placeholder {{{unknown}}} is not known" if unknown else ""
