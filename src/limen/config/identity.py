"""Which identity schemas exist?"""

from typing import Annotated

import msgspec
from msgspec import Meta

from limen.config.syntax import Url


class SchemaConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One identity schema."""

    id: str
    """Name of the schema; identities remember it."""
    url: Url
    """Where the JSON Schema is read from: `file://`, `base64://` or `http(s)://`."""
    selfservice_selectable: bool = False
    """Let people choose this schema when they sign in or up."""


class IdentityConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Identity schemas. Without this section there is one, for an e-mail address and a password."""

    schemas: Annotated[tuple[SchemaConfig, ...], Meta(min_length=1)]
    """The schemas, in the order in which they are listed to clients."""
    default_schema_id: str = "default"
    """Schema of people who sign up without choosing one."""

    def schema(self, id: str) -> SchemaConfig | None:
        """The schema of that id."""
        return next((schema for schema in self.schemas if schema.id == id), None)
