"""What does this machine have of what some tests need, and may they be skipped without it?"""
# ruff: noqa: TID251 - these questions are about the surroundings

import os
import shutil
from pathlib import Path
from typing import Final

REQUIRED: Final = os.environ.get("CI") == "true"
"""Where this is set nothing may be skipped (`.ci/run` installs what is needed)."""
ROOT: Final = Path(__file__).parents[2]
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
"""A browser that shows nothing, asks nobody, and keeps to the pages it is sent to."""


def chromium() -> str:
    """Where Chromium is; empty when it is not installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


def node() -> str:
    """Where Node.js is; empty when it or npm is not installed."""
    return (shutil.which("node") or "") if shutil.which("npm") else ""


def postgres() -> str:
    """Where PostgreSQL's programs are; empty when it is not installed (the client alone is not enough)."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return str(installed[-1]) if installed else shutil.which("initdb") or ""


def mariadb(program: str = "mariadbd") -> str:
    """Where a program of MariaDB is; empty when it is not installed. The server is often out of the way of ordinary users."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin:/usr/libexec") or ""


def missing(marks: frozenset[str]) -> str:
    """What tests with these marks need and this machine lacks, in words; empty when they can run."""
    if "browser" in marks and not chromium():
        return "Chromium is not installed"
    if "node" in marks and not node():
        return "Node.js and npm are not installed"
    if "postgres" in marks and not postgres():
        return "PostgreSQL is not installed"
    if "mariadb" in marks and not (mariadb() and mariadb("mariadb-install-db")):
        return "MariaDB is not installed"
    return ""
