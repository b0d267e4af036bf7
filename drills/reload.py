"""Does anybody notice that the secrets are rotated under load?"""
# ruff: noqa: TID251 - drills are outside

from __future__ import annotations

from pathlib import Path

import httpx

from drills.houses import on_file
from drills.load import Load, nothing_lost, until
from limen.kernel.json_doc import JsonValue
from play_config import merged

ROTATIONS = 5


def secrets_rotated(folder: Path) -> str:
    """Browsers all the while: their cookies are sealed with the secrets. The old ones stay behind the new one, as they should."""
    server = on_file(folder)
    old: dict[str, list[JsonValue]] = {
        "default": ["a-secret-that-all-of-them-know"],
        "cipher": ["thirty-two-characters-of-secret!"],
    }
    with server, Load(lambda: server.public, web=True) as load:
        load.more(30)
        for number in range(ROTATIONS):
            for kind, known in old.items():
                known.insert(0, f"{kind}-secret-number-{number}-{'x' * 32}"[:32])
            revision = f"rotation-{number}"
            secrets: JsonValue = {kind: list(known) for kind, known in old.items()}
            server.write(merged(server.config, {"secrets": secrets, "revision": revision}))
            until(lambda wanted=revision: _revision(server.admin) == wanted, 15, server.tail())
            load.more(40)
        load.stop()
        kept = nothing_lost(server, load, web=True)
        assert not load.later, load.told
        assert not load.broken, load.told
        return f"{ROTATIONS} rotations, {len(load.answered)} answers, none refused; {kept}"


def _revision(admin: str) -> str:
    return httpx.get(f"{admin}/admin/health/config", trust_env=False).text
