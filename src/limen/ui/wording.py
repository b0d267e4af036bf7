"""How is it said in the reader's language? Texts by message id or by key, with placeholders and plurals."""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from limen.domain.text.message import Message
from limen.kernel.json_doc import JsonObject, JsonValue

LANGUAGES: Final = ("en", "de")
"""The languages there are, the one to fall back to first."""

Values: TypeAlias = Mapping[str, JsonValue]
ValueOf: TypeAlias = Callable[[str, str], str]
"""From a placeholder's name and form to what is put there."""


class Plural(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text that depends on a number: `count` is a placeholder such as `min_length`."""

    count: str
    one: str
    other: str


Text: TypeAlias = str | Plural


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of texts."""

    lang: str
    dir: str
    months: tuple[str, ...]
    date: str
    page: dict[str, Text]
    titles: dict[str, str]
    """Schema titles that are common enough to be known (lower case); others are shown as they are."""
    messages: dict[str, Text]
    """By message id (appendix A)."""
    errors: dict[str, str]
    """By error id (appendix B.1)."""


_PLACEHOLDER: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_LONG_AGO_DAYS: Final = 30


class _Unfilled(LookupError):
    """A placeholder has no value."""


class Wording:
    """All texts in one language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self.lang = texts.lang
        self.dir = texts.dir

    def text(self, key: str, **values: str | int) -> str:
        """The page text of that key. Raises KeyError for unknown keys and missing values: both are mistakes of ours."""
        return _filled(self._texts.page[key], lambda name, form: _shown(_value(values, name), form, self._texts, None))

    def message(self, message: Message, now: datetime, label: str = "") -> str:
        """The message in this language; its own text when there is no translation or its context lacks a value.

        `label` is the name of the field it is said at: it stands for `{property}`, which holds a technical name.
        """
        known = self._texts.messages.get(str(message.id))
        if known is None:
            return message.text
        context: JsonObject = {} if message.context is None else message.context.members()
        context["text"] = message.text
        if label:
            context["property"] = label
        if "title" in context:
            title = str(context["title"])
            context["title"] = self._texts.titles.get(title.lower(), title)
        try:
            return _filled(known, lambda name, form: _shown(_value(context, name), form, self._texts, now))
        except _Unfilled:
            return message.text

    def error(self, id: str) -> str:
        """What an error id means, or an empty string when it has no text of its own."""
        return self._texts.errors.get(id, "")

    def knows(self, message_id: int) -> bool:
        """Whether there is a translation for that message id."""
        return str(message_id) in self._texts.messages

    def ago(self, then: datetime, now: datetime) -> str:
        """How long ago something was; the date when it is more than a month."""
        seconds = max(0, int((now - then).total_seconds()))
        if seconds < _MINUTE:
            return self.text("time.now")
        if seconds < _HOUR:
            return self.text("time.minutes", n=seconds // _MINUTE)
        if seconds < _DAY:
            return self.text("time.hours", n=seconds // _HOUR)
        if seconds < _LONG_AGO_DAYS * _DAY:
            return self.text("time.days", n=seconds // _DAY)
        return self.text("time.on", date=_date(then, self._texts))


@cache
def wording(lang: str) -> Wording:
    """The texts of one of LANGUAGES."""
    text = (Path(__file__).parent / "texts" / f"{lang}.toml").read_text(encoding="utf-8")
    return Wording(msgspec.convert(tomllib.loads(text), Texts))


def _filled(text: Text, value_of: ValueOf) -> str:
    if isinstance(text, Plural):
        name, _, form = text.count.partition(":")
        text = text.one if value_of(name, form) == "1" else text.other
    return _PLACEHOLDER.sub(lambda found: value_of(found[1], found[2] or ""), text)


def _shown(value: JsonValue, form: str, texts: Texts, now: datetime | None) -> str:
    """A value as `{name}`, `{name:minutes}` (from now, either way, at least one) or `{name:date}`."""
    if form == "minutes" and now is not None and isinstance(value, int | float):
        return str(max(1, round(abs(value - now.timestamp()) / _MINUTE)))
    if form == "date" and isinstance(value, int | float):
        try:
            return _date(datetime.fromtimestamp(value, UTC), texts)
        except (OverflowError, ValueError, OSError) as error:
            raise _Unfilled(str(value)) from error  # what targets of web hooks say may be any number
    if form or isinstance(value, dict):
        raise _Unfilled
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def _value(values: Values, name: str) -> JsonValue:
    if values.get(name) is None:
        raise _Unfilled(name)
    return values[name]


def _date(when: datetime, texts: Texts) -> str:
    return texts.date.format(day=when.day, month=texts.months[when.month - 1], year=when.year)
