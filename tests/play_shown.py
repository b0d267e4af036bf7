"""What does a test see of an answer? The form, the error or the end of the flow, read the same way for every client."""

import json
from collections.abc import Sequence
from datetime import datetime

import msgspec

from limen.kernel.json_doc import JsonObject, JsonValue


def part(value: JsonObject, name: str) -> JsonObject:
    """A member that is an object; empty when it is none."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def listed(value: JsonObject, name: str) -> Sequence[JsonObject]:
    """A member that is a list of objects; empty when it is none."""
    found = value.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def number(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0


def moment(value: JsonValue) -> datetime:
    """A time as the wire writes it, with or without fractions."""
    return datetime.fromisoformat(str(value))


def flat(fields: JsonObject, prefix: str = "") -> dict[str, str | list[str]]:
    """Nested fields as a browser sends them: dotted names, everything text."""
    found: dict[str, str | list[str]] = {}
    for name, value in fields.items():
        match value:
            case dict():
                found |= flat(value, f"{prefix}{name}.")
            case list():
                found[f"{prefix}{name}"] = [_text(item) for item in value]
            case _:
                found[f"{prefix}{name}"] = _text(value)
    return found


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, as it left the house."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    def all_headers(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    @property
    def location(self) -> str:
        return self.header("location")

    @property
    def json(self) -> JsonObject:
        """The body, if it is a JSON object."""
        found = json.loads(self.body) if "json" in self.header("content-type") else {}
        return found if isinstance(found, dict) else {"items": found}

    @property
    def error(self) -> JsonObject:
        return part(self.json, "error")

    def cookie(self, begin: str) -> str:
        """The `set-cookie` of the first cookie whose name begins so; empty without one."""
        return next((cookie for cookie in self.all_headers("set-cookie") if cookie.startswith(begin)), "")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A form that somebody sees."""

    kind: str
    wire: JsonObject

    @property
    def id(self) -> str:
        return str(self.wire["id"])

    @property
    def nodes(self) -> Sequence[JsonObject]:
        return listed(part(self.wire, "ui"), "nodes")

    @property
    def names(self) -> list[str]:
        return [str(part(node, "attributes").get("name")) for node in self.nodes]

    def node(self, name: str) -> JsonObject:
        """The first node of that name; empty without one."""
        return next((node for node in self.nodes if part(node, "attributes").get("name") == name), {})

    def attribute(self, name: str, attribute: str = "value") -> JsonValue:
        return part(self.node(name), "attributes").get(attribute)

    @property
    def csrf(self) -> str:
        return str(self.attribute("csrf_token") or "")

    @property
    def buttons(self) -> list[tuple[str, str, int]]:
        """Name, value and the id of the label of every button."""
        return [
            (str(at["name"]), str(at["value"]), number(part(part(node, "meta"), "label").get("id")))
            for node in self.nodes
            if (at := part(node, "attributes")).get("type") == "submit"
        ]

    @property
    def messages(self) -> Sequence[JsonObject]:
        """What the form itself says."""
        return listed(part(self.wire, "ui"), "messages")

    @property
    def said(self) -> list[int]:
        """The ids of what the form itself says."""
        return [number(message["id"]) for message in self.messages]

    def said_at(self, name: str) -> list[int]:
        """The ids of what is said at a field."""
        return [number(message["id"]) for message in listed(self.node(name), "messages")]

    @property
    def everything_said(self) -> list[int]:
        return [*self.said, *(number(message["id"]) for node in self.nodes for message in listed(node, "messages"))]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a request, whatever the client: `form` again, `error`, or done (`result`, `went_to`)."""

    answer: Answer
    form: Shown | None = None
    error: JsonObject = msgspec.field(default_factory=dict[str, JsonValue])
    """The error object: of the envelope, or as the error page has it."""
    result: JsonObject = msgspec.field(default_factory=dict[str, JsonValue])
    went_to: str = ""
    """Where a browser is sent: by a redirect, or by the answer to a single-page app."""

    @property
    def shown(self) -> Shown:
        assert self.form is not None, f"no form but {self.answer.status} {self.answer.body[:400]!r} {self.error}"
        return self.form

    @property
    def error_id(self) -> str:
        return str(self.error.get("id", ""))

    @property
    def done(self) -> bool:
        return self.form is None and not self.error

    @property
    def session_token(self) -> str:
        return str(self.result.get("session_token", ""))
