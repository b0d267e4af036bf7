"""How are passwords hashed in a test? At once, readably, and counted."""

from hmac import compare_digest

from limen.config.model import Config
from limen.ports.passwords import Overloaded, UnknownHash


class PlainPasswords:
    """The hash of `secret` is `$plain$bcrypt$secret`: fast, fake, of the configured algorithm."""

    def __init__(self) -> None:
        self.nobodies = 0
        self.overloaded = False

    async def hash(self, password: str, config: Config) -> str:
        self._admit()
        return f"$plain${config.hashers.algorithm}${password}"

    async def verify(self, password: str, hash: str) -> bool:
        self.check_importable(hash)
        self._admit()
        return compare_digest(hash.split("$", 3)[3].encode(), password.encode(errors="surrogatepass"))

    async def verify_nobody(self, password: str, config: Config) -> None:
        self._admit()
        self.nobodies += 1

    def check_importable(self, hash: str) -> None:
        if not hash.startswith("$plain$"):
            raise UnknownHash("The text is no password hash of a known format.")

    def outdated(self, hash: str, config: Config) -> bool:
        return hash.split("$")[2] != config.hashers.algorithm

    def _admit(self) -> None:
        if self.overloaded:
            raise Overloaded(retry_after=7)


class KnownBreaches:
    """How often a password was breached: whatever the test put in `seen`; `error` is raised instead when it is set."""

    def __init__(self, seen: dict[str, int] | None = None) -> None:
        self.seen = dict(seen or {})
        self.error: Exception | None = None

    async def count(self, password: str, config: Config) -> int:
        if self.error is not None:
            raise self.error
        return self.seen.get(password, 0)
