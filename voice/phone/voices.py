"""Which language each of the carrier's voices speaks; a wrong pair can make a prompt silent.

Source: the carrier's list of text-to-speech voices, for the languages that a German district may need.
Other languages have voices too: add a line when a district speaks one.
"""

import re

_POLLY: dict[str, str] = {
    "de-DE": "Vicki Vicki-Neural Daniel-Neural Marlene Hans",
    "de-AT": "Hannah-Neural",
    "en-GB": "Amy Amy-Neural Emma Emma-Neural Brian Brian-Neural Arthur-Neural",
    "en-US": "Joanna Joanna-Neural Matthew Matthew-Neural Salli Salli-Neural Ruth-Neural Stephen-Neural",
    "tr-TR": "Filiz Burcu-Neural",
    "ru-RU": "Tatyana Maxim",
    "pl-PL": "Ewa Maja Jacek Jan Ola-Neural",
    "ar-AE": "Hala-Neural Zayd-Neural",
    "arb": "Zeina",
    "fr-FR": "Lea Lea-Neural Remi-Neural Celine Mathieu",
    "es-ES": "Lucia Lucia-Neural Sergio-Neural Conchita Enrique",
    "it-IT": "Bianca Bianca-Neural Adriano-Neural Carla Giorgio",
    "nl-NL": "Laura-Neural Lotte Ruben",
    "ro-RO": "Carmen",
}
_POLLY_LOCALE = {f"Polly.{name}": locale for locale, names in _POLLY.items() for name in names.split()}
_BASIC_LANGUAGES = frozenset({"en", "en-US", "en-GB", "es", "fr", "de", "de-DE", "it"})
_GOOGLE = re.compile(r"Google\.([a-z]{2,3}-[A-Z]{2})-(Standard|Wavenet|Neural2|Chirp3-HD)-[A-Za-z]+")


def pair_fault(voice: str | None, language: str | None) -> str | None:
    """What is wrong with a ``<Say>``'s voice and language, or None when they fit.

    Naming neither is allowed (the carrier's default speaks American English); naming one without the
    other is not, because the carrier then guesses.
    """
    if voice is None and language is None:
        return None
    if voice is None or language is None:
        return "voice and language must be set together"
    if voice in ("man", "woman"):
        return None if language in _BASIC_LANGUAGES else f"voice {voice} does not speak {language}"
    google = _GOOGLE.fullmatch(voice)
    locale = google[1] if google else _POLLY_LOCALE.get(voice)
    if locale is None:
        return f"unknown voice {voice}"
    return None if locale == language else f"voice {voice} speaks {locale}, not {language}"
