"""Does the session check keep its speed while many sign in? Fifty people at bcrypt cost 12, eight who only ask (whoami)."""

from __future__ import annotations

import asyncio
import time

from bench.load import Connection, Figures
from bench.scenarios import form, populate, sign_in, submit
from bench.subject import Subject

PEOPLE, ASKERS, SECONDS = 50, 8, 8.0
KNOWN = 10


async def storm(subject: Subject) -> dict[str, float]:
    """The 99th percentile of the session check without and with people signing in, and how many came in."""
    tokens = await populate(subject, KNOWN)
    calm, _, _ = await _weather(subject, tokens, 0)
    wild, entered, refused = await _weather(subject, tokens, PEOPLE)
    found = {
        "whoami p99 alone, µs": calm.at(0.99) * 1000,
        "whoami p99 in the storm, µs": wild.at(0.99) * 1000,
        "signed in in the storm": float(entered),
        "refused (503) in the storm": float(refused),
    }
    print("  ".join(f"{what}: {value:.0f}" for what, value in found.items()))
    return found


async def _weather(subject: Subject, tokens: list[str], people: int) -> tuple[Figures, int, int]:
    figures = Figures("whoami")
    end = time.perf_counter() + SECONDS
    outcomes = {True: 0, False: 0}

    async def asker(number: int) -> None:
        async with Connection(subject.public_port) as connection:
            while (begin := time.perf_counter()) < end:
                header = f"x-session-token: {tokens[number % KNOWN]}\r\n"
                status, _ = await connection.ask("GET", "/sessions/whoami", headers=header)
                figures.latencies.append(time.perf_counter() - begin)
                figures.failures += status != 200
                await asyncio.sleep(0.005)

    async def newcomer(number: int) -> None:
        async with Connection(subject.public_port) as connection:
            while time.perf_counter() < end:
                good, _ = await submit(connection, "login", await form(connection, "login"), sign_in(number % KNOWN))
                outcomes[good] += 1
                if not good:
                    await asyncio.sleep(1)  # as the Retry-After asks

    await asyncio.gather(*map(asker, range(ASKERS)), *map(newcomer, range(people)))
    return figures, outcomes[True], outcomes[False]
