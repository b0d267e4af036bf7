"""What may a plugin say? Go on, go on with changes, refuse, or send the browser elsewhere."""

from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from limen.plugin.events import JsonDict


class GoOn(msgspec.Struct, frozen=True):
    """Nothing to object. Returning None says the same."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Go on with these instead; what is not given stays. Traits are checked against the schema like any other entry."""

    traits: JsonDict | UnsetType = UNSET
    metadata_public: Any | UnsetType = UNSET
    metadata_admin: Any | UnsetType = UNSET


class Refuse(msgspec.Struct, frozen=True):
    """Back to the form with a sentence for the person, at the field (`traits.email`) or, without one, above the form."""

    message: str
    field: str = ""


class Redirect(msgspec.Struct, frozen=True):
    """Go on; browsers go to this address afterwards. Single-page apps and native apps are not moved."""

    url: str


Verdict: TypeAlias = GoOn | Change | Refuse | Redirect | None
