"""What does the DSN of a MySQL say? As Kratos writes it (`user:password@tcp(host:3306)/name`), or as an ordinary URL (adr/0023)."""

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias
from urllib.parse import parse_qsl, unquote

import msgspec

from limen.storage.errors import DsnRefused

SCHEMES: Final = frozenset({"mysql", "mariadb"})

TlsMode: TypeAlias = Literal["disabled", "preferred", "required", "verify-ca", "verify-identity"]
_STRICTER: Final[tuple[TlsMode, ...]] = ("disabled", "preferred", "required", "verify-ca", "verify-identity")
_MODES: Final[Mapping[str, TlsMode]] = {
    "false": "disabled",
    "0": "disabled",
    "disabled": "disabled",
    "preferred": "preferred",
    "skip-verify": "required",
    "required": "required",
    "verify-ca": "verify-ca",
    "verify-identity": "verify-identity",
    "true": "verify-identity",
    "1": "verify-identity",
}
_FORM: Final = "Write mysql://user:password@tcp(host:3306)/database or mysql://user:password@host:3306/database."
_WITH_BRACKETS: Final = re.compile(r"(?:(?P<kind>tcp[46]?|unix)?\((?P<address>.*)\))?")
"""How Go's driver is told the server; nothing at all is this machine."""
_HOST: Final = re.compile(r"(?:\[(?P<six>[0-9A-Za-z:.%]+)\]|(?P<host>[^:\[\]()\s]*))(?::(?P<port>[0-9]{1,5}))?")
_PORT, _LAST_PORT = 3306, 65535


class MysqlTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A database on a server."""

    user: str
    password: str
    database: str
    host: str = "127.0.0.1"
    port: int = _PORT
    socket: str = ""
    """A Unix socket, instead of host and port."""
    tls: TlsMode = "preferred"
    ca: str = ""
    """The file with the authorities that may have signed the server's certificate; empty for those this machine trusts."""
    cert: str = ""
    key: str = ""
    clear_text: bool = False
    """Whether the password may be sent readable to a server that asks for it so."""

    def __repr__(self) -> str:
        """Without anything that may be secret."""
        return f"MysqlTarget(tls={self.tls!r})"


def parse_mysql(rest: str) -> MysqlTarget:
    """The target of `mysql://rest`. Raises DsnRefused, which never quotes the address.

    With brackets, user and password are what is written there, as Kratos takes them; in a URL `%40` stands for `@`.
    """
    where, _, query = rest.partition("?")
    before, _, database = where.rpartition("/")
    login, _, server = before.rpartition("@")
    user, _, password = login.partition(":")
    if not before or not database or set("@()") & set(database):  # then the slash is one of a password or a socket
        raise DsnRefused(f"The DSN names no database. {_FORM}")
    if not user:
        raise DsnRefused(f"The DSN names no user. {_FORM}")
    options = {name.lower().replace("-", "_"): text for name, text in parse_qsl(query, keep_blank_values=True)}
    brackets = _WITH_BRACKETS.fullmatch(server)
    if brackets is None:
        user, password, address = _decoded(user), _decoded(password), server
        socket = options.get("unix_socket", options.get("socket", ""))
    else:
        address = brackets["address"] or ""
        socket = address if brackets["kind"] == "unix" else ""
    host, port = _server("" if socket else address)
    cert, key = options.get("ssl_cert", ""), options.get("ssl_key", "")
    return MysqlTarget(
        user=user,
        password=password,
        database=_decoded(database),
        host=host,
        port=port,
        socket=socket,
        tls=_tls(options, presents=bool(cert)),
        ca=options.get("ssl_ca", ""),
        cert=cert,
        key=key,
        clear_text=options.get("allowcleartextpasswords", "").lower() in {"true", "1"},
    )


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise DsnRefused("The DSN holds %XX that is no UTF-8.") from error


def _server(address: str) -> tuple[str, int]:
    found = _HOST.fullmatch(address)
    port = int(found["port"] or _PORT) if found else 0
    if found is None or not 0 < port <= _LAST_PORT:
        raise DsnRefused(f"The DSN names no server that can be reached. {_FORM}")
    return found["six"] or found["host"] or "127.0.0.1", port


def _tls(options: Mapping[str, str], *, presents: bool) -> TlsMode:
    """The strictest mode that anything in the DSN asks for; as with MySQL's own programs, an authority asks to be checked."""
    asked: list[TlsMode] = []
    for name in ("tls", "ssl", "ssl_mode", "sslmode"):
        if name in options:
            mode = _MODES.get(options[name].lower().replace("_", "-"))
            if mode is None:
                raise DsnRefused(
                    "The DSN's tls has to be true, skip-verify, preferred or false; its ssl-mode DISABLED, PREFERRED, "
                    "REQUIRED, VERIFY_CA or VERIFY_IDENTITY."
                )
            asked.append(mode)
    if not asked:
        asked.append("verify-ca" if options.get("ssl_ca") else "preferred")
    if presents:
        asked.append("required")
    return max(asked, key=_STRICTER.index)
