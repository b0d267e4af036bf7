"""`python -m bench`: measure Limen, and a rival beside it when the environment names one.

make bench                      Limen alone
make bench RIVAL='command'      another server with the same interface, in interleaved rounds
SCALE=4 make bench              more requests
ROUNDS=5 make bench             more rounds; the table at the end shows the median and the range
ONLY='whoami,login form' make bench     these scenarios
MAIL=1 make bench               also: mails per second through a local sink while eight people ask for their session
ACCOUNT=1 make bench            also: a settings change, the start of a recovery, the check of a verification code
STORM=1 make bench              also: the session check while fifty people sign in at bcrypt cost 12
HOOK=1 make bench               only: what a web hook that can refuse adds to a sign-up
DATABASE=postgres make bench    on a throwaway PostgreSQL, whose own processes are measured beside the server
CONNECTIONS=1 make bench        so many connections at most
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path

import uvloop

from bench.account import OVER, account
from bench.database import Place, place
from bench.load import HEADER, Figures
from bench.mail import post
from bench.noise import Noise
from bench.scenarios import Extent, all_scenarios
from bench.storm import storm
from bench.subject import Subject
from bench.web_hook import web_hook

ENVIRONMENT = os.environ  # noqa: TID251 (a program of its own, with an environment of its own)
ONLY = frozenset(filter(None, ENVIRONMENT.get("ONLY", "").split(",")))
COLD, MEMORY = "cold start, ms", "idle memory, MB"


def measured(command: str, where: Place, extent: Extent) -> tuple[list[Figures], dict[str, float]]:
    """The figures of one start: of every scenario, and of the start itself."""
    subject = Subject(command, place=where).start()
    try:
        start = {COLD: subject.cold_start * 1000, MEMORY: subject.memory()}
        return uvloop.run(all_scenarios(subject, extent)), start
    finally:
        subject.stop()


def accounted(command: str, where: Place, extent: Extent) -> list[Figures]:
    """As `measured`, with a server that sends codes: what signs people up there is another thing."""
    subject = Subject(command, over=OVER, place=where).start()
    try:
        return uvloop.run(account(subject, extent.scale))
    finally:
        subject.stop()


def stormy(command: str, where: Place) -> dict[str, float]:
    subject = Subject(command, cost=12, dev=False, place=where).start()
    try:
        return uvloop.run(storm(subject))
    finally:
        subject.stop()


def extras(command: str, name: str, where: Place) -> dict[str, float]:
    """What is measured only when it is asked for. A rival has its own tables: its outbox cannot be filled."""
    found = stormy(command, where) if "STORM" in ENVIRONMENT else {}
    return found | uvloop.run(post(command)) if "MAIL" in ENVIRONMENT and name == "limen" else found


def costs(figures: list[Figures]) -> dict[str, float]:
    """What a request costs the server, what it costs the database beside it, throughput and latency."""
    found: dict[str, float] = {}
    for figure in figures:
        found[figure.name] = figure.cost
        if figure.database:
            found[f"{figure.name}, database"] = figure.database_cost
        found[f"{figure.name}, requests/s"] = len(figure.latencies) / figure.seconds
        found[f"{figure.name}, p99 µs"] = figure.at(0.99) * 1000
    return found


def main() -> None:
    extent = Extent(float(ENVIRONMENT.get("SCALE", "1")), int(ENVIRONMENT.get("CONNECTIONS", "16")), ONLY)
    rounds = int(ENVIRONMENT.get("ROUNDS", "3"))
    ours = ENVIRONMENT.get("SUT", str(Path(sys.executable).with_name("limen")))
    if "HOOK" in ENVIRONMENT:
        for _ in range(rounds):
            uvloop.run(web_hook(ours))
        return
    servers = {"limen": ours, "rival": ENVIRONMENT.get("RIVAL", "")}
    found: dict[str, dict[str, list[float]]] = {}
    noise = Noise()
    with place(ENVIRONMENT.get("DATABASE", "")) as where:
        for at in range(rounds):
            for name, command in servers.items():
                if not command:
                    continue
                print(f"\nround {at + 1}, {name} ({noise.hint()})\n{HEADER}", flush=True)
                figures, start = measured(command, where, extent)
                figures += accounted(command, where, extent) if "ACCOUNT" in ENVIRONMENT else []
                for what, value in {**costs(figures), **start, **extras(command, name, where)}.items():
                    found.setdefault(what, {}).setdefault(name, []).append(value)
    print(f"\nCPU µs per request unless another unit is named: median (least to greatest) of {rounds} rounds")
    for what, values in found.items():
        print(f"  {what:<36}{'   '.join(f'{name} {summary(all)}' for name, all in values.items())}{ratio(values)}")


def summary(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"


def ratio(values: dict[str, list[float]]) -> str:
    if "rival" not in values or not statistics.median(values["limen"]):
        return ""
    return f"   rival/limen {statistics.median(values['rival']) / statistics.median(values['limen']):.1f}"


if __name__ == "__main__":
    main()
