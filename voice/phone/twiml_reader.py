"""Reads a TwiML document into verbs, and says everything that the carrier would find wrong with it."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from voice.phone.twiml_rules import ENDS_A_DOCUMENT, NOT_SIMULATED, RULES, SSML, is_url
from voice.phone.voices import pair_fault

UNREADABLE = 12100
"""The carrier's error for a document that is not XML."""
SCHEMA = 12200
"""The carrier's warning for a document that is XML but not TwiML: it goes on, without the faulty part."""
SAY_LIMIT = 4096
"""Characters in one ``<Say>``."""


class UnreadableTwimlError(Exception):
    """The document is no XML, or its root is not ``<Response>``: the carrier turns to the fallback URL."""


@dataclass(frozen=True)
class TwimlFault:
    """One thing wrong with a document: the carrier's code, what it is, and where it was served."""

    code: int
    message: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.message} ({self.url})"


@dataclass(frozen=True)
class Verb:
    """One element of a document. ``text`` is what is spoken, played, dialled or redirected to."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple["Verb", ...] = ()

    def attribute(self, name: str, default: str) -> str:
        """An attribute's value; unusable ones never get here (the reader drops them)."""
        return self.attributes.get(name, default)

    def seconds(self, name: str, default: int) -> int:
        """A whole-number attribute."""
        return int(self.attributes.get(name, default))

    def is_set(self, name: str) -> bool:
        """Whether a true/false attribute is true; all of them are false when left out."""
        return self.attributes.get(name) == "true"


@dataclass(frozen=True)
class Document:
    """A document ready to be performed. ``url`` is the address that relative ones start from."""

    url: str
    verbs: tuple[Verb, ...]
    faults: tuple[TwimlFault, ...] = ()


def read_document(body: bytes, url: str) -> Document:
    """Read a reply's body; raises :class:`UnreadableTwimlError` when there is nothing to perform in it."""
    root = _response(body)
    reader = _Reader(url)
    verbs = reader.read(root).children
    reader.check_reach(verbs)
    return Document(url, verbs, tuple(reader.faults))


def message_texts(body: bytes) -> list[str]:
    """The texts that a reply to an incoming text asks to send back: ``<Response><Message>…``."""
    return [_spoken(element) for element in _response(body).iter("Message")]


def _response(body: bytes) -> ET.Element:
    if b"<!DOCTYPE" in body:
        raise UnreadableTwimlError("a document type declaration")
    try:
        # S314: the only documents read here are our own hotline's, at most 64 kB, and no DTD gets this far
        root = ET.fromstring(body)  # noqa: S314
    except ET.ParseError as fault:
        raise UnreadableTwimlError(str(fault)) from fault
    if root.tag != "Response":
        raise UnreadableTwimlError(f"the root is <{root.tag}>, not <Response>")
    return root


class _Reader:
    def __init__(self, url: str) -> None:
        self.url = url
        self.faults: list[TwimlFault] = []

    def _fault(self, message: str) -> None:
        self.faults.append(TwimlFault(SCHEMA, message, self.url))

    def read(self, element: ET.Element) -> Verb:
        """An element and what nests in it, without the parts that are not allowed."""
        rule = RULES[element.tag]
        allowed = [child for child in element if self._may_nest(child.tag, element.tag)]
        children = tuple(self.read(child) for child in allowed if child.tag not in SSML)
        text = _spoken(element) if rule.text else ""
        if not rule.text and _own_text(element):
            self._fault(f"<{element.tag}> holds text: {_own_text(element)!r}")
        verb = Verb(element.tag, self._attributes(element), text, children)
        self._check_content(verb)
        return verb

    def _may_nest(self, name: str, parent: str) -> bool:
        if name in RULES[parent].children:
            return True
        if name in NOT_SIMULATED:
            self._fault(f"<{name}> is not simulated")
        elif name in RULES:
            self._fault(f"<{name}> may not stand in <{parent}>")
        else:
            self._fault(f"unknown element <{name}> in <{parent}>")
        return False

    def _attributes(self, element: ET.Element) -> dict[str, str]:
        good: dict[str, str] = {}
        for name, value in element.attrib.items():
            check = RULES[element.tag].attributes.get(name)
            if check is None:
                self._fault(f"<{element.tag}> has no attribute {name}")
            elif not check(value):
                self._fault(f"<{element.tag} {name}={value!r}>: not an allowed value")
            else:
                good[name] = value
        return good

    def _check_content(self, verb: Verb) -> None:
        if verb.name == "Say":
            self._check_say(verb)
        elif verb.name == "Play" and not verb.attributes.get("digits") and not is_url(verb.text):
            self._fault(f"<Play> needs an address: {verb.text!r}")
        elif verb.name == "Redirect" and not is_url(verb.text):
            self._fault(f"<Redirect> needs an address: {verb.text!r}")
        elif verb.name == "Dial" and not verb.text and not verb.children:
            self._fault("<Dial> names nobody")
        elif verb.name == "Number" and not verb.text:
            self._fault("<Number> is empty")

    def _check_say(self, verb: Verb) -> None:
        if not verb.text:
            self._fault("<Say> has no words")
        if len(verb.text) > SAY_LIMIT:
            self._fault(f"<Say> has {len(verb.text)} characters, more than {SAY_LIMIT}")
        if fault := pair_fault(verb.attributes.get("voice"), verb.attributes.get("language")):
            self._fault(f"<Say>: {fault}")

    def check_reach(self, verbs: tuple[Verb, ...]) -> None:
        """Verbs after one that ends the document are never performed: somebody meant them to be."""
        for index, verb in enumerate(verbs[:-1]):
            if verb.name in ENDS_A_DOCUMENT:
                self._fault(f"<{verbs[index + 1].name}> after <{verb.name}> is never reached")
                return


def _own_text(element: ET.Element) -> str:
    parts = [element.text or "", *(child.tail or "" for child in element)]
    return "".join(parts).strip()


def _spoken(element: ET.Element) -> str:
    """The words of an element as they are heard; a ``<sub alias>`` is heard as its alias."""
    if element.tag == "Dial":
        return _own_text(element)
    parts: list[str] = [element.text or ""]
    for child in element:
        parts += [child.attrib["alias"] if child.tag == "sub" and "alias" in child.attrib else _spoken(child)]
        parts += [child.tail or ""]
    return " ".join("".join(parts).split())
