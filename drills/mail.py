"""Do messages arrive when the mail server is away for a minute, or when Limen is killed while it sends them?"""
# ruff: noqa: TID251 - drills are outside, in real time

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import httpx

from drills.houses import on_file
from drills.load import until
from limen.kernel.json_doc import JsonObject
from server.mailbox import Mailbox
from server.person import Person
from server.running import RunningServer, free_port, pause

AWAY = float(os.environ.get("SECONDS_AWAY", "60"))
MAILS = 20


def _house(folder: Path, port: int) -> RunningServer:
    over: JsonObject = {
        "courier": {
            "smtp": {"connection_uri": f"smtp://127.0.0.1:{port}/?disable_starttls=true"},
            "worker": {"pull_count": 5, "pull_wait": "100ms"},
        },
        "selfservice": {"flows": {"recovery": {"enabled": True}}, "methods": {"code": {"enabled": True}}},
    }
    server = on_file(folder, over)
    server.arguments = (*server.arguments, "--watch-courier")
    return server


def _people(server: RunningServer) -> list[str]:
    people = [f"reader.{number}@example.org" for number in range(MAILS)]
    body = {"identities": [{"create": {"schema_id": "default", "traits": {"email": email}}} for email in people]}
    answer = httpx.patch(f"{server.admin}/admin/identities", json=body, trust_env=False, timeout=30)
    assert answer.is_success, answer.text
    return people


def _ask(server: RunningServer, email: str) -> None:
    with Person(server.public) as person:
        answer = person.send(person.start("recovery").json(), method="code", email=email)
        assert answer.status_code == 200, answer.text


def target_gone(folder: Path) -> str:
    """Nobody listens for a while, then somebody does. Attempts follow 5, 25 and 125 seconds upon one another."""
    port = free_port()
    with _house(folder, port) as server:
        people = _people(server)
        for email in people:
            _ask(server, email)
        pause(AWAY)
        with Mailbox(port) as mailbox:
            begin = time.monotonic()
            until(lambda: all(mailbox.to(email) for email in people), 190, "mails are missing")
            seconds = time.monotonic() - begin
            pause(2)
            counts = Counter(len(mailbox.to(email)) for email in people)
    assert counts == {1: MAILS}, f"how many mails how many people got: {dict(counts)}"
    return f"away for {AWAY:.0f} s: {MAILS} of {MAILS} arrive, once each, the last {seconds:.0f} s after it was back"


def killed_while_sending(folder: Path) -> str:
    """What was under way belongs to the killed process for 90 seconds, then to the next one."""
    with Mailbox() as mailbox:
        mailbox.slow(0.3)
        server = _house(folder, mailbox.port).start()
        try:
            people = _people(server)
            for email in people:
                _ask(server, email)
            until(lambda: sum(len(mailbox.to(email)) for email in people) >= 3, 30, server.tail())
            server.kill()
            before = sum(len(mailbox.to(email)) for email in people)
            server.start()
            begin = time.monotonic()
            until(lambda: all(mailbox.to(email) for email in people), 130, "mails are missing")
            seconds = time.monotonic() - begin
            pause(2)
        finally:
            server.kill()
        twice = sum(len(mailbox.to(email)) > 1 for email in people)
    return f"killed after {before} of {MAILS}: all arrive, {twice} twice, the last {seconds:.0f} s after the restart"
