"""Do the pinned requirements have known weaknesses? Asks pip-audit; says so when it cannot ask."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """0 when nothing is known or nobody could be asked, 1 when a pinned release has a known weakness."""
    files = [str(ROOT / "requirements" / name) for name in ("run.txt", "dev.txt")]
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    answer = subprocess.run(
        [*command, *(part for file in files for part in ("-r", file))],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if answer.returncode == 0:
        print("dependency audit: no known weaknesses")
        return 0
    if "vulnerabilit" in answer.stdout + answer.stderr and "Found" in answer.stdout + answer.stderr:
        print(answer.stdout, answer.stderr, sep="\n")
        return 1
    print("dependency audit: the advisory service could not be asked; hashes and pins were still checked by pip")
    return 0


if __name__ == "__main__":
    sys.exit(main())
