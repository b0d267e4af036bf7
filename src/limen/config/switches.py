"""Which old semantics, that no modern key can express, does this configuration ask for?"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

OldPaths: TypeAlias = Literal["", "v0.1", "v0.4", "v0.5"]
"""Releases whose addresses differ from today's, each by the first that had them."""


class DialectSwitches(msgspec.Struct, frozen=True, kw_only=True):
    """Behaviour of old releases that a translated document still has to show (dialects.md §2.5).

    Only the dialect translator sets these; a document of today leaves all of them empty.
    """

    login_without_session: frozenset[str] = frozenset()
    """B1: login methods whose success signs nobody in, because their list of jobs has no `session`."""
    ignore_return_to: frozenset[tuple[str, str]] = frozenset()
    """B2: (flow, method) pairs that ignore `?return_to`."""
    before_redirect: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    """B3: flows that, instead of starting, send everybody to this address."""
    wrap_identity_schemas: bool = False
    """U32b: identity schemas describe the traits themselves (until v0.3), unless a document has `properties.traits`."""
    old_paths: OldPaths = ""
    """The release whose addresses are served beside today's (dialects.md §3, §5.1 C)."""

    def signs_in(self, method: str) -> bool:
        """Whether a successful login with `method` begins a session (B1)."""
        return method not in self.login_without_session

    def heeds_return_to(self, flow: str, method: str) -> bool:
        """Whether `return_to` may decide where `flow` leads after `method` (B2)."""
        return (flow, method) not in self.ignore_return_to
