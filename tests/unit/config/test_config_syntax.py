from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.config.syntax import (
    check_cidr,
    check_url,
    check_url_reference,
    format_duration,
    format_size,
    parse_duration,
    parse_size,
    parse_switch,
)


@pytest.mark.covers("CFG-18")
@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("250ms", timedelta(milliseconds=250)),
        ("0s", timedelta(0)),
        ("10m", timedelta(minutes=10)),
        ("1500us", timedelta(microseconds=1500)),
        ("2000ns", timedelta(microseconds=2)),
        ("720h", timedelta(days=30)),
    ],
)
def test_durations_are_written_as_in_go(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "soon", "10", "1 h", "-1h", "1d", "1h ", "9" * 40 + "h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**15))
def test_a_duration_survives_being_written(microseconds: int) -> None:
    span = timedelta(microseconds=microseconds)
    assert parse_duration(format_duration(span)) == span


@pytest.mark.covers("CFG-18")
@pytest.mark.parametrize(
    ("text", "count"), [("0B", 0), ("7B", 7), ("128MB", 128 << 20), ("1GB", 1 << 30), ("131072KB", 128 << 20)]
)
def test_sizes_are_powers_of_1024(text: str, count: int) -> None:
    assert parse_size(text) == count
    assert parse_size(format_size(count)) == count


@pytest.mark.parametrize("text", ["", "128", "MB", "1.5GB", "128 MB", "128mb"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_size(text)


@pytest.mark.parametrize(
    ("value", "switch"), [(True, True), ("true", True), ("1", True), ("False", False), ("0", False)]
)
def test_a_switch_may_be_text(value: object, switch: bool) -> None:
    assert parse_switch(value) is switch


@pytest.mark.parametrize("value", ["yes", "", 1, None, []])
def test_other_values_are_no_switch(value: object) -> None:
    with pytest.raises(ValueError):
        parse_switch(value)


def test_addresses_networks_and_what_is_none() -> None:
    check_url("https://example.org/a?b#c")
    check_url("file:///etc/x.json")
    check_url("base64://eyJhIjogMX0=")
    check_url_reference("/relative")
    check_cidr("10.0.0.0/8")
    check_cidr("2001:db8::1")
    for wrong in ("/relative", "https://a b", "https://example.org:port/", "https://[::1"):
        with pytest.raises(ValueError):
            check_url(wrong)
    with pytest.raises(ValueError):
        check_cidr("10.0.0.0/99")
