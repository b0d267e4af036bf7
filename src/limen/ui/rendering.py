"""How does a view become HTML? Templates, compiled once; escaping is always on (security.md §2.34)."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from limen.ui.assets import versions
from limen.ui.views import FlowView, HomeView, InboxView, NoticeView, Place

_PAGES: Final = {FlowView: "flow.html", HomeView: "home.html", InboxView: "inbox.html", NoticeView: "notice.html"}


class Rendering:
    """All templates, compiled. Making one takes some 20 ms."""

    def __init__(self) -> None:
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates: dict[type, Template] = {view: environment.get_template(name) for view, name in _PAGES.items()}
        self._versions = versions()

    def page(self, view: FlowView | HomeView | InboxView | NoticeView, place: Place) -> bytes:
        """The HTML of a view, UTF-8."""
        html = self._templates[type(view)].render(
            view=view, place=place, say=place.wording.text, versions=self._versions
        )
        return html.encode()
