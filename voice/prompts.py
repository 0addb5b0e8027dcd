"""The prompts: one whole text for each key and language, read from files and checked at start. Pure but for
the reading.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from voice.state import Saying
from voice.wording import PROMPTS

FOLDER = Path(__file__).parent / "prompts"

#: How fast a voice on the telephone speaks to somebody old: words a minute (CALLER.md's measure).
WORDS_A_MINUTE = 120


class PromptsError(Exception):
    """The prompts cannot be used; ``faults`` has one line for each thing to mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Prompts:
    """Texts by language and key."""

    texts: Mapping[str, Mapping[str, str]]

    def render(self, saying: Saying) -> str:
        """The words to be spoken for a saying."""
        return self.texts[saying.language][saying.key].format_map(saying.words)


def load_prompts(languages: Iterable[str], folder: Path = FOLDER) -> Prompts:
    """The prompts of these languages; raises ``PromptsError`` with every fault of every file."""
    faults: list[str] = []
    texts: dict[str, dict[str, str]] = {}
    for language in languages:
        path = folder / f"{language}.toml"
        try:
            texts[language] = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError:
            faults.append(f"{path.name}: is missing; write it, with every key that de.toml has")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(f"{path.name}: cannot be read: {error}")
        else:
            faults += [f"{path.name}: {fault}" for fault in _faults(texts[language])]
    if faults:
        raise PromptsError(faults)
    return Prompts(texts)


def _faults(texts: Mapping[str, object]) -> list[str]:
    faults = [f"{key} is missing; add it" for key in PROMPTS if key not in texts]
    for key, text in texts.items():
        if key not in PROMPTS:
            faults.append(f"{key} is said nowhere; remove it or mend its spelling")
        elif not isinstance(text, str) or not text.strip():
            faults.append(f"{key} has no words; write them")
        else:
            faults += _placeholder_faults(key, text)
    return faults


def _placeholder_faults(key: str, text: str) -> list[str]:
    try:
        used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        return [f"{key}: {error}; a placeholder is a word in braces"]
    filled = set(PROMPTS[key])
    return [f"{key}: {{{name}}} is not filled here; remove it" for name in sorted(used - filled)] + [
        f"{key}: {{{name}}} is missing; say it" for name in sorted(filled - used)
    ]


def spoken_seconds(text: str) -> float:
    """How long a text takes to say, by its words."""
    return len(text.split()) * 60 / WORDS_A_MINUTE
