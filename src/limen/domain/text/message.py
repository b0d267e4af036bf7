"""What is a message? An id that clients translate by, an English sentence of ours, a type, and typed context."""

from enum import StrEnum

import msgspec

from limen.kernel.json_doc import JsonDoc


class MessageType(StrEnum):
    INFO = "info"
    ERROR = "error"
    SUCCESS = "success"


class Message(msgspec.Struct, frozen=True):
    """One thing said to a person. Ids are globally unique and never change (tests/architecture/test_messages.py)."""

    id: int
    text: str
    type: MessageType
    context: JsonDoc | None = None


def info(id: int, text: str, context: object = None) -> Message:
    return Message(id, text, MessageType.INFO, None if context is None else JsonDoc.of(context))


def error(id: int, text: str, context: object = None) -> Message:
    return Message(id, text, MessageType.ERROR, None if context is None else JsonDoc.of(context))


def success(id: int, text: str, context: object = None) -> Message:
    return Message(id, text, MessageType.SUCCESS, None if context is None else JsonDoc.of(context))
