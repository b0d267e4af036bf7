"""Is the right work done with hashes: for people, for nobody, and when there is too much of it? (PWD-03, PWD-04, SEC-07)"""

import msgspec
import pytest

from limen.app.scope import Client
from limen.domain.identity.credentials import CredentialType
from limen.kernel.json_doc import JsonDoc, JsonValue
from play import ADA, EACH, SESSION_COOKIE, House, Visitor, built
from play_config import OTHER_PASSWORD, PASSWORD
from play_shown import listed


async def with_credential(house: House, config: JsonValue) -> str:
    """Somebody whose stored password credential holds this."""
    assert (await house.visitor().sign_up(ADA)).done
    id = (await house.identity_ids())[0]
    credentials = (await house.identity(id)).credentials
    changed = msgspec.structs.replace(credentials[CredentialType.PASSWORD], config=JsonDoc.of(config))
    await house.change(id, credentials={**credentials, CredentialType.PASSWORD: changed})
    return id


@EACH
@pytest.mark.covers("PWD-03", "SEC-07", "LOGIN-29")
@pytest.mark.parametrize("identifier", ["nobody@house.test", "x" * 5000, "\x00", "a@b", "'; --"])
async def test_for_nobody_the_same_work_is_done(client: Client, identifier: str) -> None:
    house = await built()
    outcome = await house.visitor(client).sign_in(identifier, PASSWORD)
    assert outcome.shown.said == [4000006]
    assert house.passwords.nobodies == 1


@EACH
@pytest.mark.covers("PWD-03", "SEC-07")
@pytest.mark.parametrize(
    "config",
    [{}, {"hashed_password": ""}, {"hashed_password": 7}, [], "text", {"use_password_migration_hook": True}],
)
async def test_for_people_without_a_password_the_same_work_is_done(client: Client, config: JsonValue) -> None:
    house = await built()
    await with_credential(house, config)
    outcome = await house.visitor(client).sign_in(ADA, PASSWORD)
    assert outcome.shown.said == [4000006]
    assert house.passwords.nobodies == 1


@EACH
@pytest.mark.covers("PWD-03", "SEC-07")
async def test_for_a_hash_that_nobody_can_read_the_same_work_is_done_and_the_operator_told(client: Client) -> None:
    house = await built()
    id = await with_credential(house, {"hashed_password": "$unknown$1$abc"})
    outcome = await house.visitor(client).sign_in(ADA, PASSWORD)
    assert outcome.shown.said == [4000006]
    assert house.passwords.nobodies == 1
    assert ("error", "a stored password hash cannot be verified", {"identity": id}) in house.log.lines
    assert PASSWORD not in str(house.log.lines)


@EACH
@pytest.mark.covers("PWD-04", "PWD-03")
async def test_a_wrong_password_changes_no_hash(client: Client) -> None:
    house = await built()
    id = await with_credential(house, {"hashed_password": f"$plain$scrypt${PASSWORD}"})
    assert (await house.visitor(client).sign_in(ADA, OTHER_PASSWORD)).shown.said == [4000006]
    assert await house.hash_of(id) == f"$plain$scrypt${PASSWORD}"
    assert (await house.visitor(client).sign_in(ADA)).done
    assert await house.hash_of(id) == f"$plain$bcrypt${PASSWORD}"


@EACH
@pytest.mark.covers("PWD-04")
async def test_a_hash_of_the_right_algorithm_is_left_alone(client: Client) -> None:
    house = await built()
    assert (await house.visitor().sign_up(ADA)).done
    id = (await house.identity_ids())[0]
    before = await house.identity(id)
    house.clock.advance(days=1)
    assert (await house.visitor(client).sign_in(ADA)).done
    assert await house.identity(id) == before


async def overloaded(client: Client) -> tuple[House, Visitor]:
    house = await built()
    assert (await house.visitor().sign_up(ADA)).done
    return house, house.visitor(client)


@pytest.mark.parametrize("client", [Client.SPA, Client.API])
@pytest.mark.parametrize("kind", ["login", "registration"])
@pytest.mark.parametrize("email", [ADA, "nobody@house.test"])
async def test_too_much_at_once_is_told_to_come_back(client: Client, kind: str, email: str) -> None:
    house, visitor = await overloaded(client)
    form = await visitor.start(kind)
    house.passwords.overloaded = True
    before = await house.identities()
    outcome = await visitor.submit(
        form, method="password", identifier=email, password=PASSWORD, traits={"email": "new@house.test"}
    )
    assert (outcome.answer.status, outcome.error["code"]) == (503, 503)
    assert outcome.answer.header("retry-after") == "7"
    assert await house.identities() == before
    house.passwords.overloaded = False
    again = await visitor.submit(
        form, method="password", identifier=ADA, password=PASSWORD, traits={"email": "new@house.test"}
    )
    assert again.done, "the form is as good as before"


async def test_a_browser_that_comes_at_a_bad_time_sees_the_error_page() -> None:
    house, visitor = await overloaded(Client.BROWSER)
    form = await visitor.start("login")
    house.passwords.overloaded = True
    outcome = await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)
    assert (outcome.answer.status, outcome.error["code"]) == (303, 503)
    assert outcome.answer.cookie(SESSION_COOKIE) == ""


@EACH
async def test_while_hashing_is_overloaded_sessions_are_still_checked(client: Client) -> None:
    house = await built()
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    house.passwords.overloaded = True
    assert (await visitor.session())["active"] is True
    assert listed((await visitor.get("/sessions")).json, "items") == []
