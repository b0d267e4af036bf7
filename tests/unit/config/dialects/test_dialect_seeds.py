"""Does every YAML block of the seeds, and a whole document of every era, come out in today's form?"""

from itertools import combinations

import pytest
from dialect_documents import ERAS, SEEDS, era, rules_of, seed, upgraded, value_at
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.config.dialects import Upgraded, render_report, upgrade
from limen.kernel.json_doc import JsonObject, JsonValue

_FLOWS = "selfservice.flows"
_SECRETS: list[JsonValue] = [
    "something-super-secret",
    "old-session-secret",
    "older-session-secret",
    "ancient-session-secret",
]
_UI = "http://localhost:4455"


@pytest.mark.parametrize("name", SEEDS)
@pytest.mark.parametrize("method", ["password", "oidc"])
def test_every_block_of_the_seeds_is_understood(name: str, method: str) -> None:
    assert upgrade(seed(name, method)).problems == ()


@pytest.mark.covers("SEED0-01", "SEED0-04", "SEED0-06", "SEED0-23")
@pytest.mark.parametrize("method", ["password", "oidc"])
def test_the_printed_login_list_of_v0_5_works_for_any_method(method: str) -> None:
    for name in ("seed0_1_login_password.yml", "seed0_2_login_method.yml"):
        result = upgrade(seed(name, method))
        chosen = "password" if name.startswith("seed0_1") else method
        assert value_at(result, f"{_FLOWS}.login.after.{chosen}.hooks") == [{"hook": "revoke_active_sessions"}]


@pytest.mark.covers("SEED0-08", "SEED0-11", "SEED3-08")
def test_the_printed_registration_lists_of_v0_5_work() -> None:
    result = upgrade(seed("seed0_3_registration.yml"))
    for method in ("oidc", "password"):
        assert value_at(result, f"{_FLOWS}.registration.after.{method}.hooks") == [{"hook": "session"}]
    assert "#account-enumeration-attacks" in render_report(result)


@pytest.mark.covers("SEED0-12", "SEED0-14", "SEED0-15")
def test_the_cookie_secrets_of_v0_5_stay_where_they_are() -> None:
    assert value_at(upgrade(seed("seed0_4_secrets.yml")), "secrets") == {"cookie": _SECRETS}


@pytest.mark.covers("SEED0-22")
def test_a_section_with_nothing_below_it_counts_as_none() -> None:
    assert value_at(upgrade(seed("seed0_5_settings.yml")), f"{_FLOWS}.settings.after") is None


@pytest.mark.covers("SEED1-10", "SEED1-13", "SEED1-14", "SEED1-18", "SEED1-19", "SEED2-02")
@pytest.mark.parametrize("name", ["seed2_2_login_session.yml", "seed2_6_registration_session.yml"])
def test_the_session_job_and_its_secrets(name: str) -> None:
    result = upgrade(seed(name))
    assert value_at(result, "secrets.cookie") == _SECRETS
    assert value_at(result, f"{_FLOWS}.registration.after.password.hooks") == [{"hook": "session"}]
    assert "account enumeration; see docs/security.md#account-enumeration-attacks [security]" in render_report(result)


@pytest.mark.covers("SEED1-15")
def test_revoking_sessions_in_v0_1() -> None:
    result = upgrade(seed("seed2_4_login_revoke.yml"))
    assert value_at(result, f"{_FLOWS}.login.after.password.hooks") == [{"hook": "revoke_active_sessions"}]


@pytest.mark.covers("SEED4-12", "SEED4-18", "SEED4-35")
def test_the_printed_v0_11_file_keeps_one_step_and_is_otherwise_modern() -> None:
    original = seed("seed4_kratos.yml")
    result = upgrade(original)
    assert value_at(result, f"{_FLOWS}.registration.style") == "unified"
    assert value_at(result, f"{_FLOWS}.recovery.use") is None, "codes came with v0.11"
    assert (
        value_at(result, f"{_FLOWS}.registration.after.default_browser_return_url") == "http://localhost:3000/dashboard"
    )
    assert {change.kind for change in result.changes} <= {"default made explicit", "value changed"}
    assert value_at(result, "serve") == original["serve"]


@pytest.mark.parametrize("name", ERAS)
def test_a_document_of_every_era_asks_for_the_same(name: str) -> None:
    result = upgrade(era(name))
    assert result.problems == ()
    expected = {
        f"{_FLOWS}.login.ui_url": f"{_UI}/auth/login",
        f"{_FLOWS}.registration.ui_url": f"{_UI}/auth/registration",
        f"{_FLOWS}.settings.ui_url": f"{_UI}/profile",
        f"{_FLOWS}.error.ui_url": f"{_UI}/error",
        f"{_FLOWS}.login.lifespan": "10m",
        f"{_FLOWS}.registration.lifespan": "10m",
        f"{_FLOWS}.registration.after.password.hooks": [{"hook": "session"}],
        f"{_FLOWS}.registration.style": "unified",
        f"{_FLOWS}.verification.enabled": True,
        f"{_FLOWS}.logout.after.default_browser_return_url": f"{_UI}/bye",
        "selfservice.methods.password.enabled": True,
        "identity.default_schema_id": "default",
        "identity.schemas": [{"id": "default", "url": "file://identity.schema.json"}],
        "serve.public.base_url": "http://127.0.0.1:4433/",
        "selfservice.default_browser_return_url": f"{_UI}/",
        "version": "v26.2.0",
    }
    assert {path: value_at(result, path) for path in expected} == expected
    for flow, target in (("login", "/in"), ("registration", "/new")):
        places = (f"{_FLOWS}.{flow}.after.{where}default_browser_return_url" for where in ("", "password."))
        assert f"{_UI}{target}" in [value_at(result, place) for place in places]
    gone = {"urls", "security", "ttl", "password"} & result.document.keys()
    assert gone == set()


@pytest.mark.parametrize(
    ("name", "algorithm", "recovery", "lifespan", "version"),
    [
        ("v0.1.yml", "argon2", "link", "1h", "v0.1"),
        ("v0.3.yml", "argon2", "link", "1h", "v0.3"),
        ("v0.4.yml", "argon2", "link", "1h", "v0.4"),
        ("v0.5.yml", "argon2", "link", None, "v0.5"),
        ("v0.6.yml", None, "link", None, "v0.8"),
        ("v0.8.yml", "bcrypt", "link", None, "v0.8"),
        ("v0.11.yml", "bcrypt", None, None, "v0.11"),
        ("v1.1.yml", "bcrypt", None, None, "v1.1"),
    ],
)
def test_the_defaults_of_the_age_are_written_out(
    name: str, algorithm: str | None, recovery: str | None, lifespan: str | None, version: str
) -> None:
    result = upgrade(era(name))
    paths = ("hashers.algorithm", f"{_FLOWS}.recovery.use", "session.lifespan")
    assert (*(value_at(result, path) for path in paths), result.version) == (algorithm, recovery, lifespan, version)


@pytest.mark.parametrize(
    ("version", "path", "value"),
    [
        ("v0.10.0", f"{_FLOWS}.verification.use", "link"),
        ("v0.10.1", "selfservice.methods.link.enabled", True),
        ("v0.11.1", f"{_FLOWS}.recovery.notify_unknown_recipients", True),
        ("v1.0.0", "session.earliest_possible_extend", "24h"),
        ("v1.1.0", f"{_FLOWS}.registration.style", "unified"),
        ("v1.3.1", "feature_flags.password_profile_registration_node_group", "password"),
        ("v1.3.1", "feature_flags.legacy_oidc_registration_node_group", True),
        ("v1.3.1", "feature_flags.legacy_continue_with_verification_ui", True),
        ("v1.3.1", "feature_flags.legacy_require_verified_login_error", True),
    ],
)
def test_a_changed_default_is_written_out_for_older_versions_only(version: str, path: str, value: JsonValue) -> None:
    assert value_at(upgraded(f"version: {version}"), path) == value
    for newer in ("version: v25.4.0", "version: v26.2.0", "dsn: memory"):
        assert value_at(upgraded(newer), path) is None


def test_a_setting_of_one_s_own_beats_the_older_default() -> None:
    result = upgraded(
        "version: v0.8.0\nselfservice: {flows: {recovery: {use: code, notify_unknown_recipients: false}}}"
    )
    assert value_at(result, f"{_FLOWS}.recovery") == {"use": "code", "notify_unknown_recipients": False}


def test_a_stale_version_is_a_lower_bound_and_the_layout_another() -> None:
    assert upgraded("version: v0.4.6\nselfservice: {whitelisted_return_urls: [x]}").version == "v0.5"
    assert (
        upgraded("version: v0.7.1\nhashers: {algorithm: bcrypt}\nidentity: {default_schema_url: x}").version == "v0.8"
    )
    assert upgraded("version: v1.0.0\nurls: {login_ui: x}").version == "v1.0"


@pytest.mark.parametrize("name", [*ERAS, *SEEDS])
def test_upgrading_a_whole_document_twice_is_upgrading_it_once(name: str) -> None:
    _assert_settled(upgrade(era(name) if name in ERAS else seed(name)))


@pytest.mark.parametrize("pair", list(combinations([*ERAS, *SEEDS[:-1]], 2)))
def test_documents_that_mix_two_dialects_settle_too(pair: tuple[str, str]) -> None:
    _assert_settled(upgrade(_mixed(pair)))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from([*ERAS, *SEEDS]), min_size=3, max_size=6, unique=True))
def test_documents_that_mix_many_dialects_settle_too(names: list[str]) -> None:
    _assert_settled(upgrade(_mixed(names)))


def test_switches_survive_printing() -> None:
    text = (
        "urls: {profile_ui: x}\nidentity: {traits: {default_schema_url: y}}\n"
        "selfservice: {login: {after: {password: [{job: redirect, config: {to: z}}]}},"
        " flows: {registration: {before: [{hook: redirect, config: {to: w}}]}}}"
    )
    once = upgraded(text)
    assert once.document["x-dialect"] == {
        "login_without_session": ["password"],
        "ignore_return_to": [["login", "password"]],
        "before_redirect": {"registration": "w"},
        "wrap_identity_schemas": True,
        "old_paths": "v0.1",
    }
    assert upgrade(once.document).switches == once.switches


@pytest.mark.parametrize("block", ["3", "{dance: true}", "{login_without_session: true}", "{ignore_return_to: [[a]]}"])
def test_a_malformed_block_of_switches_is_refused(block: str) -> None:
    result = upgraded(f"x-dialect: {block}")
    assert [problem.rule for problem in result.problems] == ["x-dialect"]


def _mixed(names: tuple[str, str] | list[str]) -> JsonObject:
    mixed: JsonObject = {}
    for name in names:
        _merge(mixed, era(name) if name in ERAS else seed(name))
    return mixed


def _merge(target: JsonObject, source: JsonObject) -> None:
    for key, value in source.items():
        present = target.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            _merge(present, value)
        else:
            target[key] = value


def _assert_settled(once: Upgraded) -> None:
    twice = upgrade(once.document)
    assert twice.changes == ()
    assert (twice.document, twice.switches) == (once.document, once.switches)
    assert list(twice.document) == list(once.document)
    assert "selfservice" in once.document or not rules_of(once) - {"U28", "version"}
