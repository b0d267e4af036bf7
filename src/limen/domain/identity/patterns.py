"""How is a regular expression of an identity schema written for the schema library? RE2 syntax becomes ECMAScript (SCH-12)."""

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    \\Q (?P<quoted> .*?) (?: \\E | \Z)
    | \\x\{ (?P<hex> [0-9A-Fa-f]{1,6}) \}
    | \\(?P<property> [pP]) (?P<letter> [A-Z])
    | \\(?P<anchor> [Az])
    | \\(?P<bell> a)
    | \\.
    | \(\?P< [A-Za-z_]\w* > (?P<named> )
    | \(\? (?P<flags> [imsU-]+) (?P<scope> [:)])
    | \[\^?\]? (?P<opens> )
    | .
    """,
    re.DOTALL | re.VERBOSE,
)
_CLASS_TOKEN: Final = re.compile(r"\[:(\^?)([a-z]+):\]|\\x\{([0-9A-Fa-f]{1,6})\}|\\([pP])([A-Z])|\\a|\\.|.", re.DOTALL)
_POSIX: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7F",
    "blank": r"\t\x20",
    "cntrl": r"\x00-\x1F\x7F",
    "digit": "0-9",
    "graph": r"\x21-\x7E",
    "lower": "a-z",
    "print": r"\x20-\x7E",
    "punct": r"\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E",
    "space": r"\t\n\v\f\r\x20",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_SPECIAL: Final = re.compile(r"[\\^$.*+?()\[\]{}|/-]")


def ecmascript(pattern: str) -> str:
    r"""The same expression without what only RE2 knows: `(?i)`, `(?P<name>…)`, `[[:alpha:]]`, `\z`, `\pL`, `\Q…\E`.

    What neither syntax knows stays as it is, and is refused when the schema is compiled.
    """
    written: list[str] = []
    bare: list[list[str]] = [[]]
    """Per open group, the beginnings of the groups that a bare `(?i)` in it was made into."""
    position = 0
    while found := _TOKEN.match(pattern, position):
        position = found.end()
        if found["opens"] is not None:
            inside, position = _class(pattern, position)
            written.append(found[0].replace("]", r"\]") + inside)
        elif found["flags"] is not None:
            written.append(_flags(found["flags"]))
            bare.append([]) if found["scope"] == ":" else bare[-1].append(written[-1])
        elif found[0] == "(" or found["named"] is not None:
            written.append("(")
            bare.append([])
        elif found[0] == ")" and len(bare) > 1:
            written.append(")" * (len(bare.pop()) + 1))
        elif found[0] == "|":
            written.append(")" * len(bare[-1]) + "|" + "".join(bare[-1]))
        else:
            written.append(_plain(found))
    return "".join(written) + ")" * len(bare[0])


def _flags(flags: str) -> str:
    kept = flags.replace("U", "").rstrip("-")
    return f"(?{kept}:" if kept else "(?:"


def _plain(found: re.Match[str]) -> str:
    if found["quoted"] is not None:
        return _SPECIAL.sub(r"\\\g<0>", found["quoted"])
    if found["hex"] is not None:
        return _character(found["hex"])
    if found["property"] is not None:
        return f"\\{found['property']}{{{found['letter']}}}"
    if found["anchor"] is not None:
        return "(?-m:^)" if found["anchor"] == "A" else "(?-m:$)"
    return r"\x07" if found["bell"] is not None else found[0]


def _class(pattern: str, position: int) -> tuple[str, int]:
    """The rest of a character class from `position`, rewritten, and where it ends."""
    written: list[str] = []
    while found := _CLASS_TOKEN.match(pattern, position):
        position = found.end()
        if found[2] and not found[1] and found[2] in _POSIX:
            written.append(_POSIX[found[2]])
        elif found[3]:
            written.append(_character(found[3]))
        elif found[4]:
            written.append(f"\\{found[4]}{{{found[5]}}}")
        else:
            written.append({r"\a": r"\x07", "[": r"\["}.get(found[0], found[0]))
        if found[0] == "]":
            break
    return "".join(written), position


def _character(digits: str) -> str:
    try:
        return _SPECIAL.sub(r"\\\g<0>", chr(int(digits, 16)))
    except (ValueError, OverflowError):
        return f"\\x{{{digits}}}"
