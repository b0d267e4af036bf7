"""Does a session become the token that its template describes, and say no more than that it failed otherwise?"""

import msgspec
import pytest

from doubles.http_house import IDENTITY, NOW, PUBLIC, SESSION, TOKEN, HttpHouse, ask
from limen.app.errors import TokenizerFailed, TokenizerUnknown
from limen.app.sessions.tokenize import Tokenizer, TokenSubject
from limen.config.session import SessionConfig, TokenTemplate, WhoamiConfig
from limen.config.session import Tokenizer as TokenizerConfig
from limen.http.public.whoami import WhoAmI
from limen.kernel.json_doc import JsonDoc, JsonObject

KEYS, MAPPER, REMOTE = "base64://keys", "file:///mapper.jsonnet", "https://claims.test/mapper.jsonnet"
SUBJECT = TokenSubject(session_id=SESSION, identity_id=IDENTITY, external_id="")
WHOLE = JsonDoc.of({"id": SESSION})


@pytest.fixture
def tokens(house: HttpHouse) -> Tokenizer:
    templates = {
        "plain": TokenTemplate(jwks_url=KEYS),
        "mapped": TokenTemplate(jwks_url=KEYS, claims_mapper_url=MAPPER),
        "remote": TokenTemplate(jwks_url=KEYS, claims_mapper_url=REMOTE),
        "external": TokenTemplate(jwks_url=KEYS, subject_source="external_id"),
        "keys elsewhere": TokenTemplate(jwks_url="https://keys.test/"),
        "no keys": TokenTemplate(jwks_url="file:///nowhere"),
        "broken keys": TokenTemplate(jwks_url="base64://broken"),
    }
    session = SessionConfig(whoami=WhoamiConfig(tokenizer=TokenizerConfig(templates=templates)))
    house.config = msgspec.structs.replace(house.config, session=session)
    house.documents.documents = {KEYS: b"keys", "base64://broken": b"broken", MAPPER: b"{}", REMOTE: b'{"claims": {}}'}
    return Tokenizer(house.services)


async def claims(house: HttpHouse, tokens: Tokenizer, name: str, subject: TokenSubject = SUBJECT) -> JsonObject:
    token = await tokens.token(house.config, name, subject, WHOLE)
    keys, _, text = token.partition(".")
    assert keys == "keys"
    return JsonDoc.parse(text).members()


@pytest.mark.covers("SESS-26", "SESS-27")
async def test_a_token_says_who_which_session_and_how_long(house: HttpHouse, tokens: Tokenizer) -> None:
    found = await claims(house, tokens, "plain")
    now = int(NOW.timestamp())
    assert found == {
        "exp": now + 60,
        "iat": now,
        "iss": PUBLIC,
        "jti": "00000000-0000-4000-8000-000000000001",
        "nbf": now,
        "sid": SESSION,
        "sub": IDENTITY,
    }
    assert (await claims(house, tokens, "plain"))["jti"] != found["jti"]


@pytest.mark.covers("SESS-26", "SESS-28")
async def test_the_subject_may_be_the_external_id_if_there_is_one(house: HttpHouse, tokens: Tokenizer) -> None:
    known = msgspec.structs.replace(SUBJECT, external_id="crm-1")
    assert (await claims(house, tokens, "external", known))["sub"] == "crm-1"
    with pytest.raises(TokenizerFailed):
        await tokens.token(house.config, "external", SUBJECT, WHOLE)


@pytest.mark.covers("SESS-27", "SESS-28")
async def test_the_mapper_sees_session_and_claims_and_cannot_change_the_person(
    house: HttpHouse, tokens: Tokenizer
) -> None:
    house.documents.documents[MAPPER] = b'{"claims": {"email": "a@b.test", "sub": "somebody else", "iss": "me"}}'
    found = await claims(house, tokens, "mapped")
    assert (found["sub"], found["email"], found["iss"]) == (IDENTITY, "a@b.test", "me")
    assert house.jsonnet.given["session"] == WHOLE
    assert house.jsonnet.given["claims"].members()["sub"] == IDENTITY


@pytest.mark.covers("SESS-28")
@pytest.mark.parametrize("program", [b"{}", b'{"claims": ["a"]}', b'{"claims": null}', b"[]", b"fail", b"\xff"])
async def test_a_mapper_that_does_not_work_is_told_to_the_operator_only(
    house: HttpHouse, tokens: Tokenizer, program: bytes
) -> None:
    house.documents.documents[MAPPER] = program
    with pytest.raises(TokenizerFailed) as refusal:
        await tokens.token(house.config, "mapped", SUBJECT, WHOLE)
    assert "secret" not in refusal.value.reason
    assert house.log.events("warning") == ["a session could not be made a token"]


@pytest.mark.covers("SESS-28")
@pytest.mark.parametrize("name", ["keys elsewhere", "no keys", "broken keys"])
async def test_keys_that_cannot_be_used_are_a_failure(house: HttpHouse, tokens: Tokenizer, name: str) -> None:
    with pytest.raises(TokenizerFailed):
        await tokens.token(house.config, name, SUBJECT, WHOLE)
    assert "https://keys.test/" not in house.documents.read_urls


@pytest.mark.covers("SESS-28")
async def test_an_unknown_template_is_refused(house: HttpHouse, tokens: Tokenizer) -> None:
    with pytest.raises(TokenizerUnknown):
        await tokens.token(house.config, "none", SUBJECT, WHOLE)


async def test_a_mapper_from_elsewhere_is_fetched_once_an_hour(house: HttpHouse, tokens: Tokenizer) -> None:
    for minutes in (0, 30, 31):
        house.clock.advance(minutes=minutes)
        await claims(house, tokens, "remote")
    assert house.documents.read_urls.count(REMOTE) == 2


@pytest.mark.covers("SESS-26", "SESS-28", "SESS-11")
async def test_whoami_hands_out_the_token_on_request(house: HttpHouse, tokens: Tokenizer) -> None:
    await house.sign_in()
    application = house.application({}, hot_path="/who", hot=WhoAmI(house.doorway, house.storage))
    shown = {"x-session-token": TOKEN}
    with_token = (await ask(application, "GET", "/who?tokenize_as=plain", shown)).json()
    assert str(with_token["tokenized"]).startswith("keys.")
    assert with_token["id"] == SESSION
    assert "tokenized" not in (await ask(application, "GET", "/who?tokenize_as=", shown)).json()
    for name in ("none", "mapped"):
        assert (await ask(application, "GET", f"/who?tokenize_as={name}", shown)).status == 400
    assert (await ask(application, "GET", "/who?tokenize_as=plain")).status == 401
