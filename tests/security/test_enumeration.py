"""Can a stranger learn who has an account? Not from signing in: same words, same work (SEC-07, LOGIN-29, SEED0-11)."""

import msgspec
import pytest

from doubles.passwords import PlainPasswords
from limen.app.scope import Client
from limen.config.model import Config
from limen.domain.identity.credentials import CredentialType
from limen.kernel.json_doc import JsonDoc
from play import ADA, BOB, CSRF_COOKIE, EACH, SESSION_COOKIE, House, built
from play_config import PASSWORD, after
from play_shown import Answer


class CountedPasswords(PlainPasswords):
    """Counts the hashes that a request costs, whoever they are for."""

    def __init__(self) -> None:
        super().__init__()
        self.work = 0

    async def verify(self, password: str, hash: str) -> bool:
        right = await super().verify(password, hash)
        self.work += 1
        return right

    async def verify_nobody(self, password: str, config: Config) -> None:
        await super().verify_nobody(password, config)
        self.work += 1


async def house_of_three() -> tuple[House, CountedPasswords]:
    """Ada has a password, Bob has none, Eve's cannot be read, Dan is switched off."""
    passwords = CountedPasswords()
    house = await built(passwords=passwords)
    for email in (ADA, BOB, "eve@house.test", "dan@house.test"):
        assert (await house.visitor().sign_up(email)).done
    for id in await house.identity_ids():
        found = await house.identity(id)
        email = found.traits.members()["email"]
        config = {BOB: {}, "eve@house.test": {"hashed_password": "$nothing$"}}.get(str(email))
        if config is not None:
            credential = found.credentials[CredentialType.PASSWORD]
            changed = msgspec.structs.replace(credential, config=JsonDoc.of(config))
            await house.change(id, credentials={CredentialType.PASSWORD: changed})
        if email == "dan@house.test":
            await house.switch_off(id)
    passwords.work = 0
    return house, passwords


def neutral(answer: Answer, *individual: str) -> tuple[int, bytes, list[str]]:
    """An answer without what differs between any two of them."""
    body = answer.body
    for text in filter(None, individual):
        body = body.replace(text.encode(), b"*")
    return answer.status, body, sorted(name for name, _ in answer.headers)


@EACH
@pytest.mark.covers("LOGIN-29", "SEC-07", "PWD-03")
async def test_strangers_see_the_same_whoever_they_ask_for(client: Client) -> None:
    house, passwords = await house_of_three()
    seen = set()
    for email in (ADA, BOB, "eve@house.test", "dan@house.test", "nobody@house.test"):
        visitor = house.visitor(client)
        before = passwords.work
        form = await visitor.start("login")
        outcome = await visitor.submit(form, method="password", identifier=email, password="wrong-password")
        assert passwords.work - before == 1, email
        shown = outcome.shown
        assert shown.said == [4000006]
        status, body, headers = neutral(outcome.answer, form.id, form.csrf, email)
        seen.add((status, body, tuple(headers), tuple(shown.names), str(shown.messages)))
    assert len(seen) == 1


@EACH
@pytest.mark.covers("SEED0-11", "SEED1-19", "SEED3-08", "REG-12")
async def test_with_the_session_hook_a_session_tells_new_accounts_from_old_ones(client: Client) -> None:
    """The price of signing people in at once, which the documentation names."""
    house = await built()
    fresh = await house.visitor(client).sign_up(ADA)
    taken = await house.visitor(client).sign_up(ADA)
    if client is Client.API:
        assert fresh.session_token
    else:
        assert fresh.answer.cookie(SESSION_COOKIE)
    assert taken.answer.cookie(SESSION_COOKIE) == ""
    assert taken.session_token == ""
    assert taken.shown.said == [4000007]


@EACH
@pytest.mark.covers("SEED0-11", "SEED1-19", "SEED3-08")
async def test_without_the_session_hook_neither_has_one(client: Client) -> None:
    house = await built(after("registration"))
    for _ in range(2):
        outcome = await house.visitor(client).sign_up(ADA)
        assert outcome.answer.cookie(SESSION_COOKIE) == ""
        assert outcome.answer.cookie(CSRF_COOKIE) == ""
        assert outcome.session_token == ""


@EACH
@pytest.mark.covers("LOGIN-28", "LOGIN-29")
async def test_that_an_account_is_switched_off_is_told_to_its_person_only(client: Client) -> None:
    house, _ = await house_of_three()
    assert (await house.visitor(client).sign_in("dan@house.test", "wrong-password")).shown.said == [4000006]
    assert (await house.visitor(client).sign_in("dan@house.test", PASSWORD)).shown.said == [4010011]
