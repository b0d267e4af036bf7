"""What does a submission hold? JSON or form fields, read into one nested shape (NEGO-03, security.md §2.25)."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

from limen.app.errors import BodyTooLarge
from limen.app.flows.contract import Submission
from limen.http.strict_json import StrictJsonError, parse
from limen.kernel.http_values import Request
from limen.kernel.json_doc import MAX_DEPTH, JsonObject, JsonValue, put

_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"
_MOST_FIELDS: Final = 1000
_PLACE: Final = re.compile(r"[0-9]{1,4}")
_MOST_BYTES: Final = 256 * 1024


def submission(request: Request) -> Submission:
    """The body of a form, whatever its encoding. An unreadable one is a value, too: the form says so (FLOW-09).

    Raises BodyTooLarge: what people fill in is smaller than what operators import.
    """
    if len(request.body) > _MOST_BYTES:
        raise BodyTooLarge(f"The form is larger than {_MOST_BYTES} bytes.")
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if request.method == "GET":
        return _form(request.query_string)
    if not request.body:
        return Submission(fields={}, unreadable="The request has no body.")
    if kind == _JSON:
        return _json(request.body)
    if kind == _FORM:
        try:
            return _form(request.body.decode())
        except UnicodeDecodeError:
            return Submission(fields={}, unreadable="The form is not encoded as forms are.")
    return Submission(fields={}, unreadable=f"Bodies have to be {_JSON} or {_FORM}.")


def _json(body: bytes) -> Submission:
    try:
        value = parse(body)
    except StrictJsonError as error:
        return Submission(fields={}, unreadable=str(error))
    if not isinstance(value, dict):
        return Submission(fields={}, unreadable="The JSON body has to be an object.")
    return Submission(fields=nested(list(value.items())))


def _form(text: str) -> Submission:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        return Submission(fields={}, unreadable="The form is not encoded as forms are.", typed=False)
    if not pairs:
        return Submission(fields={}, unreadable="The form is empty.", typed=False)
    return Submission(fields=nested(_gathered(pairs)), typed=False)


def _gathered(pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[str, JsonValue]]:
    """Each name once; the values of a name that was sent several times as a list (boxes, lists of text)."""
    values: dict[str, list[JsonValue]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return [(name, sent if len(sent) > 1 else sent[0]) for name, sent in _in_place(values).items()]


def _in_place(values: Mapping[str, list[JsonValue]]) -> Mapping[str, list[JsonValue]]:
    """The values by name. What was sent for a list beside its elements (`tags` beside `tags.0`) is one element more, as the
    empty field is for that stands before them (REG-09).
    """
    last: dict[str, int] = {}
    for name in values:
        of, _, place = name.rpartition(".")
        if of in values and _PLACE.fullmatch(place):
            last[of] = max(last.get(of, 0), int(place))
    return {f"{name}.{last[name] + 1}" if name in last else name: sent for name, sent in values.items()}


def nested(pairs: Sequence[tuple[str, JsonValue]]) -> JsonObject:
    """Dotted names as objects: `traits.name.first` and `{"traits": {"name": {"first": …}}}` are one (NEGO-03)."""
    fields: JsonObject = {}
    for name, value in pairs:
        path = name.split(".")
        if len(path) <= MAX_DEPTH:
            put(fields, path, value)
    return fields
