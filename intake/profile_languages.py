"""In which languages the profile's texts must be: what callers hear, and what only pages show. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from intake.profile_parts import Contact, Trait

#: The languages of the desk and the public pages; the first one is shown where nobody has chosen.
PAGE_LANGUAGES = ("de", "en")


def heard_faults(where: str, given: Iterable[str], languages: tuple[str, ...]) -> list[str]:
    """Faults of what callers hear."""
    unknown = "is no language of this profile; remove it or add it to languages"
    return _language_faults(where, given, languages, "is missing; add it", unknown)


def shown_faults(where: str, given: Iterable[str]) -> list[str]:
    """Faults of what only pages show."""
    unknown = (
        f"is no language of the pages ({', '.join(PAGE_LANGUAGES)}), and no caller hears this; remove it"
    )
    return _language_faults(where, given, PAGE_LANGUAGES, "is missing; the pages need it, add it", unknown)


def _language_faults(
    where: str, given: Iterable[str], wanted: tuple[str, ...], missing: str, unknown: str
) -> list[str]:
    have, prefix = set(given), f"{where}: " if where else ""
    return [f"{prefix}{code} {missing}" for code in wanted if code not in have] + [
        f"{prefix}{code} {unknown}" for code in sorted(have - set(wanted))
    ]


def text_faults(value: Any) -> list[str]:
    """Faults of a contact, the tips, or a table of texts or traits."""
    return [fault for where, texts in _texts_in(value) for fault in shown_faults(where, texts)]


def _texts_in(value: Any) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(value, Contact):
        yield "role", value.role
    elif isinstance(value, dict):
        for key, entry in value.items():
            if isinstance(entry, Trait):
                yield from ((f"{key}.wish", entry.wish), (f"{key}.said", entry.said))
            else:
                yield key, entry
    else:
        for number, tip in enumerate(value, start=1):
            yield from ((f"tip {number} title", tip.title), (f"tip {number} text", tip.text))
