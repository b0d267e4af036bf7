"""Which secrets sign and encrypt? The first of each list is used for what is new, all of them for what is old."""

from typing import Annotated

import msgspec
from msgspec import Meta

from limen.config.syntax import CipherSecret, Secret


class SecretsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Secrets (CFG-05, CFG-06, CFG-07). After loading only `cipher` can be empty: the others fall back on each other."""

    default: tuple[Secret, ...] = ()
    """For every purpose without a list of its own. Falls back on `cookie`, then on a generated secret."""
    cookie: tuple[Secret, ...] = ()
    """For cookies. Falls back on `default`."""
    pagination: Annotated[tuple[Secret, ...], Meta(min_length=1)] | None = None
    """For page tokens. Falls back on `default`."""
    cipher: Annotated[tuple[CipherSecret, ...], Meta(min_length=1)] | None = None
    """For data that is stored encrypted; exactly 32 characters each."""

    def __repr__(self) -> str:
        return "SecretsConfig(…)"

    @property
    def for_pagination(self) -> tuple[str, ...]:
        """The secrets of page tokens."""
        return self.pagination or self.default
