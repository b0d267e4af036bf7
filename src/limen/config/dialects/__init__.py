"""How does a configuration of any Kratos release become one of today? Rules U1-U51 and B1-B8 of dialects.md §2."""

from limen.config.dialects.environment import translate_environment
from limen.config.dialects.report import Change, Note, Problem, Upgraded, render_report
from limen.config.dialects.upgrade import upgrade

__all__ = ["Change", "Note", "Problem", "Upgraded", "render_report", "translate_environment", "upgrade"]
