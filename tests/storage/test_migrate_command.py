"""What does `limen migrate` say and do?"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from limen.cli.migrate import migrate
from limen.cli.surroundings import Surroundings
from limen.storage import DatabaseInUse, DsnRefused, SqlStorage
from limen.storage.migrate import pending
from limen.storage.migrations import VERSIONS


def run(*args: str, folder: Path, answer: str = "", **environment: str) -> Result:
    surroundings = Surroundings(environment=environment, data_folder=folder)
    return CliRunner().invoke(migrate, list(args), obj=surroundings, input=answer)


@pytest.mark.covers("CLI-03", "SEED4-04")
@pytest.mark.parametrize("args", [("sql", "-e", "--yes"), ("sql", "-ey"), ("sql", "--read-from-env", "up", "-y")])
def test_the_short_form_migrates_what_the_environment_names(
    args: tuple[str, ...], file_dsn: str, tmp_path: Path
) -> None:
    done = run(*args, folder=tmp_path, DSN=file_dsn)
    assert (done.exit_code, "Applied:" in done.output) == (0, True)
    assert pending(file_dsn) == ()
    assert "Nothing is pending." in run(*args, folder=tmp_path, DSN=file_dsn).output


@pytest.mark.covers("CLI-03")
def test_an_address_can_be_given_and_the_question_answered(file_dsn: str, tmp_path: Path) -> None:
    refused = run("sql", file_dsn, folder=tmp_path, answer="n\n")
    assert (refused.exit_code, len(pending(file_dsn))) == (1, len(VERSIONS))
    assert run("sql", file_dsn, folder=tmp_path, answer="y\n").exit_code == 0
    assert pending(file_dsn) == ()


def test_a_configuration_can_name_the_database(file_dsn: str, tmp_path: Path) -> None:
    (tmp_path / "limen.yml").write_text(f"dsn: {file_dsn}\n")
    assert run("sql", "-c", str(tmp_path / "limen.yml"), "-y", folder=tmp_path).exit_code == 0
    assert pending(file_dsn) == ()


@pytest.mark.covers("CLI-03")
def test_without_any_address_nothing_is_migrated(tmp_path: Path) -> None:
    for words in (("sql", "up", "-y"), ("sql", "-e", "--yes")):
        refused = run(*words, folder=tmp_path)
        assert (refused.exit_code, "-c FILE" in refused.output) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_the_environment_may_leave_the_address_to_the_configuration(file_dsn: str, tmp_path: Path) -> None:
    (tmp_path / "limen.yml").write_text(f"dsn: {file_dsn}\n")
    assert run("sql", "-e", "-c", str(tmp_path / "limen.yml"), "-y", folder=tmp_path).exit_code == 0
    assert pending(file_dsn) == ()


@pytest.mark.covers("CLI-06")
def test_the_status_can_be_read_by_programs(file_dsn: str, tmp_path: Path) -> None:
    listed = json.loads(run("sql", "status", file_dsn, "--format", "json", folder=tmp_path).stdout)
    assert {step["state"] for step in listed} == {"Pending"}


@pytest.mark.covers("CLI-05")
def test_going_down_needs_a_number_of_steps(file_dsn: str, tmp_path: Path) -> None:
    run("sql", file_dsn, "-y", folder=tmp_path)
    assert run("sql", "down", file_dsn, "-y", folder=tmp_path).exit_code == 2
    assert run("sql", "down", file_dsn, "--steps", "1", folder=tmp_path, answer="n\n").exit_code == 1
    assert pending(file_dsn) == ()
    assert run("sql", "down", file_dsn, "--steps", "1", "-y", folder=tmp_path).exit_code == 0
    assert len(pending(file_dsn)) == 1


def statuses(table: str) -> set[str]:
    """What the table says of the versions, all of which it lists."""
    heading, *lines = table.splitlines()
    assert heading.split() == ["Version", "Name", "Status"]
    assert [line.split()[0] for line in lines] == [version.number for version in VERSIONS]
    return {line.split()[-1] for line in lines}


@pytest.mark.covers("CLI-06")
@pytest.mark.parametrize("words", [("sql", "status"), ("status",), ("sql", "status", "--block")])
def test_the_status_is_a_table(words: tuple[str, ...], file_dsn: str, tmp_path: Path) -> None:
    if "--block" not in words:
        assert statuses(run(*words, file_dsn, folder=tmp_path).output) == {"Pending"}
    run("sql", file_dsn, "-y", folder=tmp_path)
    assert statuses(run(*words, file_dsn, folder=tmp_path).output) == {"Applied"}


async def test_a_running_server_keeps_its_tables(filed: SqlStorage, file_dsn: str, tmp_path: Path) -> None:
    assert run("sql", file_dsn, "-y", folder=tmp_path).output == "Nothing is pending.\n"
    assert run("sql", "status", file_dsn, folder=tmp_path).exit_code == 0
    assert isinstance(run("sql", "down", file_dsn, "--steps", "1", "-y", folder=tmp_path).exception, DatabaseInUse)


def test_what_cannot_be_migrated_is_said(tmp_path: Path) -> None:
    assert "nothing to do" in run("sql", "memory", folder=tmp_path).output
    assert run("sql", "-e", folder=tmp_path).exit_code == 2
    assert isinstance(run("sql", "mysql://ada:hunter2@tcp(db)/x", folder=tmp_path).exception, DsnRefused)
