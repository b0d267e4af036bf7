"""How does a test get at a script that writes something? By its path: `scripts/` is no package."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Final

_SCRIPTS: Final = Path(__file__).parents[1] / "scripts"


def script(name: str) -> ModuleType:
    """The script as a module; it writes nothing by being loaded."""
    spec = importlib.util.spec_from_file_location(name, _SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
