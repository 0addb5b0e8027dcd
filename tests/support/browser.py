"""A small browser over real HTTP: follows links and presses buttons by the words on them. No JavaScript."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


@dataclass
class Button:
    """A button's words, and what it sends of its own."""

    words: str = ""
    name: str | None = None
    value: str = ""
    action: str | None = None


@dataclass
class Form:
    """A form as it stands on a page: what it would send, and its buttons."""

    action: str
    method: str
    id: str = ""
    fields: dict[str, str | list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._button: Button | None = None
        self._link: str | None = None
        self._link_words: list[str] = []
        self._select: str | None = None
        self._textarea: str | None = None
        self._strays: list[tuple[str, dict[str, str]]] = []

    def gather(self) -> None:
        """Give the fields that stand outside their form to it."""
        for form_id, given in self._strays:
            self._input(next(form for form in self.forms if form.id == form_id), given)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").lower()
            self._form = Form(given.get("action", ""), method, given.get("id", ""))
            self.forms.append(self._form)
        elif tag == "a" and "href" in given:
            self._link, self._link_words = given["href"], []
        elif tag == "button":
            self._button = Button("", given.get("name"), given.get("value", ""), given.get("formaction"))
        elif tag == "input" and "form" in given:
            self._strays.append((given["form"], given))
        elif self._form is not None:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name = given.get("name", "")
        if tag == "input" and name:
            self._input(self._form, given)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            value = given.get("value", "")
            self._form.choices.setdefault(self._select, []).append(value)
            if "selected" in given or self._select not in self._form.fields:
                self._form.fields[self._select] = value
        elif tag == "textarea":
            self._textarea = name
            self._form.fields[name] = ""

    def _input(self, form: Form, given: dict[str, str]) -> None:
        name, value = given["name"], given.get("value", "on")
        if given.get("type") == "checkbox":
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.fields[name] = [*form.fields.get(name, []), value]
        elif given.get("type") == "radio":
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.fields[name] = value
        else:
            form.fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None
        elif tag == "a" and self._link is not None:
            self.links.append((" ".join(" ".join(self._link_words).split()), self._link))
            self._link = None
        elif tag == "button" and self._button is not None:
            self._button.words = " ".join(self._button.words.split())
            if self._form is not None:
                self._form.buttons.append(self._button)
            self._button = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._button is not None:
            self._button.words += data
        if self._link is not None:
            self._link_words.append(data)
        if self._textarea is not None and self._form is not None:
            self._form.fields[self._textarea] = f"{self._form.fields[self._textarea]}{data}"


class Browser:
    """One person's browser with its cookies."""

    def __init__(self, base_url: str) -> None:
        self._session = requests.Session()
        self.url = base_url
        self.status = 0
        self._page = _Reader()

    def opens(self, path: str) -> Browser:
        """Fetch a page."""
        return self._show(self._session.get(urljoin(self.url, path), timeout=20))

    def fetches(self, path: str) -> bytes:
        """What a page plays or shows beside its words, a sound say; the page stays open."""
        response = self._session.get(urljoin(self.url, path), timeout=20)
        assert response.status_code == 200, f"{response.url}: {response.status_code}"
        return response.content

    def follows(self, words: str) -> Browser:
        """Click the first link whose words contain these."""
        for link_words, href in self._page.links:
            if words in link_words:
                return self.opens(href)
        raise AssertionError(f"no link {words!r} among {[link for link, _ in self._page.links]}")

    def presses(self, words: str, **fields: str | list[str]) -> Browser:
        """Press the first button whose words contain these, with the form's fields filled in."""
        for form in self._page.forms:
            for button in form.buttons:
                if words in button.words:
                    return self._submit(form, button, fields)
        raise AssertionError(f"no button {words!r} among {self.buttons}")

    def sends(self, action: str, **fields: str | list[str]) -> Browser:
        """Press the button of the form whose address ends like this, where many forms say the same words."""
        for form in self._page.forms:
            if form.action.endswith(action):
                return self._submit(form, form.buttons[0], fields)
        raise AssertionError(
            f"no form goes to {action!r}, only to {[form.action for form in self._page.forms]}"
        )

    @property
    def buttons(self) -> list[str]:
        """The words on every button of the page."""
        return [button.words for form in self._page.forms for button in form.buttons]

    @property
    def text(self) -> str:
        """The words of the page."""
        return " ".join(" ".join(self._page.words).split())

    def sees(self, *words: str) -> Browser:
        """The page says each of these."""
        for each in words:
            assert each in self.text, f"{each!r} is not on {self.url}: {self.text}"
        return self

    def sees_nothing_of(self, *words: str) -> Browser:
        """The page says none of these."""
        for each in words:
            assert each not in self.text, f"{each!r} is on {self.url}"
        return self

    def choices(self, name: str) -> list[str]:
        """The values that a field of the page offers."""
        return next(form.choices[name] for form in self._page.forms if name in form.choices)

    def _submit(self, form: Form, button: Button, fields: dict[str, str | list[str]]) -> Browser:
        sent: dict[str, str | list[str]] = {**form.fields, **fields}
        unknown = set(fields) - set(form.fields) - set(form.choices)
        assert not unknown, f"the form has no field {unknown}; it has {[*form.fields, *form.choices]}"
        if button.name:
            sent[button.name] = button.value
        target = urljoin(self.url, button.action or form.action or self.url)
        if form.method == "get":
            bare = target.partition("?")[0]  # what is asked takes the place of what was asked before
            return self._show(self._session.get(bare, params=sent, timeout=20))
        return self._show(self._session.post(target, data=sent, timeout=20))

    def _show(self, response: requests.Response) -> Browser:
        self._page = _Reader()
        self._page.feed(response.text)
        self._page.gather()
        self.url, self.status = response.url, response.status_code
        assert self.status < 500, f"{self.url}: {self.status} {response.text[:500]}"
        return self
