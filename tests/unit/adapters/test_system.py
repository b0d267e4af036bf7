from datetime import UTC, timedelta

import pytest

from limen.adapters.system import SystemClock, SystemEntropy, SystemIds


def test_the_clock_tells_utc():
    first, second = SystemClock().now(), SystemClock().now()
    assert first.tzinfo is UTC
    assert timedelta(0) <= second - first < timedelta(seconds=5)


def test_ids_are_random_and_of_version_4():
    found = {SystemIds().uuid() for _ in range(100)}
    assert len(found) == 100
    assert {id.version for id in found} == {4}


@pytest.mark.parametrize("length", [0, 1, 6, 32, 4096])
def test_secrets_have_the_asked_length_and_letters(length: int):
    text, digits = SystemEntropy().alphanumeric(length), SystemEntropy().digits(length)
    assert len(text) == len(digits) == length
    assert not text or (text.isascii() and text.isalnum())
    assert not digits or (digits.isascii() and digits.isdigit())
    assert len(SystemEntropy().octets(length)) == length


def test_every_letter_is_about_equally_likely():
    text, digits = SystemEntropy().alphanumeric(62_000), SystemEntropy().digits(10_000)
    assert len(set(text)) == 62
    assert all(800 < text.count(letter) < 1200 for letter in set(text))
    assert all(800 < digits.count(digit) < 1200 for digit in "0123456789")


def test_secrets_do_not_repeat():
    assert len({SystemEntropy().alphanumeric(32) for _ in range(100)}) == 100
