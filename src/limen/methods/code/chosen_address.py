"""Where can a code go to somebody who is known already? To the addresses of their own account, one button each
(CODE-10, CODE-11, CODE-12).
"""

from collections.abc import Sequence
from typing import Final

from limen.app.flows.proving import Addressee
from limen.app.scope import Scope
from limen.domain.flow.details import LoginDetail
from limen.domain.flow.flow import Flow
from limen.domain.identity.aal import Aal
from limen.domain.identity.addresses import Via
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.formats import phone_number
from limen.domain.identity.identity import Identity
from limen.domain.identity.normalise import lookup_form
from limen.domain.ui.nodes import Group, Node, submit
from limen.kernel.json_doc import at
from limen.methods.code import texts

FIELD: Final = "address"


def choosing(scope: Scope, flow: Flow[LoginDetail]) -> bool:
    """Whether the address is chosen instead of entered: for a second factor, and in a refresh where the flag says so."""
    if flow.detail.requested_aal is Aal.AAL2:
        return True
    return flow.detail.refresh and scope.config.feature_flags.refresh_login_choose_address


def own_addresses(scope: Scope, flow: Flow[LoginDetail]) -> tuple[Addressee, ...]:
    """The addresses of whoever is signed in that a code can go to, or the one of the trait that `via` names."""
    if scope.session is None:
        return ()
    identity = scope.session.identity
    found = _addresses(scope, identity)
    if flow.detail.requested_aal is Aal.AAL2 and flow.detail.via:
        wanted = at(identity.traits.members(), flow.detail.via.split("."))
        found = tuple(each for each in found if isinstance(wanted, str) and each.address == lookup_form(wanted))
    return found


def buttons(addresses: Sequence[Addressee]) -> tuple[Node, ...]:
    return tuple(
        submit(Group.CODE, FIELD, each.address, texts.send_code_to(each.address, each.via.value)) for each in addresses
    )


def _addresses(scope: Scope, identity: Identity) -> tuple[Addressee, ...]:
    """Those of the credential; without one the verifiable addresses, where people may do without (CODE-09)."""
    credential = identity.credentials.get(CredentialType.CODE)
    if credential is not None and credential.identifiers:
        return tuple(
            Addressee(address=each, via=Via.SMS if phone_number(each) else Via.EMAIL, identity=identity)
            for each in sorted(credential.identifiers)
        )
    if not scope.config.selfservice.methods.code.config.missing_credential_fallback_enabled:
        return ()
    return tuple(
        Addressee(address=each.value, via=each.via, identity=identity) for each in identity.verifiable_addresses
    )
