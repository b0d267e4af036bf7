"""Which old addresses do the clients of an old configuration call? Those of its release (dialects.md §3, §5.1 C)."""

from typing import Final

from limen.config.dialects.draft import Draft
from limen.config.dialects.switch_block import KEY

_LAST: Final = (0, 5)
"""The last release with addresses that today's server does not have."""


def keep_old_paths(draft: Draft) -> None:
    """Serve the old addresses beside today's, for the front-ends that were written against them."""
    version = draft.age.version
    if draft.old_paths or version is None or version > _LAST:
        return
    if version == _LAST:
        draft.old_paths = "v0.5"
    else:
        draft.old_paths = "v0.4" if version == (0, 4) else "v0.1"
    reason = (
        f"the addresses of {draft.age.text} are served beside today's; signing out is one step there, so that "
        "any page can sign a visitor out. Take the key away once no front-end calls them"
    )
    draft.change("paths", "version", f"{KEY}.old_paths", "behaviour switch", reason, security=True)
