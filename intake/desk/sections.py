"""Sections: a group of pages behind one permission, and how it stands in the navigation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, current_app, url_for

from intake.desk.accounts import Account
from intake.kinds import CallbackKind
from intake.models import Callback
from intake.staff_roles import Permission, Role


@dataclass(frozen=True)
class NavEntry:
    """A place in the navigation. ``label`` is a lazy text, ``endpoint`` a page that needs no arguments."""

    label: Any
    endpoint: str


@dataclass(frozen=True)
class Talk:
    """What a section adds to the callbacks of a kind: facts on the case's screen, and a page to fill in.

    ``template`` shows what ``facts`` gives; ``url`` is the page that has to be filled in when somebody was
    reached, None where there is none; ``button`` is how the case's screen words the latter.
    """

    template: str
    facts: Callable[[Callback], Mapping[str, Any]]
    url: Callable[[Callback], str | None]
    button: Any


@dataclass(frozen=True)
class DraftForm:
    """A form of which a draft is kept: its kind (no dash in it), its page, the name of that page's argument
    ("" for none), what sends it, and what it is called.
    """

    kind: str
    endpoint: str
    argument: str
    senders: tuple[str, ...]
    words: Any


@dataclass(frozen=True)
class Section:
    """A blueprint whose every route asks for ``permission``; None: it is enough to be logged in.

    ``translations`` is a folder of catalogs (``en/LC_MESSAGES/messages.po``), ``talks`` what it adds to
    callbacks of other kinds than the desk's own, ``drafts`` its forms of which a draft is kept.
    """

    blueprint: Blueprint
    permission: Permission | None
    nav: tuple[NavEntry, ...] = ()
    translations: Path | None = None
    talks: Mapping[CallbackKind, Talk] = field(default_factory=dict)
    drafts: tuple[DraftForm, ...] = ()


class Sections:
    """Every section of a desk, and what an account may see of them."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self._all = tuple(sections)
        self._by_name = {section.blueprint.name: section for section in self._all}

    def __iter__(self) -> Any:
        return iter(self._all)

    def allows(self, account: Account, endpoint: str) -> bool:
        """Whether the account may use the endpoint. What belongs to no section is for nobody."""
        section = self._by_name.get(endpoint.rpartition(".")[0])
        if section is None:
            return False
        return section.permission is None or account.may(section.permission)

    def talk(self, kind: CallbackKind) -> Talk | None:
        """What some section adds to callbacks of that kind."""
        return next((section.talks[kind] for section in self._all if kind in section.talks), None)

    def drafts(self) -> Mapping[str, DraftForm]:
        """Every form of which a draft is kept, by its kind."""
        return {form.kind: form for section in self._all for form in section.drafts}

    def nav(self, account: Account) -> list[NavEntry]:
        """The account's navigation: first what its role is for, then the rest, as the sections stand."""
        main = MAIN_WORK[account.role]
        own_first = sorted(self._all, key=lambda section: section.permission is not main)
        return [
            entry for section in own_first for entry in section.nav if self.allows(account, entry.endpoint)
        ]

    def home(self, account: Account) -> str:
        """Where the account's work begins: the first page of what its role is for, else any it may see."""
        entries = [
            (section.permission is not MAIN_WORK[account.role], entry.endpoint)
            for section in self._all
            for entry in section.nav
            if self.allows(account, entry.endpoint)
        ]
        return min(entries, key=lambda entry: entry[0], default=(True, "account.password"))[1]


#: What each role is there for; its login leads there.
MAIN_WORK = {
    Role.OPERATOR: Permission.RETURN_CALLS,
    Role.COORDINATOR: Permission.MATCH,
    Role.ADMINISTRATOR: Permission.MANAGE_STAFF,
    Role.CONTACT_POINT: Permission.TAKE_REQUESTS,
}


def sections() -> Sections:
    """The sections of this desk."""
    return cast(Sections, current_app.extensions["desk_sections"])


def home_url(account: Account) -> str:
    """The URL of the account's first page."""
    return url_for(sections().home(account))
