"""Does Limen pass the black-box suite? Runs the finished folders, compares with the list of known gaps, writes docs/conformance.md.

    python scripts/conformance.py [--postgres] ../shared/conformance [folder …]

With --postgres each server of the suite has a database of its own in a throwaway cluster; the gaps are the same.

A case that fails and is no known gap is tried once more with nothing else running, because two servers and a suite on two cores
can be slower than a case waits; when it fails again it fails the run, when not it is named. A known gap that passes by now
fails the run too, because the list may only shrink: take the line out. Without the suite beside the repository nothing is run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
GAPS = ROOT / "docs" / "conformance-gaps.txt"
PAGE = ROOT / "docs" / "conformance.md"
FOLDERS = (
    "registration",
    "login",
    "logout",
    "sessions",
    "flows",
    "errors",
    "seeds",
    "transport",
    "config",
    "dialects",
    "shapes",
    "settings",
    "verification",
    "recovery",
    "code",
    "courier",
    "cli",
    "hooks",
    "identifier_first",
    "admin",
)
"""What is finished so far; the folders of later issues are added as they are done."""
NEEDS_A_FILE = frozenset(
    {
        "config/test_administration_config_sources::test_the_database_comes_from_the_environment",
        "cli/test_administration_cli_server::test_a_new_database_is_migrated_once",
        "cli/test_administration_cli_server::test_the_database_can_be_named_in_the_configuration",
    }
)
"""Cases that copy, open or measure the database's file, which on PostgreSQL there is none of."""
SECONDS = 3000
MOST_AGAIN = 20
"""With more failures than these something is broken, and a second look says nothing new."""


@dataclass(frozen=True)
class Case:
    """One case of the suite and what became of it."""

    name: str
    passed: bool
    skipped: bool
    why: str

    @property
    def place(self) -> str:
        """As pytest names it."""
        module, _, name = self.name.partition("::")
        return f"cases/{module}.py::{name}"

    @property
    def failed(self) -> bool:
        return not self.passed and not self.skipped

    @property
    def folder(self) -> str:
        return self.name.split("/", 1)[0]


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--postgres"]
    on_postgres = len(arguments) < len(sys.argv) - 1
    suite = Path(arguments[0] if arguments else "../shared/conformance").resolve()
    if not (suite / "cases").is_dir():
        print(f"conformance: no suite at {suite.name}, nothing was run")
        return 0
    folders = tuple(arguments[1:]) or FOLDERS
    gaps = known_gaps()
    with postgres() if on_postgres else nullcontext({}) as more:
        cases = run(suite, [f"cases/{name}" for name in folders], more)
        cases = [case for case in cases if not (on_postgres and case.name in NEEDS_A_FILE)]
        cases = tried_again(suite, cases, gaps, more)
    lost = [case for case in cases if case.failed and case.name not in gaps]
    won = [case for case in cases if case.passed and case.name in gaps]
    if cases and folders == FOLDERS and not on_postgres:
        write_page(cases, gaps)
    for case in lost:
        print(f"FAILED {case.name}: {case.why}")
    for case in won:
        print(f"NO GAP ANY MORE {case.name}: take it out of {GAPS.relative_to(ROOT)}")
    passed = sum(case.passed for case in cases)
    print(
        f"conformance: {passed} of {len(cases)} cases pass, {len(lost)} fail unexpectedly, {len(won)} gaps are closed"
    )
    return 1 if lost or won or not cases else 0


@contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """What the suite's surroundings need so that its servers use a PostgreSQL, which ends with it."""
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]
    from server.cluster import Cluster  # noqa: PLC0415 (the tests' own, and needed only here)

    with Cluster() as cluster:
        yield {
            "SUT": f"{sys.executable} {ROOT / 'scripts' / 'on_postgres.py'}",
            "LIMEN_CLUSTER": cluster.dsn("postgres", max_conns="4", sslmode="disable"),
        }
        databases = cluster.sql("SELECT datname FROM pg_database WHERE datname ~ '^c[0-9a-f]{24}$'").split()
        print(f"conformance: {len(databases)} databases were used on PostgreSQL")


def tried_again(suite: Path, cases: list[Case], gaps: Mapping[str, str], more: Mapping[str, str]) -> list[Case]:
    """The same cases; those that failed unexpectedly with what became of them the second time, one by one."""
    failed = [case for case in cases if case.failed and case.name not in gaps]
    if not failed or len(failed) > MOST_AGAIN:
        return cases
    second = {case.name: case for case in run(suite, [case.place for case in failed], more, workers=0)}
    for case in failed:
        if case.name in second and second[case.name].passed:
            print(f"PASSED THE SECOND TIME {case.name}: {case.why}")
    return [second.get(case.name, case) if case in failed else case for case in cases]


def run(suite: Path, places: Sequence[str], more: Mapping[str, str], workers: int = 2) -> list[Case]:
    """Every case in these places, run against the `limen` of this environment."""
    environment = {
        **os.environ,  # noqa: TID251 (the suite runs in the surroundings of whoever asked for it)
        "SUT": str(Path(sys.executable).with_name("limen")),
        "SECURITY_RATE_LIMITS_ENABLED": "false",
        "PYTHONPATH": ".",
        **more,
    }
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            str(workers),
            "--dist",
            "loadfile",
            "--tb=line",
            "-p",
            "no:cacheprovider",
        ]
        command += ["-o", "filterwarnings=default", f"--junitxml={report}", *places]
        log = Path(folder) / "log.txt"
        with log.open("w") as out:
            subprocess.run(command, cwd=suite, env=environment, stdout=out, stderr=out, check=False, timeout=SECONDS)
        if not report.exists():
            print(log.read_text()[-4000:])
            return []
        return sorted(read(report), key=lambda case: case.name)


def read(report: Path) -> list[Case]:
    found = []
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 (our own file)
        module = case.get("classname", "").removeprefix("cases.").replace(".", "/")
        problem = next((child for child in case if child.tag in {"failure", "error"}), None)
        skipped = any(child.tag == "skipped" for child in case)
        why = (
            (problem.get("message") or "").splitlines()[0][:200]
            if problem is not None and problem.get("message")
            else ""
        )
        name = f"{module}::{case.get('name')}"
        found.append(Case(name, problem is None and not skipped, skipped, why))
    return found


def known_gaps() -> dict[str, str]:
    """Case names and the feature that each one waits for."""
    gaps: dict[str, str] = {}
    reason = ""
    for line in GAPS.read_text().splitlines() if GAPS.exists() else ():
        if line.startswith("#"):
            reason = line.lstrip("# ").strip()
        elif line.strip():
            gaps[line.strip()] = reason
    return gaps


def write_page(cases: list[Case], gaps: dict[str, str]) -> None:
    lines = [
        "# Conformance",
        "",
        "What the black-box suite says of Limen. `make conformance` writes this page; the gaps are listed in",
        "[conformance-gaps.txt](conformance-gaps.txt), each under the feature it waits for, and may only become fewer.",
        "",
        "| folder | cases | pass | wait for a feature |",
        "|---|--:|--:|--:|",
    ]
    for folder in FOLDERS:
        own = [case for case in cases if case.folder == folder]
        waiting = sum(case.name in gaps for case in own)
        lines.append(f"| {folder} | {len(own)} | {sum(case.passed for case in own)} | {waiting} |")
    lines += ["", "## What the gaps wait for", "", "| feature | cases |", "|---|--:|"]
    reasons = sorted(set(gaps.values()))
    lines += [f"| {reason} | {sum(1 for each in gaps.values() if each == reason)} |" for reason in reasons]
    PAGE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
