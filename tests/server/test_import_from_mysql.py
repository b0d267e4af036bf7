"""Do people of a Kratos on MySQL come along? A real MariaDB, read by `limen import kratos`."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from doubles.certificates import Authority
from limen.cli import limen
from server.imports import DUMP, assert_all_came_along, counts, identity, over, refusals, run
from server.machine import ROOT
from server.mariadb import MariaDb
from server.running import RunningServer

pytestmark = pytest.mark.mariadb

TABLES = (ROOT / "tests" / "fixtures" / "imports" / "kratos_tables_mysql.sql").read_text()
KRATOS = TABLES + DUMP[DUMP.index("INSERT INTO") :]
PASSWORD = "hush-hush@/:%41-ü"
"""Of the database: everything that an address could stumble over."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server with nobody in it."""
    with RunningServer(tmp_path, over()) as running:
        yield running


@pytest.fixture(scope="module")
def kratos(mariadb: MariaDb) -> str:
    """The name of a database of Kratos, which nobody changes."""
    return mariadb.database(KRATOS)


@pytest.fixture(scope="module")
def reader(mariadb: MariaDb, kratos: str) -> str:
    """Somebody who may read it and do nothing else."""
    return mariadb.user(PASSWORD, kratos)


@pytest.fixture(scope="module")
def dsn(mariadb: MariaDb, kratos: str, reader: str) -> str:
    """As Kratos writes it: nothing of the password is encoded."""
    return f"mysql://{reader}:{PASSWORD}@tcp(127.0.0.1:{mariadb.port})/{kratos}?max_conns=20&max_idle_conns=4"


def test_people_of_a_kratos_on_mysql_sign_in_with_their_old_passwords(
    server: RunningServer, tmp_path: Path, dsn: str, mariadb: MariaDb, kratos: str
) -> None:
    before = mariadb.sql("CHECKSUM TABLE identities, identity_credentials, identity_verifiable_addresses", kratos)
    done = run(server, tmp_path, "kratos", LIMEN_IMPORT_FROM=dsn)
    assert (done.exit_code, counts(done)) == (1, {"new": 3, "refused": 1}), done.output
    assert_all_came_along(server, tmp_path)
    after = mariadb.sql("CHECKSUM TABLE identities, identity_credentials, identity_verifiable_addresses", kratos)
    assert after == before


def test_a_second_run_changes_nothing_and_a_dry_run_neither(server: RunningServer, tmp_path: Path, dsn: str) -> None:
    tried = run(server, tmp_path, "kratos", dsn, "--dry-run")
    assert (tried.exit_code, counts(tried)) == (1, {"new": 3, "refused": 1})
    told = {line["id"][-1]: line.get("diff", []) for line in json.loads(tried.stdout)["people"]}
    assert "+ traits.name.first: Ada" in told["1"]
    assert "+ metadata_admin.note" in told["1"], "what only administrators see is named without its value"
    nobody = json.loads(CliRunner().invoke(limen, ["list", "identities", "-e", server.admin]).stdout)["identities"]
    assert nobody == []
    assert counts(run(server, tmp_path, "kratos", dsn)) == {"new": 3, "refused": 1}
    ada = identity(server, "ada@kratos.test", tmp_path)
    assert counts(run(server, tmp_path, "kratos", dsn)) == {"same": 3, "refused": 1}
    assert identity(server, "ada@kratos.test", tmp_path) == ada
    everybody = json.loads(CliRunner().invoke(limen, ["list", "identities", "-e", server.admin]).stdout)["identities"]
    assert len(everybody) == 3


def test_a_hash_that_is_not_understood_is_named_and_not_shown(server: RunningServer, tmp_path: Path, dsn: str) -> None:
    done = run(server, tmp_path, "kratos", dsn)
    written = (tmp_path / "report.ndjson").read_text()
    (reason,) = refusals(tmp_path).values()
    assert "no password hash of a known format" in reason
    for secret in ("$unheard-of$", "$2b$04$", "$argon2id$", "JBSWY3DPEHPK3PXP", "abcd1234", "hush-hush"):
        assert secret not in done.output + written
    again = run(server, tmp_path, "kratos", dsn, "--without-unknown-hashes")
    assert (again.exit_code, counts(again)) == (0, {"new": 1, "same": 3, "incomplete": 1})


def test_the_database_can_be_written_in_other_ways(
    server: RunningServer, tmp_path: Path, mariadb: MariaDb, kratos: str, reader: str
) -> None:
    written = quote(PASSWORD, safe="")
    assert counts(run(server, tmp_path, "kratos", mariadb.url(reader, PASSWORD, kratos))) == {"new": 3, "refused": 1}
    for other in (
        f"mariadb://{reader}:{written}@127.0.0.1:{mariadb.port}/{kratos}",
        f"mysql://{reader}:{written}@localhost/{kratos}?unix_socket={mariadb.socket}",
        f"mysql://{reader}:{PASSWORD}@unix({mariadb.socket})/{kratos}",
        f"MYSQL://root@unix({mariadb.socket})/{kratos}",
    ):
        assert counts(run(server, tmp_path, "kratos", other)) == {"same": 3, "refused": 1}, other


def test_a_database_of_an_old_release_has_fewer_columns_and_letters_of_every_script(
    server: RunningServer, tmp_path: Path, mariadb: MariaDb
) -> None:
    name = mariadb.database(KRATOS)
    gone = ("external_id", "organization_id", "metadata_public", "metadata_admin")
    mariadb.sql(f"ALTER TABLE identities {','.join(f'DROP COLUMN {column}' for column in gone)}", name)
    traits = '{"email":"ada@kratos.test","name":{"first":"Zoë 名 🎉"}}'
    mariadb.sql(f"UPDATE identities SET traits = '{traits}' WHERE traits LIKE '%ada@%'", name)
    assert counts(run(server, tmp_path, "kratos", f"mysql://root@unix({mariadb.socket})/{name}")) == {
        "new": 3,
        "refused": 1,
    }
    ada = identity(server, "ada@kratos.test", tmp_path)
    assert ada["external_id"] == "kratos:10000000-0000-4000-8000-000000000001"
    assert ada["traits"] == json.loads(traits)


def test_people_come_portion_by_portion(server: RunningServer, tmp_path: Path, mariadb: MariaDb) -> None:
    name = mariadb.database(TABLES)
    mariadb.sql(
        "INSERT INTO identities (id, schema_id, traits, created_at, updated_at) "
        "SELECT UUID(), 'default', CONCAT('{\"email\":\"p', seq, '@many.test\"}'), NOW(), NOW() FROM seq_1_to_603",
        name,
    )
    address = f"mysql://root@unix({mariadb.socket})/{name}"
    assert counts(run(server, tmp_path, "kratos", address)) == {"new": 603}
    assert counts(run(server, tmp_path, "kratos", address, "--dry-run")) == {"same": 603}


def test_what_cannot_be_read_is_said_plainly_and_without_the_password(
    server: RunningServer, tmp_path: Path, mariadb: MariaDb, kratos: str, reader: str
) -> None:
    empty = mariadb.database()
    stranger = mariadb.user(PASSWORD, empty)
    blind = mariadb.user(PASSWORD, empty)
    mariadb.sql(f"REVOKE SELECT ON {empty}.* FROM {blind}; GRANT INSERT ON {kratos}.* TO {blind}")
    refused = "the server refuses the user or the password"
    at = f"127.0.0.1:{mariadb.port}"
    for address, said in (
        (mariadb.url(reader, "hush-hush-wrong", kratos), refused),
        (f"mysql://nobody-hush:hush-hush@tcp({at})/{kratos}", refused),
        (mariadb.url(stranger, PASSWORD, kratos), "the user may not use this database"),
        (mariadb.url(stranger, PASSWORD, empty), "no database of Kratos: Table"),
        (mariadb.url(blind, PASSWORD, kratos), "the user may not read the tables"),
        (f"mysql://root@unix({mariadb.socket})/hush-hush", "there is no such database"),
        (f"mysql://{reader}:{PASSWORD}@unix(/nowhere/hush-hush)/{kratos}", "nobody answers there"),
        (f"mysql://{reader}:{PASSWORD}@tcp(127.0.0.1:1)/{kratos}", "nobody answers there"),
        (mariadb.url(reader, PASSWORD, kratos, tls="true"), "the server does not speak TLS"),
        (mariadb.url(reader, PASSWORD, kratos, ssl_ca="/nowhere/ca.pem"), "/nowhere/ca.pem"),
    ):
        done = run(server, tmp_path, "kratos", address)
        assert done.exit_code in {1, 2}, (address, done.output)
        assert said in done.stderr, (address, done.output)
        assert "hush-hush" not in done.output


@pytest.mark.slow
def test_the_tls_settings_of_the_address_are_kept(server: RunningServer, tmp_path: Path) -> None:
    own = Authority(tmp_path, "house", "localhost").own
    cert, key = own.certificate, own.key
    strange = Authority(tmp_path, "stranger", "stranger").file
    with MariaDb((f"--ssl-cert={cert.name}", f"--ssl-key={key.name}"), (cert, key)) as encrypted:
        name = encrypted.database(KRATOS)
        user = encrypted.user(PASSWORD, name, "REQUIRE SSL")
        for host, query, said in (
            ("localhost", "", ""),
            ("localhost", "tls=skip-verify", ""),
            ("localhost", f"tls=true&ssl-ca={cert}", ""),
            ("127.0.0.1", f"ssl-mode=VERIFY_CA&ssl-ca={cert}", ""),
            ("127.0.0.1", f"tls=true&ssl-ca={cert}", "its certificate is not trusted"),
            ("localhost", f"ssl-ca={strange}", "its certificate is not trusted"),
            ("localhost", "tls=true", "its certificate is not trusted"),
            ("localhost", f"ssl-ca={key}", "TLS fails"),
            ("localhost", "tls=false", "the server refuses the user or the password"),
        ):
            dsn = f"mysql://{user}:{PASSWORD}@tcp({host}:{encrypted.port})/{name}?{query}"
            done = run(server, tmp_path, "kratos", dsn, "--dry-run")
            assert counts(done) == {"new": 3, "refused": 1} if not said else said in done.stderr, (query, done.output)
            assert "hush-hush" not in done.output
