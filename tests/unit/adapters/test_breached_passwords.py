import asyncio
import hashlib

import pytest

from doubles.clock import ManualClock
from doubles.egress import ScriptedEgress
from doubles.log import KeptLog
from limen.adapters.breached_passwords import RangeBreaches
from limen.config.methods import MethodsConfig, PasswordConfig, PasswordMethod
from limen.config.model import Config, SelfserviceConfig
from limen.ports.passwords import BreachCheckFailed

PASSWORD = "hunter2"
DIGEST = hashlib.sha1(PASSWORD.encode()).hexdigest().upper()
URL = f"https://api.pwnedpasswords.com/range/{DIGEST[:5]}"
PADDING = b"0" * 34 + b"1:0\r\n"


def config(**policy: str | bool | int) -> Config:
    method = PasswordMethod(config=PasswordConfig(**policy))
    return Config(selfservice=SelfserviceConfig(methods=MethodsConfig(password=method)))


def line(count: str = ":17", digest: str = DIGEST) -> bytes:
    return PADDING + digest[5:].encode() + count.encode() + b"\r\n" + b"F" * 35 + b":5"


class Bench:
    def __init__(self) -> None:
        self.egress, self.clock, self.log = ScriptedEgress(), ManualClock(), KeptLog()
        self.breaches = RangeBreaches(self.egress, self.clock, self.log)

    async def count(self, password: str = PASSWORD, **policy: str | bool | int) -> int:
        return await self.breaches.count(password, config(**policy))


@pytest.fixture
def bench():
    return Bench()


@pytest.mark.covers("PWD-12")
async def test_the_service_learns_five_characters_of_a_hash(bench: Bench):
    bench.egress.answers("GET", URL, line())
    assert await bench.count() == 17
    (call,) = bench.egress.calls
    assert call.headers == (("Add-Padding", "true"),)
    assert (call.timeout, call.body) == (1.0, b"")
    assert DIGEST[5:] not in call.url


@pytest.mark.covers("PWD-12")
@pytest.mark.parametrize(("count", "times"), [(":0", 0), (":1", 1), ("", 1), (":1,234", 1234), (":", 1), (": 4 ", 4)])
async def test_counts_are_read_as_services_write_them(bench: Bench, count: str, times: int):
    bench.egress.answers("GET", URL, line(count).lower())
    assert await bench.count() == times


@pytest.mark.covers("PWD-12")
async def test_an_unknown_password_was_never_seen(bench: Bench):
    bench.egress.answers("GET", URL, PADDING)
    assert await bench.count() == 0


@pytest.mark.covers("PWD-12")
async def test_an_answer_serves_its_prefix_for_an_hour(bench: Bench):
    bench.egress.answers("GET", URL, line())
    bench.egress.answers("GET", URL, line(":18"))
    assert await bench.count() == 17
    bench.clock.advance(minutes=59)
    assert await bench.count() == 17
    bench.clock.advance(minutes=2)
    assert await bench.count() == 18
    assert len(bench.egress.calls) == 2


@pytest.mark.covers("PWD-12")
async def test_questions_at_the_same_time_are_asked_once(bench: Bench):
    bench.egress.answers("GET", URL, line())
    gate = bench.egress.hold()
    async with asyncio.timeout(5):
        asked = [asyncio.ensure_future(bench.count()) for _ in range(20)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked[0].cancel()
        gate.set()
        found = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert found[1:] == [17] * 19
    assert len(bench.egress.calls) == 1


@pytest.mark.covers("PWD-12")
async def test_no_more_than_a_bounded_number_of_answers_is_kept(bench: Bench):
    for number in range(200):
        digest = hashlib.sha1(f"{number}".encode()).hexdigest().upper()
        bench.egress.answers("GET", f"https://api.pwnedpasswords.com/range/{digest[:5]}", PADDING)
        await bench.count(f"{number}")
    assert len(bench.breaches._kept) == 128


@pytest.mark.covers("PWD-13")
async def test_nobody_is_asked_when_it_is_switched_off(bench: Bench):
    assert await bench.count(haveibeenpwned_enabled=False) == 0
    assert bench.egress.calls == []


@pytest.mark.covers("PWD-12")
async def test_the_host_can_be_another(bench: Bench):
    bench.egress.answers("GET", f"https://localhost:4433/range/{DIGEST[:5]}", line(":3"))
    bench.egress.answers("GET", URL, line(":4"))
    assert await bench.count(haveibeenpwned_host="localhost:4433") == 3
    assert await bench.count() == 4


async def arrange(bench: Bench, problem: str) -> None:
    match problem:
        case "away":
            bench.egress.fails("GET", URL)
        case "status":
            bench.egress.answers("GET", URL, line(), status=503)
        case _:
            bench.egress.answers("GET", URL, line(":many"))


@pytest.mark.covers("PWD-13")
@pytest.mark.parametrize("problem", ["away", "status", "nonsense"])
async def test_a_service_that_is_away_is_ignored_or_not(bench: Bench, problem: str):
    await arrange(bench, problem)
    assert await bench.count(ignore_network_errors=True) == 0
    if problem == "nonsense":
        bench.clock.advance(hours=2)
    await arrange(bench, problem)
    with pytest.raises(BreachCheckFailed):
        await bench.count(ignore_network_errors=False)
    assert bench.log.events("warning") == ["The breach service is of no help."] * 2
    assert PASSWORD not in str(bench.log.lines)
    assert DIGEST[:5] not in str(bench.log.lines)
