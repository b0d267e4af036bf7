"""Which requests does no operator send by accident? Strategies for hypothesis: admin paths, and bodies that are almost right."""

import json
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from limen.kernel.json_doc import JsonValue
from security.strange_requests import LETTERS, METHODS, TEXT, TRICKS, TYPES, VALUES, bodies, escaped, headers, values
from server.raw import request

PATHS: Final = (
    "/admin/identities", "/identities", "/admin/identities/{identity}", "/admin/identities/{identity}/sessions",
    "/admin/identities/{identity}/credentials/password", "/admin/identities/{identity}/credentials/oidc",
    "/admin/identities/{identity}/credentials/webauthn", "/admin/identities/by/external/crm-1", "/admin/sessions",
    "/admin/sessions/{session}", "/admin/sessions/{session}/extend", "/admin/recovery/code", "/admin/recovery/link",
    "/admin/courier/messages", "/admin/courier/messages/{session}", "/admin/health/ready", "/admin/version", "/schemas", "/admin",
    "/admin/admin/identities", "/admin/test-login-flows",
)  # fmt: skip
PARAMETERS: Final = (
    "page", "per_page", "page_size", "page_token", "consistency", "ids", "credentials_identifier", "organization_id",
    "preview_credentials_identifier_similar", "include_credential", "active", "expand", "status", "recipient", "identifier", "return_to",
)  # fmt: skip
ASKED: Final = (
    *VALUES, "password", "oidc", "totp", "identity", "devices", "active", "queued", "1.5", "00000000-0000-0000-0000-000000000000",
    "urn:uuid:00000000-0000-4000-8000-000000000000", "acme:1", "10m", "aWQ9eA", "%", "_", "9223372036854775808", "-9223372036854775809",
)  # fmt: skip
HASHES: Final = (
    "$2a$04$" + "a" * 53, "$2a$99$" + "a" * 53, "$argon2id$v=19$m=256,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$" + "a" * 43,
    "$argon2id$v=19$m=9999999999,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$" + "a" * 43, "$pbkdf2-sha256$i=1,l=32$YWFhYQ$" + "a" * 43,
    "$scrypt$ln=2,r=8,p=1$YQ==$" + "a" * 43 + "=", "{SSHA}", "{SSHA512}x", "$md5$", "$sha256$pf=$$", "$hmac-sha1$$", "$sha512-crypt$$",
    "$md5-crypt$$" + "a" * 22, "$firescrypt$ln=1,r=1,p=1$$$$", "$", "",
)  # fmt: skip
POINTERS: Final = (
    "/state", "/traits", "/traits/email", "/traits/a/b", "/metadata_admin", "/metadata_public/x/-", "/external_id", "/schema_id", "/id",
    "/credentials", "/credentials/password", "/credentials/password/config", "/credentials/password/config/hashed_password",
    "/credentials/totp", "/verifiable_addresses/0", "/verifiable_addresses/-", "/verifiable_addresses/0/via", "/recovery_addresses",
    "/organization_id", "/region", "/created_at", "", "/", "//", "/~", "/~01", "traits", "/verifiable_addresses/999999999999999999999",
)  # fmt: skip
CONDITIONS: Final = (b"*", b'"x"', b'W/"x"', b"x", b'"', b'"a", "b"', b'"\xff"', b",")


def _maybe(sound: SearchStrategy[JsonValue]) -> SearchStrategy[JsonValue]:
    return st.one_of(sound, sound, sound, values())


def _objects(**members: SearchStrategy[JsonValue]) -> SearchStrategy[JsonValue]:
    return st.fixed_dictionaries({}, optional={name: _maybe(inner) for name, inner in members.items()})


def _several(inner: SearchStrategy[JsonValue]) -> SearchStrategy[JsonValue]:
    return st.lists(_maybe(inner), max_size=3).map(lambda found: found)


def credentials() -> SearchStrategy[JsonValue]:
    """Credentials to bring along, most of them almost right."""
    key = _objects(id=st.just("YQ=="), public_key=st.just("YQ=="), added_at=st.just("2024-01-01T00:00:00Z"))
    keys = _objects(config=_objects(credentials=_several(key), user_handle=st.just("YQ==")))
    provider = _objects(provider=st.just("acme"), subject=TEXT, organization=TEXT)
    providers = _objects(config=_objects(providers=_several(provider)))
    password = _objects(
        hashed_password=st.sampled_from(HASHES), password=TEXT, use_password_migration_hook=st.booleans()
    )
    return _objects(
        password=_objects(config=password),
        oidc=providers,
        saml=providers,
        totp=_objects(config=_objects(totp_url=st.just("otpauth://totp/x"))),
        lookup_secret=_objects(config=_objects(codes=_several(_objects(code=TEXT, used_at=TEXT)))),
        webauthn=keys,
        passkey=keys,
    )


def identities() -> SearchStrategy[JsonValue]:
    """An identity to make or to put in the place of another."""
    email = st.one_of(st.integers(0, 10**9).map(lambda n: f"fuzz.{n}@example.org"), TEXT)
    address = _objects(value=email, via=st.sampled_from(["email", "sms"]), verified=st.booleans(), status=TEXT)
    traits: SearchStrategy[JsonValue] = st.fixed_dictionaries({"email": email}, optional={"name": values()})
    return st.fixed_dictionaries(
        {"traits": _maybe(traits)},
        optional={
            "schema_id": _maybe(st.just("default")),
            "state": _maybe(st.sampled_from(["active", "inactive"])),
            "credentials": _maybe(credentials()),
            "verifiable_addresses": _maybe(_several(address)),
            "recovery_addresses": _maybe(_several(address)),
            "metadata_public": values(),
            "metadata_admin": values(),
            "external_id": _maybe(TEXT),
            "organization_id": _maybe(st.just("00000000-0000-4000-8000-000000000000")),
            "region": _maybe(st.sampled_from(["eu", "moon"])),
        },
    )


def orders() -> SearchStrategy[tuple[str, str, JsonValue]]:
    """Method, path and body that belong together."""
    step = _objects(
        op=st.sampled_from(["add", "replace", "remove", "test", "move", "copy"]),
        path=st.sampled_from(POINTERS),
        value=values(),
    )
    id = st.sampled_from(["{identity}", "{session}", "00000000-0000-4000-8000-000000000000", "*"])
    batch = _objects(identities=_several(_objects(create=identities(), patch_id=id)))
    bulk = _objects(action=st.sampled_from(["disable", "delete"]), sessions=_several(id), identities=_several(id))
    recovery = _objects(
        identity_id=id,
        expires_in=st.sampled_from(["10m", "-1s", "9e99h"]),
        flow_type=st.sampled_from(["api", "browser"]),
    )
    kinds = (
        ("POST", "/admin/identities", identities()),
        ("PATCH", "/admin/identities", batch),
        ("PUT", "/admin/identities/{identity}", identities()),
        ("PATCH", "/admin/identities/{identity}", _several(step)),
        ("POST", "/admin/sessions", bulk),
        ("PATCH", "/admin/sessions/{session}/extend", st.just({})),
        ("POST", "/admin/recovery/code", recovery),
        ("POST", "/admin/recovery/link", recovery),
    )
    return st.one_of([st.tuples(st.just(method), st.just(path), body) for method, path, body in kinds])


def targets() -> SearchStrategy[str]:
    path = st.one_of(
        st.sampled_from(PATHS),
        st.sampled_from(PATHS),
        st.tuples(st.sampled_from(PATHS), st.sampled_from(TRICKS), st.integers(0, 40)).map(
            lambda triple: triple[0][: triple[2]] + triple[1] + triple[0][triple[2] :]
        ),
        st.tuples(st.sampled_from(PATHS[:8]), st.text(LETTERS, max_size=12)).map(
            lambda pair: f"{pair[0]}/{escaped(pair[1])}"
        ),
    )
    query = st.lists(st.tuples(st.sampled_from(PARAMETERS), st.one_of(st.sampled_from(ASKED), TEXT)), max_size=3).map(
        lambda pairs: "&".join(f"{name}={escaped(value)}" for name, value in pairs)
    )
    return st.tuples(path, query).map(lambda pair: f"{pair[0]}?{pair[1]}" if pair[1] else pair[0])


def requests() -> SearchStrategy[bytes]:
    """Whole requests, with `{identity}` and `{session}` where somebody real is meant."""
    condition = st.one_of(st.just([]), st.sampled_from(CONDITIONS).map(lambda value: [(b"if-match", value)]))
    more = st.one_of(st.just([]), st.just([]), headers())
    kind = st.sampled_from(TYPES).map(lambda value: [(b"content-type", value)])
    json_kind = st.just([(b"content-type", b"application/json")])
    almost = st.tuples(
        orders().map(lambda order: (order[0], order[1], json.dumps(order[2]).encode())), json_kind, condition, more
    )
    body = st.one_of(st.just(b""), bodies())
    method = st.sampled_from(METHODS[:5] * 4 + METHODS)
    anything = st.tuples(st.tuples(method, targets(), body), kind, condition, more)
    return st.one_of(almost, almost, anything).map(lambda parts: request(*parts[0], *parts[1], *parts[2], *parts[3]))
