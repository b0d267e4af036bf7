"""Is every encoding of a form read into the same shape, and every other body told to be unreadable?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.app.errors import BodyTooLarge
from limen.http.body import submission
from limen.kernel.http_values import Request
from limen.kernel.json_doc import MAX_DEPTH

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def sent(body: bytes, kind: str, method: str = "POST", query: str = "") -> Request:
    headers = (("content-type", kind),) if kind else ()
    return Request(method=method, path="/", query_string=query, headers=headers, body=body)


@pytest.mark.covers("NEGO-03")
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (JSON, b'{"method": "password", "traits": {"email": "a@b.test", "name": {"first": "Ada"}}}'),
        (JSON, b'{"method": "password", "traits.email": "a@b.test", "traits.name.first": "Ada"}'),
        (JSON, b'{"method": "password", "traits": {"email": "a@b.test"}, "traits.name.first": "Ada"}'),
        (
            "application/json; charset=utf-8",
            b'{"method": "password", "traits.email": "a@b.test", "traits.name": {"first": "Ada"}}',
        ),
        (FORM, b"method=password&traits.email=a%40b.test&traits.name.first=Ada"),
        (f"{FORM}; charset=UTF-8", b"method=password&traits.email=a@b.test&traits.name.first=Ada"),
        (FORM.upper(), b"method=password&traits.email=a%40b.test&traits.name.first=Ada"),
    ],
)
def test_every_way_to_write_a_form_reads_alike(kind: str, body: bytes) -> None:
    found = submission(sent(body, kind))
    assert found.unreadable == ""
    assert found.fields == {"method": "password", "traits": {"email": "a@b.test", "name": {"first": "Ada"}}}
    assert found.typed is (kind.lower().startswith(JSON))


@pytest.mark.covers("NEGO-03", "REG-09")
@pytest.mark.parametrize("body", [b"t.tags=new&t.tags.0=a&t.tags.2=b", b"t.tags.2=b&t.tags.0=a&t.tags=new"])
def test_what_is_sent_beside_the_elements_of_a_list_is_one_more(body: bytes) -> None:
    assert submission(sent(body, FORM)).fields == {"t": {"tags": {"0": "a", "2": "b", "3": "new"}}}


def test_a_get_submits_its_query() -> None:
    found = submission(sent(b"ignored", JSON, "GET", "token=t&flow=f&empty="))
    assert found.fields == {"token": "t", "flow": "f", "empty": ""}


@pytest.mark.parametrize("name", ["M%C3%BCller", "Müller"])
def test_text_may_be_escaped_or_not(name: str) -> None:
    assert submission(sent(f"name={name}".encode(), FORM)).fields == {"name": "Müller"}


@pytest.mark.covers("FLOW-09", "NEGO-03")
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("", b"{}"),
        ("text/plain", b"{}"),
        ("multipart/form-data; boundary=x", b"--x--"),
        (JSON, b""),
        (JSON, b"[]"),
        (JSON, b'"text"'),
        (JSON, b"null"),
        (JSON, b'{"a": 1, "a": 2}'),
        (FORM, b""),
        (FORM, b"a=%FF"),
        (FORM, b"a=\xff"),
        (FORM, b"a=%ED%A0%80"),
        (FORM, b"&".join([b"a=b"] * 1002)),
    ],
)
def test_what_cannot_be_read_is_said_in_words(kind: str, body: bytes) -> None:
    found = submission(sent(body, kind))
    assert found.fields == {}
    assert found.unreadable.endswith(".")


@pytest.mark.parametrize("kind", [JSON, FORM])
def test_a_form_is_smaller_than_an_import(kind: str) -> None:
    with pytest.raises(BodyTooLarge):
        submission(sent(b"a=" + b"b" * (256 * 1024), kind))


def test_dots_do_not_nest_without_end() -> None:
    deep = ".".join("a" * (MAX_DEPTH + 1))
    assert submission(sent(f"{deep}=1&b=2".encode(), FORM)).fields == {"b": "2"}


@given(st.binary(max_size=200), st.sampled_from([JSON, FORM, "", "text/html"]))
def test_no_body_is_an_accident(body: bytes, kind: str) -> None:
    found = submission(sent(body, kind))
    assert found.unreadable == "" or found.fields == {}
