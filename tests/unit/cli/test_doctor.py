"""Does the doctor see what is wrong, and what would mend it?"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from doubles.clock import ManualClock
from doubles.mail_server import MailServer
from limen.adapters.system import SystemClock, SystemEntropy, SystemIds
from limen.app.admin import issue
from limen.app.admin.issue import Mint
from limen.cli import limen
from limen.cli.doctor import admin_port, clock, database, hash_cost, mail
from limen.cli.doctor.finding import Finding, Level, Patient
from limen.config.generated_secrets import NoSecrets
from limen.config.load import LoadRequest, load
from limen.domain.admin.key import KeyScope
from limen.kernel.json_doc import JsonObject, JsonValue
from limen.storage import open_storage
from limen.storage.migrate import migrate_to_head
from play_config import merged

SECRET = "q8Xv2mR7tZ4kLw9sBn3yHc6jPd1fGa5uEo0iTx"
SOUND: JsonObject = {
    "serve": {"public": {"base_url": "https://id.example.org"}, "admin": {"host": "127.0.0.1"}},
    "secrets": {"default": [SECRET]},
    "hashers": {"algorithm": "argon2", "argon2": {"memory": "16MB", "parallelism": 1}},
    "courier": {
        "delivery_strategy": "http",
        "http": {"request_config": {"url": "https://mail.example.org", "method": "POST", "body": "base64://e30="}},
    },
    "identity": {"default_schema_id": "default", "schemas": [{"id": "default", "url": "base64://e30="}]},
}


@pytest.fixture
def dsn(tmp_path: Path) -> str:
    found = f"sqlite://{tmp_path / 'limen.sqlite'}?_fk=true"
    migrate_to_head(found)
    return found


def run(tmp_path: Path, dsn: str, over: JsonObject | None = None, *more: str) -> Result:
    file = tmp_path / "limen.yml"
    file.write_text(yaml.safe_dump(merged(merged(SOUND, {"dsn": dsn}), over or {})))
    return CliRunner().invoke(limen, ["doctor", "-c", str(file), *more], env={"DSN": None})


def findings(done: Result) -> list[JsonObject]:
    found: list[JsonObject] = json.loads(done.stdout)["findings"]
    return found


def patient(over: JsonObject, tmp_path: Path) -> Patient:
    file = tmp_path / "limen.yml"
    file.write_text(yaml.safe_dump(merged(merged(SOUND, {"dsn": "memory"}), over)))
    return Patient(loaded=load(LoadRequest(files=(file,)), NoSecrets()))


def problems(found: list[Finding]) -> list[str]:
    return [each.text for each in found if each.level is Level.PROBLEM]


def test_a_sound_installation_is_told_so(tmp_path: Path, dsn: str) -> None:
    done = run(tmp_path, dsn)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["healthy"] is True
    subjects = {each["subject"] for each in findings(done)}
    assert subjects == {
        "configuration", "base URLs", "cookies", "cors", "secrets", "hash cost", "database", "clock", "admin port", "mail",
    }  # fmt: skip


WRONG: Mapping[str, tuple[JsonObject, str, str]] = {
    "plain http": ({"serve": {"public": {"base_url": "http://id.example.org"}}}, "base URLs", "not encrypted"),
    "localhost": ({"serve": {"public": {"base_url": "https://localhost"}}}, "base URLs", "another machine"),
    "query": ({"serve": {"public": {"base_url": "https://id.example.org/?x=1"}}}, "base URLs", "goes on after"),
    "one address": ({"serve": {"admin": {"base_url": "https://id.example.org"}}}, "base URLs", "one base URL"),
    "secure over http": ({"serve": {"public": {"base_url": "http://id.example.org"}}}, "cookies", "drop cookies"),
    "not secure": ({"cookies": {"secure": False}}, "cookies", "plain HTTP"),
    "same site none": ({"cookies": {"secure": False, "same_site": "None"}}, "cookies", "SameSite=None"),
    "foreign domain": ({"cookies": {"domain": "example.com"}}, "cookies", "cannot be set by"),
    "half a domain": ({"cookies": {"domain": "ample.org"}}, "cookies", "cannot be set by"),
    "example secret": ({"secrets": {"default": ["PLEASE-CHANGE-ME-I-AM-VERY-INSECURE"]}}, "secrets", "example"),
    "one letter": ({"secrets": {"default": ["a" * 40]}}, "secrets", "guess"),
    "open admin": ({"serve": {"admin": {"host": "0.0.0.0"}}}, "admin port", "asks for no key"),
    "switched off": ({"serve": {"admin": {"host": "0.0.0.0", "require_key": False}}}, "admin port", "asks for no key"),
    "no key left": ({"serve": {"admin": {"require_key": True}}}, "admin port", "no good one"),
    "no mail": (
        {"courier": {"delivery_strategy": "smtp"}, "selfservice": {"flows": {"recovery": {"enabled": True}}}},
        "mail",
        "no mail server",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_does_not_work_is_found_with_advice(tmp_path: Path, dsn: str, fault: str) -> None:
    over, subject, words = WRONG[fault]
    done = run(tmp_path, dsn, over)
    assert done.exit_code == 1
    told = [each for each in findings(done) if each["level"] == "problem" and each["subject"] == subject]
    assert any(words in str(each["text"]) and each["advice"] for each in told), done.stdout


COULD_BE_BETTER: Mapping[str, tuple[JsonObject, str, str]] = {
    "short secret": ({"secrets": {"default": [SECRET[:20]]}}, "secrets", "20 characters"),
    "same site": ({"cookies": {"same_site": "None"}}, "cookies", "every site"),
    "plain origin": (
        {"serve": {"public": {"cors": {"enabled": True, "allowed_origins": ["http://app.example.org"]}}}},
        "cors",
        "not encrypted",
    ),
    "path": ({"serve": {"public": {"base_url": "https://id.example.org/auth"}}}, "base URLs", "has a path"),
    "cheap hash": ({"hashers": {"algorithm": "bcrypt", "bcrypt": {"cost": 4}}}, "configuration", "12"),
    "own page": (
        {"selfservice": {"default_browser_return_url": "https://app.example.com", "flows": {"login": {"ui_url": "https://app.example.com/in"}}}},
        "cookies",
        "are not sent",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", COULD_BE_BETTER)
def test_what_could_be_better_is_a_warning_and_no_failure(tmp_path: Path, dsn: str, fault: str) -> None:
    over, subject, words = COULD_BE_BETTER[fault]
    done = run(tmp_path, dsn, over)
    told = [each for each in findings(done) if each["level"] == "warning" and each["subject"] == subject]
    assert any(words in str(each["text"]) for each in told), done.stdout
    assert done.exit_code == 0, done.stdout


def test_a_configuration_that_cannot_be_used_is_all_that_is_told(tmp_path: Path, dsn: str) -> None:
    done = run(tmp_path, dsn, {"serve": {"public": {"port": "many"}}, "nonsense": 1})
    assert done.exit_code == 1
    assert {each["subject"] for each in findings(done)} == {"configuration"}
    assert {each["key"] for each in findings(done)} == {"serve.public.port", "nonsense"}


def test_secrets_are_never_shown(tmp_path: Path, dsn: str) -> None:
    secret = "PLEASE-CHANGE-ME-9d8f7g6h5j4k3l2"
    uri = "smtps://user:pass-word-of-mail@127.0.0.1:1/"
    over: JsonObject = {
        "secrets": {"default": [secret]},
        "courier": {"delivery_strategy": "smtp", "smtp": {"connection_uri": uri}},
    }
    for format in ("json", "table"):
        done = run(tmp_path, dsn, over, "--format", format)
        assert done.exit_code == 1
        assert secret not in done.output
        assert "pass-word-of-mail" not in done.output


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgres://limen@127.0.0.1:1/limen", "database"),
        ("mysql://limen@127.0.0.1/limen", "not supported"),
        ("sqlite:///nowhere/at/all/limen.sqlite", "does not exist"),
        ("memory", "forgotten"),
    ],
)
def test_a_database_that_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.5)
    done = run(tmp_path, address)
    told = " ".join(
        str(each["text"]) for each in findings(done) if each["subject"] == "database" and each["level"] != "ok"
    )
    assert words in told.lower(), done.stdout


def test_pending_migrations_are_told(tmp_path: Path) -> None:
    (tmp_path / "old.sqlite").touch()
    done = run(tmp_path, f"sqlite://{tmp_path / 'old.sqlite'}")
    assert done.exit_code == 1
    assert any("limen migrate sql" in str(each["text"]) for each in findings(done))


async def test_a_door_with_keys_is_fine(tmp_path: Path, dsn: str) -> None:
    storage = await open_storage(dsn)
    mint = Mint(storage=storage, clock=SystemClock(), ids=SystemIds(), entropy=SystemEntropy())
    await issue.create(mint, "deploy", (KeyScope.READ,), None)
    outside = patient({"serve": {"admin": {"host": "0.0.0.0"}}}, tmp_path)
    assert not problems(await admin_port.examined(outside, SystemClock(), storage))
    off = patient({"serve": {"admin": {"host": "0.0.0.0", "require_key": False}}}, tmp_path)
    assert problems(await admin_port.examined(off, SystemClock(), storage))
    await storage.close()


async def test_a_clock_that_is_wrong_is_found(dsn: str) -> None:
    assert not problems(await clock.examined(ManualClock(), None))
    assert problems(await clock.examined(ManualClock(datetime(1970, 1, 1, tzinfo=UTC)), None))
    storage = await open_storage(dsn)
    mint = Mint(storage=storage, clock=ManualClock(), ids=SystemIds(), entropy=SystemEntropy())
    await issue.create(mint, "deploy", (KeyScope.READ,), None)
    behind = ManualClock(ManualClock().now() - timedelta(hours=1))
    assert problems(await clock.examined(behind, storage))
    assert not problems(await clock.examined(ManualClock(), storage))
    await storage.close()


@pytest.mark.parametrize(("took", "level"), [(10, Level.WARNING), (300, Level.OK), (3000, Level.WARNING)])
def test_a_hash_takes_neither_too_long_nor_too_short(took: int, level: Level) -> None:
    (found,) = hash_cost.judged("bcrypt", timedelta(milliseconds=took))
    assert found.level is level


def post(port: int, **smtp: JsonValue) -> JsonObject:
    uri = f"smtp://127.0.0.1:{port}/?disable_starttls=true"
    return {
        "courier": {
            "delivery_strategy": "smtp",
            "smtp": {"connection_uri": uri, "from_address": "id@example.org", **smtp},
        }
    }


async def test_the_mail_server_is_greeted_and_given_a_message_only_when_asked(tmp_path: Path) -> None:
    server = await MailServer().start()
    fine = patient(post(server.port), tmp_path)
    assert not problems(await mail.examined(fine, ManualClock(), SystemIds(), ""))
    assert server.connections == 1
    assert server.mails == []
    assert not problems(await mail.examined(fine, ManualClock(), SystemIds(), "ada@example.org"))
    assert [each.recipients for each in server.mails] == [["ada@example.org"]]
    server.at_rcpt["bob@example.org"] = "550 nobody here"
    (refused,) = problems(await mail.examined(fine, ManualClock(), SystemIds(), "bob@example.org"))
    assert "550" in refused
    port = server.port
    await server.stop()
    (gone,) = problems(await mail.examined(patient(post(port), tmp_path), ManualClock(), SystemIds(), ""))
    assert "reached" in gone


async def test_a_sender_that_is_not_ones_own_is_found(tmp_path: Path) -> None:
    server = await MailServer().start()
    default = patient(post(server.port, from_address="no-reply@ory.kratos.sh"), tmp_path)
    (found,) = problems(await mail.examined(default, ManualClock(), SystemIds(), ""))
    assert "sender" in found
    await server.stop()
