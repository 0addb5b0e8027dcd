"""The words of every prompt, from one file for each language; every fault named at once, at start.

A text is a whole sentence with ``{placeholders}``. A coordinator may change it; what the conversation fills
in is fixed by ``wording.PROMPTS``.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from string import Formatter
from typing import Any

from intake import spoken
from voice.state import Saying
from voice.wording import PROMPTS

FOLDER = Path(__file__).parent / "prompts"

#: Characters in one text: half a minute of speech, which is more than anybody remembers.
LONGEST_TEXT = 500


class PromptsError(Exception):
    """The prompts cannot be used; ``faults`` has one line for each thing to mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class TextFault(StrEnum):
    """What is wrong with a prompt's text; ``{}`` stands for the placeholder it is about."""

    EMPTY = "has no words; write them"
    TOO_LONG = f"has more than {LONGEST_TEXT} characters; shorten it"
    UNSPEAKABLE = "has a control character; remove it"
    BRACE = "has a brace without its partner; mend it"
    LACKS = "lacks {}; say it"
    UNKNOWN = "has {}, which is not filled in there; remove it"
    ADORNED = "has more than the name in the braces of {}; write the name alone"


@dataclass(frozen=True)
class Change:
    """What a coordinator made of a prompt: other words, and the file name of a recording to play instead."""

    text: str | None = None
    recording: str | None = None


#: By language and key.
Changes = Mapping[tuple[str, str], Change]


def _no_changes() -> Changes:
    return {}


@dataclass(frozen=True)
class Prompts:
    """Every prompt's original text, by language and key; ``changes()`` gives what holds in its place now."""

    texts: Mapping[str, Mapping[str, str]]
    changes: Callable[[], Changes] = _no_changes

    def text(self, saying: Saying) -> str:
        """The words to speak: the saying's text with its placeholders filled."""
        change = self.changes().get((saying.language, saying.key))
        text = change.text if change else None
        return (text or self.texts[saying.language][saying.key]).format_map(saying.words)

    def recording(self, saying: Saying) -> str | None:
        """The file name of the recording to play instead of the words, if there is one."""
        change = self.changes().get((saying.language, saying.key))
        return change.recording if change else None


def load_prompts(languages: Iterable[str], folder: Path = FOLDER) -> Prompts:
    """The prompts in these languages; raises ``PromptsError`` with every fault of every file."""
    texts: dict[str, dict[str, str]] = {}
    faults: list[str] = []
    for language in languages:
        if language not in spoken.LANGUAGES:
            faults.append(
                f"{language}: numbers and times cannot be said in it; add their words to spoken_words"
            )
        path = folder / f"{language}.toml"
        try:
            texts[language] = found = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            faults.append(f"{path.name}: cannot be read ({error.strerror}); put the file there")
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            faults.append(f"{path.name}: is not valid TOML in UTF-8: {error}")
        else:
            faults += [f"{path.name}: {fault}" for fault in _faults(found)]
    if faults:
        raise PromptsError(faults)
    return Prompts(texts)


def text_faults(key: str, text: str) -> Iterator[tuple[TextFault, str]]:
    """Why ``text`` cannot be said for the prompt ``key``: each fault, and the placeholder it is about."""
    if not text.strip():
        yield TextFault.EMPTY, ""
    if len(text) > LONGEST_TEXT:
        yield TextFault.TOO_LONG, ""
    if any(_is_unspeakable(character) for character in text):
        yield TextFault.UNSPEAKABLE, ""
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        yield TextFault.BRACE, ""
        return
    wanted, used = set(PROMPTS[key]), {name for _, name, _, _ in parsed if name is not None}
    for name in sorted(wanted - used):
        yield TextFault.LACKS, f"{{{name}}}"
    for name in sorted(used - wanted):
        yield TextFault.UNKNOWN, f"{{{name}}}"
    for _, field, layout, conversion in parsed:
        if layout or conversion:  # "{place:>90000}" would make a document too large for the carrier
            yield TextFault.ADORNED, f"{{{field}}}"


def _is_unspeakable(character: str) -> bool:
    """Whether it has no place in markup: controls (but line breaks), surrogates, what is not assigned."""
    return character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn")


def _faults(found: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one language's prompts, one line each."""
    for key in PROMPTS:
        if key not in found:
            yield f"{key} is missing; write it"
    for key, text in found.items():
        if key not in PROMPTS:
            yield f"{key} is never said; remove it or mend its spelling"
        elif not isinstance(text, str):
            yield f"{key} {TextFault.EMPTY}"
        else:
            yield from (f"{key} {fault.format(name)}" for fault, name in text_faults(key, text))
