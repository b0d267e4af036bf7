"""Where in an HTML page is a value about to be inserted, and how is it made harmless there? (security.md §2.34)"""

import html
import re
from typing import Final

_MARKS: Final = re.compile(r"<!--|-->|</?(?:script|style)\b|[<>\"']", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"([\w:-]+)\s*=\s*$")
_SCHEME: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*)\s*:")
_LINKS: Final = frozenset({"href", "src", "action", "formaction", "background", "cite", "poster", "xlink:href"})
_SAFE: Final = frozenset({"http", "https", "mailto", "tel"})


class Markup:
    """Follows the literal text of a template; what is inserted is escaped and so never changes the place."""

    def __init__(self) -> None:
        self._place = "text"
        self._attribute = ""
        self._begun = False
        self._raw = False

    def literal(self, text: str) -> None:
        """Read on over text that the operator wrote."""
        self._begun = self._begun or bool(text)
        for mark in _MARKS.finditer(text):
            self._step(mark[0].lower(), text, mark)

    def _step(self, sign: str, text: str, mark: re.Match[str]) -> None:
        match self._place:
            case "comment":
                self._place = "text" if sign == "-->" else "comment"
            case "raw":
                self._place = "tag" if sign.startswith("</") else "raw"
                self._raw = False
            case "text" if sign.startswith("<"):
                self._place = "comment" if sign == "<!--" else "tag"
                self._raw = sign in {"<script", "<style"}
            case "tag" if sign == ">":
                self._place = "raw" if self._raw else "text"
            case "tag" if sign in {'"', "'"}:
                named = _ATTRIBUTE.search(text, 0, mark.start())
                self._place, self._attribute = sign, named[1].lower() if named else ""
                self._begun = mark.end() < len(text)
            case place if place == sign:
                self._place = "tag"
            case _:
                pass

    def inserted(self, value: str) -> str:
        """The value, escaped for this place. Raises ValueError where no escaping would be safe."""
        match self._place:
            case "text":
                return html.escape(value)
            case "comment":
                return ""
            case "tag":
                raise ValueError("a value inside a tag has to stand in a quoted attribute")
            case "raw":
                raise ValueError("values inside <script> and <style> are not supported")
            case _:
                return self._in_attribute(value)

    def _in_attribute(self, value: str) -> str:
        if self._attribute.startswith("on") or self._attribute in {"style", "srcdoc"}:
            raise ValueError(f"values in the attribute {self._attribute} are not supported")
        if self._attribute in _LINKS and not self._begun:
            scheme = _SCHEME.match(value)
            if scheme is not None and scheme[1].lower() not in _SAFE:
                return "#"
        self._begun = True
        return html.escape(value)
