"""Do people come along from other systems, with their old passwords? Issue 6: `limen import kratos|django|keycloak|…`."""

import base64
import hashlib
import json
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest
from argon2 import low_level
from click.testing import CliRunner
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from limen.cli import limen
from server.cluster import Cluster
from server.imports import ADA, DUMP, GRACE, assert_all_came_along, counts, identity, over, refusals, run, signs_in
from server.person import Person
from server.running import RunningServer, command, surroundings

OLD = "the-old-password-of-7"
SIGNER, SEPARATOR = b"signer key of the project, 32 by", b"\x07"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server to which every source brings people of its own domain."""
    with RunningServer(tmp_path_factory.mktemp("imports"), over()) as running:
        yield running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server with nobody in it."""
    with RunningServer(tmp_path, over()) as running:
        yield running


def kratos_file(folder: Path) -> Path:
    file = folder / "kratos.sqlite"
    with sqlite3.connect(file) as connection:
        connection.executescript(DUMP)
    connection.close()
    return file


def test_people_of_a_kratos_database_sign_in_with_their_old_passwords(server: RunningServer, tmp_path: Path) -> None:
    file = kratos_file(tmp_path)
    before = file.read_bytes()
    done = run(server, tmp_path, "kratos", str(file))
    assert (done.exit_code, counts(done)) == (1, {"new": 3, "refused": 1}), done.output
    assert_all_came_along(server, tmp_path)
    assert file.read_bytes() == before


def test_a_second_run_changes_nothing_and_a_dry_run_neither(server: RunningServer, tmp_path: Path) -> None:
    file = str(kratos_file(tmp_path))
    tried = run(server, tmp_path, "kratos", file, "--dry-run")
    assert (tried.exit_code, counts(tried)) == (1, {"new": 3, "refused": 1})
    told = {line["id"][-1]: line.get("diff", []) for line in json.loads(tried.stdout)["people"]}
    assert "+ traits.name.first: Ada" in told["1"]
    assert "+ metadata_admin.note" in told["1"], "what only administrators see is named without its value"
    assert counts(run(server, tmp_path, "kratos", file)) == {"new": 3, "refused": 1}
    ada = identity(server, "ada@kratos.test", tmp_path)
    assert counts(run(server, tmp_path, "kratos", file)) == {"same": 3, "refused": 1}
    assert identity(server, "ada@kratos.test", tmp_path) == ada
    everybody = json.loads(CliRunner().invoke(limen, ["list", "identities", "-e", server.admin]).stdout)["identities"]
    assert len(everybody) == 3


def test_a_hash_that_is_not_understood_is_named_and_not_shown(server: RunningServer, tmp_path: Path) -> None:
    file = str(kratos_file(tmp_path))
    done = run(server, tmp_path, "kratos", file)
    written = (tmp_path / "report.ndjson").read_text()
    (reason,) = refusals(tmp_path).values()
    assert "no password hash of a known format" in reason
    assert "--without-unknown-hashes" in reason
    for secret in ("$unheard-of$", "$2b$04$", "$argon2id$", "JBSWY3DPEHPK3PXP", "abcd1234"):
        assert secret not in done.output + written
    assert (tmp_path / "report.ndjson").stat().st_mode & 0o077 == 0
    again = run(server, tmp_path, "kratos", file, "--without-unknown-hashes")
    assert (again.exit_code, counts(again)) == (0, {"new": 1, "same": 3, "incomplete": 1})
    assert "left_behind" in (tmp_path / "report.ndjson").read_text()
    assert not signs_in(server, "odd@kratos.test", ADA)


def test_a_database_of_an_old_release_has_fewer_columns(server: RunningServer, tmp_path: Path) -> None:
    file = kratos_file(tmp_path)
    connection = sqlite3.connect(file)
    for column in ("external_id", "organization_id", "metadata_public", "metadata_admin"):
        connection.execute(f"ALTER TABLE identities DROP COLUMN {column}")
    connection.commit()
    connection.close()
    assert counts(run(server, tmp_path, "kratos", f"sqlite://{file}?_fk=true&mode=ro")) == {"new": 3, "refused": 1}
    ada = identity(server, "ada@kratos.test", tmp_path)
    assert ada["external_id"] == "kratos:10000000-0000-4000-8000-000000000001"


@pytest.mark.postgres
def test_people_of_a_kratos_on_postgresql_come_along(server: RunningServer, tmp_path: Path, cluster: Cluster) -> None:
    name = cluster.database()
    cluster.sql(DUMP, name)
    done = run(server, tmp_path, "kratos", LIMEN_IMPORT_FROM=cluster.dsn(name))
    assert counts(done) == {"new": 3, "refused": 1}, done.output
    assert signs_in(server, "ada@kratos.test", ADA)
    assert signs_in(server, "grace@kratos.test", GRACE)
    cluster.drop(name)


def test_people_come_over_the_admin_interface_page_by_page(
    server: RunningServer, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with RunningServer(tmp_path_factory.mktemp("old"), over()) as old:
        kratos = str(kratos_file(tmp_path))
        run(old, tmp_path, "kratos", kratos)
        hash = bcrypt.hashpw(OLD.encode(), bcrypt.gensalt(4)).decode()
        lines = "\n".join(f"{n},p{n}@many.test,{hash}" for n in range(600))
        (tmp_path / "many.csv").write_text(f"id,traits.email,password_hash\n{lines}\n")
        assert counts(run(old, tmp_path, "csv", str(tmp_path / "many.csv"))) == {"new": 600}
        assert counts(run(server, tmp_path, "kratos", old.admin)) == {"new": 603}
        assert counts(run(server, tmp_path, "kratos", old.admin)) == {"same": 603}
    assert signs_in(server, "grace@kratos.test", GRACE)
    assert signs_in(server, "p599@many.test", OLD)
    assert identity(server, "ada@kratos.test", tmp_path)["external_id"] == "hr-1"


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def argon2() -> str:
    return low_level.hash_secret(OLD.encode(), b"sixteen octets..", 1, 1024, 1, 32, low_level.Type.ID).decode()


def django(folder: Path) -> list[str]:
    pbkdf2 = b64(hashlib.pbkdf2_hmac("sha256", OLD.encode(), b"saltysalt", 1000))
    scrypt = b64(hashlib.scrypt(OLD.encode(), salt=b"saltysalt", n=1024, r=8, p=1, dklen=64))
    hashes = {
        "pbkdf2": f"pbkdf2_sha256$1000$saltysalt${pbkdf2}",
        "argon2": f"argon2{argon2()}",
        "bcrypt": "bcrypt$" + bcrypt.hashpw(OLD.encode(), bcrypt.gensalt(4)).decode(),
        "scrypt": f"scrypt$1024$saltysalt$8$1${scrypt}",
        "sha1": f"sha1$saltysalt${hashlib.sha1(b'saltysalt' + OLD.encode()).hexdigest()}",
    }
    users = [
        {
            "model": "auth.user",
            "pk": at,
            "fields": {
                "password": hash,
                "username": f"dj-{name}",
                "email": f"{name}@django.test",
                "first_name": "Ada",
                "is_active": True,
            },
        }
        for at, (name, hash) in enumerate(hashes.items(), 1)
    ]
    (folder / "users.json").write_text(json.dumps([*users, {"model": "auth.group", "pk": 1, "fields": {"name": "g"}}]))
    return ["django", str(folder / "users.json"), *(f"{name}@django.test" for name in hashes)]


def keycloak(folder: Path) -> list[str]:
    salt = b"sixteen octets.."
    key = low_level.hash_secret_raw(OLD.encode(), salt, 2, 1024, 1, 32, low_level.Type.ID)
    more = {"hashLength": ["32"], "memory": ["1024"], "type": ["id"], "version": ["1.3"], "parallelism": ["1"]}
    data = {
        "pbkdf2": (b64(hashlib.pbkdf2_hmac("sha512", OLD.encode(), salt, 1000)), 1000, "pbkdf2-sha512", {}),
        "argon2": (b64(key), 2, "argon2", more),
    }
    users = [
        {
            "id": f"kc-{name}",
            "username": f"kc-{name}",
            "email": f"{name}@keycloak.test",
            "emailVerified": True,
            "enabled": True,
            "firstName": "Ada",
            "credentials": [
                {
                    "type": "password",
                    "secretData": json.dumps({"value": value, "salt": b64(salt), "additionalParameters": {}}),
                    "credentialData": json.dumps(
                        {"hashIterations": rounds, "algorithm": algorithm, "additionalParameters": more}
                    ),
                }
            ],
        }
        for name, (value, rounds, algorithm, more) in data.items()
    ]
    (folder / "realm.json").write_text(json.dumps({"realm": "house", "users": users}))
    return ["keycloak", str(folder / "realm.json"), *(f"{name}@keycloak.test" for name in data)]


def auth0(folder: Path) -> list[str]:
    user = {
        "user_id": "auth0|5f7c",
        "email": "ada@auth0.test",
        "email_verified": True,
        "given_name": "Ada",
        "identities": [{"provider": "auth0", "user_id": "5f7c"}, {"provider": "google-oauth2", "user_id": "123"}],
        "app_metadata": {"plan": "gold"},
    }
    hash = bcrypt.hashpw(OLD.encode(), bcrypt.gensalt(4)).decode()
    (folder / "users.ndjson").write_text(json.dumps(user) + "\n")
    (folder / "hashes.ndjson").write_text(
        json.dumps({"_id": {"$oid": "5f7c"}, "email": "ada@auth0.test", "passwordHash": hash}) + "\n"
    )
    return ["auth0", str(folder / "users.ndjson"), "--passwords", str(folder / "hashes.ndjson"), "ada@auth0.test"]


def firebase(folder: Path) -> list[str]:
    """What Firebase does: scrypt of salt and separator is the key under which the signer key is encrypted."""
    salt = b"eight oc"
    derived = hashlib.scrypt(OLD.encode(), salt=salt + SEPARATOR, n=2**10, r=8, p=1, dklen=32)
    encryptor = Cipher(algorithms.AES(derived), modes.CTR(bytes(16))).encryptor()
    hash = encryptor.update(SIGNER) + encryptor.finalize()
    user = {
        "localId": "fb1",
        "email": "ada@firebase.test",
        "emailVerified": True,
        "passwordHash": base64.urlsafe_b64encode(hash).decode(),
        "salt": b64(salt),
        "customAttributes": '{"admin":true}',
        "providerUserInfo": [{"providerId": "google.com", "rawId": "77"}, {"providerId": "password"}],
    }
    (folder / "users.json").write_text(json.dumps({"users": [user]}))
    (folder / "hash.txt").write_text(
        f"hash_config {{\n  algorithm: SCRYPT,\n  base64_signer_key: {b64(SIGNER)},\n"
        f"  base64_salt_separator: {b64(SEPARATOR)},\n  rounds: 8,\n  mem_cost: 10,\n}}\n"
    )
    return ["firebase", str(folder / "users.json"), "--hash-config", str(folder / "hash.txt"), "ada@firebase.test"]


def table(folder: Path) -> list[str]:
    (folder / "people.csv").write_text(
        "id;traits.email;traits.age;traits.name.first;password_hash;password;state\n"
        f"1;hashed@csv.test;36;Ada;{argon2()};;active\n"
        f"2;plain@csv.test;;Grace;;{OLD};\n"
    )
    return ["csv", str(folder / "people.csv"), "hashed@csv.test", "plain@csv.test"]


@pytest.mark.parametrize("made", [django, keycloak, auth0, firebase, table], ids=lambda made: made.__name__)
def test_people_of_other_systems_sign_in_with_their_old_passwords(
    made: object, shared: RunningServer, tmp_path: Path
) -> None:
    assert callable(made)
    arguments = made(tmp_path)
    emails = [each for each in arguments if "@" in each]
    command = [each for each in arguments if "@" not in each]
    done = run(shared, tmp_path, *command)
    assert (done.exit_code, counts(done)) == (0, {"new": len(emails)}), done.output
    assert [email for email in emails if not signs_in(shared, email, OLD)] == []
    assert not signs_in(shared, emails[0], "another-password-of-7")
    assert counts(run(shared, tmp_path, *command)) == {"same": len(emails)}


def test_fields_go_where_they_are_told(server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,mail,years\n1,ada@map.test,36\n2,grace@map.test,old\n")
    told = ("--map", "mail=traits.email", "--map", "years=traits.age")
    done = run(server, tmp_path, "csv", str(tmp_path / "people.csv"), *told)
    assert (done.exit_code, counts(done)) == (1, {"new": 1, "refused": 1})
    assert identity(server, "ada@map.test", tmp_path)["traits"] == {"email": "ada@map.test", "age": 36}
    assert "traits/age" in refusals(tmp_path)["2"]
    wrong = run(server, tmp_path, "csv", str(tmp_path / "people.csv"), "--map", "mail=email")
    assert (wrong.exit_code, "field=traits.name" in wrong.stderr) == (2, True)


def test_who_has_changed_is_left_alone_unless_asked(server: RunningServer, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"id,traits.email,traits.name.first,password\n1,ada@change.test,Ada,{OLD}\n")
    run(server, tmp_path, "csv", str(file))
    file.write_text("id,traits.email,traits.name.first,password\n1,ada@change.test,Augusta,\n")
    done = run(server, tmp_path, "csv", str(file), "--dry-run")
    assert json.loads(done.stdout)["people"][0]["diff"] == ["~ traits.name.first: Ada → Augusta"]
    assert counts(run(server, tmp_path, "csv", str(file))) == {"changed": 1}
    assert identity(server, "ada@change.test", tmp_path)["traits"] == {
        "email": "ada@change.test",
        "name": {"first": "Ada"},
    }
    assert counts(run(server, tmp_path, "csv", str(file), "--update")) == {"changed": 1}
    assert counts(run(server, tmp_path, "csv", str(file))) == {"same": 1}
    assert signs_in(server, "ada@change.test", OLD), "the password stays"


def test_an_address_that_somebody_has_is_refused_before_and_while_importing(
    server: RunningServer, tmp_path: Path
) -> None:
    with Person(server.public) as person:
        person.sign_up("taken@twice.test")
    file = tmp_path / "people.csv"
    file.write_text("id,traits.email\n1,Taken@twice.test\n2,new@twice.test\n3,new@twice.test\n2,other@twice.test\n")
    for more in (("--dry-run",), ()):
        done = run(server, tmp_path, "csv", str(file), *more)
        assert (done.exit_code, counts(done)) == (1, {"new": 1, "refused": 3})
        assert "taken@twice.test" in refusals(tmp_path)["1"]
        assert "new@twice.test" in refusals(tmp_path)["3"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("kratos", "mysql://kratos:hush-hush@tcp(127.0.0.1:1)/kratos"), "nobody answers there"),
        (("kratos", "/nowhere/kratos.sqlite"), "no such file"),
        (("kratos",), "LIMEN_IMPORT_FROM"),
        (("csv", "FILE"), "id or external_id"),
        (("auth0", "FILE"), "line 1"),
        (("keycloak", "FILE"), "no JSON"),
    ],
)
def test_what_cannot_be_read_is_said_plainly(
    arguments: tuple[str, ...], said: str, shared: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("name\nsecret-of-the-file\n")
    done = run(shared, tmp_path, *(str(file) if each == "FILE" else each for each in arguments))
    assert done.exit_code in {1, 2}
    assert said in done.stderr
    assert "secret-of-the-file" not in done.output
    assert "hush-hush" not in done.output


def test_an_address_that_makes_no_sense_is_answered_with_one_line() -> None:
    asked = command("import", "kratos", "mysql://kratos:hush-hush@db", "-e", "http://127.0.0.1:1")
    done = subprocess.run(asked, env=surroundings(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "The DSN names no database" in done.stderr
    assert "hush-hush" not in done.stderr
