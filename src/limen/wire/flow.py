"""How do flows and their results look on the wire? (FLOW-01, CW-*, LOGIN-22, LOGIN-23, REG-15, REG-16)"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from limen.domain.flow.continue_with import (
    ContinueWith,
    RedirectBrowser,
    SetSessionToken,
    ShowRecovery,
    ShowSettings,
    ShowVerification,
)
from limen.domain.flow.details import Detail, LoginDetail, RegistrationDetail, SettingsDetail
from limen.domain.flow.flow import Flow
from limen.wire.identity import WireIdentity
from limen.wire.session import WireSession
from limen.wire.ui import UiContainer, container


class WireFlow(msgspec.Struct, frozen=True, kw_only=True):
    """What all kinds have; a kind's own fields are unset for the others."""

    id: str
    organization_id: str | msgspec.UnsetType | None = msgspec.UNSET
    session_token_exchange_code: str | msgspec.UnsetType = msgspec.UNSET
    type: str
    expires_at: datetime
    issued_at: datetime
    request_url: str
    return_to: str | msgspec.UnsetType = msgspec.UNSET
    active: str | msgspec.UnsetType = msgspec.UNSET
    ui: UiContainer
    created_at: datetime | msgspec.UnsetType = msgspec.UNSET
    updated_at: datetime | msgspec.UnsetType = msgspec.UNSET
    refresh: bool | msgspec.UnsetType = msgspec.UNSET
    requested_aal: str | msgspec.UnsetType = msgspec.UNSET
    state: str
    transient_payload: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    identity_schema: str | msgspec.UnsetType = msgspec.UNSET
    identity: WireIdentity | msgspec.UnsetType = msgspec.UNSET
    continue_with: "tuple[Item, ...] | msgspec.UnsetType" = msgspec.UNSET


def flow(found: Flow[Detail], owner: WireIdentity | None = None) -> WireFlow:
    """The flow; `owner` is whose account it changes, shown with settings only."""
    detail = found.detail
    common = WireFlow(
        id=found.id,
        type=found.type,
        expires_at=found.expires_at,
        issued_at=found.issued_at,
        request_url=found.request_url,
        return_to=found.return_to or msgspec.UNSET,
        active=found.active or msgspec.UNSET,
        ui=container(found.form),
        state=found.state,
        transient_payload=found.transient_payload.raw if found.transient_payload else msgspec.UNSET,
    )
    match detail:
        case LoginDetail():
            return msgspec.structs.replace(
                common,
                organization_id=detail.organization_id,
                session_token_exchange_code=detail.exchange_code or msgspec.UNSET,
                created_at=found.issued_at,
                updated_at=found.issued_at,
                refresh=detail.refresh,
                requested_aal=detail.requested_aal,
                identity_schema=detail.identity_schema or msgspec.UNSET,
            )
        case RegistrationDetail():
            return msgspec.structs.replace(
                common,
                organization_id=detail.organization_id,
                session_token_exchange_code=detail.exchange_code or msgspec.UNSET,
                identity_schema=detail.identity_schema or msgspec.UNSET,
            )
        case SettingsDetail():
            return msgspec.structs.replace(
                common, organization_id=detail.organization_id, identity=owner if owner is not None else msgspec.UNSET
            )
        case _:
            return common


# -- what to do next ----------------------------------------------------------------------------------------------------


class SetSessionTokenItem(msgspec.Struct, frozen=True, kw_only=True):
    action: str = "set_ory_session_token"
    ory_session_token: str


class FlowReference(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    verifiable_address: str | msgspec.UnsetType = msgspec.UNSET
    url: str | msgspec.UnsetType = msgspec.UNSET


class ShowFlowItem(msgspec.Struct, frozen=True, kw_only=True):
    action: str
    flow: FlowReference


class RedirectItem(msgspec.Struct, frozen=True, kw_only=True):
    action: str = "redirect_browser_to"
    redirect_browser_to: str


Item: TypeAlias = SetSessionTokenItem | ShowFlowItem | RedirectItem


def item(next: ContinueWith) -> Item:
    match next:
        case SetSessionToken():
            return SetSessionTokenItem(ory_session_token=next.token)
        case RedirectBrowser():
            return RedirectItem(redirect_browser_to=next.url)
        case ShowVerification():
            reference = FlowReference(id=next.flow_id, verifiable_address=next.address, url=next.url or msgspec.UNSET)
            return ShowFlowItem(action="show_verification_ui", flow=reference)
        case ShowSettings():
            return ShowFlowItem(
                action="show_settings_ui", flow=FlowReference(id=next.flow_id, url=next.url or msgspec.UNSET)
            )
        case ShowRecovery():
            return ShowFlowItem(
                action="show_recovery_ui", flow=FlowReference(id=next.flow_id, url=next.url or msgspec.UNSET)
            )


def items(found: Sequence[ContinueWith]) -> tuple[Item, ...]:
    return tuple(item(next) for next in found)


# -- results ------------------------------------------------------------------------------------------------------------


class LoginResult(msgspec.Struct, frozen=True, kw_only=True):
    session_token: str | msgspec.UnsetType = msgspec.UNSET
    session: WireSession | msgspec.UnsetType = msgspec.UNSET
    continue_with: tuple[Item, ...] | msgspec.UnsetType = msgspec.UNSET


class RegistrationResult(msgspec.Struct, frozen=True, kw_only=True):
    session_token: str | msgspec.UnsetType = msgspec.UNSET
    session: WireSession | msgspec.UnsetType = msgspec.UNSET
    identity: WireIdentity
    continue_with: tuple[Item, ...] | None


class LogoutUrl(msgspec.Struct, frozen=True, kw_only=True):
    logout_url: str
    logout_token: str
