"""Commands that ask a running server, over its admin interface (CLI-09 … CLI-13, CLI-18, CLI-21)."""
