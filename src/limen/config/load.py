"""What is the configuration of this start? Files, then flags, then the environment; translated, checked, completed."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from limen.config import documents, environment
from limen.config.decode import Reading
from limen.config.dialects import Upgraded, upgrade
from limen.config.effective import Completion
from limen.config.generated_secrets import FallbackSecrets
from limen.config.model import Config
from limen.config.not_yet import missing_features
from limen.config.problems import ConfigProblem, ConfigRefused, ConfigWarning
from limen.config.provenance import KeyPath, Origin, OriginKind, Provenance, leaves, overlay
from limen.config.rules import check
from limen.kernel.json_doc import JsonObject, JsonValue, put

_LOOPBACK = ("127.", "localhost", "::1", "[::1]", "unix:")
_CONFIG_PATH = "VORY_KRATOS_CONFIG_PATH"
_NOTED_BY_UPGRADE = frozenset({"SEED0-11"})
"""Notes about what a key means; at each start they would be noise."""


class LoadRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Where to look. The environment is handed in; `data_folder` holds the embedded database."""

    files: tuple[Path, ...] = ()
    environment: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    data_folder: Path = Path()
    dev: bool = False
    watch_courier: bool = False
    lenient: bool = False
    """Unknown keys are warnings."""
    strict: bool = False
    """An identity schema has to be configured (SEED4-19)."""


class LoadedConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration, what the operator should be told about it, and where its values came from."""

    config: Config
    warnings: tuple[ConfigWarning, ...] = ()
    provenance: Provenance = Provenance()
    files: tuple[Path, ...] = ()
    document: JsonObject = msgspec.field(default_factory=dict[str, JsonValue])
    """What was said, in today's form, without defaults. Holds secrets."""

    def __repr__(self) -> str:
        return f"LoadedConfig({self.config!r}, …)"


class FileText(msgspec.Struct, frozen=True):
    """A configuration file as it was read."""

    path: Path
    text: str


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What the files say together, as they say it, and which file said what."""

    document: JsonObject
    origins: Mapping[KeyPath, Origin]


def files_of(request: LoadRequest) -> tuple[Path, ...]:
    """The files that count: those that were named, else the one that the environment hopes for (SEED4-10)."""
    hoped = request.environment.get(_CONFIG_PATH, "")
    return request.files or ((Path(hoped),) if hoped and Path(hoped).is_file() else ())


def read_files(paths: Sequence[Path]) -> tuple[FileText, ...]:
    """The texts of the files. Raises ConfigRefused, naming each one that cannot be read."""
    texts: list[FileText] = []
    problems: list[ConfigProblem] = []
    for path in paths:
        try:
            texts.append(FileText(path, path.read_text(encoding="utf-8-sig")))
        except OSError as error:
            problems.append(ConfigProblem(path="", reason=error.strerror or "cannot be read", origin=str(path)))
        except UnicodeDecodeError:
            problems.append(ConfigProblem(path="", reason="is not UTF-8 text", origin=str(path)))
    if problems:
        raise ConfigRefused(problems)
    return tuple(texts)


def merge_files(texts: Sequence[FileText]) -> Written:
    """The files as one document, later ones over earlier ones (CFG-01). Raises ConfigRefused."""
    document: JsonObject = {}
    origins: dict[KeyPath, Origin] = {}
    problems: list[ConfigProblem] = []
    for file in texts:
        try:
            said = documents.parse(file.text, file.path.suffix.lower())
        except documents.Unreadable as error:
            problems.append(ConfigProblem(path="", reason=str(error), origin=str(file.path)))
            continue
        document = overlay(document, said)
        origins |= dict.fromkeys(leaves(said), Origin(OriginKind.FILE, str(file.path)))
    if problems:
        raise ConfigRefused(problems)
    return Written(document=document, origins=origins)


def load(request: LoadRequest, secrets: FallbackSecrets) -> LoadedConfig:
    """The configuration. Raises ConfigRefused with everything that is wrong."""
    files = files_of(request)
    return interpret(request, read_files(files), secrets)


def interpret(request: LoadRequest, texts: Sequence[FileText], secrets: FallbackSecrets) -> LoadedConfig:
    """The configuration that these texts, the flags and the environment make. Raises ConfigRefused."""
    written = merge_files(texts)
    found = environment.settings(request.environment)
    older = tuple(setting for setting in found if setting.older)
    below, gaps = environment.apply(written.document, older)
    upgraded = upgrade(below)
    document = {key: value for key, value in upgraded.document.items() if not key.startswith("x-")}
    for flag, on in (("dev", request.dev), ("watch-courier", request.watch_courier)):
        if on:
            put(document, (flag,), value=True)
    document, more_gaps = environment.apply(document, tuple(setting for setting in found if not setting.older))
    provenance = _provenance(written, upgraded, request, found)

    untranslated = [ConfigProblem(path=item.path, reason=item.reason) for item in upgraded.problems]
    document, config, wrong, ignored = _decode(document, request)
    if config is None or wrong or untranslated or gaps or more_gaps:
        raise ConfigRefused([*gaps, *more_gaps, *_located(untranslated, wrong, provenance)])

    completion = Completion(data_folder=request.data_folder, secrets=secrets, kept=not texts)
    complete = completion.complete(replace(config, dialect=upgraded.switches))
    complete = replace(complete, revision=complete.revision or _digest(document))
    return LoadedConfig(
        config=complete,
        warnings=(
            *environment.remarks(request.environment, found),
            *_translation_warnings(upgraded),
            *ignored,
            *completion.warnings,
            *missing_features(document),
            *_exposed_admin(complete),
        ),
        provenance=provenance,
        files=tuple(file.path for file in texts),
        document=document,
    )


def problems_of(document: JsonObject, *, dev: bool) -> list[ConfigProblem]:
    """What is wrong with a document in today's form, on its own."""
    plain = {key: value for key, value in document.items() if not key.startswith("x-")}
    return _decode(plain, LoadRequest(dev=dev))[2]


def _decode(
    document: JsonObject, request: LoadRequest
) -> tuple[JsonObject, Config | None, list[ConfigProblem], list[ConfigWarning]]:
    reading = Reading()
    config = reading.struct(document, Config)
    ignored: list[ConfigWarning] = []
    if request.lenient and any(problem.unknown for problem in reading.problems):
        unknown = [problem for problem in reading.problems if problem.unknown]
        ignored = [ConfigWarning(key=problem.path, text=problem.reason) for problem in unknown]
        document = _without(document, frozenset(problem.path for problem in unknown))
        reading = Reading()
        config = reading.struct(document, Config)
    dev = document.get("dev") is True
    return document, config, [*reading.problems, *check(document, dev=dev, strict=request.strict)], ignored


def _without(document: JsonObject, paths: frozenset[str]) -> JsonObject:
    def pruned(value: JsonValue, path: str) -> JsonValue:
        if isinstance(value, dict):
            kept = {key: inner for key, inner in value.items() if f"{path}{key}" not in paths}
            return {key: pruned(inner, f"{path}{key}.") for key, inner in kept.items()}
        if isinstance(value, list):
            return [pruned(inner, f"{path}{at}.") for at, inner in enumerate(value)]
        return value

    found = pruned(document, "")
    return found if isinstance(found, dict) else {}


def _provenance(
    written: Written, upgraded: Upgraded, request: LoadRequest, found: Sequence[environment.Setting]
) -> Provenance:
    original = Provenance(dict(written.origins))
    origins = {
        path: original.of(tuple(upgraded.origin(".".join(path)).split("."))) for path in leaves(upgraded.document)
    }
    spelled = {tuple(new.split(".")): old for new, old in upgraded.origins.items() if new != old}
    for flag, on in (("dev", request.dev), ("watch-courier", request.watch_courier)):
        if on:
            origins[flag,] = Origin(OriginKind.FLAG, f"--{flag}")
    for setting in sorted(found, key=lambda setting: not setting.older):
        length = len(setting.path)
        origins = {path: origin for path, origin in origins.items() if path[:length] != setting.path}
        spelled = {path: old for path, old in spelled.items() if path[:length] != setting.path}
        origins[setting.path] = Origin(OriginKind.ENVIRONMENT, setting.variable)
    return Provenance(origins, spelled)


def _located(
    untranslated: Sequence[ConfigProblem], wrong: Sequence[ConfigProblem], provenance: Provenance
) -> list[ConfigProblem]:
    """The problems with their files and original spellings; what cannot be translated is not named twice."""
    first = [_with_place(problem, provenance) for problem in untranslated]
    named = tuple(problem.path for problem in first)
    second = [_with_place(problem, provenance) for problem in wrong]
    return first + [problem for problem in second if not (problem.written_as or problem.path).startswith(named)]


def _with_place(problem: ConfigProblem, provenance: Provenance) -> ConfigProblem:
    path = tuple(problem.path.split("."))
    origins = (provenance.of(path[:length]) for length in range(len(path), 0, -1))
    origin = next((origin for origin in origins if origin.kind is not OriginKind.DEFAULT), None)
    return replace(problem, origin=str(origin or ""), written_as=provenance.spelling(path))


def _translation_warnings(upgraded: Upgraded) -> list[ConfigWarning]:
    changes = [change for change in upgraded.changes if change.rule != "version"]
    found: list[ConfigWarning] = []
    if changes:
        text = f"written in an older form ({len(changes)} rules applied); `limen config upgrade` prints today's"
        found.append(ConfigWarning(key="version", text=text))
    found += [
        ConfigWarning(key=change.old, text=change.reason)
        for change in changes
        if change.security or change.kind == "behaviour switch"
    ]
    notes = (note for note in upgraded.notes if note.rule not in _NOTED_BY_UPGRADE)
    return found + [ConfigWarning(key=note.path, text=note.reason) for note in notes]


def _exposed_admin(config: Config) -> list[ConfigWarning]:
    if config.serve.admin.host.startswith(_LOOPBACK) or config.serve.admin.require_key is True:
        return []
    text = "whoever reaches this address can do everything; keep it behind a firewall or use 127.0.0.1"
    return [ConfigWarning(key="serve.admin.host", text=text)]


def _digest(document: JsonObject) -> str:
    return hashlib.sha256(msgspec.json.encode(document, order="deterministic")).hexdigest()
