"""How are operators' templates in Jinja2 rendered? In Jinja's sandbox, over plain data, with an error that names the line."""

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from limen.kernel.json_doc import JsonObject
from limen.ports.courier import TemplateBroken

if TYPE_CHECKING:
    from jinja2 import Template

_LONGEST: Final = 1_000_000
_LONGEST_SOURCE: Final = 256 * 1024


class SandboxedJinja:
    """Implements `ports.courier.JinjaTemplates`. Jinja2 is imported when the first such template is used (50 ms)."""

    def render(self, name: str, source: str, data: JsonObject, *, html: bool) -> str:
        """The text; with `html` what is inserted is escaped. Raises TemplateBroken naming template and line."""
        from jinja2 import TemplateError, TemplateSyntaxError  # noqa: PLC0415 (only where it is used)

        if len(source) > _LONGEST_SOURCE:
            raise _broken(name, 1, "the template is longer than 256 KiB")
        line, parts, length = 1, list[str](), 0
        try:
            for part in _compiled(source, html=html).generate(data):
                length += len(part)
                if length > _LONGEST:
                    raise _broken(name, line, "the text is longer than a million characters")
                parts.append(part)
        except TemplateSyntaxError as error:
            raise _broken(name, error.lineno, error.message or "the syntax is wrong") from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
            raise _broken(name, _line_of(error), str(error) or type(error).__name__) from error
        return "".join(parts)


@lru_cache(maxsize=128)
def _compiled(source: str, *, html: bool) -> "Template":
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(autoescape=html, undefined=StrictUndefined, auto_reload=False)
    return environment.from_string(source)


def _line_of(error: Exception) -> int:
    """The line of the template where it went wrong: the last one that the traceback knows of."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _broken(name: str, line: int, what: str) -> TemplateBroken:
    return TemplateBroken(f"The template {name} cannot be used: line {line}: {what}")
