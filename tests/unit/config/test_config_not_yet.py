import json
from collections.abc import Callable

import pytest

from limen.config.keys import all_keys
from limen.config.load import LoadedConfig
from limen.config.not_yet import NOT_YET, missing_features
from limen.kernel.json_doc import JsonObject

Loading = Callable[..., LoadedConfig]


def test_each_listed_key_exists() -> None:
    known = [key.path for key in all_keys()]
    for entry in NOT_YET:
        for key in entry.keys:
            assert any(path == key or path.startswith((f"{key}.", f"{key}[]")) for path in known), key


def test_a_feature_is_warned_of_once_however_often_it_is_asked_for() -> None:
    document: JsonObject = {
        "selfservice": {
            "methods": {"totp": {"enabled": True}, "lookup_secret": {"enabled": True}},
            "flows": {
                "login": {"after": {"hooks": [{"hook": "b2b_sso"}], "password": {"hooks": [{"hook": "b2b_sso"}]}}},
                "registration": {"before": {"hooks": [{"hook": "b2b_sso"}]}},
            },
        },
    }
    assert [warning.key for warning in missing_features(document)] == [
        "selfservice.methods.totp.enabled",
        "selfservice.methods.lookup_secret.enabled",
        "selfservice.flows.login.after.hooks",
    ]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"courier": {}, "tracing": None, "organizations": [], "ciphers": {"algorithm": "noop"}},
        {"selfservice": {"methods": {"totp": {"enabled": False}, "oidc": {"config": {"providers": []}}}}},
        {"selfservice": {"flows": {"recovery": {"ui_url": "https://a.test"}, "verification": {"enabled": False}}}},
        {"selfservice": {"flows": {"login": {"after": {"hooks": [{"hook": "revoke_active_sessions"}]}}}}},
        {"feature_flags": {"cacheable_sessions": True}, "expose-metrics-port": 0},
    ],
)
def test_what_asks_for_nothing_missing_is_not_warned_of(document: JsonObject) -> None:
    assert missing_features(document) == []


def test_the_warnings_reach_the_operator(loading: Loading, document: JsonObject) -> None:
    loaded = loading(json.dumps({**document, "oauth2_provider": {"url": "https://hydra.test"}}))
    assert "oauth2_provider" in [warning.key for warning in loaded.warnings]
