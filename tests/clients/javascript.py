"""How do tests run the official JavaScript clients? The packages once, outside of the tree; then one script per story."""
# ruff: noqa: TID251 - npm is asked in the surroundings in which it is configured

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from limen.kernel.json_doc import JsonObject, JsonValue
from server.machine import ROOT, node

SOURCES: Final = Path(__file__).with_name("node")
SHIPPED: Final = ROOT / "clients" / "javascript"
"""What Limen ships for front-ends."""
CACHE: Final = ROOT / ".cache"
INSTALL_SECONDS: Final = 300
STORY_SECONDS: Final = 60


def workshop() -> Path:
    """A folder with the pinned packages, made when there is none yet for this list of them."""
    wanted = (SOURCES / "package.json").read_bytes()
    ready = CACHE / f"node-clients-{hashlib.sha256(wanted).hexdigest()[:12]}"
    if not (ready / "node_modules").is_dir():
        CACHE.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="node-clients-", dir=CACHE))
        (fresh / "package.json").write_bytes(wanted)
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"],
            cwd=fresh,
            env=dict(os.environ),
            check=True,
            timeout=INSTALL_SECONDS,
        )
        try:
            fresh.rename(ready)
        except OSError:  # another process was quicker
            shutil.rmtree(fresh)
    return ready


def story(folder: Path, script: str, name: str, **told: JsonValue) -> JsonObject:
    """What the story of that name in that script tells. One in TypeScript has to please the compiler first."""
    target = Path(tempfile.mkdtemp(prefix="story-", dir=folder))
    try:
        for source in (*SOURCES.glob("*.[jt]s"), *SHIPPED.iterdir()):
            shutil.copy(source, target)
        if script.endswith(".ts"):
            complaints = compiled(folder, target, script, "--outDir", ".", "--types", "node")
            assert not complaints, complaints
            script = f"{script.removesuffix('.ts')}.js"
        done = subprocess.run(
            [node(), str(target / script), name, json.dumps(told)],
            cwd=target,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=STORY_SECONDS,
            check=False,
        )
    finally:
        shutil.rmtree(target)
    assert done.returncode == 0, done.stderr
    found: JsonObject = json.loads(done.stdout)
    return found


def judged(folder: Path, text: str) -> str:
    """What the TypeScript compiler complains of in a program beside the shipped types; nothing when it is fine."""
    target = Path(tempfile.mkdtemp(prefix="types-", dir=folder))
    try:
        for source in SHIPPED.iterdir():
            shutil.copy(source, target)
        (target / "page.ts").write_text(text)
        return compiled(folder, target, "page.ts", "--noEmit")
    finally:
        shutil.rmtree(target)


def compiled(folder: Path, target: Path, script: str, *more: str) -> str:
    """What the TypeScript compiler complains of in a program; nothing when it is fine."""
    compiler = folder / "node_modules" / "typescript" / "bin" / "tsc"
    flags = ["--strict", "--skipLibCheck", "--esModuleInterop", "--module", "commonjs", "--target", "es2020", *more]
    command = [node(), str(compiler), *flags, script]
    done = subprocess.run(command, cwd=target, capture_output=True, text=True, timeout=STORY_SECONDS, check=False)
    return done.stdout + done.stderr if done.returncode else ""
