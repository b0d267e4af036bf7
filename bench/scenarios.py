"""What is measured? The session check, a login form, signing in, signing up."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from bench.load import Connection, Figures, run
from bench.subject import Subject

PASSWORD = "k3jhr8f7s6df-Lq"
PEOPLE = 200


def email(number: int, group: str = "member") -> str:
    return f"{group}-{number}@bench.test"


async def submitted(connection: Connection, kind: str, body: dict[str, object]) -> AsyncIterator[tuple[bool, bytes]]:
    """A native flow: made, then sent. Yields for each of the two requests."""
    status, answer = await connection.ask("GET", f"/self-service/{kind}/api")
    flow = json.loads(answer)["id"] if status == 200 else ""
    yield status == 200, answer
    status, answer = await connection.ask("POST", f"/self-service/{kind}?flow={flow}", json.dumps(body).encode())
    yield status == 200, answer


async def populate(subject: Subject) -> list[str]:
    """People who signed up; their session tokens."""
    tokens: list[str] = []
    async with Connection(subject.public_port) as connection:
        for number in range(PEOPLE):
            traits = {"email": email(number), "name": {"first": "Ada", "last": "L"}}
            body: dict[str, object] = {"method": "password", "password": PASSWORD, "traits": traits}
            answers = [answer async for _, answer in submitted(connection, "registration", body)]
            tokens.append(json.loads(answers[-1])["session_token"])
    return tokens


async def all_scenarios(subject: Subject, scale: float) -> list[Figures]:
    """Every scenario once. `scale` multiplies the number of requests."""
    tokens = await populate(subject)

    async def whoami(connection: Connection, number: int) -> AsyncIterator[bool]:
        token = tokens[number % len(tokens)]
        status, _ = await connection.ask("GET", "/sessions/whoami", headers=f"x-session-token: {token}\r\n")
        yield status == 200

    async def form(connection: Connection, number: int) -> AsyncIterator[bool]:
        status, _ = await connection.ask(
            "GET", "/self-service/login/browser" if number % 2 else "/self-service/login/api"
        )
        yield status == 200

    async def login(connection: Connection, number: int) -> AsyncIterator[bool]:
        body: dict[str, object] = {"method": "password", "identifier": email(number % PEOPLE), "password": PASSWORD}
        async for good, _ in _second(submitted(connection, "login", body)):
            yield good

    async def registration(connection: Connection, number: int) -> AsyncIterator[bool]:
        traits = {"email": email(number, "newcomer"), "name": {"first": "Ada"}}
        body: dict[str, object] = {"method": "password", "password": PASSWORD, "traits": traits}
        async for good, _ in _second(submitted(connection, "registration", body)):
            yield good

    plan = (
        ("whoami", 16, 600, whoami),
        ("login form", 8, 250, form),
        ("login (form and submit)", 8, 60, login),
        ("registration (both)", 8, 60, registration),
    )
    return [
        await run(name, subject.public_port, clients, max(1, int(rounds * scale)), work, subject.cpu)
        for name, clients, rounds, work in plan
    ]


async def _second(pairs: AsyncIterator[tuple[bool, bytes]]) -> AsyncIterator[tuple[bool, bytes]]:
    """Both requests of a flow as one measurement: it is good when both are."""
    fine = True
    last = b""
    async for good, answer in pairs:
        fine, last = fine and good, answer
    yield fine, last
