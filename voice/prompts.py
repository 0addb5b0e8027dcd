"""The words of every prompt, from one file for each language; every fault named at once, at start.

A text is a whole sentence with ``{placeholders}``. A coordinator may change it; what the conversation fills
in is fixed by ``wording.PROMPTS``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from voice.state import Saying
from voice.wording import PROMPTS

FOLDER = Path(__file__).parent / "prompts"


class PromptsError(Exception):
    """The prompts cannot be used; ``faults`` has one line for each thing to mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Prompts:
    """Every prompt's text, by language and key."""

    texts: Mapping[str, Mapping[str, str]]

    def text(self, saying: Saying) -> str:
        """The words to speak: the saying's text with its placeholders filled."""
        return self.texts[saying.language][saying.key].format_map(saying.words)


def load_prompts(languages: Iterable[str], folder: Path = FOLDER) -> Prompts:
    """The prompts in these languages; raises ``PromptsError`` with every fault of every file."""
    texts: dict[str, dict[str, str]] = {}
    faults: list[str] = []
    for language in languages:
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


def _faults(found: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one language's prompts, one line each."""
    for key in PROMPTS:
        if key not in found:
            yield f"{key} is missing; write it"
    for key, text in found.items():
        if key not in PROMPTS:
            yield f"{key} is never said; remove it or mend its spelling"
        elif not isinstance(text, str) or not text.strip():
            yield f"{key} has no words; write them"
        else:
            yield from _placeholder_faults(key, text)


def _placeholder_faults(key: str, text: str) -> Iterator[str]:
    try:
        used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        yield f"{key} has a brace without its partner; mend it"
        return
    wanted = set(PROMPTS[key])
    for name in sorted(wanted - used):
        yield f"{key} lacks {{{name}}}; say it"
    for name in sorted(used - wanted):
        yield f"{key} has {{{name}}}, which is not filled in there; remove it"
