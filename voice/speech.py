"""What a spoken answer means, as the keys that would have said the same. Pure.

The carrier turns speech into words; the words are read here and forgotten. It recognises all seven languages
in the locales of their voices (its list for Gather's ``language``); a language without a file in
``spoken_answers`` is answered by keys alone.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from intake.profile import Profile
from voice.state import State, Step
from voice.wording import places_offered

#: Words of which the carrier is less sure than this are not taken: a wrong answer costs more than a question.
CONFIDENT = 0.5

PERSON, AGAIN, YES, NO = "0", "*", "1", "2"

#: Where the keys 1 and 2 mean yes and no.
YES_OR_NO = frozenset({Step.NUMBER_OFFER, Step.NUMBER_CHECK, Step.PLACE_CHECK})

#: Shorter words of a category's name say too little to tell it from another.
_TELLING = 4

_PUNCTUATION = re.compile(r"[^\w\s]|_")


class SpokenAnswers(BaseModel):
    """One language's words, as its file has them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digits: tuple[tuple[str, ...], ...]
    teens: tuple[str, ...] = ()
    tens: tuple[str, ...] = ()
    compound: str = ""
    one_in_compounds: str = ""
    yes: tuple[str, ...]
    no: tuple[str, ...]
    person: tuple[str, ...]
    again: tuple[str, ...]
    fillers: tuple[str, ...]
    choices: Mapping[str, Mapping[str, tuple[str, ...]]]

    @cached_property
    def numbers(self) -> Mapping[tuple[str, ...], str]:
        """Every word, or words, for a number from 0 to 99, with its digits."""
        found = {form: str(digit) for digit, forms in enumerate(self.digits) for form in forms}
        found |= {word: str(number) for number, word in enumerate(self.teens, start=10)}
        for ten, word in enumerate(self.tens, start=2):
            found[word] = f"{ten}0"
            for unit in range(1, 10):
                for form in self._in_compounds(unit):
                    found[self.compound.format(unit=form, ten=word)] = f"{ten}{unit}"
        return {tuple(_words(phrase)): digits for phrase, digits in found.items()}

    def _in_compounds(self, unit: int) -> tuple[str, ...]:
        return (self.one_in_compounds,) if unit == 1 and self.one_in_compounds else self.digits[unit]


FOLDER = Path(__file__).parent / "spoken_answers"

_ANSWERS: Mapping[str, SpokenAnswers] = {
    file.stem: SpokenAnswers.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    for file in sorted(FOLDER.glob("*.toml"))
}


@dataclass(frozen=True)
class Heard:
    """Words that the carrier recognised, and how sure it is of them (0 to 1)."""

    words: str
    confidence: float


def is_understood(language: str, district: Profile) -> bool:
    """Whether callers in that language may answer by voice here."""
    return district.speech.enabled and language in _ANSWERS


def keys_of(heard: Heard, keys: int | None, state: State, district: Profile) -> str | None:
    """The keys that say the same at the open question, which waits for ``keys`` many; None for nonsense."""
    if heard.confidence < CONFIDENT:
        return None
    answers, words = _ANSWERS[state.language], _words(heard.words)
    if keys != 1 and (digits := _digits(words, answers)):
        return digits
    meant = set(_by_words(words, answers, state, district)) if keys == 1 else set(_wishes(words, answers))
    if keys == 1 and not meant:
        meant = set(_digits(words, answers))
    return meant.pop() if len(meant) == 1 else None


def hints(language: str, keys: int | None, district: Profile) -> str:
    """What is likely to be said, for the carrier's recognition: phrases with commas between."""
    answers = _ANSWERS[language]
    phrases = [form for forms in answers.digits for form in forms] + [*answers.person, *answers.again]
    if keys == 1:
        phrases += [*answers.yes, *answers.no]
        phrases += [category.label[language].replace(",", "") for category in district.categories]
        phrases += [
            form for by_key in answers.choices.values() for forms in by_key.values() for form in forms
        ]
    return ", ".join(dict.fromkeys(phrases))


def _by_words(words: list[str], answers: SpokenAnswers, state: State, district: Profile) -> Iterator[str]:
    """The key of everything that was named: a wish that is always open, a choice, a category, a place."""
    yield from _wishes(words, answers)
    by_key = answers.choices.get(state.step, {})
    spoken = [(key, len(_words(form))) for key, forms in by_key.items() for form in forms if _in(form, words)]
    longest = max((length for _, length in spoken), default=0)  # "hilfe geben" is not "hilfe"
    yield from (key for key, length in spoken if length == longest)
    if state.step in YES_OR_NO:
        denies = any(_in(form, words) for form in answers.no)  # "nicht richtig" is no yes
        affirms = any(_in(form, words) for form in answers.yes)
        yield from (NO,) if denies else (YES,) if affirms else ()
    if state.step is Step.NEED:
        names = {category.key: category.label[state.language] for category in district.categories}
        yield from _named(words, names, answers)
    if state.step is Step.WHICH_PLACE:
        places = enumerate(places_offered(state, district), start=1)
        yield from _named(words, {str(key): place.municipality for key, place in places}, answers)


def _wishes(words: list[str], answers: SpokenAnswers) -> Iterator[str]:
    """What may be wished for at every question."""
    for key, forms in ((PERSON, answers.person), (AGAIN, answers.again)):
        if any(_in(form, words) for form in forms):
            yield key


def _named(words: list[str], names: Mapping[str, str], answers: SpokenAnswers) -> Iterator[str]:
    """The keys of the names of which a telling word was said: one that no other name has."""
    said, fillers = set(words), set(_words(" ".join(answers.fillers)))
    telling = {key: {word for word in _words(name) if len(word) >= _TELLING} for key, name in names.items()}
    for key, own in telling.items():
        others = set().union(*(other for name, other in telling.items() if name != key))
        if said & (own - others - fillers):
            yield key


def _digits(words: list[str], answers: SpokenAnswers) -> str:
    """All digits said, in their order, two words for one number as one; other words are passed over."""
    longest = max(len(phrase) for phrase in answers.numbers)
    digits, at = "", 0
    while at < len(words):
        for length in range(longest, 0, -1):
            number = answers.numbers.get(tuple(words[at : at + length]))
            if number is not None:
                digits, at = digits + number, at + length
                break
        else:
            digits += words[at] if words[at].isascii() and words[at].isdigit() else ""
            at += 1
    return digits


def _in(form: str, words: list[str]) -> bool:
    """Whether the phrase was said, word by word."""
    wanted = _words(form)
    return any(words[i : i + len(wanted)] == wanted for i in range(len(words) - len(wanted) + 1))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFC", text).casefold()
    return _PUNCTUATION.sub(" ", _joined(plain)).split()


def _joined(text: str) -> str:
    """Without the apostrophes inside Ukrainian words, which recognitions write in several ways."""
    return re.sub(r"(?<=\w)[ʼ’'](?=\w)", "", text)
