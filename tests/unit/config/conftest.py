"""What the tests of the configuration start from: a document, its loading, and secrets that repeat."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from limen.config.generated_secrets import GeneratedSecrets
from limen.config.load import FileText, LoadedConfig, LoadRequest, interpret
from limen.config.problems import ConfigRefused
from limen.kernel.json_doc import JsonObject

UI = "https://app.example.org"


class CountingEntropy:
    """Entropy that counts instead of surprising."""

    def __init__(self) -> None:
        self.asked = 0

    def alphanumeric(self, length: int) -> str:
        self.asked += 1
        return f"{self.asked}".rjust(length, "s")

    def digits(self, length: int) -> str:
        return "0" * length

    def octets(self, length: int) -> bytes:
        return bytes(length)


@pytest.fixture
def entropy() -> CountingEntropy:
    return CountingEntropy()


@pytest.fixture
def secrets(entropy: CountingEntropy) -> GeneratedSecrets:
    return GeneratedSecrets(entropy)


@pytest.fixture
def document() -> JsonObject:
    """A small document in which nothing is wrong."""
    return {
        "dsn": "memory",
        "identity": {"schemas": [{"id": "default", "url": "file:///person.schema.json"}]},
        "secrets": {"default": ["0123456789abcdef"]},
        "selfservice": {
            "default_browser_return_url": f"{UI}/",
            "flows": {"login": {"ui_url": f"{UI}/login", "lifespan": "10m"}},
        },
    }


Loading = Callable[..., LoadedConfig]


@pytest.fixture
def loading(secrets: GeneratedSecrets, tmp_path: Path) -> Loading:
    """Loads texts as files `1.yml`, `2.yml` …"""

    def load(
        *texts: str, environment: Mapping[str, str] | None = None, suffix: str = ".yml", **flags: bool
    ) -> LoadedConfig:
        request = LoadRequest(environment=environment or {}, data_folder=tmp_path, **flags)
        files = [FileText(Path(f"{at}{suffix}"), text) for at, text in enumerate(texts, 1)]
        return interpret(request, files, secrets)

    return load


Refusal = Callable[..., dict[str, str]]


@pytest.fixture
def refusal(loading: Loading) -> Refusal:
    """The problems of texts that must be refused: reason by path."""

    def refused(*texts: str, **more: object) -> dict[str, str]:
        with pytest.raises(ConfigRefused) as caught:
            loading(*texts, **more)
        return {problem.path: str(problem) for problem in caught.value.problems}

    return refused
