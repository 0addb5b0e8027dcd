"""What an OpenAPI 3.0 file says about one request and its answer: every fault, named.

Stricter than the file where its silence would hide our mistakes: parameters and fields that it does not know
are faults, and an answer holds all of a resource's fields, as the carrier's do (empty ones as null).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator, FormatChecker

Json = dict[str, Any]

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer as they went over the wire."""

    method: str
    path: str
    query: str
    authorization: str
    content_type: str
    form: str
    status: int
    answer_type: str
    answer: bytes


@dataclass(frozen=True)
class Operation:
    """One entry of the file, and the values that its path's placeholders have in a request."""

    name: str
    content: Json
    placeholders: dict[str, str]


class Contract:
    """An OpenAPI file, asked about exchanges."""

    def __init__(self, content: Json) -> None:
        self._content = content
        self._paths = [(_pattern(template), entry) for template, entry in content["paths"].items()]

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation that a request is for."""
        for pattern, entry in self._paths:
            found = pattern.fullmatch(path)
            if found and method.lower() in entry:
                content = entry[method.lower()]
                return Operation(content["operationId"], content, found.groupdict())
        return None

    def schema(self, name: str) -> Json:
        """A named schema in plain JSON Schema."""
        return self._plain(self._content["components"]["schemas"][name])

    def request_faults(self, seen: Exchange) -> list[str]:
        """What is wrong with a request."""
        operation = self.operation(seen.method, seen.path)
        if operation is None:
            return [f"no operation: {seen.method} {seen.path}"]
        faults: list[str] = []
        if operation.content["security"] and not seen.authorization.startswith("Basic "):
            faults.append("no credentials")
        given = {
            "path": {name: [value] for name, value in operation.placeholders.items()},
            "query": parse_qs(seen.query, keep_blank_values=True),
        }
        for place, values in given.items():
            faults += self._parameter_faults(operation.content["parameters"], place, values)
        body = operation.content.get("requestBody")
        if body is None:
            return faults + (["a body that nobody reads"] if seen.form else [])
        if seen.content_type.partition(";")[0] != FORM:
            faults.append(f"content type {seen.content_type!r}")
        values = parse_qs(seen.form, keep_blank_values=True)
        return faults + self._form_faults(body["content"][FORM]["schema"], values)

    def answer_faults(self, seen: Exchange) -> list[str]:
        """What is wrong with a good answer; about refusals the file says nothing."""
        operation = self.operation(seen.method, seen.path)
        if operation is None:
            return [f"no operation: {seen.method} {seen.path}"]
        described = operation.content["responses"].get(str(seen.status))
        if described is None:
            return [f"{operation.name} does not answer {seen.status}"]
        if "content" not in described:
            return ["an answer where none is foreseen"] if seen.answer else []
        if seen.answer_type.partition(";")[0] != "application/json":
            return [f"content type {seen.answer_type!r}"]
        schema = described["content"]["application/json"]["schema"]
        return _faults(self._plain(schema, whole=True), json.loads(seen.answer))

    def _parameter_faults(self, parameters: list[Json], place: str, given: dict[str, list[str]]) -> list[str]:
        here = [parameter for parameter in parameters if parameter["in"] == place]
        schema = {
            "properties": {parameter["name"]: parameter["schema"] for parameter in here},
            "required": [parameter["name"] for parameter in here if parameter.get("required")],
            "type": "object",
        }
        return self._form_faults(schema, given)

    def _form_faults(self, schema: Json, given: dict[str, list[str]]) -> list[str]:
        plain = self._plain(schema)
        values = {name: _value(plain["properties"].get(name, {}), texts) for name, texts in given.items()}
        return _faults(plain, values)

    def _plain(self, schema: Json, whole: bool = False) -> Json:
        """The schema without references and ``nullable``; ``whole``: all of its properties must be there."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/components/schemas/")
            return self._plain(self._content["components"]["schemas"][name], whole)
        plain: Json = {}
        for word, value in schema.items():
            if word == "properties":
                plain[word] = {name: self._plain(inner, whole) for name, inner in value.items()}
                plain["additionalProperties"] = False
            elif word == "items":
                plain[word] = self._plain(value, whole)
            elif word in _AS_IN_JSON_SCHEMA:
                assert word != "format" or value in _RULES, f"the format {value!r} is not understood here"
                plain[word] = value
            elif word not in _WITHOUT_RULE and not word.startswith("x-"):
                raise AssertionError(f"the file uses {word!r}, which is not understood here")
        if whole and "properties" in plain:
            plain["required"] = list(plain["properties"])
        if schema.get("nullable"):
            plain = {"anyOf": [{"type": "null"}, plain]}
        return plain


_AS_IN_JSON_SCHEMA = frozenset(
    {"type", "format", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "required"}
)
_WITHOUT_RULE = frozenset({"nullable", "description", "title", "example"})


def mended(content: Json) -> Json:
    """A copy of Twilio's file without the slips by which its own requests and answers would not fit it.

    Lists of values in a form are written one name a value, which the file leaves to a default that Prism
    does not know; the addresses of a list's pages are relative ones, which ``uri`` does not allow; and
    the example of a next page, which the SDK follows, asks for times in a form that the file forbids.
    """
    copy: Json = json.loads(json.dumps(content))
    for entry in copy["paths"].values():
        for operation in (entry[method] for method in ("get", "post", "delete") if method in entry):
            for body in operation.get("requestBody", {}).get("content", {}).values():
                fields = body["schema"].get("properties", {})
                lists = [name for name, schema in fields.items() if schema.get("type") == "array"]
                body["encoding"] = {name: {"style": "form", "explode": True} for name in lists}
            for answer in operation["responses"].values():
                for body in answer.get("content", {}).values():
                    for schema in body["schema"].get("properties", {}).values():
                        if schema.get("format") == "uri":
                            schema["format"] = "uri-reference"
                    for example in body.get("examples", {}).values():
                        if example["value"].get("next_page_uri"):
                            example["value"]["next_page_uri"] = None
    return copy


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+?)", re.escape(template)))


def _value(schema: Json, texts: list[str]) -> object:
    """A form's texts as the value that the schema speaks of; what cannot be one is left for it to refuse."""
    if schema.get("type") == "array":
        return texts
    if len(texts) > 1:
        return texts
    (text,) = texts
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if schema.get("type") == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _faults(schema: Json, value: object) -> list[str]:
    validator = Draft202012Validator(schema, format_checker=_FORMATS)
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(value)]


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _is_reference(text: str) -> bool:
    return text.startswith("/") or _is_address(text)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\+[1-9]\d{4,14}", text) is not None


def _is_rfc_2822(text: str) -> bool:
    return re.fullmatch(r"\w{3}, .* \+0000", text) is not None and bool(parsedate_to_datetime(text))


#: The formats of the file.
_RULES: dict[str, Callable[[Any], bool]] = {
    "uri": _is_address,
    "uri-reference": _is_reference,
    "phone-number": _is_number,
    "endpoint": lambda text: _is_number(text) or text.startswith(("sip:", "client:")),
    "date-time": lambda text: datetime.fromisoformat(text).tzinfo is not None,
    "date-time-rfc-2822": _is_rfc_2822,
    "currency": lambda text: re.fullmatch(r"[A-Za-z]{3}", text) is not None,
    "http-method": lambda text: text in ("GET", "POST"),
    "twiml": lambda text: text.lstrip().startswith("<"),
    "int64": lambda number: -(2**63) <= number < 2**63,
    "uri-map": lambda links: all(_is_reference(link) for link in links.values()),
    "phone-number-capabilities": lambda able: all(isinstance(flag, bool) for flag in able.values()),
}


def _checker() -> FormatChecker:
    checker = FormatChecker(formats=())
    for name, rule in _RULES.items():
        checker.checks(name, raises=(ValueError, TypeError, AttributeError))(rule)
    return checker


_FORMATS = _checker()
