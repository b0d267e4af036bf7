import asyncio
import sys
import time
from pathlib import Path

import pytest
import pytest_asyncio

from limen.adapters.jsonnet import ChildJsonnet
from limen.kernel.json_doc import JsonDoc
from limen.ports.jsonnet import JsonnetFailed


@pytest_asyncio.fixture
async def jsonnet():
    jsonnet = ChildJsonnet()
    yield jsonnet
    await jsonnet.close()


async def failure(jsonnet: ChildJsonnet, program: str) -> str:
    with pytest.raises(JsonnetFailed) as caught:
        await jsonnet.evaluate(program, {})
    return caught.value.reason


async def test_a_program_maps_what_it_is_given(jsonnet: ChildJsonnet):
    program = "local s = std.extVar('session'); { claims: { email: s.identity.traits.email, n: s.n + 1 } }"
    session = JsonDoc.of({"identity": {"traits": {"email": "a@b.example"}}, "n": 41})
    assert (await jsonnet.evaluate(program, {"session": session})).value() == {
        "claims": {"email": "a@b.example", "n": 42}
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\/ \ud83d\ude00 \u0000 \u2028 \b"', "/ 😀 \0 \u2028 \b"),
        ('{"a":1,"a":2}', {"a": 2}),
        (r'"\ud83d"', "?"),
        ("[1.5, 0, 1e20, true, null]", [1.5, 0, 10**20, True, None]),
        ('"%s ${x} \\" \'"', "%s ${x} \" '"),
    ],
)
async def test_any_json_can_be_given(jsonnet: ChildJsonnet, text: str, value: object):
    assert (await jsonnet.evaluate("std.extVar('x')", {"x": JsonDoc.stored(text)})).value() == value


async def test_programs_fail_in_their_own_words(jsonnet: ChildJsonnet):
    assert "no such luck" in await failure(jsonnet, "error 'no such luck'")
    assert "syntax error" in await failure(jsonnet, "{")
    assert "missing" in await failure(jsonnet, "std.extVar('missing')")
    assert "function" in await failure(jsonnet, "function(x) x")
    assert await failure(jsonnet, "'\ud800'")


@pytest.mark.parametrize("name", ["/etc/passwd", "secret.json", "../../pyproject.toml", "/proc/self/environ"])
async def test_no_file_can_be_imported(jsonnet: ChildJsonnet, name: str):
    for word in ("import", "importstr", "importbin"):
        said = await failure(jsonnet, f"{word} '{name}'")
        assert "import" in said
        assert str(Path.cwd()) not in said
        assert "site-packages" not in said


BOMBS = {
    "endless loop": "local f(x) = f(x + 1) tailstrict; f(0)",
    "deep recursion": "local f(x) = 1 + f(x); f(0)",
    "deep nesting": "[" * 20_000 + "]" * 20_000,
    "deep document": "std.foldl(function(a, i) [a], std.range(1, 5000), [])",
    "huge array": "std.makeArray(1000000000, function(i) i)",
    "huge string": "local d(s, n) = if n == 0 then s else d(s + s, n - 1); d('xxxxxxxxxxxxxxxx', 40)",
    "huge repetition": "std.repeat('x', 10000000000)",
    "huge format": "std.format('%9999999999d', 1)",
    "two megabytes": "std.repeat('x', 2000000)",
    "exponential": "local f(n) = if n < 2 then 1 else f(n - 1) + f(n - 2); f(60)",
    "huge range": "std.length(std.range(0, 4000000000))",
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_harms_nobody(name: str):
    jsonnet = ChildJsonnet(seconds=1.0)
    try:
        assert (await jsonnet.evaluate("1", {})).value() == 1
        start = time.monotonic()
        said = await failure(jsonnet, BOMBS[name])
        assert time.monotonic() - start < 5
        assert 0 < len(said) <= 500
        assert (await jsonnet.evaluate("std.extVar('x')", {"x": JsonDoc.of(2)})).value() == 2
    finally:
        await jsonnet.close()


async def test_a_child_stays_warm_and_dies_with_its_owner(jsonnet: ChildJsonnet):
    await jsonnet.evaluate("1", {})
    (child,) = jsonnet._idle
    for _ in range(20):
        await jsonnet.evaluate("1", {})
    assert jsonnet._idle == [child]
    await jsonnet.close()
    assert not child.alive


async def test_a_child_that_died_is_replaced(jsonnet: ChildJsonnet):
    await jsonnet.evaluate("1", {})
    (child,) = jsonnet._idle
    child._process.kill()
    await child._process.wait()
    assert (await jsonnet.evaluate("2", {})).value() == 2


async def test_a_child_serves_a_bounded_number_of_programs(jsonnet: ChildJsonnet):
    await jsonnet.evaluate("1", {})
    (child,) = jsonnet._idle
    child.asked = 999
    await jsonnet.evaluate("1", {})
    assert not child.alive
    assert (await jsonnet.evaluate("2", {})).value() == 2


async def test_no_more_than_two_children_run_at_once(jsonnet: ChildJsonnet):
    found = await asyncio.gather(*(jsonnet.evaluate(f"{n}", {}) for n in range(30)))
    assert [document.value() for document in found] == list(range(30))
    assert len(jsonnet._idle) <= 2


async def test_who_goes_away_leaves_no_child_at_work(jsonnet: ChildJsonnet):
    await jsonnet.evaluate("1", {})
    (child,) = jsonnet._idle
    task = asyncio.ensure_future(jsonnet.evaluate(BOMBS["endless loop"], {}))
    await asyncio.sleep(0)
    assert jsonnet._idle == []
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not child.alive
    assert (await jsonnet.evaluate("2", {})).value() == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
async def test_the_child_knows_no_environment_and_opens_no_file(jsonnet: ChildJsonnet):
    await jsonnet.evaluate("1", {})
    (child,) = jsonnet._idle
    process = Path(f"/proc/{child._process.pid}")
    assert b"HOME" not in (process / "environ").read_bytes()
    limits = {line[:25].strip(): line[25:].split()[0] for line in (process / "limits").read_text().splitlines()}
    assert limits["Max address space"] == str(512 * 1024 * 1024)
    assert limits["Max open files"] == "3"
    assert sorted(file.name for file in (process / "fd").iterdir()) == ["0", "1", "2"]
