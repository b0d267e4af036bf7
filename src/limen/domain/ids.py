"""How are things named? Ids are canonical lower-case UUID text, one type each so that they cannot be mixed up."""

import re
from typing import Final, NewType

FlowId = NewType("FlowId", str)
IdentityId = NewType("IdentityId", str)
SessionId = NewType("SessionId", str)
MethodName = NewType("MethodName", str)

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def canonical_uuid(text: str) -> str | None:
    """The id in canonical form, or None: braces, `urn:uuid:` and bare hex are not ids here (security.md §4.6)."""
    return text.lower() if _UUID.fullmatch(text) else None
