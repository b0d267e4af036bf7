"""How quiet is the machine? The same work again and again: what it costs beside its best, and how long it has to wait."""

from __future__ import annotations

import os
import time


class Noise:
    def __init__(self) -> None:
        self._best = float("inf")

    def hint(self) -> str:
        """Above 1.15 or 15 % somebody else is busy, and differences of that size mean nothing."""
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(10):
            sum(number * number for number in range(100_000))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        self._best = min(self._best, cpu)
        return f"load {os.getloadavg()[0]:.1f}, fixed work {cpu / self._best:.2f} times its best, waited {1 - cpu / wall:.0%}"
