"""What becomes of a web hook whose answer does not matter? It is stored with the change, and sent afterwards (WH-07)."""

from limen.app.hooks.contract import Deliver, HookEvent
from limen.app.hooks.deliveries.dispatch import Headers
from limen.app.hooks.deliveries.targets import fingerprint, shown
from limen.app.hooks.web_hook.outgoing import Outgoing, proven
from limen.app.hooks.web_hook.sending import followed
from limen.app.scope import BrowserMarks, Client, Scope, Services, Visitor
from limen.config.hooks import WebHookConfig
from limen.config.model import Config
from limen.domain.hooks.delivery import Delivery
from limen.kernel.egress import Egress, EgressTooLarge, HttpAnswer, HttpCall

_TYPE = "content-type"


def kept(scope: Scope, event: HookEvent, outgoing: Outgoing, config: WebHookConfig) -> Deliver:
    """The request as it is stored: its body, and which hook it belongs to."""
    now = scope.services.clock.now()
    return Deliver(
        Delivery(
            id=outgoing.trigger,
            hook=outgoing.hook,
            fingerprint=fingerprint(config),
            flow_id=event.flow.id,
            event=type(event).__name__,
            target=shown(config.url),
            content_type=dict(outgoing.call.headers).get(_TYPE, ""),
            body=outgoing.call.body,
            most_attempts=scope.config.clients.web_hook.deliveries.attempts,
            created_at=now,
            updated_at=now,
            due_at=now,
        )
    )


class Sending:
    """Makes the call of a stored request, as the configuration has it now."""

    def __init__(self, services: Services, egress: Egress) -> None:
        self._services = services
        self._egress = egress

    async def __call__(self, config: Config, hook: WebHookConfig, delivery: Delivery, headers: Headers) -> HttpAnswer:
        """The answer, whatever its status. Raises EgressFailed, HookRefused."""
        scope = Scope(
            config=config,
            services=self._services,
            client=Client.API,
            visitor=Visitor(),
            browser=BrowserMarks(token=b""),
        )
        call = request_of(config, hook, delivery, headers, str(self._services.ids.uuid()))
        meter, outcome = self._services.meter, "failed"
        began = meter.seconds()
        try:
            answer = await followed(scope, self._egress, call)
            outcome = str(answer.status)
        except EgressTooLarge as error:
            outcome = str(error.status)
            return HttpAnswer(status=error.status, headers=(), body=b"")
        finally:
            meter.called("delivery", delivery.hook, outcome, began)
        return answer


def request_of(config: Config, hook: WebHookConfig, delivery: Delivery, headers: Headers, attempt: str) -> HttpCall:
    """The call with everything that is not stored: address, configured headers, the proof of who calls."""
    limits = config.clients.web_hook
    call = HttpCall(
        method=hook.method.upper(),
        url=hook.url,
        headers=((_TYPE, delivery.content_type), *headers) if delivery.content_type else headers,
        body=delivery.body,
        timeout=limits.timeout.total_seconds(),
        max_answer_bytes=limits.max_answer_size,
        allow_private=config.clients.http.may_be_private(hook.url),
    )
    return proven(Outgoing(hook=delivery.hook, trigger=delivery.id, call=call), hook, attempt)
