"""What do the sources of an import make of what they read? Hashes, fields, and what does not come along (docs/import.md)."""

import json
from pathlib import Path

import click
import pytest

from limen.cli.importing.bodies import hash_fault
from limen.cli.importing.judging import Fate, Judged
from limen.cli.importing.mapping import mapped, rule, rules
from limen.cli.importing.records import Record
from limen.cli.importing.sources import auth0, django, firebase, keycloak, kratos, table
from limen.kernel.json_doc import JsonObject, JsonValue


def only(source_records: object) -> Record:
    assert isinstance(source_records, list)
    (record,) = source_records
    assert isinstance(record, Record)
    return record


@pytest.mark.parametrize(
    ("encoded", "fault"),
    [
        ("!unusable", ""),
        ("", ""),
        ("bcrypt_sha256$$2b$12$abc", "bcrypt_sha256"),
        ("pbkdf2_sha256$1000$salt", "malformed"),
        ("pbkdf2_sha256$1000$salt$no base64", "malformed"),
        ("unsalted_md5$0123", "unsalted_md5"),
        ("0123456789abcdef0123456789abcdef-a-bare-digest", "unknown"),
        ("hasher_of_the_house_itself$x", "unknown"),
    ],
)
def test_a_hash_of_django_that_is_not_understood_is_named(encoded: str, fault: str) -> None:
    found = django.password(encoded)
    assert (found.hash, fault in found.fault, bool(found.fault)) == ("", True, bool(fault))
    assert "0123456789abcdef" not in found.fault


def test_a_dump_of_django_holds_more_than_users(tmp_path: Path) -> None:
    user = {"password": "!x", "username": "ada", "email": "ada@d.test", "is_active": False, "is_staff": True}
    dump = [
        {"model": "auth.permission", "pk": 1, "fields": {"name": "p"}},
        {"model": "a.user", "pk": 7, "fields": user},
    ]
    (tmp_path / "d.json").write_text(json.dumps(dump))
    record = only(django.source(tmp_path / "d.json", verified=False).records)
    assert (record.name, record.active, record.verified, record.password_hash) == ("django:7", False, (), "")
    assert record.left == ("is_staff: roles stay in Django",)
    assert "password" not in record.fields


def test_a_table_of_django_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "auth_user.csv").write_text("id,password,email,is_active\n7,!x,ada@d.test,t\n")
    record = only(django.source(tmp_path / "auth_user.csv", verified=True).records)
    assert (record.name, record.active, record.verified[0].value) == ("django:7", True, "ada@d.test")


def keycloak_user(*credentials: JsonValue) -> JsonObject:
    return {"id": "k1", "username": "ada", "email": "ada@k.test", "credentials": [*credentials], "realmRoles": ["x"]}


@pytest.mark.parametrize(
    ("data", "url"),
    [
        ({"subType": "totp", "digits": 6, "period": 30, "algorithm": "HmacSHA1"}, True),
        ({"subType": "totp", "digits": 8, "period": 30, "algorithm": "HmacSHA1"}, False),
        ({"subType": "hotp", "digits": 6, "algorithm": "HmacSHA1"}, False),
    ],
)
def test_a_code_of_keycloak_comes_along_where_limen_knows_its_kind(
    tmp_path: Path, data: dict[str, object], *, url: bool
) -> None:
    credential: JsonValue = {"type": "otp", "secretData": '{"value":"abc"}', "credentialData": json.dumps(data)}
    (tmp_path / "k.json").write_text(json.dumps({"users": [keycloak_user(credential)]}))
    record = only(keycloak.source(tmp_path / "k.json").records)
    assert ("secret=MFRGG&" in record.totp_url) is url  # base32 of «abc»
    assert [each for each in record.left if each.startswith("otp")] == ([] if url else [record.left[-1]])
    assert "roles stay in Keycloak" in record.left


def test_a_hash_of_keycloak_of_another_kind_is_named(tmp_path: Path) -> None:
    credential: JsonValue = {"type": "password", "credentialData": '{"algorithm":"own","hashIterations":1}'}
    (tmp_path / "k.json").write_text(json.dumps({"users": [keycloak_user(credential)]}))
    record = only(keycloak.source(tmp_path / "k.json").records)
    assert "Keycloak's kind own" in hash_fault(record)


def test_a_social_account_of_auth0_does_not_get_the_password_of_the_same_address(tmp_path: Path) -> None:
    user = {
        "user_id": "google-oauth2|1",
        "email": "ada@a.test",
        "identities": [{"provider": "google-oauth2", "user_id": "1"}],
    }
    (tmp_path / "u.json").write_text(json.dumps([user]))
    (tmp_path / "h.json").write_text(json.dumps({"_id": {"$oid": "9"}, "email": "ada@a.test", "passwordHash": "$2b$x"}))
    record = only(auth0.source(tmp_path / "u.json", tmp_path / "h.json").records)
    assert (record.password_hash, record.accounts[0].provider, record.left) == ("", "google", ())


def test_firebase_needs_the_parameters_of_its_project(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text('{"users":[{"localId":"1","passwordHash":"aaaa","salt":"aaaa"}]}')
    record = only(firebase.source(tmp_path / "f.json", None).records)
    assert "--hash-config" in hash_fault(record)
    (tmp_path / "hash.txt").write_text("hash_config { rounds: 8 }")
    with pytest.raises(click.ClickException, match="base64_signer_key"):
        firebase.hash_config(tmp_path / "hash.txt")


def test_an_empty_credential_of_kratos_is_none() -> None:
    config: JsonValue = {"config": {}}
    record = kratos.record({"id": "1", "credentials": {"webauthn": config, "code": config, "deviceauthn": config}})
    assert (record.webauthn, record.left) == (None, ("credential of the type deviceauthn",))


def test_a_line_with_too_few_columns_is_named(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,traits.email\n1,a@b.test\n2\n")
    with pytest.raises(click.ClickException, match="line 3"):
        table.source(tmp_path / "p.csv")


TRAITS: JsonValue = {
    "properties": {"email": {"type": "string"}, "age": {"type": "integer"}, "name": {"type": "object"}}
}
SCHEMA: JsonObject = {"properties": {"traits": TRAITS}}


def test_usual_rules_reach_as_far_as_the_schema() -> None:
    usual = [rule("email=traits.email"), rule("nick=traits.nick"), rule("full=traits.name"), rule("m=metadata_admin")]
    fields: JsonObject = {"email": "a@b.test", "nick": "a", "full": "Ada", "m": {"x": 1}}
    assert mapped(fields, rules((), usual, SCHEMA), SCHEMA) == {
        "traits": {"email": "a@b.test"},
        "metadata_admin": {"x": 1},
    }


def test_rules_that_are_given_replace_those_for_the_same_root() -> None:
    by = rules(
        ("data.mail=traits.email", "years=traits.age"), [rule("age=traits.age"), rule("m=metadata_public")], SCHEMA
    )
    fields: JsonObject = {"data": {"mail": "a@b.test"}, "years": "36", "age": 1, "m": [1]}
    assert mapped(fields, by, SCHEMA) == {"traits": {"email": "a@b.test", "age": 36}, "metadata_public": [1]}


def test_nothing_secret_is_in_what_a_traceback_would_show() -> None:
    record = Record(source="csv", id="1", fields={"x": "trait"}, password_hash="$2b$hash", plain_password="plain")
    assert "hash" not in repr(record)
    assert "plain" not in repr(record)
    assert "plain" not in repr(Judged(id="1", fate=Fate.NEW, body={"password": "plain"}))
