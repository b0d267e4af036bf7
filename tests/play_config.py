"""Which configuration does a test start from? A small house with a password, and what the test changes in it."""

import base64
import json
from collections.abc import Mapping
from typing import Final

from limen.kernel.json_doc import JsonObject, JsonValue

PUBLIC: Final = "http://house.test"
ADMIN: Final = "http://admin.house.test"
UI: Final = "http://app.test"
ALLOWED: Final = "https://allowed.test"
PASSWORD: Final = "correct-horse-7battery"
OTHER_PASSWORD: Final = "another-donkey-9cable"

EMAIL_TRAIT: Final[JsonObject] = {
    "type": "string",
    "format": "email",
    "title": "E-mail address",
    "ory.sh/kratos": {
        "credentials": {"password": {"identifier": True}},
        "verification": {"via": "email"},
        "recovery": {"via": "email"},
    },
}
EMAIL_BY_CODE: Final[JsonObject] = {
    **EMAIL_TRAIT,
    "ory.sh/kratos": {
        "credentials": {"password": {"identifier": True}, "code": {"identifier": True, "via": "email"}},
        "verification": {"via": "email"},
        "recovery": {"via": "email"},
    },
}
"""Signs in by password and by code."""
NICKNAME: Final[JsonObject] = {
    "type": "string",
    "title": "Nickname",
    "ory.sh/kratos": {"credentials": {"password": {"identifier": True}}},
}


def inline(document: JsonValue) -> str:
    """A document as an address that holds it."""
    return "base64://" + base64.b64encode(json.dumps(document).encode()).decode()


def person(traits: Mapping[str, JsonValue] | None = None, *required: str) -> JsonObject:
    """An identity schema; without traits of its own: an e-mail address, a name in two parts, a box and a number."""
    properties: Mapping[str, JsonValue] = traits or {
        "email": EMAIL_TRAIT,
        "name": {
            "type": "object",
            "properties": {
                "first": {"type": "string", "title": "First name", "minLength": 2},
                "last": {"type": "string", "title": "Last name"},
            },
        },
        "newsletter": {"type": "boolean", "title": "Newsletter"},
        "age": {"type": "integer", "title": "Age", "minimum": 13},
    }
    wanted: list[JsonValue] = list(required or (() if traits else ("email",)))
    return {
        "$id": "https://house.test/person.schema.json",
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "traits": {
                "type": "object",
                "properties": dict(properties),
                "required": wanted,
                "additionalProperties": False,
            }
        },
    }


def base(schema: JsonObject | None = None) -> JsonObject:
    """A password, one form for everything, and a session with the account."""
    return {
        "dsn": "memory",
        "serve": {"public": {"base_url": f"{PUBLIC}/"}, "admin": {"base_url": ADMIN, "host": "127.0.0.1"}},
        "identity": {"default_schema_id": "default", "schemas": [{"id": "default", "url": inline(schema or person())}]},
        "selfservice": {
            "default_browser_return_url": f"{UI}/",
            "allowed_return_urls": [UI, f"{ALLOWED}/inside", "https://*.wild.test"],
            "flows": {
                "error": {"ui_url": f"{UI}/error"},
                "login": {"ui_url": f"{UI}/login", "lifespan": "10m"},
                "registration": {
                    "ui_url": f"{UI}/registration",
                    "lifespan": "10m",
                    "style": "unified",
                    "after": {"password": {"hooks": [{"hook": "session"}]}},
                },
                "settings": {"ui_url": f"{UI}/settings", "lifespan": "10m"},
                "logout": {"after": {"default_browser_return_url": f"{UI}/bye"}},
            },
            "methods": {"password": {"config": {"haveibeenpwned_enabled": False}}},
        },
        "secrets": {"cookie": ["a-cookie-secret-of-the-house"]},
    }


def merged(below: JsonObject, over: Mapping[str, JsonValue]) -> JsonObject:
    """`below` with what `over` says: objects are merged, everything else is replaced."""
    whole: JsonObject = dict(below)
    for key, value in over.items():
        present = whole.get(key)
        whole[key] = merged(present, value) if isinstance(present, dict) and isinstance(value, dict) else value
    return whole


def flows(**sections: JsonValue) -> JsonObject:
    """Something to merge over `base`: sections of `selfservice.flows`."""
    return {"selfservice": {"flows": sections}}


def entries(*hooks: str | JsonObject) -> list[JsonValue]:
    """Hooks as a configuration lists them: by name alone, or a whole entry."""
    return [{"hook": hook} if isinstance(hook, str) else hook for hook in hooks]


def after(flow: str, *hooks: str | JsonObject, method: str = "password", **more: JsonValue) -> JsonObject:
    """Something to merge over `base`: the hooks after a method of a flow; method `""` is the list for all methods."""
    listed = entries(*hooks)
    section: JsonObject = {"hooks": listed, **more}
    return flows(**{flow: {"after": {method: section} if method else section}})


def password_rules(**config: JsonValue) -> JsonObject:
    """Something to merge over `base`: the configuration of the password method."""
    return {"selfservice": {"methods": {"password": {"config": config}}}}
