"""What does a key mean? The sentence that stands below its field in the section struct."""

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache

import msgspec


@cache
def meanings(struct: type[msgspec.Struct]) -> Mapping[str, str]:
    """Sentences by attribute, those of base structs included."""
    found: dict[str, str] = {}
    for owner in reversed(struct.__mro__):
        found |= _of_module(owner.__module__).get(owner.__name__, {})
    return found


def meaning(struct: type[msgspec.Struct], attribute: str, section: type[msgspec.Struct] | None) -> str:
    """What one field means; a field without a sentence means what its section does."""
    own = meanings(struct).get(attribute, "")
    return own or (inspect.cleandoc(section.__doc__ or "").split("\n\n")[0] if section else "")


@cache
def _of_module(name: str) -> Mapping[str, Mapping[str, str]]:
    if not name.startswith("limen."):
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {node.name: _of_class(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _of_class(node: ast.ClassDef) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for field, after in zip(node.body, node.body[1:], strict=False):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
            found[field.target.id] = " ".join(after.value.value.split())
    return found
