"""Where did mail and text message settings go? Rules U40-U45."""

from typing import Final

from limen.config.dialects.draft import Draft, Move
from limen.kernel.json_doc import JsonObject, JsonValue

SENDER: Final = Move("U40", "courier.stmp.from_address", "courier.smtp.from_address", "v0.1 misspelt the section")
_URI: Final = "courier.smtp.connection_uri"
_CHANNELS: Final = "courier.channels"


def translate_courier(draft: Draft) -> None:
    """Apply U40 to U45."""
    draft.move(SENDER)
    _u41_implicit_tls(draft)
    _u42_opportunistic_tls(draft)
    reason = "its meaning (how long a message is tried) is gone; courier.message_retries counts attempts"
    draft.drop("U43", "courier.message_ttl", reason)
    _u44_headers(draft, draft.document, "")
    _u45_text_messages(draft)


def _u41_implicit_tls(draft: Draft) -> None:
    uri = draft.get(_URI)
    if not isinstance(uri, str) or not uri.startswith("smtps://"):
        return
    bare, flagged = _without_legacy_ssl(uri)
    if flagged:
        draft.put(_URI, bare)
        reason = "smtps:// means TLS from the first byte again; the flag legacy_ssl said so in v0.7"
    elif draft.age.written != (0, 7):
        return
    elif draft.age.knows_implicit_tls:
        reason = "`version` says v0.7, where smtps:// meant STARTTLS, but the document is newer: left as TLS from the first byte"
        draft.note("U41", _URI, reason, security=True)
        return
    else:
        draft.put(_URI, f"smtp://{bare.removeprefix('smtps://')}")
        reason = "in v0.7 smtps:// meant mandatory STARTTLS, which is smtp:// today"
    draft.change("U41", _URI, _URI, "value changed", reason, security=True)


def _without_legacy_ssl(uri: str) -> tuple[str, bool]:
    address, mark, query = uri.partition("?")
    parts = [part for part in query.split("&") if part]
    kept = [part for part in parts if part.partition("=")[0] != "legacy_ssl"]
    flagged = any(part.lower() in ("legacy_ssl=true", "legacy_ssl=1") for part in parts)
    return (f"{address}?{'&'.join(kept)}" if kept else address) if flagged else f"{address}{mark}{query}", flagged


def _u42_opportunistic_tls(draft: Draft) -> None:
    uri, versions = draft.get(_URI), [v for v in (draft.age.written, draft.age.version) if v is not None]
    if not isinstance(uri, str) or not uri.startswith("smtp://") or not versions or min(versions) >= (0, 8):
        return
    if "disable_starttls" in uri:
        return
    reason = (
        "smtp:// used STARTTLS where the server offered it until v0.7 and insists on it today; "
        "append disable_starttls=true only if your mail server does not offer it"
    )
    draft.note("U42", _URI, reason, security=True)


def _u44_headers(draft: Draft, value: JsonValue, path: str) -> None:
    if isinstance(value, list):
        for index, item in enumerate(value):
            _u44_headers(draft, item, f"{path}.{index}")
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        place = f"{path}.{key}" if path else key
        sends = key == "request_config" or (key == "config" and value.get("hook") == "web_hook")
        if sends and isinstance(inner, dict) and "header" in inner:
            _u44_rename(draft, inner, place)
        _u44_headers(draft, inner, place)


def _u44_rename(draft: Draft, request: JsonObject, path: str) -> None:
    headers = request.pop("header")
    if "headers" in request:
        draft.change("U44", f"{path}.header", f"{path}.headers", "dropped", "headers is set as well and wins")
        return
    request["headers"] = headers
    draft.change("U44", f"{path}.header", f"{path}.headers", "renamed", "another name since v0.11")


def _u45_text_messages(draft: Draft) -> None:
    sms = draft.get("courier.sms")
    if not isinstance(sms, dict):
        return
    present = draft.get(_CHANNELS)
    channels = present if isinstance(present, list) else []
    if sms.get("enabled") is not True:
        draft.drop("U45", "courier.sms", "text messages were not enabled")
        return
    if any(isinstance(channel, dict) and channel.get("id") == "sms" for channel in channels):
        draft.drop("U45", "courier.sms", "a channel `sms` is set as well and wins")
        return
    channel: JsonObject = {"id": "sms", "type": "http"}
    if "request_config" in sms:
        channel["request_config"] = sms["request_config"]
    draft.take("courier.sms")
    draft.put(_CHANNELS, [*channels, channel])
    draft.change(
        "U45", "courier.sms", f"{_CHANNELS}.{len(channels)}", "moved", "text messages are a channel since v1.1"
    )
    if "from" in sms:
        reason = "a channel knows no sender; write it into the body template of the request"
        draft.change("U45", "courier.sms.from", "", "dropped", reason)
