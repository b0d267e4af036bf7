"""What does administration cost? `python -m bench.administration`: a batch import, lists and look-ups among many identities.

PEOPLE=20000 makes fewer of them. All over HTTP, on an SQLite file; figures are processor time of the server, as elsewhere.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

import uvloop

from bench.load import Connection
from bench.subject import Subject

PEOPLE = int(os.environ.get("PEOPLE", "100000"))  # noqa: TID251 (a program of its own, with an environment of its own)
BATCH, ROUNDS, REPEATS = 1000, 5, 20
HASH = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
PASSWORD = {"password": {"config": {"hashed_password": HASH}}}


def person(number: int) -> dict[str, object]:
    traits = {"email": f"person-{number:06}@bench.test", "name": {"first": "Ada", "last": "L"}}
    return {"create": {"schema_id": "default", "traits": traits, "credentials": PASSWORD}}


async def imported(subject: Subject, connection: Connection) -> None:
    """Everybody, in batches of a thousand with ready-made hashes."""
    begin, before = time.perf_counter(), subject.cpu()
    for start in range(0, PEOPLE, BATCH):
        body = json.dumps({"identities": [person(number) for number in range(start, start + BATCH)]}).encode()
        status, answer = await connection.ask("PATCH", "/admin/identities", body)
        failed = sum(each["action"] != "create" for each in json.loads(answer)["identities"])
        if status != 200 or failed:
            sys.exit(f"the import failed: {status}, {failed} of {BATCH}: {answer[:300]!r}")
    seconds, used = time.perf_counter() - begin, subject.cpu() - before
    print(f"import of {PEOPLE}: {PEOPLE / seconds:.0f} identities/s, {used / PEOPLE * 1e6:.0f} µs CPU each")


async def asked(subject: Subject, connection: Connection, name: str, path: str) -> None:
    """The median processor time of a question that is asked over and over."""
    costs: list[float] = []
    size = 0
    for _ in range(ROUNDS):
        before = subject.cpu()
        for _ in range(REPEATS):
            status, answer = await connection.ask("GET", path)
            size = len(json.loads(answer)) if status == 200 else sys.exit(f"{path}: {status}")
        costs.append((subject.cpu() - before) / REPEATS * 1e3)
    print(
        f"{name:<44}{size:>5} identities {statistics.median(costs):>7.2f} ms CPU ({min(costs):.2f} to {max(costs):.2f})"
    )


async def main(subject: Subject) -> None:
    middle, far = "7fffffff-ffff-4fff-8fff-ffffffffffff", "f0000000-0000-4000-8000-000000000000"
    async with Connection(subject.admin_port) as connection:
        await imported(subject, connection)
        for name, query in (
            ("first page of 250", "page_size=250"),
            ("page of 250 in the middle", f"page_size=250&page_token={middle}"),
            ("page of 250 near the end", f"page_size=250&page_token={far}"),
            ("page of 250 with passwords", "page_size=250&include_credential=password"),
            ("numbered page 3 of 250", "page=3&per_page=250"),
            ("exact identifier", "credentials_identifier=person-004711@bench.test"),
            ("identifiers that begin alike, 100 of them", "preview_credentials_identifier_similar=person-0047"),
            ("identifiers that begin alike, all of them", "preview_credentials_identifier_similar=person-"),
        ):
            await asked(subject, connection, name, f"/admin/identities?{query}")


if __name__ == "__main__":
    server = Subject(os.environ.get("SUT", str(Path(sys.executable).with_name("limen")))).start()  # noqa: TID251 (as above)
    try:
        uvloop.run(main(server))
    finally:
        server.stop()
