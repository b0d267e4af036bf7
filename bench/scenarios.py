"""What is measured? The session check, a login form, signing in and signing up (the submit alone, and with its form), an admin list."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import NamedTuple

from bench.load import Connection, Figures, Plan, run
from bench.subject import Subject

PASSWORD = "k3jhr8f7s6df-Lq"
PEOPLE = 250


def email(number: int, group: str = "member") -> str:
    return f"{group}-{number}@bench.test"


def sign_in(number: int) -> bytes:
    return json.dumps({"method": "password", "identifier": email(number), "password": PASSWORD}).encode()


def sign_up(number: int, group: str) -> bytes:
    traits = {"email": email(number, group), "name": {"first": "Ada", "last": "L"}}
    return json.dumps({"method": "password", "password": PASSWORD, "traits": traits}).encode()


async def form(connection: Connection, kind: str, client: str = "api") -> str:
    """The id of a new flow; empty when there is none."""
    status, answer = await connection.ask("GET", f"/self-service/{kind}/{client}")
    return str(json.loads(answer)["id"]) if status == 200 else ""


async def submit(connection: Connection, kind: str, flow: str, body: bytes) -> tuple[bool, bytes]:
    status, answer = await connection.ask("POST", f"/self-service/{kind}?flow={flow}", body)
    return status == 200, answer


async def populate(subject: Subject, people: int = PEOPLE) -> list[str]:
    """People who signed up; their session tokens."""
    tokens: list[str] = []
    async with Connection(subject.public_port) as connection:
        for number in range(people):
            flow = await form(connection, "registration")
            _, answer = await submit(connection, "registration", flow, sign_up(number, "member"))
            tokens.append(json.loads(answer)["session_token"])
    return tokens


class Scenarios:
    """Every scenario as the work of one client in round n."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self.flows: list[str] = []

    async def whoami(self, connection: Connection, number: int) -> AsyncIterator[bool]:
        header = f"x-session-token: {self._tokens[number % len(self._tokens)]}\r\n"
        status, _ = await connection.ask("GET", "/sessions/whoami", headers=header)
        yield status == 200

    async def login_form(self, connection: Connection, number: int) -> AsyncIterator[bool]:
        yield bool(await form(connection, "login", "browser" if number % 2 else "api"))

    async def login_submit(self, connection: Connection, number: int) -> AsyncIterator[bool]:
        yield (await submit(connection, "login", self.flows[number], sign_in(number % PEOPLE)))[0]

    async def sign_up_submit(self, connection: Connection, number: int) -> AsyncIterator[bool]:
        yield (await submit(connection, "registration", self.flows[number], sign_up(number, "newcomer")))[0]

    async def login(self, connection: Connection, number: int) -> AsyncIterator[bool]:
        flow = await form(connection, "login")
        yield (await submit(connection, "login", flow, sign_in(number % PEOPLE)))[0]

    async def registration(self, connection: Connection, number: int) -> AsyncIterator[bool]:
        flow = await form(connection, "registration")
        yield (await submit(connection, "registration", flow, sign_up(number, "visitor")))[0]

    async def admin_list(self, connection: Connection, number: int) -> AsyncIterator[bool]:
        status, answer = await connection.ask("GET", f"/admin/identities?page_size={PEOPLE}")
        yield status == 200 and len(json.loads(answer)) == PEOPLE

    async def prepare(self, subject: Subject, kind: str, count: int) -> None:
        """Flows that wait to be submitted: making them is not measured."""
        async with Connection(subject.public_port) as connection:
            self.flows = [await form(connection, kind) for _ in range(count)]


class Extent(NamedTuple):
    """How much is asked: `scale` multiplies the requests, `most` bounds the connections, `only` names scenarios."""

    scale: float = 1.0
    most: int = 16
    only: frozenset[str] = frozenset()


async def all_scenarios(subject: Subject, extent: Extent) -> list[Figures]:
    """Every scenario once, or those that are named, printed as they end."""
    ready = Scenarios(await populate(subject))
    plans = (
        (Plan("whoami", 16, ready.whoami), 600, ""),
        (Plan("login form", 8, ready.login_form), 250, ""),
        (Plan("login submit", 8, ready.login_submit), 60, "login"),
        (Plan("registration submit", 8, ready.sign_up_submit), 60, "registration"),
        (Plan("login, form and submit", 8, ready.login), 60, ""),
        (Plan("registration, both", 8, ready.registration), 60, ""),
        (Plan("admin list of 250", 4, ready.admin_list, admin=True), 20, ""),
    )
    figures: list[Figures] = []
    for plan, rounds, prepared in plans:
        if extent.only and plan.name not in extent.only:
            continue
        wanted = replace(plan, clients=min(plan.clients, extent.most))
        each = max(1, int(rounds * extent.scale))
        if prepared:
            await ready.prepare(subject, prepared, wanted.clients * each)
        figures.append(await run(wanted, subject, each))
        print(figures[-1].row, flush=True)
    return figures
