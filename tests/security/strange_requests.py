"""Which requests does nobody send by accident? Strategies for hypothesis: paths, headers and bodies that are slightly or wildly off."""

import json
from typing import Final

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from limen.kernel.json_doc import JsonValue
from server.raw import request


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a fuzzer has to know to get past the first door: open flows, a session, a browser's marks."""

    flows: tuple[tuple[str, str], ...]
    """Kind and id of flows that can be submitted."""
    csrf_token: str
    cookies: str
    session_token: str
    session_id: str


PATHS: Final = (
    "/", "/ui", "/ui/", "/ui/login", "/ui/registration", "/ui/logout", "/ui/error", "/ui/sessions", "/ui/static/style.css",
    "/self-service/login/api", "/self-service/login/browser", "/self-service/login/flows", "/self-service/login",
    "/self-service/registration/api", "/self-service/registration/browser", "/self-service/registration/flows",
    "/self-service/registration", "/self-service/logout/api", "/self-service/logout/browser", "/self-service/logout",
    "/self-service/settings/browser", "/self-service/recovery/api", "/self-service/errors", "/sessions/whoami", "/sessions",
    "/sessions/{session}", "/sessions/token-exchange", "/schemas", "/schemas/default", "/schemas/{session}", "/version",
    "/health/alive", "/health/ready", "/.well-known/ory/webauthn.js", "/admin/identities", "/identities", "*",
    "http://evil.test/sessions/whoami",
)  # fmt: skip
TRICKS: Final = (
    "//", "/.", "/..", "/../..", "/%2e%2e", "/%2f", "/%5c", "\\", "%00", "%", "%zz", "%ff", "%c0%af", ";a=b", "%0d%0aset-cookie:x",
    "?", "#", "/" * 50, "a" * 3000,
)  # fmt: skip
NAMES: Final = (
    "method", "identifier", "password", "password_identifier", "csrf_token", "traits", "traits.email", "traits.name.first",
    "traits.age", "traits.newsletter", "transient_payload", "screen", "flow", "id", "refresh", "aal", "return_to", "via",
    "organization", "token", "tokenize_as", "session_token", "logout_token", "page_size", "page_token", "per_page", "page",
    "address", "code", "email", "name", "__proto__", "", "..", "a.b.c",
)  # fmt: skip
VALUES: Final = (
    "password", "profile", "link", "true", "false", "-1", "0", "1e999", "9" * 80, "aal2", "aal9", "ada@example.org", "null",
    "https://evil.test", "//evil.test", "javascript:alert(1)", "[object Object]", "previous", "\u0000", "\ud800", "\u0131", "\U0001f9e8" * 40,
    "00000000-0000-4000-8000-000000000000", "{session}", "{csrf}", "x" * 300,
)  # fmt: skip
METHODS: Final = (
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "PRI",
    "get",
    "B@D",
)
TYPES: Final = (
    b"application/json", b"application/json; charset=utf-16", b"application/x-www-form-urlencoded", b"multipart/form-data",
    b"multipart/form-data; boundary=x", b"text/plain", b"application/json, text/html", b"", b"\xff/\xfe", b"application/xml",
)  # fmt: skip
HEADERS: Final = (
    b"accept", b"accept-language", b"authorization", b"cookie", b"x-session-token", b"x-session-cookie", b"origin", b"referer",
    b"host", b"x-forwarded-for", b"x-forwarded-proto", b"forwarded", b"user-agent", b"x-request-id", b"x-csrf-token",
    b"access-control-request-method", b"access-control-request-headers", b"content-encoding", b"expect", b"if-none-match",
    b"upgrade", b"range", b"content-type", b"sec-fetch-site", b"true-client-ip", b"bad name", b"", b"\xe4",
)  # fmt: skip
CONTENTS: Final = (
    b"application/json", b"text/html", b"*/*", b"q=9;;,,", b"Bearer x", b"Basic !!!", b"Bearer \xff", b"de-CH,de;q=0.9", b"null",
    b"https://evil.test", b"websocket", b"gzip", b"bytes=0-1", b"ory_kratos_session=x; csrf_token_x=y", b"=; =;;a", b"\xff\xfe",
    b"1.2.3.4, ::1, x", b"POST", b"a" * 5000, b"a" * 100_000, b"",
)  # fmt: skip

CHUNKS: Final = (
    b"0\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\n", b"2\r\n{}0\r\n\r\n", b"zz\r\n", b"-1\r\n\r\n", b"fffffffffffffffff\r\nx", b"2;a=b\r\n{}\r\n0\r\nx: y\r\n\r\n",
)  # fmt: skip

LETTERS: Final = st.characters(codec=None, exclude_categories=())
TEXT: Final = st.one_of(st.sampled_from(VALUES), st.text(LETTERS, max_size=30))
NAME: Final = st.one_of(st.sampled_from(NAMES), st.text(LETTERS, max_size=8))


def values() -> SearchStrategy[JsonValue]:
    """Any JSON value, often with names that mean something here."""
    plain = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT)
    return st.recursive(
        plain,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAME, inner, max_size=5)),
        max_leaves=12,
    )


def fields() -> SearchStrategy[dict[str, JsonValue]]:
    """A submission that could almost be one."""
    return st.fixed_dictionaries(
        {},
        optional={
            "method": st.one_of(st.sampled_from(["password", "profile"]), values()),
            "csrf_token": st.one_of(st.just("{csrf}"), values()),
            "identifier": st.one_of(st.just("ada@example.org"), values()),
            "password": st.one_of(st.just("correct-horse-7battery"), values()),
            "traits": st.one_of(people(), values()),
            "traits.email": values(),
            "screen": values(),
            "transient_payload": values(),
        },
    )


def people() -> SearchStrategy[dict[str, JsonValue]]:
    """Traits that are sometimes those of a person."""
    address = st.integers(0, 10**9).map(lambda number: f"fuzz.{number}@example.org")
    return st.fixed_dictionaries(
        {"email": st.one_of(address, address, values())},
        optional={"name": values(), "age": st.one_of(st.integers(), values()), "newsletter": values()},
    )


def bodies() -> SearchStrategy[bytes]:
    """Bodies: right, wrong, broken, deep, huge, doubled, no text at all."""
    sound = st.one_of(fields(), values()).map(lambda value: json.dumps(value).encode())
    form = st.lists(st.tuples(NAME, TEXT), max_size=8).map(
        lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode(errors="surrogatepass")
    )
    cut = st.tuples(sound, st.integers(0, 200)).map(lambda pair: pair[0][: pair[1]])
    stained = st.tuples(sound, st.binary(min_size=1, max_size=4), st.integers(0, 200)).map(
        lambda triple: triple[0][: triple[2]] + triple[1] + triple[0][triple[2] :]
    )
    doubled = sound.map(lambda body: b'{"method":"password","method":' + body + b',"traits":{"email":1,"email":2}}')
    deep = st.tuples(st.sampled_from([b"[", b'{"a":', b'{"traits":']), st.integers(1, 100_000)).map(
        lambda pair: pair[0] * min(pair[1], 900_000 // len(pair[0]))
    )
    huge = st.sampled_from([b"x", b'"', b"{", b"a.", b"%25", b"\xff", b"&a=", b"0"]).map(
        lambda unit: unit * (1_000_000 // len(unit))
    )
    huge_text = st.just(json.dumps({"method": "password", "password": "x" * 1_000_000}).encode())
    return st.one_of(
        sound, sound, sound, form, form, cut, stained, doubled, deep, huge, huge_text, st.binary(max_size=200)
    )


def targets() -> SearchStrategy[str]:
    """Paths with tricks in them, and queries."""
    path = st.one_of(
        st.sampled_from(PATHS),
        st.sampled_from(PATHS),
        st.tuples(st.sampled_from(PATHS), st.sampled_from(TRICKS), st.integers(0, 30)).map(
            lambda triple: triple[0][: triple[2]] + triple[1] + triple[0][triple[2] :]
        ),
        st.text(st.characters(codec="latin-1", min_codepoint=33, exclude_characters=" "), max_size=20).map("/".__add__),
    )
    visible = st.characters(codec="latin-1", min_codepoint=33)
    query = st.lists(
        st.tuples(st.sampled_from(NAMES), st.one_of(st.sampled_from(VALUES), st.text(visible, max_size=12))), max_size=4
    ).map(lambda pairs: "&".join(f"{name}={escaped(value)}" for name, value in pairs))
    return st.tuples(path, query).map(lambda pair: f"{pair[0]}?{pair[1]}" if pair[1] else pair[0])


def escaped(value: str) -> str:
    """Without what would end the request line; everything else may stand as it is."""
    octets = value.encode(errors="surrogatepass")
    return "".join(chr(octet) if 32 < octet < 127 else f"%{octet:02x}" for octet in octets)


def headers() -> SearchStrategy[list[tuple[bytes, bytes]]]:
    noise = st.binary(max_size=20).map(lambda value: value.translate(None, b"\r\n"))
    return st.lists(st.tuples(st.sampled_from(HEADERS), st.one_of(st.sampled_from(CONTENTS), noise)), max_size=6)


def requests(known: Known) -> SearchStrategy[bytes]:
    """Whole requests; many of them to flows that are open."""
    submitted = st.sampled_from(known.flows).map(lambda flow: f"/self-service/{flow[0]}?flow={flow[1]}")
    fetched = st.sampled_from(known.flows).map(lambda flow: f"/self-service/{flow[0]}/flows?id={flow[1]}")
    shown = st.sampled_from(known.flows).map(lambda flow: f"/ui/{flow[0]}?flow={flow[1]}")
    marks = st.sampled_from(
        [
            [],
            [(b"cookie", known.cookies.encode())],
            [(b"x-session-token", known.session_token.encode())],
            [(b"authorization", b"Bearer " + known.session_token.encode())],
        ]
    )
    types = st.sampled_from(TYPES).map(lambda value: [(b"content-type", value)])
    accepted = st.sampled_from([[], [(b"accept", b"application/json")], [(b"accept", b"text/html")]])
    understood = st.sampled_from(TYPES[:1] * 3 + TYPES[2:3]).map(lambda value: [(b"content-type", value)])
    posts = st.tuples(
        st.just("POST"), submitted, bodies(), st.tuples(st.one_of(understood, types), accepted, marks).map(_joined)
    )
    anything = st.tuples(
        st.sampled_from(METHODS),
        st.one_of(targets(), targets(), fetched, shown),
        st.one_of(st.just(b""), bodies()),
        st.tuples(types, accepted, marks, headers()).map(_joined),
    )
    whole = st.one_of(posts, anything).map(
        lambda parts: _filled(known, request(parts[0], parts[1], parts[2], *parts[3]))
    )
    broken = st.tuples(submitted, st.sampled_from(CHUNKS)).map(
        lambda pair: (
            request("POST", pair[0], b"", (b"transfer-encoding", b"chunked")).replace(b"content-length: 0\r\n", b"")
            + pair[1]
        )
    )
    garbage = st.binary(max_size=60).map(lambda noise: b"X" + noise.translate(None, b"\r\n") + b"\r\n\r\n")
    return st.one_of(whole, whole, whole, whole, whole, whole, broken, garbage)


def _joined(parts: tuple[list[tuple[bytes, bytes]], ...]) -> list[tuple[bytes, bytes]]:
    return [header for part in parts for header in part]


def _filled(known: Known, raw: bytes) -> bytes:
    """With what only this run knows, in place of names of the same length class; the told length is kept right."""
    head, end, body = raw.partition(b"\r\n\r\n")
    head = head.replace(b"{session}", known.session_id.encode())
    filled = body.replace(b"{csrf}", known.csrf_token.encode()).replace(b"{session}", known.session_id.encode())
    told, now = f"content-length: {len(body)}".encode(), f"content-length: {len(filled)}".encode()
    return head.replace(told, now) + end + filled
