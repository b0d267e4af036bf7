"""`limen config check | upgrade | explain`, as somebody types them."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from limen.cli.config import config
from limen.cli.surroundings import Surroundings
from limen.kernel.json_doc import JsonObject

OLD = """
urls: {default_return_to: "https://a.test/", login_ui: "https://a.test/login"}
secrets: {session: [0123456789abcdef]}
"""


def run(*arguments: str, environment: dict[str, str] | None = None, data_folder: Path = Path()) -> Result:
    surroundings = Surroundings(environment=environment or {}, data_folder=data_folder)
    return CliRunner().invoke(config, list(arguments), obj=surroundings)


@pytest.fixture
def good(tmp_path: Path, document: JsonObject) -> str:
    file = tmp_path / "good.yml"
    file.write_text(yaml.safe_dump(document))
    return str(file)


@pytest.fixture
def old(tmp_path: Path) -> str:
    file = tmp_path / "old.yml"
    file.write_text(OLD)
    return str(file)


def test_check_approves_a_good_file_and_prints_warnings(good: str) -> None:
    result = run("check", good, environment={"SECURE_COOKIES": "true"})
    assert (result.exit_code, result.stdout) == (0, "The configuration can be used.\n")
    assert "warning: SECURE_COOKIES: " in result.stderr


def test_check_names_everything_that_is_wrong(good: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("log: {level: shouting}\nbogus: 1\n")
    result = run("check", good, "-c", str(bad), environment={"SERVE_ADMIN_PORT": "many"})
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    assert {line.split(": ")[1] for line in lines} == {"log.level", "bogus", "serve.admin.port"}
    assert f"{bad}: bogus: unknown key" in result.stderr


def test_check_of_nothing_writes_nothing(tmp_path: Path) -> None:
    result = run("check", data_folder=tmp_path / "data")
    assert result.exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_check_can_be_strict_and_lenient(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("dsn: memory\nbogus: 1\n")
    assert run("check", str(file)).exit_code == 1
    assert run("check", "--lenient", str(file)).exit_code == 0
    assert run("check", "--lenient", "--strict-config", str(file)).exit_code == 1


@pytest.mark.parametrize("option", [(), ("-c",), ("--config",)])
def test_upgrade_prints_today_s_document_and_the_report(old: str, option: tuple[str, ...]) -> None:
    result = run("upgrade", *option, old)
    assert result.exit_code == 1
    document = yaml.safe_load(result.stdout)
    assert document["selfservice"]["flows"]["login"]["ui_url"] == "https://a.test/login"
    assert document["secrets"]["cookie"] == ["0123456789abcdef"]
    assert "U7" in result.stderr
    assert "urls.login_ui" in result.stderr
    assert "0123456789abcdef" not in result.stderr


def test_upgrade_can_print_json_or_the_report_only(old: str) -> None:
    assert "selfservice" in json.loads(run("upgrade", old, "--output", "json").stdout)
    checked = run("upgrade", old, "--check")
    assert (checked.exit_code, checked.stdout) == (1, "")
    assert "U7" in checked.stderr


def test_upgrading_twice_is_upgrading_once(old: str, tmp_path: Path) -> None:
    once = run("upgrade", old).stdout
    again = tmp_path / "once.yml"
    again.write_text(once)
    result = run("upgrade", str(again))
    assert (result.exit_code, result.stdout) == (0, once)


def test_upgrade_leaves_today_s_documents_alone(good: str, document: JsonObject) -> None:
    result = run("upgrade", good)
    assert (result.exit_code, yaml.safe_load(result.stdout)) == (0, document)


def test_upgrade_says_what_cannot_be_translated(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text(
        "selfservice: {strategies: {oidc: {enabled: true, config: {providers: [{id: a, provider: generic, schema_url: file:///x.json}]}}}}\n"
    )
    result = run("upgrade", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "mapper_url" in result.stderr


def test_upgrade_says_what_is_still_to_be_mended(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("urls: {login_ui: 'https://a.test'}\nbogus: 1\n")
    result = run("upgrade", str(file))
    assert result.exit_code == 1
    assert "still to be mended bogus: unknown key" in result.stderr


def test_upgrade_needs_a_file_that_can_be_read(tmp_path: Path) -> None:
    assert run("upgrade").exit_code == 2
    result = run("upgrade", str(tmp_path / "absent.yml"))
    assert result.exit_code == 2
    assert "absent.yml" in result.stderr


def test_explain_says_what_a_key_does_and_who_set_it(good: str) -> None:
    result = run("explain", "selfservice.flows.login.lifespan", "-c", good)
    assert result.exit_code == 0
    assert "10m" in result.stdout
    assert "good.yml" in result.stdout
    assert "How long a started flow can be finished." in result.stdout


def test_explain_refuses_what_is_no_key(good: str) -> None:
    result = run("explain", "session.lifespam", "-c", good)
    assert result.exit_code == 1
    assert "session.lifespan" in result.stderr
