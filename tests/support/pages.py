"""A browser over Flask's test client that checks every page it is shown for what any page must have."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode as url_encode

from flask import Flask
from werkzeug.test import TestResponse

from .browser import Browser

_FIELDS = {"input", "select", "textarea"}
_REFERENCES = ("for", "aria-describedby", "aria-labelledby")


class _Anatomy(HTMLParser):
    """The bones of a page: its ids and who refers to them, its headings, fields, scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.references: set[str] = set()
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str]] = []
        self.faults: list[str] = []
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self._in_title = tag == "title"
        if "id" in given:
            self.ids[given["id"]] += 1
        for name in _REFERENCES:
            self.references.update(given.get(name, "").split())
        if tag == "label":
            self.labelled.add(given.get("for", ""))
        if tag in _FIELDS and given.get("type") not in ("hidden", "submit"):
            self.fields.append(given)
        self._mistrust(tag, given)

    def _mistrust(self, tag: str, given: dict[str, str]) -> None:
        """Nothing inline, because the content policy forbids it; nothing from elsewhere, for privacy."""
        if tag == "style" or (tag == "script" and "src" not in given):
            self.faults.append(f"inline {tag}")
        self.faults += [f"attribute {name}" for name in given if name == "style" or name.startswith("on")]
        loading = (
            "src",
            "action",
            "formaction",
            *(["href"] if tag != "a" else []),
        )  # a link loads nothing yet
        for name in loading:
            if given.get(name, "").startswith(("http:", "https:", "//")):
                self.faults.append(f"{name} leads elsewhere: {given[name]}")
        if tag == "html" and not given.get("lang"):
            self.faults.append("no language")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def all_faults(self) -> list[str]:
        faults = list(self.faults)
        if not self.title.strip(" –\n"):
            faults.append("no title")
        if self.tags["h1"] != 1:
            faults.append(f"{self.tags['h1']} first headings")
        faults += [f"id {name} stands {times} times" for name, times in self.ids.items() if times > 1]
        faults += [f"nothing has the id {name}" for name in self.references if name not in self.ids]
        for given in self.fields:
            if given.get("id") not in self.labelled and "aria-label" not in given:
                faults.append(f"the field {given.get('name')} has no label")
        return faults


def check_page(response: TestResponse) -> None:
    """Fail with every fault of an HTML page."""
    anatomy = _Anatomy()
    anatomy.feed(response.text)
    assert not anatomy.all_faults(), f"{response.request.path}: {anatomy.all_faults()}"


class _Answer:
    """What ``Browser`` wants of an answer."""

    def __init__(self, response: TestResponse) -> None:
        self.text, self.status_code = response.text, response.status_code
        self.url = response.request.url


class _ClientSession:
    """Flask's test client in the shape of a session of ``requests``."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, url: str, params: dict[str, Any] | None = None, **_rest: Any) -> _Answer:
        if params is not None:  # a form's fields take the place of what its address asks for
            url = f"{url.partition('?')[0]}?{url_encode(params, doseq=True)}"
        return self._checked(self.client.get(url, follow_redirects=True))

    def post(self, url: str, data: dict[str, Any], **_rest: Any) -> _Answer:
        return self._checked(self.client.post(url, data=data, follow_redirects=True))

    def _checked(self, response: TestResponse) -> _Answer:
        if response.mimetype == "text/html" and response.status_code != 304:
            check_page(response)
        return _Answer(response)


class Page(Browser):
    """One person's browser at an app, checking each page it is shown."""

    def __init__(self, app: Flask) -> None:
        super().__init__("http://localhost/")
        session = _ClientSession(app)
        self._session = session  # type: ignore[assignment]  # the same shape, without a network
        self.client = session.client

    @property
    def path(self) -> str:
        """Where we are, without the host."""
        return self.url.removeprefix("http://localhost")

    def holds(self, **fields: str | list[str]) -> Page:
        """The page's forms hold these values, ready to be sent again; one ticked box is its value."""
        for name, value in fields.items():
            held = [_held(form.fields[name]) for form in self._page.forms if name in form.fields]
            assert held == [_held(value)], f"{name} holds {held}"
        return self


def _held(value: str | list[str]) -> list[str]:
    """A field's values; the first line break in a textarea is the markup's, not the text's."""
    return value if isinstance(value, list) else [value.removeprefix("\r\n")]
