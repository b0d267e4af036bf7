"""A changed file is taken when it is whole and right; otherwise the old one stays, with a reason."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from limen.config.generated_secrets import GeneratedSecrets
from limen.config.load import LoadedConfig, LoadRequest
from limen.config.problems import ConfigRefused
from limen.config.source import ConfigSource
from limen.config.watch import SETTLE_LOOKS, Watcher
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonObject, JsonValue, put


class Setup:
    """A watched file; `pauses` counts, and each one runs what was put into `meanwhile`."""

    def __init__(self, folder: Path, document: JsonObject, secrets: GeneratedSecrets) -> None:
        self.file = folder / "limen.yml"
        self.document = document
        self.write()
        self.source = ConfigSource(LoadRequest(files=(self.file,), data_folder=folder), secrets)
        self.refused: list[LimenError] = []
        self.changed: list[LoadedConfig] = []
        self.pauses: list[float] = []
        self.meanwhile: list[Callable[[], None]] = []
        self.watcher = self.watch()

    def watch(self, adopt: Callable[[LoadedConfig], Awaitable[None]] | None = None) -> Watcher:
        return Watcher(
            self.source, refused=self.refused.append, changed=self.changed.append, adopt=adopt, pause=self.pause
        )

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()

    def write(self, path: str = "", value: JsonValue = None) -> None:
        if path:
            put(self.document, path.split("."), value)
        self.file.write_text(json.dumps(self.document))

    @property
    def level(self) -> str:
        return self.source.current().selfservice.flows.login.ui_url


@pytest.fixture
def setup(tmp_path: Path, document: JsonObject, secrets: GeneratedSecrets) -> Setup:
    return Setup(tmp_path, document, secrets)


LOGIN = "selfservice.flows.login.ui_url"
NEW = "https://new.test/login"


@pytest.mark.covers("CFG-04")
async def test_a_changed_file_takes_effect_and_requests_keep_their_snapshot(setup: Setup) -> None:
    snapshot = setup.source.current()
    setup.write(LOGIN, NEW)
    await setup.watcher.look()
    assert setup.level == NEW
    assert snapshot.selfservice.flows.login.ui_url != NEW
    assert (len(setup.changed), setup.refused) == (1, [])
    assert sum(setup.pauses) < 1


async def test_an_unchanged_file_is_not_read_again(setup: Setup) -> None:
    await setup.watcher.look()
    assert (setup.changed, setup.refused, setup.pauses) == ([], [], [])


@pytest.mark.covers("CFG-04")
@pytest.mark.parametrize("broken", ["{nope", "bogus: 1\n", '{"dsn": "memory", "log": {"level": "shouting"}}'])
async def test_a_broken_file_is_refused_until_it_is_mended(setup: Setup, broken: str) -> None:
    old = setup.level
    setup.file.write_text(broken)
    await setup.watcher.look()
    assert setup.level == old
    assert len(setup.refused) == 1
    setup.write(LOGIN, NEW)
    await setup.watcher.look()
    assert (setup.level, len(setup.refused)) == (NEW, 1)


@pytest.mark.covers("CFG-04")
async def test_a_file_that_is_being_rewritten_in_place_is_read_when_it_is_whole(setup: Setup) -> None:
    setup.file.write_text("")
    whole = json.dumps(setup.document).replace("https://app.example.org/login", NEW)
    setup.meanwhile = [
        lambda: None,
        lambda: setup.file.write_text("{"),
        lambda: setup.file.write_text('{"dsn": "memory"'),
        lambda: setup.file.write_text(whole),
    ]
    await setup.watcher.look()
    assert (setup.level, setup.refused) == (NEW, [])


async def test_a_file_that_stays_empty_or_away_is_refused_and_watched_on(setup: Setup) -> None:
    old = setup.level
    setup.file.write_text("")
    await setup.watcher.look()
    assert (setup.level, len(setup.pauses)) == (old, SETTLE_LOOKS)
    setup.file.unlink()
    await setup.watcher.look()
    assert [isinstance(error, ConfigRefused) for error in setup.refused] == [True, True]
    setup.write(LOGIN, NEW)
    await setup.watcher.look()
    assert setup.level == NEW


@pytest.mark.covers("CFG-04")
@pytest.mark.parametrize(
    ("path", "value", "section"),
    [
        ("serve.public.port", 5555, "serve"),
        ("serve.public.cors.allowed_headers", ["X"], "serve"),
        ("log.level", "error", "log"),
        ("profiling", "cpu", "profiling"),
        ("dsn", "sqlite:///other.db", "dsn"),
    ],
)
async def test_what_needs_a_restart_is_refused_with_the_rest_of_the_change(
    setup: Setup, path: str, value: JsonValue, section: str
) -> None:
    setup.write(LOGIN, NEW)
    setup.write(path, value)
    await setup.watcher.look()
    assert setup.level != NEW
    assert [
        problem.path for error in setup.refused if isinstance(error, ConfigRefused) for problem in error.problems
    ] == [section]


@pytest.mark.covers("CFG-04")
async def test_allowed_origins_change_without_a_restart(setup: Setup) -> None:
    setup.write("serve.public.cors.allowed_origins", ["https://two.test"])
    await setup.watcher.look()
    assert setup.source.current().serve.public.cors.allowed_origins == ("https://two.test",)


async def test_whoever_depends_on_the_configuration_may_refuse_it(setup: Setup) -> None:
    async def refuse(loaded: LoadedConfig) -> None:
        raise LimenError(f"no schema at {loaded.config.identity.schemas[0].url}")

    old = setup.level
    watcher = setup.watch(adopt=refuse)
    setup.write(LOGIN, NEW)
    await watcher.look()
    assert setup.level == old
    assert [error.reason for error in setup.refused] == ["no schema at file:///person.schema.json"]


async def test_the_watcher_looks_twice_a_second_and_ends_when_there_is_nothing_to_watch(
    setup: Setup, tmp_path: Path, secrets: GeneratedSecrets
) -> None:
    class Enough(Exception):
        pass

    def stop() -> None:
        raise Enough

    setup.meanwhile = [lambda: setup.write(LOGIN, NEW), lambda: None, stop]
    with pytest.raises(Enough):
        await setup.watcher.run()
    assert setup.level == NEW
    assert setup.pauses[0] == 0.5
    nothing = ConfigSource(LoadRequest(data_folder=tmp_path), secrets)
    await Watcher(nothing, refused=setup.refused.append, changed=setup.changed.append).run()


def test_reload_reads_the_files_again(setup: Setup) -> None:
    setup.write(LOGIN, NEW)
    assert setup.source.reload().config.selfservice.flows.login.ui_url == NEW == setup.level
    setup.file.write_text("bogus: 1\n")
    with pytest.raises(ConfigRefused):
        setup.source.reload()
    assert setup.level == NEW


def test_a_made_up_secret_survives_a_reload(tmp_path: Path, document: JsonObject, secrets: GeneratedSecrets) -> None:
    del document["secrets"]
    setup = Setup(tmp_path, document, secrets)
    before = setup.source.current().secrets
    assert setup.source.reload().config.secrets == before
