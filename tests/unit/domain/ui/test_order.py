import pytest

from doubles.schemas import EMAIL, loaded, person
from limen.domain.identity.schema import IdentitySchema
from limen.domain.text.message import info
from limen.domain.ui.nodes import Group, Image, Input, InputType, Node, Script, Text
from limen.domain.ui.order import REGISTRATION_GROUPS, SETTINGS_GROUPS, by_group, by_schema, with_new_behind
from limen.kernel.json_doc import JsonDoc


@pytest.fixture(scope="module")
def schema() -> IdentitySchema:
    text = {"type": "string"}
    traits = {
        "email": EMAIL,
        "name": {"type": "object", "properties": {"last": text, "first": text}},
        "email_backup": text,
    }
    return loaded(default=person(traits)).require("default")


def node(group: Group, name: str, value: str | None = None) -> Node:
    held = None if value is None else JsonDoc.of(value)
    return Node(group, Input(name=name, type=InputType.TEXT, value=held))


def names(nodes: tuple[Node, ...]) -> list[str]:
    return [f"{node.group.value}/{node.name}" for node in nodes]


def backwards(*nodes: Node) -> list[Node]:
    return list(reversed(nodes))


@pytest.mark.covers("REG-21", "FLOW-19")
def test_a_sign_up_puts_the_password_behind_the_first_trait(schema: IdentitySchema):
    default, password = Group.DEFAULT, Group.PASSWORD
    wanted = (
        node(Group.OIDC, "provider", "github"),
        node(Group.OIDC, "provider", "google"),
        node(default, "csrf_token", "x"),
        node(default, "traits.email"),
        node(password, "password"),
        node(default, "traits.name.last"),
        node(default, "traits.name.first"),
        node(default, "traits.email_backup", "a"),
        node(default, "traits"),
        node(password, "method", "password"),
        node(Group.PROFILE, "screen", "previous"),
    )
    assert names(by_schema(backwards(*wanted), schema, REGISTRATION_GROUPS)) == names(wanted)


@pytest.mark.covers("REG-21", "FLOW-19")
def test_other_groups_between_keep_password_and_traits_apart(schema: IdentitySchema):
    wanted = (
        node(Group.DEFAULT, "csrf_token", "x"),
        node(Group.DEFAULT, "traits.email"),
        node(Group.DEFAULT, "traits.name.last"),
        node(Group.CODE, "method", "code"),
        node(Group.PASSWORD, "password"),
        node(Group.PASSWORD, "method", "password"),
    )
    assert names(by_schema(backwards(*wanted), schema, REGISTRATION_GROUPS)) == names(wanted)


@pytest.mark.covers("LOGIN-30", "FLOW-19")
def test_a_sign_in_begins_with_unknown_groups_then_providers():
    script = Script(id="webauthn_script", src="https://x.test/s.js", integrity="", nonce="")
    wanted = (
        node(Group.IDENTIFIER_FIRST, "identifier"),
        node(Group.OIDC, "provider", "google"),
        node(Group.DEFAULT, "csrf_token", "x"),
        node(Group.DEFAULT, "identifier", ""),
        Node(Group.WEBAUTHN, script),
        node(Group.CODE, "method", "code"),
        node(Group.PASSWORD, "password"),
        node(Group.PASSWORD, "method", "password"),
        node(Group.TOTP, "totp_code"),
        node(Group.TOTP, "method", "totp"),
    )
    assert names(by_group(backwards(*wanted))) == names(wanted)


@pytest.mark.covers("IDF-01")
def test_the_second_step_puts_what_is_new_behind_what_was_there():
    script = Node(Group.WEBAUTHN, Script(id="webauthn_script", src="https://x.test/s.js", integrity="", nonce=""))
    shown = (
        node(Group.IDENTIFIER_FIRST, "identifier"),
        node(Group.OIDC, "provider", "google"),
        node(Group.DEFAULT, "csrf_token", "x"),
        script,
    )
    new = (
        node(Group.PASSWORD, "password"),
        node(Group.PASSWORD, "method", "password"),
        node(Group.CODE, "method", "code"),
        node(Group.PASSKEY, "passkey_login_trigger"),
    )
    assert names(with_new_behind((*backwards(*shown), *new), shown)) == names((*shown, *new))
    assert names(with_new_behind((*new, *backwards(*shown)), (*shown, *new))) == names(by_group((*new, *shown)))


@pytest.mark.covers("SET-11", "FLOW-19")
def test_settings_keep_groups_apart(schema: IdentitySchema):
    wanted = (
        node(Group.DEFAULT, "csrf_token", "x"),
        node(Group.PROFILE, "traits.email", "z"),
        node(Group.PROFILE, "traits.name.last", "a"),
        node(Group.PROFILE, "method", "profile"),
        node(Group.PASSWORD, "password"),
        node(Group.PASSWORD, "method", "password"),
        node(Group.LOOKUP_SECRET, "lookup_secret_reveal"),
        Node(Group.TOTP, Image(id="totp_qr", src="data:", width=1, height=1)),
        Node(Group.TOTP, Text(id="totp_secret_key", text=info(1, ""))),
        node(Group.TOTP, "totp_code"),
        node(Group.TOTP, "method", "totp"),
    )
    assert names(by_schema(backwards(*wanted), schema, SETTINGS_GROUPS)) == names(wanted)


def test_elements_of_a_list_stay_behind_their_field(schema: IdentitySchema):
    wanted = [
        node(Group.PROFILE, "traits.email", "z"),
        node(Group.PROFILE, "traits.email.0", "b"),
        node(Group.PROFILE, "traits.email.1", "a"),
    ]
    assert names(by_schema(wanted, schema, SETTINGS_GROUPS)) == names(tuple(wanted))
