"""Is it told apart who reads JSON and who reads pages?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.app.scope import Client
from limen.http.negotiate import client_of, prefers_json
from limen.kernel.http_values import Request

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.covers("NEGO-01", "NEGO-05")
@pytest.mark.parametrize(
    ("accept", "json"),
    [
        ("", False),
        ("*/*", False),
        (FIREFOX, False),
        ("application/json", True),
        ("Application/JSON", True),
        ("application/json, text/plain, */*", True),
        ("application/json;q=0.9, text/html", False),
        ("application/json, text/html;q=0.9", True),
        ("application/json, text/html", False),
        ("text/html, application/json", False),
        ("application/*", True),
        ("application/json;q=0.5, */*;q=0.5", True),
        ("application/json;q=0.5, */*", False),
        ("text/*;q=0.5, application/json;q=0.4", False),
        ("application/json;q=0", False),
        ("application/json;q=nonsense", False),
        ("application/json;charset=utf-8", True),
        ("application/vnd.api+json", False),
        ("text/plain", False),
        ("garbage;;;,,,=", False),
    ],
)
def test_what_the_accept_header_prefers(accept: str, json: bool) -> None:
    assert prefers_json(accept) is json


@pytest.mark.covers("NEGO-01", "QK-14")
@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ((), Client.BROWSER),
        ((("accept", FIREFOX),), Client.BROWSER),
        ((("accept", "application/json"),), Client.SPA),
        ((("content-type", "application/json"),), Client.SPA),
        ((("accept", FIREFOX), ("content-type", "application/json; charset=utf-8")), Client.SPA),
        ((("accept", FIREFOX), ("content-type", "application/x-www-form-urlencoded")), Client.BROWSER),
    ],
)
def test_a_json_body_asks_for_a_json_answer(headers: tuple[tuple[str, str], ...], client: Client) -> None:
    assert client_of(Request(method="POST", path="/", headers=headers)) is client


@given(st.text(max_size=100))
def test_no_header_is_an_accident(accept: str) -> None:
    assert prefers_json(accept) in {True, False}
