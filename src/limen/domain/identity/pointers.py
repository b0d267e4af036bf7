"""Where does a reference inside a schema lead? JSON pointers within one document (RFC 6901)."""

from urllib.parse import unquote

from limen.kernel.json_doc import JsonObject, JsonValue


def resolve(document: JsonObject, reference: str) -> JsonValue:
    """What `#/a/b` means in `document`; None when it leads nowhere or is no pointer."""
    if not reference.startswith("#"):
        return None
    found: JsonValue = document
    for token in unquote(reference[1:]).split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isascii() and key.isdigit() and int(key[:9]) < len(found):
            found = found[int(key[:9])]
        else:
            return None
    return found if reference == "#" or reference.startswith("#/") else None


def escape(key: str) -> str:
    """A key as one step of a pointer."""
    return key.replace("~", "~0").replace("/", "~1")
