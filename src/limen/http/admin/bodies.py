"""What did the operator send? JSON that everybody reads alike, read into the Struct that says what is allowed (ID-06)."""

from typing import Final, TypeVar

import msgspec

from limen.http.strict_json import StrictJsonError, parse
from limen.kernel.errors import MalformedInput
from limen.kernel.http_values import Request

T = TypeVar("T")
_JSON: Final = "application/json"


def decoded(request: Request, shape: type[T], *, any_type: bool = False) -> T:
    """The body. Raises MalformedInput.

    The media type is asked for where a page of a stranger could send the request without it (security.md §2.1).
    """
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if not any_type and kind != _JSON:
        raise MalformedInput(f"The body has to be sent as {_JSON}.")
    try:
        parse(request.body)
        return msgspec.json.decode(request.body, type=shape)
    except StrictJsonError as error:
        raise MalformedInput(str(error)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedInput(f"The body is not as it should be: {error}") from error
