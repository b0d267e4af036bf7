"""What does a person read after an upgrade, and where did a setting stand before?"""

import pytest
from dialect_documents import era, upgraded

from limen.config.dialects import render_report, translate_environment, upgrade


def test_a_line_names_rule_kind_both_paths_and_reason() -> None:
    lines = render_report(upgraded("urls: {login_ui: https://a.test/}")).splitlines()
    assert "U7 moved urls.login_ui -> selfservice.flows.login.ui_url: a flow names its own page since v0.4" in lines


def test_security_relevant_lines_are_marked() -> None:
    report = render_report(upgraded("urls: {whitelisted_return_to_domains: [https://a.test/x]}"))
    [line] = [line for line in report.splitlines() if line.startswith("U2 ")]
    assert line.endswith("[security]")


def test_what_cannot_be_translated_is_a_line_with_instructions() -> None:
    report = render_report(upgraded("selfservice: {methods: {oidc: {config: {providers: [{schema_url: x}]}}}}"))
    assert report.startswith("U34 cannot be translated selfservice.methods.oidc.config.providers.0.schema_url: ")


def test_a_modern_document_has_an_empty_report() -> None:
    assert render_report(upgraded("version: v26.2.0")) == ""


def test_the_report_never_shows_values() -> None:
    text = "version: v0.7.0\nsecrets: {session: [0123456789abcdef]}\ncourier: {smtp: {connection_uri: 'smtps://me:hidden@a.test/'}}"
    report = render_report(upgraded(text))
    assert "0123456789abcdef" not in report
    assert "hidden" not in report


@pytest.mark.parametrize("name", ["v0.1.yml", "v0.3.yml"])
def test_a_message_can_name_the_path_that_the_author_wrote(name: str) -> None:
    result = upgrade(era(name))
    assert result.origin("selfservice.flows.login.ui_url") == "urls.login_ui"
    assert result.origin("selfservice.methods.password.enabled") == "selfservice.strategies.password.enabled"
    assert result.origin("identity.schemas.0.url") == "identity.traits.default_schema_url"
    assert result.origin("log.level") == "log.level"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("SECRETS_SESSION", "secrets.cookie"),
        ("URLS_LOGIN_UI", "selfservice.flows.login.ui_url"),
        ("URLS_SELF_PUBLIC", "serve.public.base_url"),
        ("TTL_SESSION", "session.lifespan"),
        ("SELFSERVICE_LOGIN_REQUEST_LIFESPAN", "selfservice.flows.login.lifespan"),
        ("SELFSERVICE_STRATEGIES_PASSWORD_ENABLED", "selfservice.methods.password.enabled"),
        ("SELFSERVICE_STRATEGIES_RECOVERY_TOKEN_ENABLED", "selfservice.methods.link.enabled"),
        ("SECURITY_SESSION_COOKIE_SAME_SITE", "session.cookie.same_site"),
        ("IDENTITY_TRAITS_DEFAULT_SCHEMA_URL", "identity.traits.default_schema_url"),
        ("DISABLE_TELEMETRY", "sqa-opt-out"),
        ("DSN", None),
        ("SELFSERVICE_FLOWS_LOGIN_UI_URL", None),
        ("HOME", None),
    ],
)
def test_a_variable_of_an_older_release_is_translated_by_its_path(name: str, path: str | None) -> None:
    assert translate_environment(name) == path


def test_lists_that_came_as_one_text_are_split() -> None:
    result = upgrade({"secrets": {"session": "a-first-secret-of-16 a-second-secret-of-16"}})
    assert result.document["secrets"] == {
        "cookie": ["a-first-secret-of-16", "a-second-secret-of-16"],
        "default": ["a-first-secret-of-16", "a-second-secret-of-16"],
    }
