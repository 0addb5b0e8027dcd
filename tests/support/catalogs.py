"""Catalogs of translations, held against the texts that the code and the templates really use."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

_KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\}")


def check_catalog(folder: Path) -> None:
    """The English catalog of a folder has each text of its pages, none besides, and the same placeholders."""
    options = {"**/templates/**.html": {"silent": "false"}}
    found = extract_from_dir(folder, _METHODS, options, _KEYWORDS)
    texts = {text for _file, _line, text, _comments, _context in found}
    with (folder / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        catalog = [message for message in read_po(file, locale="en") if message.id]
    assert {message.id for message in catalog} == texts
    for message in catalog:
        assert message.string, message.id
        said = message.id if isinstance(message.id, str) else message.id[-1]
        meant = message.string if isinstance(message.string, str) else message.string[-1]
        assert set(_PLACEHOLDER.findall(said)) == set(_PLACEHOLDER.findall(meant)), message.id
