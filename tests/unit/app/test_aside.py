"""Is work after the answer done: in its order, with its failures told, and not without bound?"""

import asyncio

import pytest

from doubles.log import KeptLog
from limen.app.aside import MOST_WAITING, Aside
from limen.ports.storage import StorageUnavailable

pytestmark = pytest.mark.covers("SEC-08")


async def test_nobody_waits_for_it() -> None:
    aside, done = Aside(), list[str]()

    async def work() -> None:
        done.append("work")

    await aside.after(KeptLog(), "a", work)
    assert done == []
    await aside.settled()
    assert done == ["work"]


async def test_work_with_one_key_keeps_its_order_though_the_first_takes_longer() -> None:
    pauses = iter((0.01, 0.0, 0.0))
    aside, done = Aside(lambda: next(pauses)), list[str]()

    async def noted(name: str, turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        done.append(name)

    await aside.after(KeptLog(), "form", lambda: noted("first", 5))
    await aside.after(KeptLog(), "form", lambda: noted("second", 0))
    await aside.after(KeptLog(), "another", lambda: noted("elsewhere", 0))
    await aside.settled()
    assert done == ["elsewhere", "first", "second"]


async def test_what_fails_is_logged_and_holds_nothing_up() -> None:
    aside, log, done = Aside(), KeptLog(), list[str]()

    async def unlucky() -> None:
        raise StorageUnavailable("The disk is full.")

    async def broken() -> None:
        raise ZeroDivisionError("a secret 123456")

    async def fine() -> None:
        done.append("fine")

    for work in (unlucky, broken, fine):
        await aside.after(log, "form", work)
    await aside.settled()
    assert done == ["fine"]
    assert log.events("error") == ["work after an answer failed"] * 2
    assert "123456" not in str(log.lines)


async def test_when_too_much_waits_work_is_done_before_the_answer() -> None:
    gate, done = asyncio.Event(), list[int]()
    aside = Aside()

    async def waits() -> None:
        await gate.wait()

    async def last() -> None:
        done.append(1)

    for at in range(MOST_WAITING):
        await aside.after(KeptLog(), str(at), waits)
    await aside.after(KeptLog(), "last", last)
    assert done == [1]
    gate.set()
    await aside.settled()


async def test_a_stop_does_not_wait_for_ever() -> None:
    aside, gate = Aside(), asyncio.Event()

    async def waits() -> None:
        await gate.wait()

    await aside.after(KeptLog(), "a", waits)
    await aside.settled(0.01)
    gate.set()
    await aside.settled()
