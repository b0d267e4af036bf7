"""How do many people do something at the same instant?"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
SECONDS = 100


def at_once(items: Sequence[T], act: Callable[[T], R]) -> list[R]:
    """What `act` returns for each item; all of them start together."""
    start = threading.Barrier(len(items))

    def go(item: T) -> R:
        start.wait(SECONDS)
        return act(item)

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(go, items, timeout=SECONDS))
