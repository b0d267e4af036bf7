"""What does a server learn that asks for the password of a Kratos database? A server of a few packets, and the real driver."""

import asyncio
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

import click
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from limen.cli.importing.sources.kratos_tables.mysql import MysqlTables
from limen.cli.importing.sources.kratos_tables.mysql_address import parse_mysql

SALT = b"12345678" + b"abcdefghijkl"
CAPABILITIES = 0x8 | 0x200 | 0x8000 | 0x80000
"""A database at once, the protocol of 4.1, scrambled passwords, plugins. No TLS."""
REFUSED = b"\xff" + struct.pack("<H", 1045) + b"#28000refused"


class Conversation:
    """One connection, packet by packet."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer, self._number = reader, writer, 0

    async def say(self, payload: bytes) -> None:
        self._writer.write(struct.pack("<I", len(payload))[:3] + bytes([self._number]) + payload)
        await self._writer.drain()

    async def hear(self) -> bytes:
        header = await self._reader.readexactly(4)
        self._number = header[3] + 1
        return await self._reader.readexactly(int.from_bytes(header[:3], "little"))

    async def greet(self, plugin: bytes) -> bytes:
        """What the client says first."""
        low, high = struct.pack("<H", CAPABILITIES & 0xFFFF), struct.pack("<H", CAPABILITIES >> 16)
        await self.say(
            b"\x0a8.4.0\0" + struct.pack("<I", 1) + SALT[:8] + b"\0" + low + b"\x21\x02\0" + high
            + bytes([21]) + bytes(10) + SALT[8:] + b"\0" + plugin + b"\0"
        )  # fmt: skip
        return await self.hear()


async def refusal(talk: Callable[[Conversation], Awaitable[None]], query: str = "") -> str:
    """Why the import gives up on a server that talks like this."""

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            await talk(Conversation(reader, writer))
        writer.close()

    async with await asyncio.start_server(accepted, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(click.ClickException) as refused:
            await MysqlTables(parse_mysql(f"ada:h%C3%BCsh-hush@127.0.0.1:{port}/kratos?{query}")).open()
    return refused.value.message


def asked_for(plugin: bytes) -> bytes:
    """The packet with which a server asks for the password in another way."""
    return b"\xfe" + plugin + b"\0" + (b"\x04Password: " if plugin == b"dialog" else SALT + b"\0")


@pytest.mark.parametrize(
    ("plugin", "query", "why"),
    [
        (b"mysql_clear_password", "", "allowCleartextPasswords"),
        (b"dialog", "", "allowCleartextPasswords"),
        (b"mysql_old_password", "allowCleartextPasswords=true", "not understood"),
        (b"client_ed25519", "", "not understood"),
        (b"parsec", "", "not understood"),
    ],
)
async def test_a_server_that_asks_for_more_than_a_proof_gets_nothing(plugin: bytes, query: str, why: str) -> None:
    heard: list[bytes] = []

    async def talk(conversation: Conversation) -> None:
        heard.append(await conversation.greet(b"mysql_native_password"))
        await conversation.say(asked_for(plugin))
        heard.append(await conversation.hear())

    said = await refusal(talk, query)
    assert why in said
    assert "hush" not in said
    assert len(heard) == 1, "nothing more was sent"
    assert b"hush" not in heard[0]


@pytest.mark.parametrize("plugin", [b"mysql_clear_password", b"dialog"])
async def test_it_gets_the_password_where_the_dsn_says_so(plugin: bytes) -> None:
    heard: list[bytes] = []

    async def talk(conversation: Conversation) -> None:
        await conversation.greet(b"mysql_native_password")
        await conversation.say(asked_for(plugin))
        heard.append(await conversation.hear())
        await conversation.say(REFUSED)

    said = await refusal(talk, "allowCleartextPasswords=true")
    assert heard == ["hüsh-hush".encode() + b"\0"]
    assert "refuses the user or the password" in said


async def test_the_usual_password_of_mysql_8_needs_nothing_that_is_not_installed() -> None:
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    heard: list[bytes] = []

    async def talk(conversation: Conversation) -> None:
        await conversation.greet(b"caching_sha2_password")
        await conversation.say(b"\x01\x04")  # the server has not seen this user yet, so it needs the password
        assert await conversation.hear() == b"\x02"
        await conversation.say(b"\x01" + public)
        sealed = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
        mixed = key.decrypt(await conversation.hear(), sealed)
        heard.append(bytes(octet ^ SALT[at % len(SALT)] for at, octet in enumerate(mixed)))
        await conversation.say(REFUSED)

    assert "refuses the user or the password" in await refusal(talk)
    assert heard == ["hüsh-hush".encode() + b"\0"]


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x0a\0", b"\xff\x10\x04Too many connections"])
async def test_who_is_no_mysql_is_given_up(greeting: bytes) -> None:
    async def talk(conversation: Conversation) -> None:
        await conversation.say(greeting)

    assert (await refusal(talk)).startswith("The database cannot be read: ")


def test_the_driver_is_imported_by_who_needs_it_only() -> None:
    program = "import sys, limen.cli; sys.exit('pymysql' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
