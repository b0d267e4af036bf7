import json
from collections.abc import Callable

import msgspec
import pytest

from limen.config.explain import UnknownKey, explain
from limen.config.keys import APART, all_keys, keys_apart
from limen.config.load import LoadedConfig
from limen.config.meanings import meanings
from limen.config.model import Config
from limen.config.shape import Section, section
from limen.kernel.json_doc import JsonObject

Loading = Callable[..., LoadedConfig]


@pytest.fixture
def loaded(loading: Loading, document: JsonObject) -> LoadedConfig:
    more: JsonObject = {
        "dsn": "postgres://u:geheim@h/d",
        "hashers": {"argon2": {"memory": "64MB"}},
        "oauth2_provider": {"url": "https://hydra.test", "headers": {"Authorization": "geheim"}},
        "session": {"whoami": {"tokenizer": {"templates": {"jwt": {"jwks_url": "file:///keys.json", "ttl": "90s"}}}}},
    }
    return loading(json.dumps({**document, **more}), environment={"SESSION_COOKIE_NAME": "mine"})


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("session.cookie.name", ("text", "ory_kratos_session", "mine", "environment variable SESSION_COOKIE_NAME")),
        ("session.lifespan", ("duration", "24h", "24h", "default")),
        ("selfservice.flows.login.lifespan", ("duration", "1h", "10m", "1.yml")),
        ("hashers.argon2.memory", ("size", "128MB", "64MB", "1.yml")),
        ("hashers.algorithm", ("argon2 | bcrypt", "bcrypt", "bcrypt", "default")),
        ("identity.schemas[0].id", ("text", "required", "default", "1.yml")),
        ("identity.schemas.0.url", ("address", "required", "file:///person.schema.json", "1.yml")),
        ("session.whoami.tokenizer.templates.jwt.ttl", ("duration", "1m", "1m30s", "1.yml")),
        ("serve.public.cors.exposed_headers", ("list of text", "Content-Type", "Content-Type", "default")),
        ("secrets.default", ("list of secret text", "generated", "(hidden)", "1.yml")),
        ("secrets.default.0", ("secret text", "", "(hidden)", "1.yml")),
        ("dsn", ("secret text", "a file in the data folder", "(hidden)", "1.yml")),
        ("oauth2_provider.headers", ("object of secret text", "", "(hidden)", "1.yml")),
        ("watch-courier", ("boolean", "false", "false", "default")),
        ("selfservice.flows.registration.after.hooks.0.config.url", ("address", "required", "", "default")),
        ("selfservice.flows.login.before.hooks.0.config.call", ("text", "required", "", "default")),
        (
            "selfservice.flows.login.after.password.hooks.0.config.on_error",
            ("refuse | ignore", "refuse", "", "default"),
        ),
    ],
)
def test_a_key_is_explained(loaded: LoadedConfig, key: str, told: tuple[str, str, str, str]) -> None:
    """`told`: type, default, value and origin."""
    found = explain(key, loaded)
    assert (found.kind, found.default, found.value, found.origin) == told
    assert found.meaning
    assert "geheim" not in str(found)


def test_a_section_is_explained_by_its_keys(loaded: LoadedConfig) -> None:
    found = explain("session.cookie", loaded)
    assert found.below == ("name", "domain", "path", "secure", "same_site", "persistent")
    assert "keys:" in str(found)


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("session.cookie.nam", "session.cookie.name"),
        ("", "There is no key"),
        ("log.level.x", "log.level"),
        ("secrets.default.x", "secrets.default"),
    ],
)
def test_a_key_that_does_not_exist_is_refused_with_the_nearest(loaded: LoadedConfig, key: str, near: str) -> None:
    with pytest.raises(UnknownKey, match=near):
        explain(key, loaded)


def test_every_key_has_a_meaning_of_one_or_two_sentences() -> None:
    keys = [*all_keys(), *(key for struct in APART for key in keys_apart(struct))]
    assert len(keys) > 300
    assert [key.path for key in keys if not key.meaning.endswith((".", ".)"))] == []
    assert [key.path for key in keys if len(key.meaning) > 180] == []


def test_no_key_is_listed_twice() -> None:
    paths = [key.path for key in all_keys()]
    assert len(paths) == len(set(paths))


def test_sections_without_keys_of_their_own_say_what_they_are() -> None:
    def structs(shape: Section) -> list[type[msgspec.Struct]]:
        inner = [field.shape for field in shape.fields.values() if isinstance(field.shape, Section)]
        return [shape.struct, *(struct for one in inner for struct in structs(one))]

    assert [struct for struct in structs(section(Config)) if not struct.__doc__] == []
    assert meanings(Config)["dev"].startswith("Development")
