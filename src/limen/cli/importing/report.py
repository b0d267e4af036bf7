"""What is an operator told about an import? A bar, counts, and a file with everybody who did not come along whole."""

import sys
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from limen.cli.client.shown import Shown
from limen.cli.importing.judging import Fate, Judged
from limen.kernel.json_doc import JsonObject, JsonValue


class Report:
    """Counts, shows the bar, keeps the file. With `listing` it remembers every line for a dry run."""

    def __init__(self, file: Path, total: int | None, *, listing: bool) -> None:
        self._file, self._listing = file, listing
        self._counts: Counter[str] = Counter()
        self._lines: list[Judged] = []
        self._kept: list[bytes] = []
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("People", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The file is written even when the import was broken off."""
        self._bar.stop()
        if self._kept:
            self._file.touch(mode=0o600)
            self._file.write_bytes(b"".join(self._kept))

    def note(self, judged: Judged) -> None:
        """Count one record."""
        self._counts[judged.fate] += 1
        self._bar.advance(self._task)
        came_incomplete = bool(judged.left) and judged.fate is Fate.NEW
        self._counts["incomplete"] += came_incomplete
        if came_incomplete or judged.fate is Fate.REFUSED:
            self._kept.append(msgspec.json.encode(_line(judged, diff=False)) + b"\n")
        if self._listing and judged.fate is not Fate.SAME:
            self._lines.append(judged)

    @property
    def refused(self) -> int:
        """How many did not come."""
        return self._counts[Fate.REFUSED]

    @property
    def brought(self) -> int:
        """How many came."""
        return self._counts[Fate.NEW]

    def shown(self) -> Shown:
        """The summary; of a dry run everything that would happen."""
        counts = {name: self._counts[name] for name in (*(each.value for each in Fate), "incomplete")}
        value: JsonObject = {**counts}
        if self._kept:
            value["report"] = str(self._file)
        note = f"Who was refused or came without something, and why: {self._file}" if self._kept else ""
        if not self._listing:
            return Shown(
                value=value, headings=("RESULT", "PEOPLE"), rows=[(k, str(n)) for k, n in counts.items()], note=note
            )
        value["people"] = [_line(each) for each in self._lines]
        rows = [
            (each.fate.value, each.id, "\n".join((each.reason, *each.diff, *each.left)).strip()) for each in self._lines
        ]
        told = ", ".join(f"{n} {name}" for name, n in counts.items())
        return Shown(value=value, headings=("WOULD BE", "ID", "WHAT"), rows=rows, note=f"{told}. {note}".strip())


def _line(judged: Judged, *, diff: bool = True) -> JsonValue:
    line: JsonObject = {"id": judged.id, "result": judged.fate.value}
    if judged.reason:
        line["reason"] = judged.reason
    if diff and judged.diff:
        line["diff"] = [*judged.diff]
    if judged.left:
        line["left_behind"] = [*judged.left]
    return line
