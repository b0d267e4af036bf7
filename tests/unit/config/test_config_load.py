"""Files, flags and environment together: what wins, what is refused, and how it is named."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from limen.config.generated_secrets import GeneratedSecrets
from limen.config.load import LoadedConfig, LoadRequest, load
from limen.config.problems import ConfigRefused
from limen.config.provenance import OriginKind
from limen.domain.flow.kinds import FlowKind
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


@pytest.mark.covers("CFG-01", "SEED4-01")
def test_a_later_file_wins_key_by_key_and_lists_are_replaced(loading: Loading) -> None:
    first = "dsn: memory\nlog: {level: debug, format: json}\nselfservice: {allowed_return_urls: [https://a.test, https://b.test]}\n"
    second = "log: {level: error}\nselfservice: {allowed_return_urls: [https://c.test]}\n"
    loaded = loading(first, second)
    assert (loaded.config.log.level, loaded.config.log.format) == ("error", "json")
    assert loaded.config.selfservice.allowed_return_urls == ("https://c.test",)
    assert str(loaded.provenance.of(("log", "level"))) == "2.yml"
    assert str(loaded.provenance.of(("log", "format"))) == "1.yml"


def test_an_empty_section_changes_nothing(loading: Loading) -> None:
    loaded = loading(
        "dsn: memory\nlog: {level: debug}\n",
        "log:\nselfservice:\n  flows:\n    settings: {after: {password:, hooks:}}\n",
    )
    assert loaded.config.log.level == "debug"


@pytest.mark.covers("SEED0-22")
@pytest.mark.parametrize("null", ["after:", "before:", "after: {password:}", "after: {hooks:}"])
def test_a_key_with_nothing_below_it_is_not_set(loading: Loading, null: str) -> None:
    assert loading(f"dsn: memory\nselfservice:\n  flows:\n    settings:\n      {null}\n").config.selfservice


def test_keys_of_ones_own_are_passed_over_at_the_top(loading: Loading, refusal: Refusal, document: JsonObject) -> None:
    assert loading(changed(document, "x-anchors", {"a": 1}))
    assert list(refusal(changed(document, "log.x-mine", 1))) == ["log.x-mine"]


def test_lenience_turns_unknown_keys_into_warnings(loading: Loading, document: JsonObject) -> None:
    text = changed(document, "log.bogus", 1)
    loaded = loading(text, lenient=True)
    assert ("log.bogus", "unknown key; known here: format, leak_sensitive_values, level, redaction_text, requests") in [
        (warning.key, warning.text) for warning in loaded.warnings
    ]


@pytest.mark.covers("SEED4-19")
def test_without_a_schema_the_built_in_one_is_used_unless_one_is_insisted_on(
    loading: Loading, refusal: Refusal
) -> None:
    loaded = loading("dsn: memory\n")
    (schema,) = loaded.config.identity.schemas
    assert json.loads(Path(schema.url.removeprefix("file://")).read_text())["properties"]["traits"]["required"] == [
        "email"
    ]
    assert "identity.schemas" in [warning.key for warning in loaded.warnings]
    assert list(refusal("dsn: memory\n", strict=True)) == ["identity.schemas"]


def test_files_that_cannot_be_read_are_named(tmp_path: Path, secrets: GeneratedSecrets) -> None:
    latin = tmp_path / "latin.yml"
    latin.write_bytes(b"a: \xff\n")
    with pytest.raises(ConfigRefused) as caught:
        load(LoadRequest(files=(tmp_path / "absent.yml", latin)), secrets)
    assert [problem.reason for problem in caught.value.problems] == ["No such file or directory", "is not UTF-8 text"]
    assert "absent.yml" in str(caught.value)


def test_a_broken_file_is_named_with_the_line(refusal: Refusal) -> None:
    assert refusal("a: 1\n", "b: [\n") == {"": "2.yml: not valid YAML: line 2: did not find expected node content"}


@pytest.mark.covers("SEED4-05", "SEED4-06", "SEED4-07", "SEED4-10")
def test_variables_that_set_nothing_are_named_and_change_nothing(loading: Loading, document: JsonObject) -> None:
    fictional = {
        "SECURE_COOKIES": "true",
        "KRATOS_PUBLIC_URL": "http://kratos:4433",
        "KRATOS_ADMIN_URL": "http://kratos:4434",
        "VORY_KRATOS_CONFIG_PATH": "/absent",
    }
    text = json.dumps(document)
    loaded = loading(text, environment=fictional, dev=True)
    assert {warning.key for warning in loaded.warnings} >= set(fictional)
    assert loaded.config == loading(text, dev=True).config


@pytest.mark.covers("SEED4-10")
def test_the_file_that_the_environment_hopes_for_is_used_when_no_other_is_named(
    tmp_path: Path, secrets: GeneratedSecrets
) -> None:
    hoped, named = tmp_path / "hoped.yml", tmp_path / "named.yml"
    hoped.write_text("dsn: memory\nrevision: hoped\n")
    named.write_text("dsn: memory\nrevision: named\n")
    environment = {"VORY_KRATOS_CONFIG_PATH": str(hoped)}
    assert load(LoadRequest(environment=environment), secrets).config.revision == "hoped"
    assert load(LoadRequest(environment=environment, files=(named,)), secrets).config.revision == "named"


@pytest.mark.covers("CFG-16")
def test_the_revision_is_the_key_or_a_hash_that_changes_with_the_file(loading: Loading, document: JsonObject) -> None:
    first, second = loading(json.dumps(document)), loading(changed(document, "log.level", "error"))
    assert loading(json.dumps(document)).config.revision == first.config.revision != second.config.revision
    assert loading(changed(document, "revision", "seven")).config.revision == "seven"


def test_flags_are_settings(loading: Loading, document: JsonObject) -> None:
    loaded = loading(json.dumps(document), dev=True, watch_courier=True)
    assert (loaded.config.dev, loaded.config.watch_courier) == (True, True)
    assert str(loaded.provenance.of(("dev",))) == "flag --dev"
    assert loading(json.dumps(document), environment={"DEV": "true"}).config.dev


def test_what_is_not_said_is_a_default(loading: Loading, document: JsonObject) -> None:
    loaded = loading(json.dumps(document))
    assert loaded.provenance.of(("session", "lifespan")).kind is OriginKind.DEFAULT
    assert loaded.config.session.lifespan == timedelta(hours=24)


def test_nothing_that_is_shown_holds_a_secret(loading: Loading, document: JsonObject) -> None:
    loaded = loading(changed(document, "dsn", "postgres://u:geheim-12345@h/d"))
    shown = f"{loaded!r} {loaded.config!r} {loaded.config.secrets!r}"
    assert "0123456789abcdef" not in shown
    assert "geheim" not in shown


@pytest.mark.covers("SEED1-03")
def test_a_problem_in_an_older_document_names_the_place_as_it_is_written(refusal: Refusal) -> None:
    problems = refusal(
        "dsn: memory\nurls: {default_return_to: 'https://a.test/', login_ui: 7}\nsecrets: {session: [short]}\n"
    )
    assert "(written as urls.login_ui)" in problems["selfservice.flows.login.ui_url"]
    assert "(written as secrets.session.0)" in problems["secrets.cookie.0"]
    assert problems["secrets.cookie.0"].startswith("1.yml: ")


def test_an_older_document_is_translated_with_a_warning_and_its_switches(loading: Loading) -> None:
    text = """
    dsn: memory
    urls: {default_return_to: "https://a.test/", login_ui: "https://a.test/login"}
    secrets: {session: [0123456789abcdef]}
    selfservice:
      strategies: {password: {enabled: true}}
      login: {after: {password: [{job: redirect, config: {redirect_to: "https://a.test/in"}}]}}
    """
    loaded = loading(text)
    assert loaded.config.flow(FlowKind.LOGIN).return_url_after("password") == "https://a.test/in"
    assert loaded.config.selfservice.flows.login.ui_url == "https://a.test/login"
    assert not loaded.config.dialect.signs_in("password")
    assert "version" in [warning.key for warning in loaded.warnings]
    assert str(loaded.provenance.of(("selfservice", "flows", "login", "ui_url"))) == "1.yml"
