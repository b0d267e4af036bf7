"""Can a target tell by a signature that a call is genuine? By the convention of Standard Webhooks, with two secrets at a time."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from limen.app.hooks.deliveries.signature import delivery_headers, signature

AT = datetime(2030, 1, 1, 12, 0, 0, 987654, tzinfo=UTC)
STAMP = "1893499200"
BODY = b'{"id":7}'


def test_the_example_of_the_convention_comes_out() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    found = signature(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}', "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_signed_is_key_time_and_body() -> None:
    expected = hmac.new(b"a secret of sixteen", f"one.{STAMP}.".encode() + BODY, hashlib.sha256).digest()
    assert signature("one", AT, BODY, "a secret of sixteen") == "v1," + base64.b64encode(expected).decode()


def test_every_secret_signs_so_that_they_can_be_changed_one_after_the_other() -> None:
    headers = dict(delivery_headers("one", AT, BODY, ("the newer secret", "the older secret")))
    assert headers["idempotency-key"] == headers["webhook-id"] == "one"
    assert headers["webhook-timestamp"] == STAMP
    newer, older = headers["webhook-signature"].split(" ")
    assert newer == signature("one", AT, BODY, "the newer secret")
    assert older == signature("one", AT, BODY, "the older secret")
    assert newer != older


def test_without_a_secret_nothing_is_signed_and_the_key_is_there_all_the_same() -> None:
    assert [name for name, _ in delivery_headers("one", AT, BODY, ())] == [
        "idempotency-key",
        "webhook-id",
        "webhook-timestamp",
    ]


@pytest.mark.parametrize("secret", ["whsec_", "whsec_not base64!", "whsec_a", "plain"])
def test_a_secret_that_is_no_base64_is_taken_as_it_is(secret: str) -> None:
    assert signature("one", AT, BODY, secret).startswith("v1,")
