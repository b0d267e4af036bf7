"""Does Limen stay up when everything around it does not? Drills with real servers, one figure each (docs/drills.md)."""

import sys
from pathlib import Path

# Real servers, databases and mailboxes come from where the tests have them.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
