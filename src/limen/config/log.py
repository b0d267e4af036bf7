"""What is logged, and how?"""

from typing import Literal

import msgspec


class LogConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The log. Changes need a restart (CFG-04)."""

    level: Literal["trace", "debug", "info", "warning", "error", "fatal", "panic"] = "info"
    """Least important kind of line that is written."""
    format: Literal["json", "text"] = "text"
    """One JSON object per line, or lines for people."""
    leak_sensitive_values: bool = False
    """Write tokens, cookies and personal data instead of hiding them. For debugging only."""
    requests: bool = False
    """Write a line for each request. (Limen's own key; OBS-04.)"""
    redaction_text: str = ""
    """What stands in place of a hidden value."""
