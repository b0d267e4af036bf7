"""Which flows do the pages have to draw? Made-up ones, each for a situation that real ones get into."""

from datetime import UTC, datetime, timedelta

from limen.domain.flow.details import Detail, LoginDetail, RecoveryDetail, RegistrationDetail, SettingsDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.identity.aal import Aal
from limen.domain.ids import FlowId, IdentityId
from limen.domain.text.message import Message, error, info, success
from limen.domain.ui.form import Form
from limen.domain.ui.nodes import (
    Autocomplete,
    Group,
    Image,
    Input,
    InputType,
    Node,
    Option,
    Script,
    Text,
    hidden,
    submit,
)
from limen.kernel.json_doc import JsonDoc

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
QR = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA4IDgiPjxwYXRoIGQ9Ik0wIDBoM3YzaC0zek01IDBoM3YzaC0zek0wIDVoM3YzaC0zek00IDRoMXYxaC0xek02IDVoMXYyaC0xek01IDdoMXYxaC0xeiIvPjwvc3ZnPg=="
SIGN_IN = info(1010022, "Sign in with password")
SIGN_UP = info(1040001, "Sign up")
SAVE = info(1070003, "Save")
CONTINUE = info(1070009, "Continue")
PASSWORD = info(1070001, "Password")


def titled(title: str) -> Message:
    return info(1070002, title, {"title": title, "name": title.lower()})


def field(
    name: str, label: Message, type: InputType = InputType.TEXT, group: Group = Group.DEFAULT, **more: object
) -> Node:
    return Node(group, Input(name=name, type=type, **more), label=label)


def csrf() -> Node:
    return hidden(Group.DEFAULT, "csrf_token", JsonDoc.of("made-up-token"), required=True)


def provider(name: str, id: int = 1010002, verb: str = "Sign in with", field_name: str = "provider") -> Node:
    context = {"provider": name, "provider_id": name.lower()}
    return submit(Group.OIDC, field_name, name.lower(), info(id, f"{verb} {name}", context))


def password(autocomplete: Autocomplete = Autocomplete.CURRENT_PASSWORD) -> Node:
    return field("password", PASSWORD, InputType.PASSWORD, Group.PASSWORD, required=True, autocomplete=autocomplete)


def made(
    number: int,
    kind: FlowKind,
    nodes: tuple[Node, ...],
    *messages: Message,
    detail: Detail | None = None,
    state: State = State.CHOOSE_METHOD,
    return_to: str = "",
) -> Flow[Detail]:
    details: dict[FlowKind, Detail] = {
        FlowKind.LOGIN: LoginDetail(),
        FlowKind.REGISTRATION: RegistrationDetail(),
        FlowKind.SETTINGS: SettingsDetail(identity_id=IdentityId("00000000-0000-4000-8000-000000000001")),
        FlowKind.RECOVERY: RecoveryDetail(),
    }
    return Flow[Detail](
        id=FlowId(f"00000000-0000-4000-8000-{number:012}"),
        kind=kind,
        type=FlowType.BROWSER,
        state=state,
        issued_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        request_url="http://127.0.0.1/self-service/login/browser",
        return_to=return_to,
        form=Form(f"/self-service/{kind.value}?flow={number}", (csrf(), *nodes), messages),
        detail=detail or details[kind],
    )


IDENTIFIER = field("identifier", info(1070004, "ID"), required=True)
SCRIPT = Node(
    Group.WEBAUTHN,
    Script(id="webauthn_script", src="/made-up/keys.js", integrity="", nonce="server-side"),
)
TRAITS = (
    field("traits.email", titled("E-Mail"), InputType.EMAIL, required=True, autocomplete=Autocomplete.EMAIL),
    field("traits.name.first", titled("First name")),
)
PASSKEY = (
    hidden(Group.PASSKEY, "passkey_challenge", JsonDoc.of('{"publicKey":{}}')),
    Node(Group.PASSKEY, Input(name="passkey_login", type=InputType.HIDDEN, onload_trigger="madeUpInit")),
    Node(
        Group.PASSKEY,
        Input(name="passkey_login_trigger", type=InputType.BUTTON, onclick_trigger="madeUpLogin"),
        label=info(1010021, "Sign in with passkey"),
    ),
    SCRIPT,
)


def plain_login() -> Flow[Detail]:
    return made(1, FlowKind.LOGIN, (IDENTIFIER, password(), submit(Group.PASSWORD, "method", "password", SIGN_IN)))


def failed_login() -> Flow[Detail]:
    filled = IDENTIFIER.with_value(JsonDoc.of('ada@example.org"><script>alert(1)</script>'))
    empty = password().with_messages(error(4000002, "Property password is missing.", {"property": "password"}))
    wrong = error(4000006, "The provided credentials are invalid.")
    return made(2, FlowKind.LOGIN, (filled, empty, submit(Group.PASSWORD, "method", "password", SIGN_IN)), wrong)


def first_step() -> Flow[Detail]:
    newsletter = field("traits.newsletter", titled("Tell me about news"), InputType.CHECKBOX)
    plans = tuple(Option(JsonDoc.of(value)) for value in ("free", "team", "house"))
    plan = field("traits.plan", titled("Plan"), options=plans)
    return made(
        3, FlowKind.REGISTRATION, (*TRAITS, plan, newsletter, submit(Group.PROFILE, "method", "profile", SIGN_UP))
    )


def second_step() -> Flow[Detail]:
    nodes = (
        Node(
            Group.DEFAULT,
            Input(name="traits.email", type=InputType.HIDDEN, value=JsonDoc.of("ada@example.org")),
            label=titled("E-Mail"),
        ),
        hidden(Group.DEFAULT, "traits.name.first", JsonDoc.of("Ada")),
        hidden(Group.DEFAULT, "traits.newsletter", JsonDoc.of(True)),
        submit(Group.PROFILE, "screen", "previous", info(1040008, "Back")),
        password(Autocomplete.NEW_PASSWORD),
        submit(Group.PASSWORD, "method", "password", SIGN_UP),
        submit(Group.CODE, "method", "code", info(1040006, "Send sign up code")),
    )
    return made(4, FlowKind.REGISTRATION, nodes, info(1040009, "Please choose a credential."))


def crowded_login() -> Flow[Detail]:
    identifier = field("identifier", titled("E-Mail"), required=True, autocomplete=Autocomplete.USERNAME_WEBAUTHN)
    providers = tuple(provider(name) for name in ("Google", "GitHub", "Apple", "Microsoft"))
    code = submit(Group.CODE, "method", "code", info(1010015, "Send sign in code"))
    nodes = (*providers, identifier, password(), submit(Group.PASSWORD, "method", "password", SIGN_IN), code, *PASSKEY)
    return made(5, FlowKind.LOGIN, nodes, return_to="https://app.example/inbox")


def settings() -> Flow[Detail]:
    countries = tuple(Option(JsonDoc.of(name)) for name in ("Austria", "Germany", "Italy", "Portugal", "Switzerland"))
    used = info(1050014, "Secret was used", {"used_at": "2026-11-01T00:00:00Z", "used_at_unix": 1793491200})
    codes = [
        {"id": 1050009, "text": c, "type": "info", "context": {"secret": c}}
        for c in ("k3x9-22ab", "pq81-7zzt", "m0n4-51ef")
    ]
    listed = [*codes, {"id": used.id, "text": used.text, "type": "info", "context": {"used_at_unix": 1793491200}}]
    key = {"display_name": "Laptop", "added_at": "2026-01-01T00:00:00Z", "added_at_unix": 1767225600}
    profile = tuple(
        node if not isinstance(node.attributes, Input) else Node(Group.PROFILE, node.attributes, label=node.label)
        for node in TRAITS
    )
    nodes = (
        *profile,
        field("traits.age", titled("Age"), InputType.NUMBER, Group.PROFILE, value=JsonDoc.of(36)),
        field("traits.born", titled("Birthday"), InputType.DATE, Group.PROFILE),
        field("traits.country", titled("Country"), InputType.TEXT, Group.PROFILE, options=countries),
        submit(Group.PROFILE, "method", "profile", SAVE),
        password(Autocomplete.NEW_PASSWORD).with_messages(
            error(4000032, "too short", {"min_length": 8, "actual_length": 3})
        ),
        submit(Group.PASSWORD, "method", "password", SAVE),
        provider("GitHub", 1050002, "Link", "link"),
        provider("Google", 1050003, "Unlink", "unlink"),
        Node(Group.TOTP, Image(id="totp_qr", src=QR, width=256, height=256), label=info(1050005, "QR")),
        Node(
            Group.TOTP,
            Text(id="totp_secret_key", text=info(1050006, "JBSWY3DPEHPK3PXP", {"secret": "JBSWY3DPEHPK3PXP"})),
            label=info(1050017, "This is your secret."),
        ),
        field("totp_code", info(1070006, "Verify code"), group=Group.TOTP, required=True),
        submit(Group.TOTP, "method", "totp", SAVE),
        Node(
            Group.LOOKUP_SECRET,
            Text(id="lookup_secret_codes", text=info(1050015, "k3x9-22ab, …", {"secrets": listed})),
            label=info(1050010, "These are your codes."),
        ),
        submit(Group.LOOKUP_SECRET, "lookup_secret_confirm", "true", info(1050011, "Confirm codes")),
        submit(Group.LOOKUP_SECRET, "lookup_secret_disable", "true", info(1050016, "Disable")),
        submit(Group.PASSKEY, "passkey_remove", "abcd", info(1050020, "Remove passkey", key)),
    )
    saved = success(1050001, "Your changes have been saved!")
    return made(6, FlowKind.SETTINGS, nodes, saved, state=State.SHOW_FORM)


def second_factor() -> Flow[Detail]:
    nodes = (
        field("totp_code", info(1010006, "Authentication code"), group=Group.TOTP, required=True),
        submit(Group.TOTP, "method", "totp", info(1010009, "Use Authenticator")),
        field("lookup_secret", info(1010007, "Backup code"), group=Group.LOOKUP_SECRET, required=True),
        submit(Group.LOOKUP_SECRET, "method", "lookup_secret", info(1010010, "Use backup code")),
    )
    return made(7, FlowKind.LOGIN, nodes, detail=LoginDetail(requested_aal=Aal.AAL2))


def code_sent() -> Flow[Detail]:
    code = field(
        "code",
        info(1070013, "Login code"),
        group=Group.CODE,
        required=True,
        autocomplete=Autocomplete.ONE_TIME_CODE,
        pattern="[0-9]+",
        maxlength=6,
    )
    nodes = (
        hidden(Group.DEFAULT, "identifier", JsonDoc.of("ada@example.org")),
        code,
        hidden(Group.CODE, "method", JsonDoc.of("code")),
        submit(Group.CODE, "method", "code", CONTINUE),
        submit(Group.CODE, "resend", "code", info(1070008, "Resend code")),
    )
    sent = info(1010014, "A code was sent to the address you provided.")
    return made(8, FlowKind.LOGIN, nodes, sent, state=State.SENT_EMAIL)


def name_asked() -> Flow[Detail]:
    """The first of two steps to sign in, with a name that nobody has."""
    asked = field(
        "identifier",
        titled("E-Mail"),
        group=Group.IDENTIFIER_FIRST,
        required=True,
        autocomplete=Autocomplete.USERNAME_WEBAUTHN,
        value=JsonDoc.of("nobody@example.org"),
    ).with_messages(error(4000037, "Nobody is called that."))
    go_on = submit(Group.IDENTIFIER_FIRST, "method", "identifier_first", CONTINUE)
    return made(9, FlowKind.LOGIN, (asked, go_on, provider("GitHub"), *PASSKEY[:2], SCRIPT))


def name_given() -> Flow[Detail]:
    """The second of two steps to sign in."""
    given = field(
        "identifier",
        titled("E-Mail"),
        InputType.HIDDEN,
        Group.IDENTIFIER_FIRST,
        required=True,
        autocomplete=Autocomplete.USERNAME_WEBAUTHN,
        value=JsonDoc.of("ada@example.org"),
    )
    code = submit(Group.CODE, "method", "code", info(1010015, "Send sign in code"))
    nodes = (given, password(), submit(Group.PASSWORD, "method", "password", SIGN_IN), code)
    return made(10, FlowKind.LOGIN, nodes)


def address_choice() -> Flow[Detail]:
    nodes = (
        *(submit(Group.CODE, "recovery_select_address", sign, info(1070000, shown)) for sign, shown in CHOICES),
        hidden(Group.CODE, "method", JsonDoc.of("code")),
        hidden(Group.CODE, "recovery_address", JsonDoc.of("ada@example.org")),
    )
    asked = info(1060006, "Choose an address.")
    return made(11, FlowKind.RECOVERY, nodes, asked, state=State.AWAITING_ADDRESS_CHOICE)


def address_confirmed() -> Flow[Detail]:
    nodes = (
        field("recovery_confirm_address", info(1070007, "E-mail"), InputType.EMAIL, Group.CODE, required=True),
        hidden(Group.CODE, "recovery_address", JsonDoc.of("ada@example.org")),
        submit(Group.CODE, "method", "code", CONTINUE),
        hidden(Group.CODE, "method", JsonDoc.of("code")),
        submit(Group.CODE, "screen", "previous", info(1060007, "Back")),
    )
    asked = info(1060005, "Type it in full.")
    return made(12, FlowKind.RECOVERY, nodes, asked, state=State.CONFIRMING_ADDRESS)


CHOICES = (("c2lnbi1vbmU=", "ad****@example.org"), ("c2lnbi10d28=", "+49****78"))
ALL = {
    "plain": plain_login(),
    "failed": failed_login(),
    "first-step": first_step(),
    "second-step": second_step(),
    "crowded": crowded_login(),
    "settings": settings(),
    "second-factor": second_factor(),
    "code-sent": code_sent(),
    "name-asked": name_asked(),
    "name-given": name_given(),
    "address-choice": address_choice(),
    "address-confirmed": address_confirmed(),
}
"""By the situation's name."""


def path_of(name: str) -> str:
    """Where the pages show a made-up flow."""
    return f"/ui/{ALL[name].kind.value}?flow={ALL[name].id}"
