"""How often may somebody guess a password or a code? Every client; whoever has an account, and nobody (security.md 5.2)."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from doubles.passwords import PlainPasswords
from limen.app.limits import guesses
from limen.app.scope import Client
from limen.http.cookies import DEVICE
from limen.kernel.json_doc import JsonObject
from limen.ports.limits import Note
from limen.ports.meter import Silent
from play import ADA, AGAIN, BOB, EACH, EACH_WEB, House, Visitor, built, housed, loaded
from play_config import OTHER_PASSWORD, UI, base, merged
from play_shown import Outcome

FREE = 10
PROXY: JsonObject = {"serve": {"public": {"trusted_proxies": ["203.0.113.7"]}}}
"""Everybody in these tests comes from that peer; believed, it tells where they really are."""
NOBODY = "nobody@house.test"
LIMITED = 4900001
_ADDRESSES = itertools.count(1)


def limits(**values: int | bool) -> JsonObject:
    return {"security": {"rate_limits": dict(values)}}


def stranger(house: House, client: Client = Client.API, ip: str = "") -> Visitor:
    """Somebody new, from an address of their own."""
    visitor = house.visitor(client)
    number = next(_ADDRESSES)
    visitor.headers["x-forwarded-for"] = ip or f"198.51.{number // 250}.{number % 250}"
    return visitor


async def house_of_ada(over: JsonObject | None = None) -> House:
    house = await built(merged(PROXY, over or {}))
    assert (await stranger(house).sign_up(ADA)).done
    return house


async def guessed(house: House, times: int, client: Client = Client.API, email: str = ADA, ip: str = "") -> Outcome:
    """The last of so many wrong passwords."""
    outcome = None
    for _ in range(times):
        outcome = await stranger(house, client, ip).sign_in(email, OTHER_PASSWORD)
    assert outcome is not None
    return outcome


def refused(client: Client, outcome: Outcome) -> bool:
    """Whether it was refused by a limit, in the words that this client understands."""
    if client is Client.BROWSER:
        return outcome.form is not None and outcome.shown.said == [LIMITED]
    limited = outcome.answer.status == 429
    assert limited == (outcome.error.get("id") == "rate_limited")
    assert limited == bool(outcome.answer.header("retry-after"))
    return limited


@EACH
async def test_ten_wrong_passwords_are_free_and_then_even_the_right_one_has_to_wait(client: Client) -> None:
    house = await house_of_ada()
    last = await guessed(house, FREE, client)
    assert (last.answer.status, last.shown.said) == (AGAIN[client], [4000006])
    assert refused(client, await stranger(house, client).sign_in(ADA))
    house.clock.advance(seconds=61)
    assert (await stranger(house, client).sign_in(ADA)).done


@EACH
async def test_waits_grow_to_half_an_hour_and_refused_guesses_do_not_count(client: Client) -> None:
    house = await house_of_ada()
    await guessed(house, FREE, client)
    for minutes in (1, 2, 4, 8, 16, 30, 30):
        house.clock.advance(minutes=minutes, seconds=-1)
        assert refused(client, await stranger(house, client).sign_in(ADA, OTHER_PASSWORD))
        house.clock.advance(seconds=1)
        assert not refused(client, await stranger(house, client).sign_in(ADA, OTHER_PASSWORD))


async def test_retry_after_says_when_and_whoever_waits_so_long_is_heard() -> None:
    house = await house_of_ada()
    await guessed(house, FREE + 0)
    house.clock.advance(seconds=12)
    wait = int((await stranger(house).sign_in(ADA)).answer.header("retry-after"))
    assert wait == 48
    house.clock.advance(seconds=wait)
    assert (await stranger(house).sign_in(ADA)).done


async def test_an_hour_without_a_wrong_guess_forgets_them() -> None:
    house = await house_of_ada()
    await guessed(house, FREE - 1)
    house.clock.advance(hours=1)
    assert not refused(Client.API, await guessed(house, FREE))


@EACH
async def test_nobody_learns_from_the_limits_who_has_an_account(client: Client) -> None:
    house = await house_of_ada()
    told: list[list[tuple[int, bool, str]]] = []
    for email in (ADA, NOBODY):
        one = [await stranger(house, client).sign_in(email, OTHER_PASSWORD) for _ in range(FREE + 3)]
        told.append([(each.answer.status, refused(client, each), each.answer.header("retry-after")) for each in one])
    assert told[0] == told[1]
    assert [limited for _, limited, _ in told[0]] == [False] * FREE + [True] * 3


class CountedPasswords(PlainPasswords):
    """Counts what was compared, for anybody or nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.work = 0

    async def verify(self, password: str, hash: str) -> bool:
        self.work += 1
        await asyncio.sleep(0)
        return await super().verify(password, hash)


async def test_guesses_at_the_same_instant_are_not_looked_at_beyond_the_limit() -> None:
    passwords = CountedPasswords()
    house = await built(PROXY, passwords=passwords)
    await stranger(house).sign_up(ADA)
    visitors = [stranger(house) for _ in range(5 * FREE)]
    forms = [await visitor.start("login") for visitor in visitors]
    await asyncio.gather(
        *(
            visitor.submit(form, method="password", identifier=ADA, password=OTHER_PASSWORD)
            for visitor, form in zip(visitors, forms, strict=True)
        )
    )
    assert 0 < passwords.work <= FREE


@EACH_WEB
async def test_the_owner_gets_in_on_a_device_that_is_known_whatever_strangers_do(client: Client) -> None:
    house = await house_of_ada()
    owner = stranger(house, client, "198.51.100.250")
    assert (await owner.sign_in(ADA)).done
    owner.forget_session()
    await guessed(house, FREE + 5)
    await guessed(house, 40, ip="198.51.100.250")  # even from the same address
    assert refused(Client.API, await stranger(house).sign_in(ADA))
    assert (await owner.sign_in(ADA)).done


@EACH_WEB
async def test_a_known_device_has_a_limit_of_its_own_and_is_known_for_its_people_only(client: Client) -> None:
    house = await house_of_ada()
    await stranger(house).sign_up(BOB)
    owner = stranger(house, client)
    assert (await owner.sign_in(ADA)).done
    owner.forget_session()
    for _ in range(FREE):
        assert not refused(client, await owner.sign_in(ADA, OTHER_PASSWORD))
    assert refused(client, await owner.sign_in(ADA))
    assert (await stranger(house).sign_in(ADA)).done, "what was wrong there does not count elsewhere"
    await guessed(house, FREE, email=BOB)
    assert refused(client, await owner.sign_in(BOB)), "Ada's device is a stranger's to Bob"


@EACH_WEB
async def test_the_device_cookie_is_sealed_and_says_nothing_readable(client: Client) -> None:
    house = await house_of_ada()
    owner = stranger(house, client)
    cookie = (await owner.sign_in(ADA)).answer.cookie(DEVICE)
    assert {"HttpOnly", "Max-Age=31536000", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    (id,) = await house.identity_ids()
    assert id not in cookie
    owner.forget_session()
    assert not (await owner.sign_in(ADA)).answer.cookie(DEVICE), "it does not change from one sign-in to the next"
    owner.forget_session()
    owner.jar[DEVICE] = owner.jar[DEVICE][:-4] + "AAAA"
    await guessed(house, FREE)
    assert refused(client, await owner.sign_in(ADA)), "a forged one is none"


async def test_an_app_with_a_session_proves_itself_anew_whatever_strangers_do() -> None:
    house = await house_of_ada()
    owner = stranger(house)
    assert (await owner.sign_in(ADA)).done
    await guessed(house, FREE + 1)
    assert (await owner.sign_in(ADA, refresh="true")).done


@EACH
async def test_one_address_cannot_try_many_people(client: Client) -> None:
    house = await house_of_ada(limits(guesses_per_minute=5, guesses_per_hour=8))
    tried = [await guessed(house, 1, client, f"{n}@house.test", "192.0.2.1") for n in range(6)]
    assert [refused(client, each) for each in tried] == [False] * 5 + [True]
    assert (await stranger(house, client, "192.0.2.2").sign_in(ADA)).done, "others are not held up"
    house.clock.advance(minutes=2)
    tried = [await guessed(house, 1, client, f"{n}@house.test", "192.0.2.1") for n in range(6, 10)]
    assert [refused(client, each) for each in tried] == [False] * 3 + [True]


async def test_all_addresses_of_an_ipv6_network_are_one() -> None:
    house = await house_of_ada(limits(guesses_per_minute=3))
    for n in range(3):
        assert not refused(Client.API, await guessed(house, 1, email=f"{n}@house.test", ip=f"2001:db8::{n + 1}"))
    assert refused(Client.API, await guessed(house, 1, email="x@house.test", ip="2001:db8::ffff"))
    assert not refused(Client.API, await guessed(house, 1, email="y@house.test", ip="2001:db8:0:1::1"))


@pytest.mark.parametrize("header", ["x-forwarded-for", "true-client-ip", "x-real-ip"])
async def test_a_made_up_address_is_not_another_address(header: str) -> None:
    house = await built(limits(guesses_per_minute=3))
    told: list[bool] = []
    for n in range(4):
        visitor = house.visitor()
        visitor.headers[header] = f"198.51.100.{n}"
        told.append(refused(Client.API, await visitor.sign_in(f"{n}@house.test", OTHER_PASSWORD)))
    assert told == [False, False, False, True]


CODES: JsonObject = {
    "selfservice": {
        "flows": {
            "recovery": {"enabled": True, "ui_url": f"{UI}/recovery"},
            "verification": {"enabled": True, "ui_url": f"{UI}/verification"},
        },
        "methods": {"code": {"enabled": True}},
    }
}


@EACH
@pytest.mark.parametrize("kind", ["recovery", "verification"])
async def test_codes_are_guessed_no_more_often_from_one_address(client: Client, kind: str) -> None:
    house = await house_of_ada(merged(CODES, limits(guesses_per_minute=4)))
    told: list[Outcome] = []
    for email in (ADA, NOBODY, BOB, "x@house.test", "y@house.test"):
        visitor = stranger(house, client, "192.0.2.1")
        form = (await visitor.submit(await visitor.start(kind), method="code", email=email)).shown
        told.append(await visitor.submit(form, method="code", code="000000"))
    assert [refused(client, each) for each in told] == [False] * 4 + [True]


async def test_password_and_code_guesses_are_counted_together() -> None:
    house = await house_of_ada(merged(CODES, limits(guesses_per_minute=2)))
    await guessed(house, 1, ip="192.0.2.1")
    visitor = stranger(house, ip="192.0.2.1")
    form = (await visitor.submit(await visitor.start("recovery"), method="code", email=ADA)).shown
    assert not refused(Client.API, await visitor.submit(form, method="code", code="000000"))
    assert refused(Client.API, await guessed(house, 1, email=BOB, ip="192.0.2.1"))


async def test_a_right_password_writes_no_counter_and_a_wrong_one_writes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    house = await house_of_ada()
    kept = house.storage.limits
    note, writes = kept.note, list[int]()

    async def noted(notes: Sequence[Note], now: datetime) -> None:
        writes.append(len(notes))
        await note(notes, now)

    monkeypatch.setattr(kept, "note", noted)
    assert (await stranger(house).sign_in(ADA)).done
    assert writes == []
    await guessed(house, 1)
    assert writes == [3]


async def test_the_switch_turns_guess_limits_and_device_cookies_off() -> None:
    house = await house_of_ada(limits(enabled=False))
    assert not refused(Client.API, await guessed(house, FREE + 5))
    owner = stranger(house, Client.BROWSER)
    outcome = await owner.sign_in(ADA)
    assert outcome.done
    assert not outcome.answer.cookie(DEVICE)


async def test_operators_hear_of_it_once_a_minute_and_read_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    house = await house_of_ada()
    told: list[str] = []

    def limited(_: Silent, limit: str) -> None:
        told.append(limit)

    monkeypatch.setattr(Silent, "limited", limited)
    await guessed(house, FREE + 4)
    assert told == [guesses.PERSON] * 4
    lines = [line for line in house.log.lines if "too many attempts" in str(line)]
    assert len(lines) == 1
    assert ADA not in str(lines)
    house.clock.advance(timedelta(seconds=59.5))
    await guessed(house, 1)
    assert len([line for line in house.log.lines if "too many attempts" in str(line)]) == 1


async def test_several_processes_count_together() -> None:
    one = await house_of_ada()
    other = await housed(loaded(merged(base(), PROXY)), storage=one.storage)
    await guessed(one, FREE // 2)
    assert not refused(Client.API, await guessed(other, FREE // 2))
    for house in (one, other):
        assert refused(Client.API, await stranger(house).sign_in(ADA))


@EACH_WEB
async def test_whoever_recovers_the_account_has_a_known_device_from_then_on(client: Client) -> None:
    house = await house_of_ada(CODES)
    await guessed(house, FREE)
    owner = stranger(house, client)
    assert refused(client, await owner.sign_in(ADA))
    form = (await owner.submit(await owner.start("recovery"), method="code", email=ADA)).shown
    await owner.submit(form, method="code", code=house.letters.code(ADA))
    assert await owner.signed_in()
    await owner.submit(await owner.start("settings"), method="password", password=OTHER_PASSWORD)
    owner.forget_session()
    assert (await owner.sign_in(ADA, OTHER_PASSWORD)).done
