"""Do values survive the way into a row and back?"""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import flow, person, session

from limen.domain.flow.details import LoginDetail
from limen.domain.identity.aal import Aal
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.session.amr import AuthenticationMethod
from limen.domain.session.device import Device
from limen.domain.text.message import Message, MessageType
from limen.kernel.json_doc import JsonDoc
from limen.storage import rows

INSTANTS = st.datetimes(timezones=st.just(UTC))
TEXTS = st.text(max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
).map(JsonDoc.of)
METHODS = st.builds(
    AuthenticationMethod, method=TEXTS, aal=st.sampled_from(Aal), completed_at=INSTANTS, upstream_amr=st.tuples(TEXTS)
)
DEVICES = st.builds(Device, id=TEXTS, ip_address=TEXTS, user_agent=TEXTS, location=TEXTS)
MESSAGES = st.builds(
    Message, id=st.integers(1, 5_000_000), text=TEXTS, type=st.sampled_from(MessageType), context=st.none() | JSON
)


@given(INSTANTS)
def test_an_instant_has_a_fixed_width_and_sorts_as_text(at: datetime) -> None:
    text = rows.instant(at)
    assert len(text) == 27
    assert datetime.fromisoformat(text) == at
    if at < datetime.max.replace(tzinfo=UTC) - timedelta(days=1):
        assert text < rows.instant(at + timedelta(microseconds=1))


def test_an_instant_is_stored_in_utc_and_never_without_a_zone() -> None:
    there = datetime(2030, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert rows.instant(there) == "2030-01-01T10:00:00.000000Z"
    with pytest.raises(ValueError, match="zone"):
        rows.instant(there.replace(tzinfo=None))


@given(at=INSTANTS, methods=st.lists(METHODS, max_size=3), devices=st.lists(DEVICES, max_size=2), active=st.booleans())
def test_sessions(at: datetime, methods: list[AuthenticationMethod], devices: list[Device], active: bool) -> None:
    before = msgspec.structs.replace(
        session(1, person(1)),
        methods=tuple(methods),
        devices=tuple(devices),
        active=active,
        authenticated_at=at,
    )
    values = rows.session_values(before)
    row = msgspec.convert(
        tuple(values[name] for name in rows.SessionColumns.__struct_fields__), rows.SessionColumns, strict=False
    )
    assert rows.session_of(row) == before


@given(
    traits=JSON,
    public=st.none() | JSON,
    external_id=st.none() | TEXTS,
    config=JSON,
    identifiers=st.lists(TEXTS, max_size=3),
    at=INSTANTS,
)
def test_identities(
    traits: JsonDoc,
    public: JsonDoc | None,
    external_id: str | None,
    config: JsonDoc,
    identifiers: list[str],
    at: datetime,
) -> None:
    password = Credential(
        type=CredentialType.PASSWORD, identifiers=tuple(identifiers), config=config, created_at=at, updated_at=at
    )
    before = msgspec.structs.replace(
        person(1, "ada@example.org", credentials=(password,)),
        traits=traits,
        metadata_public=public,
        external_id=external_id,
        updated_at=at,
    )
    values = rows.identity_values(before)
    row = msgspec.convert(
        tuple(values[name] for name in rows.IdentityRow.__struct_fields__), rows.IdentityRow, strict=False
    )
    kept = rows.credential_values(before.id, password)
    credential_row = msgspec.convert(tuple(kept.values()), rows.CredentialRow, strict=False)
    assert rows.identity_of(row, rows.credentials_of([credential_row])[before.id]) == before


@given(messages=st.lists(MESSAGES, max_size=3), internal=JSON, transient=st.none() | JSON, url=TEXTS)
def test_flows(messages: list[Message], internal: JsonDoc, transient: JsonDoc | None, url: str) -> None:
    before = msgspec.structs.replace(
        flow(1),
        form=flow(1).form.saying(*messages),
        internal=internal,
        transient_payload=transient,
        request_url=url,
    )
    values = rows.flow_values(before)
    row = msgspec.convert(tuple(values[name] for name in rows.FlowRow.__struct_fields__), rows.FlowRow, strict=False)
    assert rows.flow_of(row, LoginDetail) == before
