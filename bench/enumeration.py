"""`python -m bench.enumeration`: does the time of an answer tell who has an account? Recovery and verification (SEC-08).

ROUNDS=1000 python -m bench.enumeration     more questions about each group
ONLY='recovery by code' python -m bench.enumeration

Members and strangers are asked about in turn, in an order drawn by lot, over one connection, so that whatever else the
machine does meets both alike. Two times are taken: until the answer, and until the answer to the question after it, which
would wait for work that goes on behind the first one. The share says how often a member's time is the longer one: 50 % is
no knowledge at all. Whether the rest is chance says the range that 95 % of drawings with the same group would give.
"""

from __future__ import annotations

import asyncio
import json
import os
import random  # noqa: TID251 (an order drawn by lot, the same each time)
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.load import Connection
from bench.noise import Noise
from bench.scenarios import email, form, populate
from bench.subject import Subject

ENVIRONMENT = os.environ  # noqa: TID251 (a program of its own, with an environment of its own)
ROUNDS = int(ENVIRONMENT.get("ROUNDS", "400"))
ONLY = frozenset(filter(None, ENVIRONMENT.get("ONLY", "").split(",")))
PEOPLE, DRAWINGS = 100, 400


@dataclass
class Way:
    """One form that anybody may fill in with anybody's address."""

    name: str
    kind: str
    method: str
    name_of_field: str = "email"
    over: dict[str, object] = field(default_factory=dict[str, object])


@dataclass
class Times:
    """Milliseconds, by group."""

    members: list[float] = field(default_factory=list[float])
    strangers: list[float] = field(default_factory=list[float])


def switched_on(flow: str, use: str, **flags: bool) -> dict[str, object]:
    return {
        "feature_flags": flags,
        "selfservice": {
            "flows": {flow: {"enabled": True, "use": use}},
            "methods": {"link": {"enabled": True}, "code": {"enabled": True}},
        },
    }


WAYS = (
    Way("recovery by code", "recovery", "code", over=switched_on("recovery", "code")),
    Way("recovery by link", "recovery", "link", over=switched_on("recovery", "link")),
    Way(
        "recovery with the choice",
        "recovery",
        "code",
        "recovery_address",
        switched_on("recovery", "code", choose_recovery_address=True),
    ),
    Way("verification by code", "verification", "code", over=switched_on("verification", "code")),
    Way("verification by link", "verification", "link", over=switched_on("verification", "link")),
)


async def asked(subject: Subject, way: Way) -> tuple[Times, Times]:
    """How long the answers took, and the answers to the questions after them."""
    await populate(subject, PEOPLE)
    lot = random.Random(7)
    order = [group for group in ("member", "nobody") for _ in range(ROUNDS)]
    lot.shuffle(order)
    answers, next_answers = Times(), Times()
    async with Connection(subject.public_port) as connection:
        for at, group in enumerate(["member", "nobody"] * 20 + order):
            flow = await form(connection, way.kind)
            body = json.dumps({"method": way.method, way.name_of_field: email(lot.randrange(PEOPLE), group)}).encode()
            await asyncio.sleep(0.002)
            begin = time.perf_counter()
            status, _ = await connection.ask("POST", f"/self-service/{way.kind}?flow={flow}", body)
            between = time.perf_counter()
            await form(connection, "login")
            end = time.perf_counter()
            if status != 200:
                sys.exit(f"{way.name}: {status}")
            if at >= 40:  # the first ones warm the server up
                for times, took in ((answers, between - begin), (next_answers, end - between)):
                    (times.members if group == "member" else times.strangers).append(took * 1000)
    return answers, next_answers


def share(members: list[float], strangers: list[float]) -> float:
    """How often a member's time is the longer one, of all pairs (the Mann-Whitney statistic)."""
    ranked = sorted([(time, 1) for time in members] + [(time, 0) for time in strangers])
    ranks = sum(rank for rank, (_, member) in enumerate(ranked, 1) if member)
    return (ranks - len(members) * (len(members) + 1) / 2) / (len(members) * len(strangers))


def by_chance(times: Times) -> float:
    """How far from a half the share lies in 95 % of drawings in which the groups are mixed at random."""
    lot, pool, count = random.Random(11), times.members + times.strangers, len(times.members)
    distances: list[float] = []
    for _ in range(DRAWINGS):
        lot.shuffle(pool)
        distances.append(abs(share(pool[:count], pool[count:]) - 0.5))
    return sorted(distances)[int(0.95 * DRAWINGS)]


def row(name: str, times: Times) -> str:
    members, strangers = statistics.median(times.members), statistics.median(times.strangers)
    found, chance = share(times.members, times.strangers), by_chance(times)
    verdict = "tells" if abs(found - 0.5) > chance else "tells nothing"
    return (
        f"{name:<42}{members:>9.3f}{strangers:>11.3f}{(members - strangers) * 1000:>9.0f}"
        f"{found * 100:>8.1f}%{50 - chance * 100:>9.1f} to {50 + chance * 100:.1f}%  {verdict}"
    )


def main() -> None:
    command = ENVIRONMENT.get("SUT", str(Path(sys.executable).with_name("limen")))
    print(f"{ROUNDS} questions about each group ({Noise().hint()})")
    print(f"{'':<42}{'members':>9}{'strangers':>11}{'more µs':>9}{'share':>9}{'by chance':>16}")
    for way in WAYS:
        if ONLY and way.name not in ONLY:
            continue
        subject = Subject(command, over=way.over).start()
        try:
            answers, next_answers = uvloop.run(asked(subject, way))
        finally:
            subject.stop()
        print(row(way.name, answers), flush=True)
        print(row("  the answer after it", next_answers), flush=True)


if __name__ == "__main__":
    main()
