"""What does a submission hold? JSON or form fields, read into one nested shape (NEGO-03, security.md §2.25)."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

from limen.app.flows.contract import Submission
from limen.http.strict_json import StrictJsonError, parse
from limen.kernel.http_values import Request
from limen.kernel.json_doc import MAX_DEPTH, JsonObject, JsonValue, put

_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"
_MOST_FIELDS: Final = 1000


def submission(request: Request) -> Submission:
    """The body of a form, whatever its encoding. An unreadable one is a value, too: the form says so (FLOW-09)."""
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if request.method == "GET":
        return _form(request.query_string)
    if not request.body:
        return Submission(fields={}, unreadable="The request has no body.")
    if kind == _JSON:
        return _json(request.body)
    if kind == _FORM:
        try:
            return _form(request.body.decode("ascii"))
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
    return Submission(fields=nested(pairs), typed=False)


def nested(pairs: Sequence[tuple[str, JsonValue]]) -> JsonObject:
    """Dotted names as objects: `traits.name.first` and `{"traits": {"name": {"first": …}}}` are one (NEGO-03).

    Of several values of one name the last counts, as with an unticked box behind a ticked one.
    """
    fields: JsonObject = {}
    for name, value in pairs:
        path = name.split(".")
        if len(path) > MAX_DEPTH:
            continue
        put(fields, path, value)
    return fields
