"""Can a stranger learn from a sign-in in two steps who has an account? Not where the operator wants it kept (SEC-08, IDF-02)."""

import msgspec
import pytest

from limen.app.scope import Client
from limen.config.model import Config
from limen.domain.courier.letter import Letter
from limen.domain.identity.credentials import CredentialType
from limen.domain.ids import FlowId
from limen.kernel.json_doc import EMPTY, JsonObject
from limen.ports.courier import TemplateBroken, Wording
from limen.ports.one_time_secrets import SecretPurpose
from limen.ports.storage import LetterFilter, Page
from limen.storage.identities import SqlIdentityReads
from play import ADA, BOB, EACH, House, Visitor, built, loaded
from play_config import EMAIL_TRAIT, base, flows, merged, person
from play_shown import Outcome, Shown

STRANGER = "nobody@house.test"
CODES = person(
    {
        "email": {
            **EMAIL_TRAIT,
            "ory.sh/kratos": {
                "credentials": {"password": {"identifier": True}, "code": {"identifier": True, "via": "email"}}
            },
        }
    },
    "email",
)
QUIET: JsonObject = merged(
    flows(login={"style": "identifier_first"}), {"security": {"account_enumeration": {"mitigate": True}}}
)
WITH_CODES: JsonObject = {"selfservice": {"methods": {"code": {"passwordless_enabled": True}}}}
CODES_ONLY: JsonObject = {
    "selfservice": {"methods": {"code": {"passwordless_enabled": True}, "password": {"enabled": False}}}
}
WAYS = pytest.mark.parametrize("ways", [{}, WITH_CODES, CODES_ONLY], ids=["password", "both", "codes"])


class Reads:
    """Counts how often somebody is looked for among the accounts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = SqlIdentityReads.by_identifier

        async def counted(reads: SqlIdentityReads, types: tuple[CredentialType, ...], identifier: str) -> object:
            self.count += 1
            return await real(reads, types, identifier)

        monkeypatch.setattr(SqlIdentityReads, "by_identifier", counted)


async def quiet_house(ways: JsonObject) -> House:
    """Ada has a password, Bob an account without one, the stranger nothing."""
    house = await built(QUIET, schema=CODES)
    for email in (ADA, BOB):
        assert (await house.visitor().sign_up(email)).done
    for id in await house.identity_ids():
        found = await house.identity(id)
        if found.traits.members()["email"] == BOB:
            emptied = msgspec.structs.replace(found.credentials[CredentialType.PASSWORD], config=EMPTY)
            await house.change(id, credentials={**found.credentials, CredentialType.PASSWORD: emptied})
    await house.use(loaded(merged(base(CODES), merged(QUIET, ways))))
    return house


async def named(visitor: Visitor, email: str) -> tuple[Shown, Outcome]:
    form = await visitor.start("login")
    return form, await visitor.submit(form, method="identifier_first", identifier=email)


def neutral(form: Shown, outcome: Outcome, email: str) -> tuple[object, ...]:
    """An answer, and the form as it is kept, without what differs between any two of them."""
    body, wire = outcome.answer.body.decode(), str(outcome.shown.wire)
    for text in filter(None, (form.id, form.csrf, outcome.shown.csrf, email)):
        body, wire = body.replace(text, "*"), wire.replace(text, "*")
    headers = [(name, "" if name in {"location", "set-cookie"} else value) for name, value in outcome.answer.headers]
    headers = [(name, "" if name == "content-length" else value) for name, value in headers]
    return outcome.answer.status, body, wire, sorted(headers)


@EACH
@WAYS
@pytest.mark.covers("SEC-08", "IDF-02", "LOGIN-29", "PWD-18")
async def test_the_second_step_is_the_same_whoever_is_named(
    client: Client, ways: JsonObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await quiet_house(ways)
    reads = Reads(monkeypatch)
    seen, work, letters = set(), set(), set()
    for email in (ADA, BOB, STRANGER):
        before, composed = reads.count, len(house.letters.composed)
        form, outcome = await named(house.visitor(client), email)
        assert 4000037 not in outcome.shown.everything_said
        seen.add(str(neutral(form, outcome, email)))
        work.add(reads.count - before)
        letters.add(len(house.letters.composed) - composed)
    assert (len(seen), len(work), len(letters)) == (1, 1, 1)
    assert ways is CODES_ONLY or (work, letters) == ({0}, {0}), "nobody is looked up, so that nothing takes longer"


@EACH
@pytest.mark.covers("SEC-08", "LOGIN-29")
async def test_a_wrong_password_is_answered_alike(client: Client) -> None:
    house = await quiet_house({})
    seen = set()
    for email in (ADA, BOB, STRANGER):
        visitor = house.visitor(client)
        form, outcome = await named(visitor, email)
        wrong = await visitor.submit(outcome.shown, method="password", identifier=email, password="wrong-password")
        assert wrong.shown.said == [4000006]
        seen.add(str(neutral(form, wrong, email)))
    assert len(seen) == 1


@EACH
@pytest.mark.parametrize("through", ["second step", "first step"])
@pytest.mark.covers("SEC-08", "CODE-07", "SEC-09")
async def test_asking_for_a_code_is_answered_alike(client: Client, through: str) -> None:
    house = await quiet_house(WITH_CODES)
    seen, rows = set(), []
    for email in (ADA, STRANGER):
        visitor, composed = house.visitor(client), len(house.letters.composed)
        form = await visitor.start("login")
        if through == "second step":
            form = (await visitor.submit(form, method="identifier_first", identifier=email)).shown
        sent = await visitor.submit(form, method="code", identifier=email)
        assert (sent.shown.said, sent.shown.wire["state"]) == ([1010014], "sent_email")
        assert len(house.letters.composed) - composed == 1, "the same work is done for both"
        wrong = await visitor.submit(sent.shown, method="code", identifier=email, code="000000")
        assert wrong.shown.said == [4010008]
        seen.add(str((neutral(form, sent, email), neutral(form, wrong, email))))
        (row,) = await house.storage.secrets.of_flow(SecretPurpose.LOGIN_CODE, FlowId(form.id))
        rows.append((row.identity_id is None, len(row.hmac)))
    assert len(seen) == 1
    assert rows == [(False, 32), (True, 32)]
    queued = await house.storage.letters.page(LetterFilter(), Page(limit=10))
    assert [letter.recipient for letter in queued] == [ADA], "strangers are not written to"


@pytest.mark.covers("SEC-08", "CODE-07")
async def test_the_right_digits_for_nobody_open_nothing() -> None:
    house = await quiet_house(WITH_CODES)
    digits: list[str] = []
    real = house.services.entropy.digits
    visitor = house.visitor()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.services.entropy, "digits", lambda length: digits.append(real(length)) or digits[-1])
        form = (await visitor.submit(await visitor.start("login"), method="code", identifier=STRANGER)).shown
    tried = await visitor.submit(form, method="code", identifier=STRANGER, code=digits[-1])
    assert tried.shown.said == [4010008]
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("SEC-08")
async def test_a_template_that_needs_a_person_does_not_tell(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await quiet_house(WITH_CODES)
    real = house.letters.compose

    async def picky(config: Config, wording: Wording) -> Letter:
        if wording.identity is None:
            raise TemplateBroken("There is no one to greet.")
        return await real(config, wording)

    monkeypatch.setattr(house.letters, "compose", picky)
    seen = set()
    for email in (ADA, STRANGER):
        visitor = house.visitor(client)
        form, outcome = await named(visitor, email)
        sent = await visitor.submit(outcome.shown, method="code", identifier=email)
        seen.add(str(neutral(form, sent, email)))
    assert len(seen) == 1


@EACH
@pytest.mark.covers("SEC-08", "CODE-07", "QK-25")
async def test_in_one_step_the_wire_tells_as_it_always_did(client: Client) -> None:
    house = await built(merged(WITH_CODES, {"security": {"account_enumeration": {"mitigate": True}}}), schema=CODES)
    visitor = house.visitor(client)
    form = await visitor.start("login")
    assert (await visitor.submit(form, method="code", identifier=STRANGER)).shown.said == [4000035]
