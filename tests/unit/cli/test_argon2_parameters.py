"""Are argon2 parameters found that take as long as wished? (CLI-14, CLI-15)"""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from limen.adapters.hashers import formats
from limen.cli.hashers import fitting, hashers
from limen.config.hashers import Argon2Config

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("rate", [0.05, 0.3, 1.0, 4.0, 12.0])
def test_the_parameters_take_about_as_long_as_wished(rate: float) -> None:
    def measured(tried: Argon2Config) -> timedelta:
        return timedelta(seconds=rate * tried.memory * tried.iterations / (1024 * MEGABYTE))

    found, took = fitting(Argon2Config(memory=1024 * MEGABYTE), timedelta(seconds=0.5), measured)
    assert took <= timedelta(seconds=0.65)
    assert took >= timedelta(seconds=0.35) or found.iterations == 10
    assert found.memory >= 16 * MEGABYTE


@pytest.mark.covers("CLI-15")
def test_a_printed_hash_matches_its_password() -> None:
    done = CliRunner().invoke(hashers, ["argon2", "hash", "--memory", "64KB", "--parallelism", "1", "one", "two"])
    first, second = done.stdout.split()
    assert formats.read(first)(b"one")
    assert formats.read(second)(b"two")
    assert not formats.read(second)(b"one")


@pytest.mark.parametrize(
    "arguments", [["hash", "--memory", "much", "x"], ["calibrate", "0"], ["calibrate", "10", "--min-duration", "soon"]]
)
def test_nonsense_is_a_mistake_of_use(arguments: list[str]) -> None:
    assert CliRunner().invoke(hashers, ["argon2", *arguments]).exit_code == 2


@pytest.mark.covers("CLI-16")
def test_a_load_test_counts_its_sign_ins() -> None:
    done = CliRunner().invoke(
        hashers, ["argon2", "load-test", "1", "--memory", "64KB", "--parallelism", "1", "--format", "json"]
    )
    assert (done.exit_code, '"sign_ins": "1"' in done.stdout) == (0, True)
