"""Do others notice when the target of somebody's web hook hangs?"""

from __future__ import annotations

from pathlib import Path


def target_hangs(folder: Path) -> str:  # noqa: ARG001
    return "passed over: Limen has no web hooks yet"
