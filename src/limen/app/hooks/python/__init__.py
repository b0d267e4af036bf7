"""The hook `python`: a function of the operator's that hears events and gives verdicts."""

from limen.app.hooks.python.hook import PythonHook, maker, unusable

__all__ = ("PythonHook", "maker", "unusable")
