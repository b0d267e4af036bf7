"""What does a check say? That something is fine, could be better, or does not work, and what to change."""

from enum import StrEnum

import msgspec

from limen.config.load import LoadedConfig
from limen.config.model import Config


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence about one subject; `advice` says what to change. Neither ever holds a secret."""

    subject: str
    level: Level
    text: str
    advice: str = ""
    key: str = ""
    """The key of the configuration that it is about."""


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """What is examined: a configuration that can be used."""

    loaded: LoadedConfig

    @property
    def config(self) -> Config:
        return self.loaded.config


class Notes:
    """What one subject's check found."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self.findings: list[Finding] = []

    def ok(self, text: str) -> None:
        self.findings.append(Finding(subject=self._subject, level=Level.OK, text=text))

    def warning(self, text: str, advice: str, key: str = "") -> None:
        self.findings.append(Finding(subject=self._subject, level=Level.WARNING, text=text, advice=advice, key=key))

    def problem(self, text: str, advice: str, key: str = "") -> None:
        self.findings.append(Finding(subject=self._subject, level=Level.PROBLEM, text=text, advice=advice, key=key))

    def done(self, fine: str) -> list[Finding]:
        """The findings; `fine` is said when nothing else was."""
        if not self.findings:
            self.ok(fine)
        return self.findings
