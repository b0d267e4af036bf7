"""How does the log look? One line per event, JSON or text, and nothing in it that opens a door.

Written without a logging library: importing structlog costs more of the start than everything else in this folder.
"""

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TextIO

import msgspec

from limen.config.log import LogConfig
from limen.kernel.clock import Clock
from limen.kernel.request_mark import CURRENT
from limen.ports.log import Fact, Log

_LEVELS: Final = {
    "trace": 0,
    "debug": 10,
    "info": 20,
    "warning": 30,
    "error": 40,
    "fatal": 50,
    "panic": 60,
}
_SECRET_WORDS: Final = frozenset(
    {
        "authorization",
        "bearer",
        "code",
        "codes",
        "cookie",
        "cookies",
        "credentials",
        "dsn",
        "jwt",
        "jwks",
        "otp",
        "passphrase",
        "passwd",
        "password",
        "passwords",
        "secret",
        "secrets",
        "session",
        "token",
        "tokens",
        "totp",
    }
)
_HARMLESS: Final = re.compile(r"(?:status|error|exit|message)_codes?|\w+_(?:id|type|count|seconds)")
"""Names that hold a secret word and yet no secret: `status_code`, `session_id`, `token_count`."""
_PLAIN: Final = re.compile(r"[!#-<>-\[\]-~]+")
"""Text that needs no quotes: printable ASCII without blanks, quotes, equal signs and backslashes."""
_WORD_BOUNDARIES: Final = re.compile(r"[-_.]")
_TELLTALE: Final = re.compile(r"[=@:_]|(?i:bearer|basic)")
"""Without one of these a text holds nothing that `_SECRETS` finds."""
_SECRETS: Final = re.compile(
    r"""(?ix)
    (?: (?P<before> \b[a-z][a-z0-9+.-]*:// ) [^\s/@?\#]+ (?=@) )          # who asks, in an address
    | ory_[a-z]{2,4}_[a-z0-9]+                                              # tokens of sessions, flows and sign-outs
    | (?: bearer | basic ) [ ]+ [a-z0-9._~+/=-]{8,}
    | (?: (?<= code= ) | (?<= token= ) | (?<= password= ) | (?<= secret= ) | (?<= passwd= ) | (?<= cookie= )
        | (?<= session= ) | (?<= key= ) ) [^\s&;,'"]+                      # values in a query, a form or a list of cookies
    """
)
_HIDDEN: Final = "[hidden]"


def is_secret(name: str) -> bool:
    """Whether a fact or header of that name holds what must not be read in a log."""
    plain = name.lower().replace("-", "_")
    return not _HARMLESS.fullmatch(plain) and not _SECRET_WORDS.isdisjoint(_WORD_BOUNDARIES.split(plain))


class LineLog:
    """The log: lines on a stream, as `log.level`, `log.format`, `log.leak_sensitive_values` and `log.redaction_text` say.

    Each line is one line whatever its facts hold: control characters are written as escapes.
    """

    def __init__(self, config: LogConfig, clock: Clock, stream: TextIO) -> None:
        self._least = _LEVELS[config.level]
        self._leaks = config.leak_sensitive_values
        self._hidden = config.redaction_text or _HIDDEN
        self._render = _as_json if config.format == "json" else _as_text
        self._clock = clock
        self._stream = stream

    def info(self, event: str, **facts: Fact) -> None:
        """Something expected happened."""
        self.write("info", event, facts)

    def warning(self, event: str, **facts: Fact) -> None:
        """Somebody should look at this when there is time."""
        self.write("warning", event, facts)

    def error(self, event: str, **facts: Fact) -> None:
        """Something broke, and somebody was not served."""
        self.write("error", event, facts)

    def write(self, level: str, event: str, facts: Mapping[str, Fact]) -> None:
        """A line of that level, if such lines are wanted."""
        if _LEVELS[level] < self._least:
            return
        shown = {name: self._hidden if self._hides(name, fact) else self._clean(fact) for name, fact in facts.items()}
        mark = CURRENT.get()
        if mark is not None and "request_id" not in shown:
            shown["request_id"] = mark.id
        line = self._render(self._clock.now(), level, str(self._clean(event)), shown)
        self._stream.write(line + "\n")
        self._stream.flush()

    def _clean(self, fact: Fact) -> Fact:
        """Without what looks like a secret inside a text: a library may quote an address or a header."""
        if self._leaks or not isinstance(fact, str) or _TELLTALE.search(fact) is None:
            return fact
        return _SECRETS.sub(lambda found: (found["before"] or "") + self._hidden, fact)

    def _hides(self, name: str, fact: Fact) -> bool:
        return not self._leaks and fact is not None and not isinstance(fact, bool) and is_secret(name)


class LibraryLog(logging.Handler):
    """What libraries write by `logging`, as lines of our log. Tracebacks stay out: they can quote values."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """One line per record; an error is named by its class."""
        facts: dict[str, Fact] = {"logger": record.name}
        if record.exc_info and record.exc_info[0]:
            facts["exception"] = record.exc_info[0].__name__
        write = self._log.info
        if record.levelno >= logging.ERROR:
            write = self._log.error
        elif record.levelno >= logging.WARNING:
            write = self._log.warning
        # asyncio, for one, quotes errors from the second line on, with whatever they say.
        write(record.getMessage().partition("\n")[0], **facts)


def _time(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _as_json(now: datetime, level: str, event: str, facts: Mapping[str, Fact]) -> str:
    line = {"time": _time(now), "level": level, "msg": _whole(event)}
    for name, fact in facts.items():
        line[f"fact_{name}" if name in {"time", "level", "msg"} else name] = _whole(fact)
    return _escaped(msgspec.json.encode(line).decode())


def _as_text(now: datetime, level: str, event: str, facts: Mapping[str, Fact]) -> str:
    pairs = {"time": _time(now), "level": level, "msg": event} | {f" {name}": fact for name, fact in facts.items()}
    return " ".join(f"{name.strip()}={_text(fact)}" for name, fact in pairs.items())


def _text(fact: Fact) -> str:
    text = fact if isinstance(fact, str) else msgspec.json.encode(fact).decode()
    return text if _PLAIN.fullmatch(text) else _escaped(msgspec.json.encode(_whole(text)).decode())


def _whole(fact: Fact) -> Fact:
    # Half a surrogate pair cannot be written as UTF-8.
    return fact.encode(errors="backslashreplace").decode() if isinstance(fact, str) else fact


def _escaped(json: str) -> str:
    # JSON itself allows these characters unescaped, terminals and log readers take some for line ends or commands.
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else "\\ufffd" for c in json)  # noqa: PLR2004
