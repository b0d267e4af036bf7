"""`python -m bench`: measure Limen, and a rival beside it when the environment names one.

make bench                      Limen alone
make bench RIVAL='command'      another server with the same interface, in interleaved rounds
SCALE=4 make bench              more requests
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
from pathlib import Path

from bench.load import HEADER, Figures
from bench.scenarios import all_scenarios
from bench.subject import Subject

ROUNDS = 3


def measured(command: str, scale: float) -> tuple[list[Figures], float, float]:
    subject = Subject(command).start()
    try:
        idle = subject.memory()
        return asyncio.run(all_scenarios(subject, scale)), subject.cold_start, idle
    finally:
        subject.stop()


def main() -> None:
    scale = float(os.environ.get("SCALE", "1"))
    ours = os.environ.get("SUT", str(Path(sys.executable).with_name("limen")))
    rival = os.environ.get("RIVAL", "")
    costs: dict[str, dict[str, list[float]]] = {}
    for at in range(ROUNDS):
        for name, command in (("limen", ours), ("rival", rival)):
            if not command:
                continue
            figures, cold, idle = measured(command, scale)
            print(f"\nround {at + 1}, {name}: cold start {cold:.2f} s, idle memory {idle:.0f} MB\n{HEADER}")
            for figure in figures:
                print(figure.row)
                cost = figure.cpu / len(figure.latencies) * 1e6
                costs.setdefault(figure.name, {}).setdefault(name, []).append(cost)
    print("\nCPU µs per request, median of the rounds")
    for scenario, found in costs.items():
        medians = {name: statistics.median(values) for name, values in found.items()}
        ratio = f"   1/{medians['rival'] / medians['limen']:.1f} of the rival" if "rival" in medians else ""
        print(f"  {scenario:<26}" + "  ".join(f"{name} {value:.0f}" for name, value in medians.items()) + ratio)


if __name__ == "__main__":
    main()
