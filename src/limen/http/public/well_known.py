"""What do programs look for at well-known addresses? The page that changes a password (HTTP-39, SET-19)."""

from collections.abc import Mapping

from limen.config.source import ConfigSource
from limen.http.respond import redirect
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.kernel.urls import joined


class WellKnownRoutes:
    def __init__(self, source: ConfigSource) -> None:
        self._source = source

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {"/.well-known/change-password": {"GET": Route(self.change_password)}}

    async def change_password(self, request: Request) -> Response:
        """Password managers follow this to where a password is changed."""
        config = self._source.current()
        page = config.selfservice.flows.settings.ui_url
        return redirect(page or joined(config.serve.public.base_url, "self-service/settings/browser"))
