"""The addresses of the public pages: the same in each language, under the language's own prefix."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from intake.profile_languages import PAGE_LANGUAGES
from intake.web import page_language


def language_of_the_path() -> str:
    """The language that the path asks for; the first one has no prefix."""
    first = request.path.split("/")[1]
    return first if first in PAGE_LANGUAGES else PAGE_LANGUAGES[0]


def page_url(endpoint: str, **values: Any) -> str:
    """The address of a page ("pages.home") in the language of this one."""
    return url_for(f"{page_language()}.{endpoint}", **values)


def in_other_language(language: str) -> str:
    """The address of this page in another language; of the first page, where this one is none."""
    endpoint = (request.endpoint or "").partition(".")[2]
    if not endpoint:
        return url_for(f"{language}.pages.home")
    return url_for(f"{language}.{endpoint}", **(request.view_args or {}))
