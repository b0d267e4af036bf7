"""Does an address fit a pattern with wildcards? As Kratos' patterns do, whose `*` stops at dots and slashes."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

_PARTS: Final = re.compile(r"\*\*|\*|\?|\[!?[^\]]+\]|\{[^{}]*\}|[^*?\[{]|.", re.DOTALL)


def matches(pattern: str, url: str) -> bool:
    """Whether `url`, without its query and fragment, fits `pattern`. `*` is text without `.` and `/`, `**` any text, `?` one
    character, `[ab]` one of these, `{one,two}` one of these.
    """
    try:
        bare = urlsplit(url)._replace(query="", fragment="").geturl()
    except ValueError:
        return False
    return _compiled(pattern).fullmatch(bare) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_translated(part) for part in _PARTS.findall(pattern)), re.DOTALL)


def _translated(part: str) -> str:
    match part:
        case "**":
            return ".*"
        case "*":
            return "[^./]*"
        case "?":
            return "[^./]"
        case _ if len(part) > 1 and part[0] == "[":
            negated, members = part[1] == "!", part[1:-1].removeprefix("!")
            return f"[{'^' if negated else ''}{re.escape(members).replace(re.escape('-'), '-')}]"
        case _ if len(part) > 1 and part[0] == "{":
            return "(?:" + "|".join(re.escape(choice) for choice in part[1:-1].split(",")) + ")"
        case _:
            return re.escape(part)
