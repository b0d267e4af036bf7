"""How is a program laid out? Lines stay where their author broke them; margins, spaces and quotes follow the common style."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from limen.cli.jsonnet.tokens import Kind, Token, tokens

_OPEN: Final = {"{": "}", "[": "]", "(": ")"}
_CLOSE: Final = frozenset(_OPEN.values())
_KEYWORDS: Final = frozenset({
    "assert", "else", "error", "for", "function", "if", "import", "importstr", "importbin", "in", "local", "tailstrict", "then",
})  # fmt: skip
_COLONS: Final = frozenset({":", "::", ":::", "+:", "+::", "+:::"})
_UNARY: Final = frozenset({"-", "+", "!", "~"})
_STEP: Final = "  "
_ATTACHED_BEFORE: Final = frozenset({",", ";", ".", ")", "]"})
_ATTACHED_AFTER: Final = frozenset({"(", "[", "."})


def formatted(text: str) -> str:
    """The program laid out anew; what it means does not change. Raises Unreadable."""
    pieces = [_plain(token, before, after) for before, token, after in _surrounded(list(tokens(text)))]
    if not pieces:
        return ""
    inside: list[str] = []
    lines: list[str] = []
    current, previous, value, unary = "", None, None, False
    for token in pieces:
        starts = previous is None or token.breaks > 0 or previous.text.startswith(("//", "#"))
        if starts:
            if previous is not None:
                lines += [current, *([""] if token.breaks > 1 and current else [])]
            depth = len(inside) - (token.text in _CLOSE)
            goes_on = previous is not None and _goes_on(previous, inside)
            current = _STEP * max(0, depth + goes_on) + token.text
        elif previous is not None:
            current += _gap(previous, token, inside, after_unary=unary) + token.text
        unary = token.text in _UNARY and token.kind is Kind.SIGN and not _ends_value(value)
        if token.kind is Kind.SIGN and token.text in _OPEN:
            inside.append(token.text)
        elif token.kind is Kind.SIGN and token.text in _CLOSE and inside:
            inside.pop()
        previous, value = token, value if token.kind is Kind.COMMENT else token
    return "\n".join([*lines, current]) + "\n"


def _surrounded(found: Sequence[Token]) -> Iterator[tuple[Token | None, Token, Token | None]]:
    padded = [None, *found, None]
    for (before, token), (_, after) in zip(pairwise(padded[:-1]), pairwise(padded[1:]), strict=True):
        if token is not None:
            yield before, token, after


def _plain(token: Token, before: Token | None, after: Token | None) -> Token:
    """A string in single quotes where nothing has to be escaped for it; names of fields without any."""
    if token.kind is not Kind.STRING or token.text.startswith("@") or "\\" in token.text:
        return token
    inner = token.text[1:-1]
    is_field = before is not None and before.text in {"{", ","} and after is not None and after.text in _COLONS
    if (
        is_field
        and inner.isidentifier()
        and inner.isascii()
        and inner not in _KEYWORDS | {"null", "true", "false", "self", "super"}
    ):
        return Token(Kind.WORD, inner, token.breaks)
    if "'" in inner:
        return token
    return msgspec.structs.replace(token, text=f"'{inner}'")


def _gap(before: Token, token: Token, inside: Sequence[str], *, after_unary: bool) -> str:  # noqa: PLR0911 (a table of cases)
    around = inside[-1] if inside else ""
    if token.kind is Kind.COMMENT:
        return "  "
    if before.text == "{" and token.text == "}":
        return ""
    if after_unary or token.text in _ATTACHED_BEFORE or (before.text in _ATTACHED_AFTER and before.kind is Kind.SIGN):
        return ""
    if token.kind is Kind.SIGN and token.text in _COLONS:
        return ""
    if before.kind is Kind.SIGN and before.text in _COLONS:
        return "" if around == "[" else " "
    if "=" in {before.text, token.text} and around == "(":
        return ""
    if token.text in {"(", "["} and token.kind is Kind.SIGN:
        calls = _ends_value(before) or before.text == "function"
        return "" if calls else " "
    return " "


def _ends_value(token: Token | None) -> bool:
    if token is None or token.kind is Kind.COMMENT:
        return False
    if token.kind is Kind.SIGN:
        return token.text in _CLOSE or token.text == "$"
    return token.text not in _KEYWORDS


def _goes_on(before: Token, inside: Sequence[str]) -> bool:
    """Whether the line before is not finished, so that this one stands a step further in."""
    if before.kind is Kind.WORD:
        return before.text in {"then", "else", "error"}
    ends = {",", ";", *_OPEN, *_CLOSE}
    return before.kind is Kind.SIGN and before.text not in ends and not (before.text in _COLONS and not inside)
