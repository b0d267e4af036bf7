"""Which keys does docs/config.md list? Writes its generated parts anew; `--check` only says whether they are in step."""

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from limen.config.keys import APART, Key, all_keys, keys_apart  # noqa: E402 (found through the line above)
from limen.config.not_yet import HOOKS_NOT_YET, NOT_YET  # noqa: E402

PAGE = ROOT / "docs" / "config.md"


def row(key: Key) -> str:
    default = key.default if key.default in {"", "required"} or " " in key.default else f"`{key.default}`"
    return f"| `{key.path}` | {key.kind} | {default} | {key.meaning} |"


def table(keys: Iterable[Key]) -> list[str]:
    return ["| Key | Type | Default | Meaning |", "|---|---|---|---|", *map(row, keys), ""]


def key_tables() -> str:
    keys = all_keys()
    tops = dict.fromkeys(key.path.split(".")[0].removesuffix("[]") for key in keys)
    lines: list[str] = []
    single = [key for key in keys if "." not in key.path]
    for top in tops:
        own = [key for key in keys if key.path.startswith((f"{top}.", f"{top}[]."))]
        if own:
            lines += [f"### `{top}`", "", *table(own)]
    lines += ["### Single keys", "", *table(single)]
    for struct, name in APART.items():
        lines += [f"### Type: {name}", "", *table(keys_apart(struct))]
    return "\n".join(lines)


def missing() -> str:
    lines = ["| Missing | Asked for by |", "|---|---|"]
    lines += [f"| {entry.feature} | {', '.join(f'`{key}`' for key in entry.keys)} |" for entry in NOT_YET]
    lines += [f"| the hook `{hook}` | any list of hooks |" for hook in HOOKS_NOT_YET]
    return "\n".join([*lines, ""])


def with_part(page: str, name: str, text: str) -> str:
    begin, end = f"<!-- begin {name}: scripts/config_docs.py -->\n", f"<!-- end {name} -->"
    head, rest = page.split(begin)
    return f"{head}{begin}\n{text}\n{end}{rest.split(end)[1]}"


def main() -> int:
    page = PAGE.read_text(encoding="utf-8")
    wanted = with_part(with_part(page, "missing", missing()), "keys", key_tables())
    if page == wanted:
        return 0
    if "--check" in sys.argv:
        print("docs/config.md is out of step: run scripts/config_docs.py", file=sys.stderr)
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
