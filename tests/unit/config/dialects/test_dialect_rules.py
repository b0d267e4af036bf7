"""Does every rule of the upgrade table put the old key in its modern place?"""

from typing import NamedTuple

import pytest
from dialect_documents import paths_of, rules_of, upgraded, value_at

from limen.config.dialects import upgrade
from limen.kernel.json_doc import JsonObject, JsonValue


class Row(NamedTuple):
    rule: str
    old: str
    path: str
    value: JsonValue
    gone: str


_F = "selfservice.flows"
_A = "https://a.test/"
_PROVIDERS = "selfservice.methods.oidc.config.providers.0"
_LOGIN = f"{_F}.login.after"
_REGISTRATION = f"{_F}.registration.after"


def _provider(keys: str) -> str:
    return f"selfservice: {{methods: {{oidc: {{config: {{providers: [{{id: a, {keys}}}]}}}}}}}}"


def _login(after: str) -> str:
    return f"selfservice: {{flows: {{login: {{after: {after}}}}}}}"


ROWS = [
    Row("U1", f"urls: {{default_return_to: {_A}}}", "selfservice.default_browser_return_url", _A, "urls"),
    Row("U2", "urls: {whitelisted_return_to_domains: ['https://A.test:8/b?c']}", "selfservice.allowed_return_urls", ["https://a.test:8/"], "urls"),
    Row("U3", "urls: {whitelisted_return_to_urls: [https://a.test/b]}", "selfservice.allowed_return_urls", ["https://a.test/b"], "urls"),
    Row("U4", "selfservice: {whitelisted_return_urls: [https://a.test/b]}", "selfservice.allowed_return_urls.0", "https://a.test/b", "selfservice.whitelisted_return_urls"),
    Row("U5", f"urls: {{self: {{public: {_A}}}}}", "serve.public.base_url", _A, "urls"),
    Row("U6", f"urls: {{self: {{admin: {_A}}}}}", "serve.admin.base_url", _A, "urls"),
    Row("U7", f"urls: {{login_ui: {_A}}}", f"{_F}.login.ui_url", _A, "urls"),
    Row("U8", f"urls: {{registration_ui: {_A}}}", f"{_F}.registration.ui_url", _A, "urls"),
    Row("U9", f"urls: {{profile_ui: {_A}}}", f"{_F}.settings.ui_url", _A, "urls"),
    Row("U9", f"urls: {{settings_ui: {_A}}}", f"{_F}.settings.ui_url", _A, "urls"),
    Row("U10", f"urls: {{error_ui: {_A}}}", f"{_F}.error.ui_url", _A, "urls"),
    Row("U11", f"urls: {{verify_ui: {_A}}}", f"{_F}.verification.ui_url", _A, "urls"),
    Row("U12", f"urls: {{mfa_ui: {_A}}}", "urls", None, "urls"),
    Row("U13", f"selfservice: {{logout: {{redirect_to: {_A}}}}}", f"{_F}.logout.after.default_browser_return_url", _A, "selfservice.logout"),
    Row("U14", "selfservice: {login: {request_lifespan: 7m}}", f"{_F}.login.lifespan", "7m", "selfservice.login"),
    Row("U14", "selfservice: {registration: {request_lifespan: 7m}}", f"{_F}.registration.lifespan", "7m", "selfservice.registration"),
    Row("U15", "selfservice: {profile: {request_lifespan: 7m}}", f"{_F}.settings.lifespan", "7m", "selfservice.profile"),
    Row("U15", "selfservice: {settings: {request_lifespan: 7m}}", f"{_F}.settings.lifespan", "7m", "selfservice.settings"),
    Row("U16", "selfservice: {settings: {privileged_session_max_age: 7m}}", f"{_F}.settings.privileged_session_max_age", "7m", "selfservice.settings"),
    Row("U17", "selfservice: {verify: {request_lifespan: 7m}}", f"{_F}.verification.lifespan", "7m", "selfservice.verify"),
    Row("U18", "selfservice: {verify: {link_lifespan: 7m}}", "selfservice.methods.link.config.lifespan", "7m", "selfservice.verify"),
    Row("U18", "selfservice: {profile: {link_lifespan: 7m}}", "selfservice.methods.link.config.lifespan", "7m", "selfservice.profile"),
    Row("U18", "selfservice: {login: {request_lifespan: 7m}}", "selfservice.methods.link.config.lifespan", "24h", "selfservice.login"),
    Row("U19", f"selfservice: {{verify: {{return_to: {_A}}}}}", f"{_F}.verification.after.default_browser_return_url", _A, "selfservice.verify"),
    Row("U20", f"selfservice: {{login: {{after: {{password: {{default_return_to: {_A}}}}}}}}}", f"{_LOGIN}.password.default_browser_return_url", _A, "selfservice.login"),
    Row("U20", f"selfservice: {{settings: {{after: {{default_return_to: {_A}}}}}}}", f"{_F}.settings.after.default_browser_return_url", _A, "selfservice.settings"),
    Row("U21", "selfservice: {login: {after: {password: [{job: revoke_active_sessions}]}}}", f"{_LOGIN}.password.hooks", [{"hook": "revoke_active_sessions"}], "selfservice.login"),
    Row("U21", "selfservice: {registration: {after: {oidc: {hooks: [{hook: session}]}}}}", f"{_REGISTRATION}.oidc.hooks", [{"hook": "session"}], "selfservice.registration"),
    Row("U22", _login("{password: [{hook: revoke_active_sessions}]}"), f"{_LOGIN}.password.hooks.0.hook", "revoke_active_sessions", ""),
    Row("U22", _login("[{hook: revoke_active_sessions}]"), f"{_LOGIN}.hooks.0.hook", "revoke_active_sessions", ""),
    Row("U22", "selfservice: {flows: {login: {before: [{hook: web_hook, config: {url: x}}]}}}", f"{_F}.login.before.hooks.0.hook", "web_hook", ""),
    Row("U23", "selfservice: {login: {before: [{job: redirect, config: {to: https://a.test/}}]}}", f"{_F}.login.before", None, "selfservice.login"),
    Row("U24", f"selfservice: {{flows: {{login: {{default_browser_return_url: {_A}}}}}}}", f"{_LOGIN}.default_browser_return_url", _A, f"{_F}.login.default_browser_return_url"),
    Row("U25", "selfservice: {flows: {recovery: {request_lifespan: 7m}}}", f"{_F}.recovery.lifespan", "7m", f"{_F}.recovery.request_lifespan"),
    Row("U26", "selfservice: {strategies: {password: {enabled: true}}}", "selfservice.methods.password.enabled", True, "selfservice.strategies"),
    Row("U26", f"urls: {{login_ui: {_A}}}\nselfservice: {{strategies: {{oidc: {{enabled: true}}}}}}", "selfservice.methods.password.enabled", False, "selfservice.strategies"),
    Row("U27", "selfservice: {strategies: {recovery_token: {enabled: false}}}", "selfservice.methods.link.enabled", False, "selfservice.strategies"),
    Row("U27", "selfservice: {methods: {recovery_token: {enabled: false}}}", "selfservice.methods.link.enabled", False, "selfservice.methods.recovery_token"),
    Row("U28", "secrets: {session: [0123456789abcdef]}", "secrets", {"cookie": ["0123456789abcdef"], "default": ["0123456789abcdef"]}, "secrets.session"),
    Row("U28", "secrets: {session: [0123456789abcdef], default: [fedcba9876543210]}", "secrets.default", ["fedcba9876543210"], "secrets.session"),
    Row("U29", "ttl: {session: 3h}", "session.lifespan", "3h", "ttl"),
    Row("U30", "security: {session: {cookie: {same_site: Strict}}, account_enumeration: {mitigate: true}}", "session.cookie.same_site", "Strict", "security.session"),
    Row("U31", "session: {cookie_same_site: Strict}", "session.cookie.same_site", "Strict", "session.cookie_same_site"),
    Row("U32", "identity: {traits: {default_schema_url: x, schemas: [{id: b, url: y}]}}", "identity.schemas", [{"id": "b", "url": "y"}, {"id": "default", "url": "x"}], "identity.traits"),
    Row("U32b", "identity: {traits: {default_schema_url: x}}", "x-dialect.wrap_identity_schemas", True, "identity.traits"),
    Row("U33", "identity: {default_schema_url: x}", "identity", {"schemas": [{"id": "default", "url": "x"}], "default_schema_id": "default"}, "identity.default_schema_url"),
    Row("U34", _provider("schema_url: x, mapper_url: y"), _PROVIDERS, {"id": "a", "mapper_url": "y"}, ""),
    Row("U35", _provider("provider: microsoft, tenant: t"), f"{_PROVIDERS}.microsoft_tenant", "t", ""),
    Row("U35", _provider("private_key: k, private_key_id: i, team_id: t"), _PROVIDERS, {"id": "a", "apple_private_key": "k", "apple_private_key_id": "i", "apple_team_id": "t"}, ""),
    Row("U36", _provider("provider: gitlab-app"), f"{_PROVIDERS}.provider", "github-app", ""),
    Row("U37", "hashers: {argon2: {memory: 131072}}", "hashers.argon2.memory", "131072KB", ""),
    Row("U38", "selfservice: {whitelisted_return_urls: []}", "hashers.algorithm", "argon2", ""),
    Row("U39", "password: {max_breaches: 3, ignore_network_errors: false}", "selfservice.methods.password.config", {"max_breaches": 3, "ignore_network_errors": False}, "password"),
    Row("U40", "courier: {stmp: {from_address: a@a.test}}", "courier.smtp.from_address", "a@a.test", "courier.stmp"),
    Row("U41", "version: v0.7.1\ncourier: {smtp: {connection_uri: 'smtps://u:p@a.test:587/?x=1'}}", "courier.smtp.connection_uri", "smtp://u:p@a.test:587/?x=1", ""),
    Row("U41", "version: v0.7.1\ncourier: {smtp: {connection_uri: 'smtps://a.test/?legacy_ssl=true&x=1'}}", "courier.smtp.connection_uri", "smtps://a.test/?x=1", ""),
    Row("U41", "version: v0.7.1\nciphers: {algorithm: aes}\ncourier: {smtp: {connection_uri: 'smtps://a.test/'}}", "courier.smtp.connection_uri", "smtps://a.test/", ""),
    Row("U42", "version: v0.6.0\ncourier: {smtp: {connection_uri: 'smtp://a.test/'}}", "courier.smtp.connection_uri", "smtp://a.test/", ""),
    Row("U43", "courier: {message_ttl: 1h}", "courier", None, "courier"),
    Row("U44", "courier: {http: {request_config: {url: x, header: {a: b}}}}", "courier.http.request_config", {"url": "x", "headers": {"a": "b"}}, ""),
    Row("U44", _login("{hooks: [{hook: web_hook, config: {url: x, header: {a: b}}}]}"), f"{_LOGIN}.hooks.0.config", {"url": "x", "headers": {"a": "b"}}, ""),
    Row("U45", "courier: {sms: {enabled: true, from: '+1', request_config: {url: x}}}", "courier.channels", [{"id": "sms", "type": "http", "request_config": {"url": "x"}}], "courier.sms"),
    Row("U45", "courier: {sms: {enabled: false, request_config: {url: x}}}", "courier.channels", None, "courier.sms"),
    Row("U46", "serve: {public: {domain_aliases: [{match_domain: a}], port: 1}}", "serve.public.port", 1, "serve.public.domain_aliases"),
    Row("U47", "tracing: {provider: jaeger, service_name: k, providers: {jaeger: {propagation: jaeger, sampling: {type: const, value: 1, server_url: x}}}}", "tracing", {"provider": "jaeger", "service_name": "k", "providers": {"jaeger": {"sampling": {"server_url": "x", "trace_id_ratio": 1}}}}, ""),
    Row("U47", "tracing: {provider: datadog, service_name: k}", "tracing", {"service_name": "k"}, "tracing.provider"),
    Row("U48", "selfservice: {methods: {code: {passwordless_login_fallback_enabled: true}}}", "selfservice.methods.code.config.missing_credential_fallback_enabled", True, "selfservice.methods.code.passwordless_login_fallback_enabled"),
    Row("U49", "selfservice: {flows: {registration: {enable_legacy_one_step: true}}}", f"{_F}.registration.style", "unified", f"{_F}.registration.enable_legacy_one_step"),
    Row("U50", "selfservice: {flows: {settings: {after: , ui_url: x}}}", f"{_F}.settings", {"ui_url": "x"}, ""),
    Row("U51", _login("{password: {hooks: [{job: revoke_active_sessions}]}}"), f"{_LOGIN}.password.hooks.0.hook", "revoke_active_sessions", ""),
]  # fmt: skip
EVERY_RULE = {f"U{number}" for number in range(1, 52)} | {"U32b"}


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.rule}-{index}" for index, row in enumerate(ROWS)])
@pytest.mark.covers(*sorted(EVERY_RULE))
def test_each_older_key_gets_its_modern_place(row: Row) -> None:
    result = upgraded(row.old)
    assert value_at(result, row.path) == row.value
    assert row.rule in rules_of(result)
    assert not row.gone or row.gone not in paths_of(result.document)
    assert result.problems == ()


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.rule}-{index}" for index, row in enumerate(ROWS)])
def test_upgrading_twice_is_upgrading_once(row: Row) -> None:
    once = upgraded(row.old)
    twice = upgrade(once.document)
    assert (twice.document, twice.changes, twice.switches) == (once.document, (), once.switches)


def test_the_table_above_has_every_rule() -> None:
    assert {row.rule for row in ROWS} == EVERY_RULE


@pytest.mark.parametrize(
    ("text", "path", "value", "loser"),
    [
        ("urls: {login_ui: old}\nselfservice: {flows: {login: {ui_url: new}}}", f"{_F}.login.ui_url", "new", "urls.login_ui"),
        ("secrets: {session: [old], cookie: [new]}", "secrets.cookie", ["new"], "secrets.session"),
        ("identity: {default_schema_url: old, default_schema_id: b, schemas: [{id: b, url: new}]}", "identity.schemas", [{"id": "b", "url": "new"}], "identity.default_schema_url"),
        ("identity: {default_schema_url: old, schemas: [{id: default, url: new}]}", "identity.schemas.0.url", "new", "identity.default_schema_url"),
        ("urls: {whitelisted_return_to_urls: [old]}\nselfservice: {allowed_return_urls: [new]}", "selfservice.allowed_return_urls", ["new"], "urls.whitelisted_return_to_urls"),
        ("selfservice: {strategies: {link: {enabled: false}}, methods: {link: {enabled: true}}}", "selfservice.methods.link.enabled", True, "selfservice.strategies.link.enabled"),
        (_login("{password: {hooks: [{hook: redirect, config: {to: old}}], default_browser_return_url: new}}"), f"{_LOGIN}.password.default_browser_return_url", "new", f"{_LOGIN}.password.hooks.0"),
    ],
)  # fmt: skip
def test_a_modern_key_wins_and_the_older_one_is_reported(text: str, path: str, value: JsonValue, loser: str) -> None:
    result = upgraded(text)
    assert value_at(result, path) == value
    assert [
        change
        for change in result.changes
        if change.old == loser and change.kind == "dropped" and "wins" in change.reason
    ]


def test_a_strategy_that_has_a_modern_twin_is_merged_with_it() -> None:
    result = upgraded(
        "selfservice: {strategies: {password: {enabled: true}, oidc: {enabled: false}}, methods: {password: {config: {a: 1}}}}"
    )
    assert value_at(result, "selfservice.methods.password") == {"config": {"a": 1}, "enabled": True}
    assert value_at(result, "selfservice.methods.oidc") == {"enabled": False}


def test_security_relevant_steps_are_marked() -> None:
    result = upgraded(
        "urls: {whitelisted_return_to_domains: [https://a.test]}\ncourier: {smtp: {connection_uri: 'smtps://a/?legacy_ssl=true'}}"
    )
    assert {change.rule for change in result.changes if change.security} == {"U2", "U41", "paths"}


def test_values_of_the_wrong_form_are_left_to_the_validator() -> None:
    result = upgraded(
        "urls: [x]\nselfservice: {strategies: x, flows: y}\nsecrets: 3\nhashers: {argon2: {memory: true}}"
    )
    assert value_at(result, "urls") == ["x"]
    assert value_at(result, "secrets") == 3


def test_nothing_is_put_over_a_value_that_stands_in_the_way() -> None:
    result = upgraded("urls: {login_ui: x}\nselfservice: {flows: y}")
    assert [(problem.rule, problem.path) for problem in result.problems] == [("U7", "urls.login_ui")]


def test_nulls_that_mean_something_stay() -> None:
    result = upgraded(_provider("requested_claims: {id_token: {email: null}}, label: null"))
    assert value_at(result, _PROVIDERS) == {"id": "a", "requested_claims": {"id_token": {"email": None}}}


def test_a_mapping_document_of_v0_1_stops_with_instructions() -> None:
    result = upgraded(
        "selfservice: {strategies: {oidc: {enabled: true, config: {providers: [{id: a, schema_url: file:///x.json}]}}}}"
    )
    [problem] = result.problems
    assert problem.rule == "U34"
    assert problem.path.startswith("selfservice.strategies.oidc.config.providers.0.schema_url")
    assert "mapper_url" in problem.reason
    assert "std.extVar" in problem.reason


def test_the_document_handed_in_is_left_alone() -> None:
    original: JsonObject = {"urls": {"login_ui": "x"}}
    upgrade(original)
    assert original == {"urls": {"login_ui": "x"}}


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "version: v26.2.0",
        "version: eleven",
        "version: ''",
        "dsn: memory\nselfservice: {flows: {login: {ui_url: x}}}",
    ],
)
def test_a_modern_document_needs_nothing(text: str) -> None:
    result = upgraded(text)
    assert (result.changes, result.problems, result.version if "v26" not in text else None) == ((), (), None)
