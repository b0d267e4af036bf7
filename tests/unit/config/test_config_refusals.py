"""What is wrong is refused, all at once and by name; what only looks wrong is not."""

import json
from collections.abc import Callable, Mapping

import pytest

from limen.config.load import LoadedConfig
from limen.kernel.json_doc import JsonObject, JsonValue, put

Loading = Callable[..., LoadedConfig]
Refusal = Callable[..., dict[str, str]]


def changed(document: JsonObject, path: str, value: JsonValue) -> str:
    copy: JsonObject = json.loads(json.dumps(document))
    put(copy, path.split("."), value)
    return json.dumps(copy)


def hooks(flow: str, name: str, when: str = "after", **more: JsonValue) -> Mapping[str, JsonValue]:
    entry: JsonValue = {"hook": name, **more}
    return {
        "selfservice": {"default_browser_return_url": "https://a.test/", "flows": {flow: {when: {"hooks": [entry]}}}}
    }


@pytest.mark.covers("CFG-03")
@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("bogus", 1, "unknown key"),
        ("clients.web_hook.timeout", "0s", "needs some time"),
        ("clients.web_hook.retries", 11, "expected"),
        ("clients.web_hook.at_once", 0, "expected"),
        ("selfservice.flows.login.lifespam", "1m", "did you mean lifespan?"),
        ("selfservice.flows.logon", {"ui_url": "http://a.test"}, "did you mean login?"),
        ("selfservice.flows.login.lifespan", "soon", "expected a duration such as 1h30m"),
        ("selfservice.flows.login.lifespan", 60, "found a number"),
        ("selfservice.flows.login.ui_url", 7, "expected an address, found a number"),
        ("selfservice.flows.login.ui_url", "https://a b/", "expected an address"),
        ("selfservice.flows.login", [], "expected an object with keys, found a list"),
        ("selfservice.flows.settings.required_aal", "aal9", "one of aal1, highest_available"),
        ("selfservice.flows.registration.enabled", "true", "expected true or false, found text"),
        ("selfservice.methods.telepathy", {"enabled": True}, "unknown key"),
        ("selfservice.methods.password.config.min_password_length", 2, "at least 6"),
        ("selfservice.methods.password.config.max_breaches", 101, "from 0 to 100"),
        ("selfservice.methods.code.config.max_submissions", 256, "from 1 to 255"),
        ("selfservice.allowed_return_urls", "https://a.test", "expected a list, found text"),
        ("log.level", "shouting", "one of trace, debug"),
        ("hashers.algorithm", "rot13", "one of argon2, bcrypt"),
        ("hashers.bcrypt.cost", 2, "from 4 to 31"),
        ("hashers.argon2.memory", 131072.5, "a size such as 128MB"),
        ("hashers.argon2.salt_length", 8, "at least 16"),
        ("hashers.queue", -1, "at least 0"),
        ("ciphers.algorithm", "rot13", "one of noop"),
        ("session.lifespan", "long", "a duration"),
        ("cookies.same_site", "Sometimes", "one of Strict, Lax, None"),
        ("cookies.secure", "perhaps", "true or false"),
        ("courier.smtp.connection_uri", "not a uri", "^smtps?://"),
        ("courier.smtp.from_address", "nobody", "expected text that matches"),
        ("serve.public.port", 70000, "from 1 to 65535"),
        ("serve.public.trusted_proxies", ["10.0.0.0/99"], "a network"),
        ("serve.public.base_url", "/relative", "begins with http"),
        ("revision", 7, 'put it in quotes: "…"'),
        ("dsn", "", "not empty"),
        ("identity.schemas", [], "a list of at least 1"),
        ("organizations", {}, "expected a list"),
        ("session.whoami.tokenizer.templates", {"jwt": {"ttl": "1m"}}, "is missing"),
        ("session.whoami.tokenizer.templates", {"jwt": {"jwks_url": "nowhere"}}, "an address such as"),
    ],
)  # fmt: skip
def test_a_wrong_key_or_value_is_named(
    refusal: Refusal, document: JsonObject, path: str, value: JsonValue, reason: str
) -> None:
    problems = refusal(changed(document, path, value), dev=True)
    ((place, text),) = problems.items()
    assert place.startswith(path)
    assert reason in text
    assert text.startswith("1.yml: ")


def test_every_problem_is_reported_at_once(refusal: Refusal) -> None:
    problems = refusal(
        "dsn: memory\nbogus: 1\nlog: {level: x}\nselfservice: {flows: {login: {ui_url: 'https://a.test'}}}\n"
    )
    assert set(problems) == {"bogus", "log.level", "selfservice.default_browser_return_url"}


@pytest.mark.covers("CFG-03", "CFG-07", "SEC-18", "SEED0-16")
@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        ("cookie", "fifteen-letters"),
        ("default", "short"),
        ("pagination", "short"),
        ("cipher", "x" * 31),
        ("cipher", "x" * 33),
    ],
)
def test_a_secret_of_the_wrong_length_is_refused_and_not_printed(
    refusal: Refusal, document: JsonObject, kind: str, secret: str
) -> None:
    ((path, text),) = refusal(changed(document, f"secrets.{kind}", [secret])).items()
    assert path == f"secrets.{kind}.0"
    assert secret not in text


@pytest.mark.covers("SEED0-16", "SEED1-14")
def test_a_secret_of_sixteen_characters_is_accepted(loading: Loading, document: JsonObject) -> None:
    assert loading(changed(document, "secrets.cookie", ["x" * 16])).config.secrets.cookie == ("x" * 16,)


@pytest.mark.covers("CFG-03")
@pytest.mark.parametrize(
    ("flow", "name", "when"),
    [
        ("registration", "sing", "after"),
        ("login", "verify_new_address", "after"),
        ("login", "require_verified_address", "before"),
        ("registration", "notify_previous_addresses", "after"),
        ("verification", "revoke_active_sessions", "after"),
        ("recovery", "session", "after"),
    ],
)
def test_a_hook_that_cannot_run_there_is_refused(
    refusal: Refusal, document: JsonObject, flow: str, name: str, when: str
) -> None:
    ((path, _),) = refusal(json.dumps({**document, **hooks(flow, name, when)})).items()
    assert path.startswith(f"selfservice.flows.{flow}.{when}.hooks.0")


@pytest.mark.covers("SEED3-01")
@pytest.mark.parametrize("place", ["after.hooks", "after.password.hooks", "after.oidc.hooks"])
def test_the_hook_session_may_stand_at_every_level_of_registration(
    loading: Loading, document: JsonObject, place: str
) -> None:
    config = loading(changed(document, f"selfservice.flows.registration.{place}", [{"hook": "session"}])).config
    after = config.selfservice.flows.registration.after
    assert [hook.hook for hook in (*after.hooks, *after.password.hooks, *after.oidc.hooks)] == ["session"]


@pytest.mark.covers("SEED0-07", "SEED1-12", "SEED1-16")
def test_hooks_without_settings_take_an_empty_object_and_nothing_else(
    loading: Loading, refusal: Refusal, document: JsonObject
) -> None:
    assert loading(json.dumps({**document, **hooks("login", "revoke_active_sessions", config={})}))
    ((path, text),) = refusal(
        json.dumps({**document, **hooks("login", "revoke_active_sessions", config={"a": 1})})
    ).items()
    assert path.endswith("hooks.0.config")
    assert "revoke_active_sessions" in text


@pytest.mark.covers("WH-01")
@pytest.mark.parametrize(
    ("config", "where"),
    [
        ({"method": "POST"}, "config.url"),
        ({"url": "https://a.test"}, "config.method"),
        ({"url": "https://a.test", "method": "POST", "retries": 3}, "config.retries"),
        (
            {"url": "https://a.test", "method": "POST", "auth": {"type": "api_key", "config": {"name": "a"}}},
            "auth.config.value",
        ),
        ({"url": "https://a.test", "method": "POST", "auth": {"type": "magic", "config": {}}}, "auth.type"),
        ({"url": "https://a.test", "method": "POST", "response": {"ignore": True, "parse": True}}, "config.response"),
        (
            {"url": "https://a.test", "method": "POST", "response": {"ignore": True}, "can_interrupt": True},
            "config.can_interrupt",
        ),
    ],
)
def test_a_web_hook_is_checked_in_depth(refusal: Refusal, document: JsonObject, config: JsonObject, where: str) -> None:
    problems = refusal(json.dumps({**document, **hooks("login", "web_hook", config=config)}))
    assert any(path.endswith(where) for path in problems)


def test_a_whole_web_hook_is_read(loading: Loading, document: JsonObject) -> None:
    config: JsonObject = {
        "url": "https://a.test",
        "method": "POST",
        "headers": {"X-A": "b"},
        "body": "base64://e30=",
        "auth": {"type": "basic_auth", "config": {"user": "u", "password": "p"}},
        "response": {"parse": True},
    }
    (hook,) = loading(
        json.dumps({**document, **hooks("login", "web_hook", config=config)})
    ).config.selfservice.flows.login.after.hooks
    assert hook.web_hook is not None
    assert hook.web_hook.decides
    assert hook.web_hook.auth is not None
    assert "p'" not in repr(hook.web_hook.auth.config)


def test_organization_hooks_may_be_told_anything(loading: Loading, document: JsonObject) -> None:
    (hook,) = loading(
        json.dumps({**document, **hooks("login", "b2b_sso", config={"any": [1]})})
    ).config.selfservice.flows.login.after.hooks
    assert hook.web_hook is None


@pytest.mark.covers("SEED4-16")
def test_a_flow_with_its_own_page_needs_an_address_to_lead_to(refusal: Refusal, document: JsonObject) -> None:
    document["selfservice"] = {"flows": {"login": {"ui_url": "https://a.test"}}}
    assert list(refusal(json.dumps(document))) == ["selfservice.default_browser_return_url"]


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (
            "selfservice.methods.code",
            {"passwordless_enabled": True, "mfa_enabled": True},
            "selfservice.methods.code.mfa_enabled",
        ),
        ("selfservice.methods.webauthn", {"enabled": True}, "selfservice.methods.webauthn.config.rp"),
        ("selfservice.methods.passkey", {"enabled": True}, "selfservice.methods.passkey.config.rp"),
        (
            "selfservice.methods.webauthn.config.rp",
            {"id": "a", "display_name": "A", "origin": "https://a.test", "origins": ["https://a.test"]},
            "selfservice.methods.webauthn.config.rp.origin",
        ),
        ("ciphers.algorithm", "aes", "secrets.cipher"),
        ("identity.default_schema_id", "nobody", "identity.default_schema_id"),
        (
            "identity.schemas",
            [{"id": "default", "url": "file:///a"}, {"id": "default", "url": "file:///b"}],
            "identity.schemas.1.id",
        ),
        ("serve.public.cors.allowed_origins", ["https://*.a.*"], "serve.public.cors.allowed_origins.0"),
        ("serve.public.cors.allowed_origins", ["example.org"], "serve.public.cors.allowed_origins.0"),
        ("serve.public.tls", {"cert": {"path": "/a.pem"}}, "serve.public.tls.key"),
    ],
)
def test_values_that_do_not_go_together_are_refused(
    refusal: Refusal, document: JsonObject, path: str, value: JsonValue, where: str
) -> None:
    assert list(refusal(changed(document, path, value))) == [where]


def provider(**more: JsonValue) -> JsonObject:
    return {"id": "a", "provider": "generic", "client_id": "c", "client_secret": "s", "mapper_url": "file:///m", **more}


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        (provider(provider="myspace"), "provider"),
        (provider(provider="microsoft"), "microsoft_tenant"),
        (provider(microsoft_tenant="t"), "microsoft_tenant"),
        (provider(client_secret=None), "client_secret"),
        (provider(apple_team_id="t"), "apple_team_id"),
        (
            provider(provider="apple", apple_team_id="t", apple_private_key_id="k", apple_private_key="p"),
            "client_secret",
        ),
        (
            provider(provider="apple", client_secret=None, apple_team_id="t", apple_private_key_id="k"),
            "apple_private_key",
        ),
        (provider(mapper_url=None), "mapper_url"),
    ],
)
def test_a_provider_has_what_its_kind_needs(
    refusal: Refusal, document: JsonObject, entry: JsonObject, where: str
) -> None:
    problems = refusal(changed(document, "selfservice.methods.oidc.config.providers", [entry]))
    assert list(problems) == [f"selfservice.methods.oidc.config.providers.0.{where}"]


def test_two_providers_need_two_ids(refusal: Refusal, document: JsonObject) -> None:
    path = "selfservice.methods.oidc.config.providers"
    assert list(refusal(changed(document, path, [provider(), provider()]))) == [f"{path}.1.id"]


@pytest.mark.covers("CFG-03")
def test_credentials_for_every_origin_are_for_development_only(
    loading: Loading, refusal: Refusal, document: JsonObject
) -> None:
    for cors in ({"enabled": True}, {"enabled": True, "allowed_origins": ["https://a.test", "*"]}):
        text = changed(document, "serve.public.cors", cors)
        assert list(refusal(text)) == ["serve.public.cors.allowed_origins"]
        assert loading(text, dev=True).config.serve.public.cors.enabled
    for cors in (
        {},
        {"enabled": True, "allow_credentials": False},
        {"enabled": True, "allowed_origins": ["https://a.test"]},
    ):
        assert loading(changed(document, "serve.public.cors", cors))


@pytest.mark.covers("CFG-08")
def test_a_cheap_bcrypt_cost_counts_in_development_only(loading: Loading, document: JsonObject) -> None:
    text = changed(document, "hashers.bcrypt.cost", 4)
    assert loading(text, dev=True).config.hashers.bcrypt.cost == 4
    loaded = loading(text)
    assert loaded.config.hashers.bcrypt.cost == 12
    assert "hashers.bcrypt.cost" in [warning.key for warning in loaded.warnings]


def test_an_inbox_that_everybody_can_read_is_refused_outside_development(
    refusal: Refusal, loading: Loading, document: JsonObject
) -> None:
    text = changed(document, "courier.dev_inbox", value=True)
    assert "--dev" in refusal(text)["courier.dev_inbox"]
    assert loading(text, dev=True).config.courier.dev_inbox is True
    assert loading(changed(document, "courier.dev_inbox", value=False)).config.courier.dev_inbox is False
