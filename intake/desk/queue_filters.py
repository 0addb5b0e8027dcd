"""Which callbacks somebody wants to see: language, place, kind, need. They stand in the page's address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from intake.desk.request_form import languages
from intake.desk.wording import language_word, need_word, word
from intake.kinds import CallbackKind
from intake.models import Callback, Request
from intake.queue import UNKNOWN_NEED
from intake.web import services


@dataclass(frozen=True)
class Filters:
    """What is asked for; an empty text asks for nothing. Only what ``choices`` offers gets in."""

    language: str = ""
    place: str = ""
    kind: str = ""
    need: str = ""

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are set, as they stand in an address."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in found.items() if value}

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """What they mean for a query of callbacks that is joined with their requests."""
        return [_MEANS[name](value) for name, value in self.chosen.items()]


NO_FILTERS = Filters()

_MEANS: Mapping[str, Callable[[str], sa.ColumnElement[bool]]] = {
    "language": lambda code: Callback.language == code,
    "place": lambda ags: Callback.ags == ags,
    "kind": lambda kind: Callback.kind == CallbackKind(kind),
    "need": lambda need: sa.or_(
        sa.and_(Callback.kind == CallbackKind.INTAKE, Callback.need == need), Request.category == need
    ),
}


def choices() -> dict[str, dict[str, str]]:
    """For each filter its values with their words, in the page's language."""
    profile = services().profile
    needs = (*(category.id for category in profile.categories), UNKNOWN_NEED)
    return {
        "language": {code: language_word(code) for code in languages()},
        "place": {place.ags: place.municipality for place in profile.places.municipalities()},
        "kind": {kind.value: word(kind) for kind in CallbackKind},
        "need": {need: need_word(need) for need in needs},
    }


def asked(args: Mapping[str, Any]) -> Filters:
    """The filters of an address; what is not on offer is left out."""
    if not any(field.name in args for field in fields(Filters)):
        return NO_FILTERS
    offered = choices()
    known = {name: str(args[name]) for name in offered if str(args.get(name, "")) in offered[name]}
    return Filters(**known)
