"""Which ids does a test see? 1, 2, 3, in the form of version 4 UUIDs."""

from uuid import UUID


class CountingIds:
    def __init__(self) -> None:
        self._count = 0

    def uuid(self) -> UUID:
        self._count += 1
        return UUID(f"00000000-0000-4000-8000-{self._count:012x}")
