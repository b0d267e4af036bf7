"""What can be sent with a form, method by method? One component for each; a test compares them with the methods there are."""

from collections.abc import Mapping
from typing import Final

from limen.domain.flow.kinds import FlowKind
from limen.http.openapi.shapes import reference
from limen.kernel.json_doc import JsonObject, JsonValue

_TEXT: Final[JsonObject] = {"type": "string"}
_TRAITS: Final[JsonObject] = {"type": "object"}
_TRUTH: Final[JsonObject] = {"type": "boolean"}
_FIELDS: Final[Mapping[str, JsonObject]] = {"traits": _TRAITS, "revoke_other_sessions": _TRUTH}
"""Fields that are no text."""

FORMS: Final[Mapping[FlowKind, Mapping[str, tuple[str, ...]]]] = {
    FlowKind.LOGIN: {
        "identifier_first": ("identifier",),
        "password": ("identifier", "password", "password_identifier"),
        "code": ("identifier", "code", "resend", "address"),
    },
    FlowKind.REGISTRATION: {
        "profile": ("traits", "screen"),
        "password": ("traits", "password"),
        "code": ("traits", "code", "resend"),
    },
    FlowKind.SETTINGS: {"profile": ("traits",), "password": ("password", "revoke_other_sessions")},
    FlowKind.RECOVERY: {
        "code": (
            "code",
            "email",
            "recovery_address",
            "recovery_select_address",
            "recovery_confirm_address",
            "screen",
        ),
        "link": ("email",),
    },
    FlowKind.VERIFICATION: {"code": ("code", "email"), "link": ("email",)},
}
"""The fields of each method's form, without those that every form has."""

_ALWAYS: Final = ("csrf_token",)


def body_name(kind: FlowKind) -> str:
    return f"update{kind.value.capitalize()}FlowBody"


def components() -> JsonObject:
    """The forms of all methods, and for each kind the choice among them."""
    made: JsonObject = {}
    for kind, methods in FORMS.items():
        choice: list[JsonValue] = []
        mapping: JsonObject = {}
        for method, fields in methods.items():
            name = _name(kind, method)
            made[name] = _form(method, fields)
            choice.append(reference(name))
            mapping[method] = reference(name)["$ref"]
        made[body_name(kind)] = {
            "oneOf": choice,
            "discriminator": {"propertyName": "method", "mapping": mapping},
        }
    return made


def _name(kind: FlowKind, method: str) -> str:
    called = "".join(part.capitalize() for part in method.split("_"))
    return f"update{kind.value.capitalize()}FlowWith{called}Method"


def _form(method: str, fields: tuple[str, ...]) -> JsonObject:
    properties: JsonObject = {"method": {"type": "string", "enum": [method]}}
    for field in (*_ALWAYS, *fields):
        properties[field] = dict(_FIELDS.get(field, _TEXT))
    properties["transient_payload"] = {"type": "object"}
    return {"type": "object", "properties": properties, "required": ["method"]}
