"""Where do errors go that a browser has to be shown? Into the database, and their id to the error page (ERR-01)."""

from limen.app.errors import TooManyAttempts
from limen.app.flows.csrf import stored_form
from limen.app.limits.floods import LIMITED, count_error_page
from limen.app.scope import Scope
from limen.kernel.errors import LimenError
from limen.kernel.http_values import Request
from limen.kernel.urls import with_query
from limen.ports.storage import ErrorPage, StorageUnavailable
from limen.wire.errors import document, envelope


class ErrorPages:
    """Keeps errors for the page that shows them."""

    async def keep(self, scope: Scope, request: Request, error: LimenError) -> str:
        """The address of the page that shows this error. Whoever floods has nothing stored: one page is there for all."""
        ui_url = scope.config.selfservice.flows.error.ui_url
        if isinstance(error, TooManyAttempts) or not count_error_page(scope):
            return with_query(ui_url, id=LIMITED)
        id = str(scope.services.ids.uuid())
        page = ErrorPage(
            id=id,
            error=document(envelope(error, request.header("x-request-id"))),
            csrf_token=stored_form(scope.browser.token),
            created_at=scope.services.clock.now(),
        )
        unit = scope.services.storage.unit()
        unit.error_pages.add(page)
        try:
            await unit.commit()
        except StorageUnavailable:
            scope.services.log.error("an error page could not be kept", error=type(error).__name__)
        return with_query(ui_url, id=id)
