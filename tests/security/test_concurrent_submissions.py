"""Do two submissions at the same instant make one account, one session, and one clear refusal? (REG-12, REG-23, LOGIN-33)"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from doubles.passwords import PlainPasswords
from limen.app.scope import Client
from limen.config.model import Config
from limen.kernel.json_doc import JsonObject
from play import ADA, EACH, House, Visitor, built
from play_config import OTHER_PASSWORD, PASSWORD, after, merged
from play_shown import Outcome


class MeetingPasswords(PlainPasswords):
    """Nobody's hash is ready before everybody's is: so all of them write at the same instant."""

    def __init__(self, parties: int) -> None:
        super().__init__()
        self._gate = asyncio.Barrier(parties)
        self.meet = False
        self._meanwhile: Callable[[], Awaitable[None]] | None = None

    def meanwhile(self, deed: Callable[[], Awaitable[None]]) -> None:
        """What somebody else does while the next hash is made."""
        self._meanwhile = deed

    async def hash(self, password: str, config: Config) -> str:
        await self._met()
        if self._meanwhile is not None:
            await self._meanwhile()
        return await super().hash(password, config)

    async def verify(self, password: str, hash: str) -> bool:
        await self._met()
        return await super().verify(password, hash)

    async def _met(self) -> None:
        if self.meet:
            await self._gate.wait()


async def house_of(parties: int, over: JsonObject | None = None) -> tuple[House, MeetingPasswords]:
    passwords = MeetingPasswords(parties)
    return await built(over or {}, passwords=passwords), passwords


def sorted_out(outcomes: list[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    return [each for each in outcomes if each.done], [each for each in outcomes if not each.done]


def twin(visitor: Visitor) -> Visitor:
    """The same browser, in another tab."""
    other = visitor.house.visitor(visitor.client)
    other.jar = dict(visitor.jar)
    return other


@EACH
@pytest.mark.covers("REG-12", "REG-23", "SEC-15")
@pytest.mark.parametrize("parties", [2, 5])
async def test_one_form_sent_several_times_at_once(client: Client, parties: int) -> None:
    house, passwords = await house_of(parties)
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    tabs = [twin(visitor) for _ in range(parties)]
    passwords.meet = True
    outcomes = await asyncio.gather(
        *(tab.submit(form, method="password", password=PASSWORD, traits={"email": ADA}) for tab in tabs)
    )
    done, refused = sorted_out(list(outcomes))
    assert (len(done), len(refused)) == (1, parties - 1)
    assert await house.identities() == 1
    for outcome in refused:
        assert outcome.answer.cookie("ory_kratos_session") == ""
        if outcome.form is None:
            assert outcome.error_id == "session_already_available"
        else:
            assert set(outcome.shown.said) <= {4000007, 4040002}
    signed_in = [await tab.signed_in() for tab in tabs]
    assert signed_in.count(True) == 1


@EACH
@pytest.mark.covers("REG-23")
async def test_one_form_sent_twice_at_once_for_two_people_makes_one(client: Client) -> None:
    house, passwords = await house_of(2, after("registration"))
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    passwords.meet = True
    outcomes = await asyncio.gather(
        *(
            twin(visitor).submit(form, method="password", password=PASSWORD, traits={"email": email})
            for email in (ADA, "bob@house.test")
        )
    )
    done, (refused,) = sorted_out(list(outcomes))
    assert len(done) == 1
    assert refused.shown.said == [4040002]
    assert await house.identities() == 1


@EACH
@pytest.mark.covers("REG-12")
async def test_two_forms_for_one_person_at_once(client: Client) -> None:
    house, passwords = await house_of(2)
    visitors = [house.visitor(client), house.visitor(client)]
    forms = [await visitor.start("registration") for visitor in visitors]
    passwords.meet = True
    outcomes = await asyncio.gather(
        *(
            visitor.submit(form, method="password", password=password, traits={"email": ADA})
            for visitor, form, password in zip(visitors, forms, (PASSWORD, OTHER_PASSWORD), strict=True)
        )
    )
    done, (refused,) = sorted_out(list(outcomes))
    assert len(done) == 1
    assert refused.shown.said == [4000007]
    assert await house.identities() == 1
    assert [await visitor.signed_in() for visitor in visitors].count(True) == 1


@EACH
@pytest.mark.covers("LOGIN-33")
async def test_one_sign_in_form_sent_twice_at_once(client: Client) -> None:
    house, passwords = await house_of(2)
    assert (await house.visitor().sign_up(ADA)).done
    visitor = house.visitor(client)
    form = await visitor.start("login")
    tabs = [twin(visitor), twin(visitor)]
    passwords.meet = True
    outcomes = await asyncio.gather(
        *(tab.submit(form, method="password", identifier=ADA, password=PASSWORD) for tab in tabs)
    )
    done, (refused,) = sorted_out(list(outcomes))
    assert len(done) == 1
    assert refused.shown.said == [4010007]
    assert [await tab.signed_in() for tab in tabs].count(True) == 1


@EACH
@pytest.mark.covers("SESS-33", "SESS-18")
async def test_sixteen_people_at_once_all_get_in(client: Client) -> None:
    house, passwords = await house_of(16)
    people = [f"person{number}@house.test" for number in range(16)]
    for email in people:
        assert (await house.visitor().sign_up(email)).done
    visitors = [house.visitor(client) for _ in people]
    passwords.meet = True
    outcomes = await asyncio.gather(*(visitor.sign_in(email) for visitor, email in zip(visitors, people, strict=True)))
    assert all(outcome.done for outcome in outcomes)


@EACH
@pytest.mark.covers("HOOK-11", "SEED0-05")
async def test_one_person_at_two_places_at_once_with_revoking_ends_one_of_them(client: Client) -> None:
    house, passwords = await house_of(2, merged(after("login", "revoke_active_sessions"), {}))
    assert (await house.visitor().sign_up(ADA)).done
    visitors = [house.visitor(client), house.visitor(client)]
    passwords.meet = True
    outcomes = await asyncio.gather(*(visitor.sign_in(ADA) for visitor in visitors))
    assert all(outcome.done for outcome in outcomes)
    assert [await visitor.signed_in() for visitor in visitors].count(True) == 1


@EACH
@pytest.mark.covers("PWD-04")
async def test_two_sign_ins_that_both_renew_the_hash_both_succeed(client: Client) -> None:
    house, passwords = await house_of(2)
    assert (await house.visitor().sign_up(ADA)).done
    await house.reconfigured({"hashers": {"algorithm": "argon2"}})
    house.clock.advance(hours=1)
    visitors = [house.visitor(client), house.visitor(client)]
    passwords.meet = True
    outcomes = await asyncio.gather(*(visitor.sign_in(ADA) for visitor in visitors))
    assert [outcome.done for outcome in outcomes] == [True, True]
    assert [await visitor.signed_in() for visitor in visitors] == [True, True]
    assert await house.hash_of((await house.identity_ids())[0]) == f"$plain$argon2${PASSWORD}"


@EACH
@pytest.mark.covers("PWD-04", "LOGIN-28")
async def test_somebody_switched_off_while_their_hash_is_renewed_does_not_get_in(client: Client) -> None:
    house, passwords = await house_of(2)
    assert (await house.visitor().sign_up(ADA)).done
    await house.reconfigured({"hashers": {"algorithm": "argon2"}})
    id = (await house.identity_ids())[0]
    visitor = house.visitor(client)
    form = await visitor.start("login")
    passwords.meanwhile(lambda: house.switch_off(id))
    outcome = await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)
    assert not outcome.done
    assert not await visitor.signed_in()
    assert await house.hash_of(id) == f"$plain$bcrypt${PASSWORD}"
