"""How is a link sent, and what stands behind one that was opened? The same for recovery and verification (LINK-*)."""

from typing import Generic, TypeVar

import msgspec

from limen.app import one_time
from limen.app.flows import csrf, proving
from limen.app.flows.contract import FormProblems, Problem, Stay, Submission
from limen.app.limits.refusing import keeping
from limen.app.scope import Scope
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.states import State
from limen.domain.identity.addresses import Via
from limen.domain.identity.identity import Identity
from limen.domain.identity.normalise import lookup_form
from limen.domain.text import shared
from limen.domain.text.message import Message
from limen.domain.text.validation import required
from limen.kernel.json_doc import JsonDoc
from limen.ports.one_time_secrets import OneTimeSecret

D = TypeVar("D", bound=Detail)


class Opened(msgspec.Struct, Generic[D], frozen=True, kw_only=True):
    """A link that is good: whose it is, and the form as one of the browser in which it was opened (LINK-04)."""

    flow: Flow[D]
    secret: OneTimeSecret
    identity: Identity


def address_of(body: Submission) -> str:
    """The address as it was sent. Raises FormProblems without one."""
    sent = body.text("email")
    if not sent:
        raise FormProblems(Problem(required("email"), "email"))
    return sent


async def sent(scope: Scope, flow: Flow[D], entered: str, said: Message) -> Stay[D]:
    """The form that says that a link is on its way; the link follows the answer, for people without an account as well."""
    begun = msgspec.structs.replace(flow, state=State.SENT_EMAIL, active=proving.LINK)
    values = {"email": JsonDoc.of(entered)}
    with keeping(values):
        post = await proving.posting(scope, begun, proving.LINK, Via.EMAIL, lookup_form(entered))
    return Stay(flow=begun, values=values, messages=(said,), again=False, along=post.along, later=post.asked)


async def opened(scope: Scope, flow: Flow[D], token: str, wrong: Message) -> Opened[D]:
    """What the link stands for. Raises StartOver when it is not this form's, used or too old."""
    found = await one_time.token_secret(scope, proving.purpose_of(flow.kind, proving.LINK), token)
    refused = proving.StartOver(wrong, in_browser=True)
    if found is None or found.used_at is not None or found.identity_id is None or found.flow_id != flow.id:
        raise refused
    if found.expires_at <= scope.services.clock.now():
        raise proving.StartOver(shared.flow_expired(flow.kind, found.expires_at), in_browser=True)
    identity = await scope.services.storage.identities.get(found.identity_id)
    if identity is None:
        raise refused
    here = msgspec.structs.replace(flow, csrf_token=csrf.stored_form(scope.browser.token))
    return Opened(flow=here, secret=found, identity=identity)
