"""Which login methods does Limen have? Every folder here that exports one METHOD, by rank."""

import importlib
import pkgutil

from limen.app.flows.method import Method


def discovered() -> tuple[Method, ...]:
    """The methods, in the order of their ranks; tests/architecture prints the list, so that it stays reviewable."""
    found = [importlib.import_module(f"{__name__}.{module.name}").METHOD for module in pkgutil.iter_modules(__path__)]
    methods = sorted((method for method in found if isinstance(method, Method)), key=lambda method: method.rank)
    names = [method.name for method in methods]
    if len(set(names)) != len(names) or len({method.rank for method in methods}) != len(methods):
        raise RuntimeError(f"two login methods share a name or a rank: {names}")
    return tuple(methods)
