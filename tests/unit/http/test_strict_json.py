"""Is only such JSON accepted as everybody reads alike?"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.http.strict_json import StrictJsonError, parse
from limen.kernel.json_doc import MAX_DEPTH

WHOLE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(WHOLE, st.booleans())
def test_honest_json_is_read_as_it_was_written(value: object, ascii_only: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{nope}",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1} {"b": 2}',
        b'{"a": 1, "a": 2}',
        b'{"o": {"a": 1, "\\u0061": 2}}',
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e999",
        b"01",
        b"0x10",
        b"1_000",
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"a\nb"',
        b'"\\x41"',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b"1" * 65,
        b"0." + b"1" * 70,
        b"/* */ {}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_everything_else_is_refused(body: bytes) -> None:
    with pytest.raises(StrictJsonError):
        parse(body)


def test_a_backslash_before_the_letters_is_no_escape() -> None:
    assert parse(b'"\\\\u0000"') == "\\u0000"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_depth_is_bounded(opening: str, closing: str) -> None:
    assert parse(f"{opening * MAX_DEPTH}1{closing * MAX_DEPTH}".encode())
    for depth in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(StrictJsonError):
            parse(f"{opening * depth}1{closing * depth}".encode())
    with pytest.raises(StrictJsonError):
        parse(b"[" * 1_000_000)


def test_brackets_in_text_are_not_depth() -> None:
    assert parse(('["' + "[{" * 500 + '\\"[' + '"]').encode()) == ["[{" * 500 + '"[']
    assert parse(b"[" + b"[],[{}]," * 500 + b"[]]")
