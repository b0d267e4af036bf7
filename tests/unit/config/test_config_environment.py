import json
from collections.abc import Callable

import pytest

from limen.config.environment import settings
from limen.config.keys import all_keys
from limen.config.load import LoadedConfig
from limen.kernel.json_doc import JsonObject

Loading = Callable[..., LoadedConfig]
Refusal = Callable[..., dict[str, str]]


@pytest.mark.covers("CFG-02", "SEED4-03", "SEED4-08", "SEED4-09")
@pytest.mark.parametrize(
    ("name", "text", "path", "value"),
    [
        ("DSN", "sqlite:///var/lib/sqlite/db.sqlite?_fk=true", "dsn", "sqlite:///var/lib/sqlite/db.sqlite?_fk=true"),
        ("LOG_LEVEL", "debug", "log.level", "debug"),
        ("SELFSERVICE_FLOWS_LOGIN_UI_URL", "https://a.test", "selfservice.flows.login.ui_url", "https://a.test"),
        ("SELFSERVICE_METHODS_PASSWORD_CONFIG_MIN_PASSWORD_LENGTH", "20", "selfservice.methods.password.config.min_password_length", 20),
        ("SELFSERVICE_FLOWS_RECOVERY_ENABLED", "false", "selfservice.flows.recovery.enabled", False),
        ("SECURITY_RATE_LIMITS_ENABLED", "0", "security.rate_limits.enabled", False),
        ("SECURITY_PRE_HIJACKING_MITIGATE", "false", "security.pre_hijacking.mitigate", False),
        ("COOKIES_SECURE", "true", "cookies.secure", True),
        ("COOKIES_DOMAIN", "", "cookies.domain", ""),
        ("WATCH_COURIER", "true", "watch-courier", True),
        ("SQA_OPT_OUT", "true", "sqa-opt-out", True),
        ("SECRETS_DEFAULT", "aaaa, bbbb", "secrets.default", ["aaaa", "bbbb"]),
        ("SELFSERVICE_ALLOWED_RETURN_URLS", '["https://a.test/?b=1,2"]', "selfservice.allowed_return_urls", ["https://a.test/?b=1,2"]),
        ("SELFSERVICE_METHODS_PASSWORD", '{"enabled": false}', "selfservice.methods.password", {"enabled": False}),
        ("COURIER_SMTP_HEADERS", '{"X-A": "b"}', "courier.smtp.headers", {"X-A": "b"}),
        ("COURIER_TEMPLATES_RECOVERY_CODE_VALID_EMAIL_SUBJECT", "file:///a", "courier.templates.recovery_code.valid.email.subject", "file:///a"),
        ("TRACING_PROVIDERS_OTLP_SAMPLING_SAMPLING_RATIO", "0.5", "tracing.providers.otlp.sampling.sampling_ratio", 0.5),
        ("ORGANIZATIONS", "[]", "organizations", []),
        ("IDENTITY_SCHEMAS_0_ID", "renamed", "identity.schemas.0.id", "renamed"),
        ("SELFSERVICE_FLOWS_LOGIN_AFTER_HOOKS_1_CONFIG_AUTH_CONFIG_USER", "u", "selfservice.flows.login.after.hooks.1.config.auth.config.user", "u"),
        ("SERVE_ADMIN_PORT", "many", "serve.admin.port", "many"),
    ],
)  # fmt: skip
def test_a_variable_is_a_key_path_in_capitals(name: str, text: str, path: str, value: object) -> None:
    (setting,) = settings({name: text})
    assert (".".join(setting.path), setting.value, setting.older) == (path, value, False)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PATH", "/bin"),
        ("HOME", "/root"),
        ("SESSION", "ubuntu"),
        ("DATABASE", "shop"),
        ("LOG", "/var/log"),
        ("VERSION", "7"),
        ("CONFIG", "a"),
        ("HELP", "1"),
        ("dsn", "memory"),
        ("SERVE_ADMIN_PORT", ""),
        ("SECRETS_DEFAULT", ""),
        ("SERVE_ADMIN_PORTS", "1"),
        ("IDENTITY_SCHEMAS_X_ID", "1"),
    ],
)
def test_variables_of_other_programs_are_left_alone(name: str, text: str) -> None:
    assert settings({name: text}) == ()


def test_every_plain_key_has_its_variable() -> None:
    for key in all_keys():
        if "<" in key.path or key.path in {"version", "config", "help"}:
            continue
        name = key.path.replace("[]", ".0").upper().replace(".", "_").replace("-", "_")
        (setting,) = settings({name: "1"})
        assert ".".join(setting.path) == key.path.replace("[]", ".0"), name


@pytest.mark.covers("CFG-02", "SEED4-09", "SEED4-13")
def test_the_environment_wins_over_every_file_and_is_named_as_the_origin(
    loading: Loading, document: JsonObject
) -> None:
    loaded = loading(
        json.dumps(document), "log: {format: text}\n", environment={"LOG_FORMAT": "json", "REVISION": "eight"}
    )
    assert (loaded.config.log.format, loaded.config.revision) == ("json", "eight")
    assert str(loaded.provenance.of(("log", "format"))) == "environment variable LOG_FORMAT"


@pytest.mark.covers("CFG-02")
def test_one_numbered_element_replaces_the_list_of_the_file(loading: Loading, document: JsonObject) -> None:
    document["selfservice"] = {"allowed_return_urls": ["https://old.test", "https://older.test"]}
    environment = {
        "IDENTITY_SCHEMAS_0_ID": "first",
        "IDENTITY_SCHEMAS_0_URL": "file:///first.json",
        "IDENTITY_SCHEMAS_1_ID": "second",
        "IDENTITY_SCHEMAS_1_URL": "file:///second.json",
        "IDENTITY_DEFAULT_SCHEMA_ID": "second",
        "SELFSERVICE_ALLOWED_RETURN_URLS_0": "https://new.test",
    }
    loaded = loading(json.dumps(document), environment=environment)
    assert [(schema.id, schema.url) for schema in loaded.config.identity.schemas] == [
        ("first", "file:///first.json"),
        ("second", "file:///second.json"),
    ]
    assert loaded.config.selfservice.allowed_return_urls == ("https://new.test",)


def test_more_than_ten_numbered_elements_keep_their_order(loading: Loading, document: JsonObject) -> None:
    environment = {f"SELFSERVICE_ALLOWED_RETURN_URLS_{at}": f"https://{at}.test" for at in range(12)}
    urls = loading(json.dumps(document), environment=environment).config.selfservice.allowed_return_urls
    assert urls == tuple(f"https://{at}.test" for at in range(12))


def test_a_gap_in_the_numbers_is_refused(refusal: Refusal, document: JsonObject) -> None:
    problems = refusal(json.dumps(document), environment={"SELFSERVICE_ALLOWED_RETURN_URLS_1": "https://a.test"})
    assert "without a gap" in problems["selfservice.allowed_return_urls.1"]


@pytest.mark.covers("CFG-02", "CFG-03")
@pytest.mark.parametrize(
    ("name", "text", "path"),
    [
        ("SELFSERVICE_FLOWS_LOGIN_LIFESPAN", "soon", "selfservice.flows.login.lifespan"),
        ("SERVE_ADMIN_PORT", "many", "serve.admin.port"),
        ("LOG_LEVEL", "shouting", "log.level"),
        ("SELFSERVICE_FLOWS_RECOVERY_ENABLED", "perhaps", "selfservice.flows.recovery.enabled"),
        ("SELFSERVICE_METHODS_PASSWORD", "nonsense", "selfservice.methods.password"),
        ("IDENTITY_SCHEMAS", "[{", "identity.schemas"),
        ("DSN", "", "dsn"),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_the_variable(
    refusal: Refusal, document: JsonObject, name: str, text: str, path: str
) -> None:
    problems = refusal(json.dumps(document), environment={name: text})
    assert problems[path].startswith(f"environment variable {name}: {path}: expected")


@pytest.mark.covers("SEED1-13")
def test_variables_of_older_releases_set_today_s_keys_with_a_warning(loading: Loading) -> None:
    text = "dsn: memory\nurls: {default_return_to: 'https://a.test', login_ui: 'https://file.test'}\nsecrets: {session: [the-secret-of-the-file]}\n"
    loaded = loading(
        text,
        environment={"URLS_LOGIN_UI": "https://environment.test", "SECRETS_SESSION": "a-secret-of-the-environment"},
    )
    assert loaded.config.selfservice.flows.login.ui_url == "https://environment.test"
    assert loaded.config.secrets.cookie == ("a-secret-of-the-environment",)
    assert ("URLS_LOGIN_UI", "a name of an older release; today it is SELFSERVICE_FLOWS_LOGIN_UI_URL") in [
        (warning.key, warning.text) for warning in loaded.warnings
    ]


def test_a_variable_of_today_beats_one_of_an_older_release(loading: Loading, document: JsonObject) -> None:
    environment = {"SECRETS_SESSION": "older-older-older-older", "SECRETS_COOKIE": "today-today-today-today"}
    assert loading(json.dumps(document), environment=environment).config.secrets.cookie == ("today-today-today-today",)
