"""Where does the next page of a list begin? After a row, named by a sealed token that is good for an hour (PAGE-06)."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from limen.app.errors import BadPageToken
from limen.app.scope import Scope

_LIFESPAN: Final = timedelta(hours=1)


class _Place(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    expires_at: datetime
    created_at: str
    id: str


class Places:
    """The places of one kind of list, whose rows stand by the time when they were made, newest first."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose

    def first(self, scope: Scope) -> str:
        """The token of the first page: the place before the newest row."""
        return self.after(scope, "9999-12-31T23:59:59.999999Z", "")

    def after(self, scope: Scope, created_at: str, id: str) -> str:
        """The token of what stands after that row."""
        place = _Place(expires_at=scope.services.clock.now() + _LIFESPAN, created_at=created_at, id=id)
        return scope.services.sealing.seal(
            scope.config.secrets.for_pagination, self._purpose, msgspec.json.encode(place)
        )

    def opened(self, scope: Scope, token: str) -> tuple[str, str]:
        """The time and the id of the row that a token names. Raises BadPageToken."""
        raw = scope.services.sealing.open(scope.config.secrets.for_pagination, self._purpose, token)
        if raw is None:
            raise BadPageToken("This page_token is not valid; take it from the Link header of the page before.")
        place = msgspec.json.decode(raw, type=_Place)
        if place.expires_at < scope.services.clock.now():
            raise BadPageToken("This page_token is too old; begin with the first page again.")
        return place.created_at, place.id
