"""What happens that a plugin can hear of? One class for each moment; all are frozen, and what is JSON is a plain dict."""

from datetime import datetime
from typing import Any, TypeAlias

import msgspec

JsonDict: TypeAlias = dict[str, Any]
"""A JSON object. What is in it is the operator's: plugins need not unpack a union for every value."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An address that can be proven."""

    value: str
    via: str
    """`email` or `sms`."""
    verified: bool


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An identity. Secrets (passwords, codes, keys) are not in here."""

    id: str
    schema_id: str
    state: str
    """`active` or `inactive`."""
    traits: JsonDict
    """A copy of one's own: changing it changes nothing until it is returned in a `Change`."""
    metadata_public: Any
    metadata_admin: Any
    addresses: tuple[Address, ...]
    credentials: tuple[str, ...]
    """Names of the kinds that the person has, such as `password`."""
    external_id: str
    """Empty when there is none."""
    organization_id: str
    """Empty when there is none."""
    created_at: datetime
    updated_at: datetime


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """A session, without its token."""

    id: str
    aal: str
    """`aal1` or `aal2`."""
    methods: tuple[str, ...]
    authenticated_at: datetime
    expires_at: datetime


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The flow."""

    id: str
    kind: str
    """`login`, `registration`, `settings`, `recovery` or `verification`."""
    type: str
    """`browser` or `api`."""
    request_url: str
    return_to: str
    transient_payload: Any
    """What the client sent along for hooks; never stored."""


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. `client` is `browser`, `spa` or `api`."""

    client: str
    ip: str
    user_agent: str
    location: str
    language: str


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What all events have."""

    flow: Form
    visitor: Visitor
    at: datetime
    options: JsonDict
    """The `options` of the hook in the configuration."""


class FlowStarting(Event, frozen=True, kw_only=True):
    """A form is about to be made (`before`). May be refused."""


class LoggedIn(Event, frozen=True, kw_only=True):
    """Somebody proved who they are; the session is not stored yet. May be refused or redirected."""

    person: Person
    session: SignIn
    method: str


class Registering(Event, frozen=True, kw_only=True):
    """An account is about to be stored. May be changed or refused."""

    person: Person
    method: str


class Registered(Event, frozen=True, kw_only=True):
    """An account was stored; nobody is signed in yet. May be redirected; a refusal does not take the account away."""

    person: Person
    method: str


class Changing(Event, frozen=True, kw_only=True):
    """Settings are about to be stored. May be changed, refused or redirected."""

    person: Person
    """As it is going to be."""
    before: Person
    session: SignIn
    method: str


class Changed(Event, frozen=True, kw_only=True):
    """Settings were stored. May be redirected; a refusal does not take the change back."""

    person: Person
    before: Person
    session: SignIn
    method: str


class Regaining(Event, frozen=True, kw_only=True):
    """Somebody got back into their account; the session is not stored yet. May be refused."""

    person: Person
    session: SignIn
    method: str


class Verified(Event, frozen=True, kw_only=True):
    """An address was proven and that is stored."""

    person: Person
    method: str
