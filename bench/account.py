"""What do a settings change, the start of a recovery and the check of a verification code cost? Beside the scenarios, as codes are on."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

from bench.load import Connection, Figures, Plan, Work, run
from bench.scenarios import email, form, populate, submit
from bench.subject import Subject

_CLIENTS = 8
_CODE = re.compile(r"\b\d{6}\b")
OVER: dict[str, object] = {
    "selfservice": {
        "flows": {
            "recovery": {"enabled": True, "use": "code"},
            "verification": {"enabled": True, "use": "code"},
            "settings": {"privileged_session_max_age": "1h"},
        },
        "methods": {"code": {"enabled": True}, "profile": {"enabled": True}},
    }
}


class Account:
    """The scenarios as the work of one client in round n; each has a person of their own."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self.flows: list[str] = []
        self.codes: list[str] = []

    async def settings(self, connection: Connection, number: int) -> AsyncIterator[bool]:
        header = f"x-session-token: {self._tokens[number]}\r\n"
        status, answer = await connection.ask("GET", "/self-service/settings/api", headers=header)
        yield status == 200
        traits = {"email": email(number), "name": {"first": "Ada", "last": f"King {number}"}}
        body = json.dumps({"method": "profile", "traits": traits}).encode()
        path = f"/self-service/settings?flow={json.loads(answer)['id']}"
        status, _ = await connection.ask("POST", path, body, headers=header)
        yield status == 200

    async def recovery(self, connection: Connection, number: int) -> AsyncIterator[bool]:
        body = json.dumps({"method": "code", "email": email(number)}).encode()
        yield (await submit(connection, "recovery", self.flows[number], body))[0]

    async def verification(self, connection: Connection, number: int) -> AsyncIterator[bool]:
        body = json.dumps({"method": "code", "code": self.codes[number]}).encode()
        good, answer = await submit(connection, "verification", self.flows[number], body)
        yield good and json.loads(answer)["state"] == "passed_challenge"

    async def prepare(self, subject: Subject, kind: str, count: int) -> None:
        async with Connection(subject.public_port) as connection:
            self.flows = [await form(connection, kind) for _ in range(count)]

    async def be_sent_codes(self, subject: Subject) -> None:
        """A code for each flow, read where an operator can read it."""
        self.codes = []
        async with Connection(subject.public_port) as public, Connection(subject.admin_port) as admin:
            for number, flow in enumerate(self.flows):
                body = json.dumps({"method": "code", "email": email(number)}).encode()
                await submit(public, "verification", flow, body)
            for number in range(len(self.flows)):
                path = f"/admin/courier/messages?recipient={email(number)}"
                _, answer = await admin.ask("GET", path)
                sent = [one for one in json.loads(answer) if one["template_type"] == "verification_code_valid"]
                found = _CODE.search(sent[0]["body"])
                self.codes.append(found.group() if found else "")


async def account(subject: Subject, scale: float) -> list[Figures]:
    """Every scenario once, printed as they end. `scale` multiplies the number of requests."""
    rounds = max(1, int(30 * scale))
    count = _CLIENTS * rounds
    ready = Account(await populate(subject, count))
    figures: list[Figures] = []

    async def measured(name: str, work: Work) -> None:
        figures.append(await run(Plan(name, _CLIENTS, work), subject, rounds))
        print(figures[-1].row, flush=True)

    await measured("settings, form + submit", ready.settings)
    await ready.prepare(subject, "verification", count)
    await ready.be_sent_codes(subject)
    await measured("verification code", ready.verification)
    await ready.prepare(subject, "recovery", count)
    await measured("recovery start", ready.recovery)
    return figures
