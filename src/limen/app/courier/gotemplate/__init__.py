"""Templates in a subset of Go's syntax, over plain data: nothing of the program can be reached from them (COU-11)."""

from limen.app.courier.gotemplate.parse import parsed
from limen.app.courier.gotemplate.run import Rendered, render
from limen.app.courier.gotemplate.tree import Kind, Template

__all__ = ["Kind", "Rendered", "Template", "parsed", "render"]
