"""What holds when nothing is said: nothing configured at all, and what is derived from what is."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from limen.config.database import embedded_file
from limen.config.generated_secrets import GeneratedSecrets, NoSecrets
from limen.config.load import LoadedConfig, LoadRequest, load
from limen.config.model import Config
from limen.config.problems import ConfigRefused
from limen.domain.flow.kinds import FlowKind
from limen.kernel.entropy import Entropy
from limen.kernel.json_doc import JsonObject

Loading = Callable[..., LoadedConfig]


def test_no_configuration_at_all_is_a_configuration(tmp_path: Path, secrets: GeneratedSecrets) -> None:
    loaded = load(LoadRequest(data_folder=tmp_path / "data"), secrets)
    config = loaded.config
    assert config.dsn == f"sqlite://{tmp_path}/data/limen.sqlite"
    assert config.identity.default_schema_id == "default"
    assert [schema.id for schema in config.identity.schemas] == ["default"]
    assert {config.flow(kind).ui_url for kind in FlowKind} == {f"http://localhost:4433/ui/{kind}" for kind in FlowKind}
    assert config.selfservice.flows.error.ui_url == "http://localhost:4433/ui/error"
    assert config.selfservice.default_browser_return_url == "http://localhost:4433/ui/"
    assert config.serve.admin.host == "127.0.0.1"
    assert config.serve.admin.base_url == "http://127.0.0.1:4434"
    assert config.security.rate_limits.enabled
    assert config.security.pre_hijacking.mitigate
    assert not config.dev
    assert loaded.warnings == ()


def test_the_generated_secret_is_kept_beside_the_database_and_used_again(tmp_path: Path, entropy: Entropy) -> None:
    request = LoadRequest(data_folder=tmp_path / "data")
    first = load(request, GeneratedSecrets(entropy)).config.secrets
    file = tmp_path / "data" / "limen.sqlite.secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() == first.default[0]
    assert load(request, GeneratedSecrets(entropy)).config.secrets == first
    assert first.cookie == first.default == first.for_pagination


def test_a_truncated_secret_file_is_refused(tmp_path: Path, secrets: GeneratedSecrets) -> None:
    (tmp_path / "limen.sqlite.secret").write_text("half")
    with pytest.raises(ConfigRefused, match=r"does not hold a whole secret"):
        load(LoadRequest(data_folder=tmp_path), secrets)


def test_a_database_in_memory_keeps_no_secret(tmp_path: Path, secrets: GeneratedSecrets) -> None:
    loaded = load(LoadRequest(data_folder=tmp_path, environment={"DSN": "memory"}), secrets)
    assert [warning.key for warning in loaded.warnings] == ["secrets.default"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.covers("CFG-06", "SEED0-13", "SEED4-22")
def test_a_file_without_secrets_gets_one_for_this_run(tmp_path: Path, entropy: Entropy) -> None:
    file = tmp_path / "limen.yml"
    file.write_text(f"dsn: sqlite://{tmp_path}/db.sqlite\n")
    secrets = GeneratedSecrets(entropy)
    first, again = (load(LoadRequest(files=(file,)), secrets) for _ in range(2))
    assert first.config.secrets.default == again.config.secrets.default
    assert "secrets.default" in [warning.key for warning in first.warnings]
    assert load(LoadRequest(files=(file,)), GeneratedSecrets(entropy)).config.secrets != first.config.secrets
    assert [path.name for path in tmp_path.iterdir()] == ["limen.yml"]


def test_commands_that_only_look_write_nothing(tmp_path: Path) -> None:
    assert load(LoadRequest(data_folder=tmp_path / "data"), NoSecrets()).config.secrets.default
    assert list(tmp_path.iterdir()) == []


@pytest.mark.covers("CFG-06", "SEED0-12")
def test_secrets_fall_back_on_each_other(loading: Loading, document: JsonObject) -> None:
    def secrets(**lists: list[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        found = loading(json.dumps({**document, "secrets": {**lists}})).config.secrets
        return found.default, found.cookie, found.for_pagination

    a, b, c = ("a" * 16,), ("b" * 16,), ("c" * 16,)
    assert secrets(default=[*a]) == (a, a, a)
    assert secrets(cookie=[*b]) == (b, b, b)
    assert secrets(default=[*a], cookie=[*b], pagination=[*c]) == (a, b, c)


@pytest.mark.covers("CFG-10", "SEED4-14")
@pytest.mark.parametrize(
    ("public", "url"),
    [
        ({}, "http://localhost:4433"),
        ({"host": "0.0.0.0", "port": 1}, "http://localhost:1"),
        ({"host": "::1"}, "http://[::1]:4433"),
        ({"host": "10.1.2.3"}, "http://10.1.2.3:4433"),
        ({"host": "unix:/run/limen.sock"}, "http://localhost:4433"),
        ({"tls": {"key": {"path": "/k"}, "cert": {"path": "/c"}}}, "https://localhost:4433"),
        ({"base_url": "https://id.example.org/"}, "https://id.example.org"),
        ({"base_url": "https://id.example.org/auth//"}, "https://id.example.org/auth"),
    ],
)
def test_the_base_address_never_ends_in_a_slash(
    loading: Loading, document: JsonObject, public: JsonObject, url: str
) -> None:
    config = loading(json.dumps({**document, "serve": {"public": public}})).config
    assert config.serve.public.base_url == url
    assert config.selfservice.flows.registration.ui_url == f"{url}/ui/registration"


def test_an_admin_listener_that_others_can_reach_is_warned_of(loading: Loading, document: JsonObject) -> None:
    for host, warned in (("0.0.0.0", True), ("127.0.0.1", False), ("localhost", False), ("10.0.0.1", True)):
        loaded = loading(json.dumps({**document, "serve": {"admin": {"host": host}}}))
        assert ("serve.admin.host" in [warning.key for warning in loaded.warnings]) is warned


@pytest.mark.covers("SEED4-03", "CFG-09")
@pytest.mark.parametrize(
    ("dsn", "file"),
    [
        ("sqlite:///var/lib/sqlite/db.sqlite?_fk=true", "/var/lib/sqlite/db.sqlite"),
        ("sqlite://name.db?_fk=true&mode=rwc", "name.db"),
        ("sqlite://file:NAME?cache=shared", "NAME"),
        ("sqlite:///a%20b.db", "/a b.db"),
        ("memory", None),
        ("sqlite://:memory:?_fk=true", None),
        ("sqlite://file::memory:?_fk=true&cache=shared", None),
        ("sqlite://name.db?mode=memory&_fk=true", None),
        ("postgres://u:p@h/d", None),
    ],
)
def test_an_embedded_database_lives_in_a_file(dsn: str, file: str | None) -> None:
    assert embedded_file(dsn) == (Path(file) if file else None)


def config_of(loading: Loading, document: JsonObject, **sections: JsonObject) -> Config:
    dev = bool(sections.pop("flags", {}).get("dev"))
    return loading(json.dumps({**document, **sections}), dev=dev).config


@pytest.mark.covers("CFG-08", "SEC-01")
def test_cookies_are_secure_except_in_development_unless_told_otherwise(loading: Loading, document: JsonObject) -> None:
    assert config_of(loading, document).cookie_shape.secure
    assert not config_of(loading, document, flags={"dev": True}).cookie_shape.secure
    assert config_of(loading, document, flags={"dev": True}, cookies={"secure": True}).session_cookie_shape.secure
    assert not config_of(loading, document, cookies={"secure": "false"}).cookie_shape.secure


def test_the_session_cookie_takes_what_it_does_not_say_from_the_others(loading: Loading, document: JsonObject) -> None:
    config = config_of(
        loading,
        document,
        cookies={"domain": "a.test", "path": "/x", "same_site": "Strict"},
        session={"cookie": {"domain": "b.test", "secure": False}},
    )
    shape = config.session_cookie_shape
    assert (shape.domain, shape.path, shape.secure, shape.same_site) == ("b.test", "/x", False, "Strict")
    assert config.cookie_shape.domain == "a.test"


def test_flows_and_methods_are_looked_up_by_name(loading: Loading, document: JsonObject) -> None:
    own = {"hooks": [{"hook": "session"}], "default_browser_return_url": "https://a.test/in"}
    flows = {
        "registration": {"enabled": False, "after": {"password": own, "hooks": [{"hook": "verification"}]}},
        "login": {"style": "identifier_first"},
    }
    config = config_of(loading, document, selfservice={"flows": flows, "methods": {"profile": {"enabled": False}}})
    registration = config.flow(FlowKind.REGISTRATION)
    assert not registration.enabled
    assert [hook.hook for hook in registration.hooks_after("password")] == ["session"]
    assert [hook.hook for hook in registration.hooks_after("oidc")] == ["verification"]
    assert registration.return_url_after("password") == "https://a.test/in"
    assert registration.return_url_after("oidc") is None
    assert config.flow(FlowKind.LOGIN).enabled
    assert not config.flow(FlowKind.RECOVERY).enabled
    enabled = [
        name for name in ("password", "profile", "totp", "code", "identifier_first", "x") if config.method_enabled(name)
    ]
    assert enabled == ["password", "code", "identifier_first"]
