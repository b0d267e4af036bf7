"""`python -m limen` is `limen`."""

from limen.cli import main

main()
