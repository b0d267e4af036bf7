"""`limen hashers argon2 …`: which parameters suit this machine, what a hash looks like, what the machine bears (CLI-14 … CLI-16)."""

import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import click
import msgspec

from limen.adapters.hashers import argon2_hashes
from limen.adapters.system import SystemEntropy
from limen.cli.client.shown import Printer, Shown
from limen.config.hashers import Argon2Config
from limen.config.syntax import format_duration, format_size, parse_duration, parse_size

_SAMPLE: Final = b"a password of usual length"
_MEGABYTE: Final = 1024 * 1024
_MOST_ITERATIONS: Final = 10
_MOST_TRIALS: Final = 40
_MINUTE: Final = 60.0

_FORMAT = click.option(
    "--format", "format", default="", help="table, json, json-pretty, yaml, jsonpath=…, jsonpointer=…"
)
_QUIET = click.option("-q", "--quiet", is_flag=True, hidden=True)
_PARALLELISM = click.option("--parallelism", default=4, show_default=True, type=click.IntRange(1, 16), help="Lanes.")
_SALT = click.option("--salt-length", default=16, show_default=True, type=click.IntRange(16, 64), help="Bytes of salt.")
_KEY = click.option("--key-length", default=32, show_default=True, type=click.IntRange(16, 64), help="Bytes of hash.")
_MEMORY = click.option("--memory", default="128MB", show_default=True, help="Memory of one hash.")
_ITERATIONS = click.option(
    "--iterations", default=1, show_default=True, type=click.IntRange(1, _MOST_ITERATIONS), help="Passes."
)
_UNUSED = click.option("-c", "--config", "files", multiple=True, hidden=True, type=click.Path(path_type=Path))


@click.group()
def hashers() -> None:
    """Password hashes."""


@hashers.group()
def argon2() -> None:
    """The argon2id algorithm."""


@argon2.command()
@click.argument("requests_per_minute", type=click.IntRange(min=1))
@click.option("--min-duration", default="500ms", show_default=True, help="How long one sign-in takes at least.")
@click.option("--dedicated-memory", default="1GB", show_default=True, help="Memory that all hashes together may use.")
@click.option("--max-memory", default="0B", help="Memory of one hash at most; 0B for as much as fits.")
@click.option(
    "-r", "--probe-runs", default=2, show_default=True, type=click.IntRange(1, 20), help="Runs of each trial."
)
@_PARALLELISM
@_SALT
@_KEY
@_FORMAT
@_QUIET
@_UNUSED
def calibrate(
    *,
    requests_per_minute: int, min_duration: str, dedicated_memory: str, max_memory: str, probe_runs: int,
    parallelism: int, salt_length: int, key_length: int, format: str, quiet: bool, files: tuple[Path, ...],
) -> None:  # fmt: skip
    """Find parameters with which a sign-in takes --min-duration on this machine, for so many sign-ins a minute."""
    del files
    printer, wanted, dedicated = Printer(format, quiet=quiet), _span(min_duration), _bytes(dedicated_memory)
    at_once = max(1, round(requests_per_minute / _MINUTE * wanted.total_seconds()))
    room = max(8 * _MEGABYTE, dedicated // at_once)
    start = Argon2Config(
        memory=min(room, _bytes(max_memory) or room, 1024 * _MEGABYTE),
        parallelism=parallelism,
        salt_length=salt_length,
        key_length=key_length,
        dedicated_memory=dedicated,
    )
    found, took = fitting(start, wanted, lambda tried: _measured(tried, probe_runs))
    rows = {**_settings(found), "expected_duration": format_duration(took)}
    note = f"With these, {at_once} hashes at once use {format_size(found.memory * at_once)}."
    printer.show(
        Shown(
            value={"hashers": {"algorithm": "argon2", "argon2": {**rows}}},
            headings=("KEY", "VALUE"),
            rows=[*rows_of(rows)],
            note=note,
        )
    )


@argon2.command(name="hash")
@click.argument("passwords", nargs=-1, required=True)
@click.option("--parallel", is_flag=True, help="All at once.")
@_MEMORY
@_ITERATIONS
@_PARALLELISM
@_SALT
@_KEY
@_UNUSED
def hash_passwords(
    *,
    passwords: tuple[str, ...], parallel: bool, memory: str, iterations: int, parallelism: int, salt_length: int,
    key_length: int, files: tuple[Path, ...],
) -> None:  # fmt: skip
    """Print the hashes of PASSWORDS. What is typed here may stay in the shell's history: use throw-away passwords."""
    del files
    config = Argon2Config(
        memory=_bytes(memory),
        iterations=iterations,
        parallelism=parallelism,
        salt_length=salt_length,
        key_length=key_length,
    )
    entropy = SystemEntropy()
    with ThreadPoolExecutor(len(passwords) if parallel else 1) as pool:
        for made in pool.map(partial(_hashed, config, entropy), passwords):
            click.echo(made)


@click.command(name="load-test")
@click.argument("requests_per_minute", type=click.IntRange(1, 10_000))
@_MEMORY
@_ITERATIONS
@_PARALLELISM
@_SALT
@_KEY
@_FORMAT
@click.option("-q", "--quiet", is_flag=True, hidden=True)
@_UNUSED
def load_test(
    *,
    requests_per_minute: int, memory: str, iterations: int, parallelism: int, salt_length: int, key_length: int,
    format: str, quiet: bool, files: tuple[Path, ...],
) -> None:  # fmt: skip
    """Hash as often as in one minute of so many sign-ins, spread over it, and say how long each took."""
    del files
    printer = Printer(format, quiet=quiet)
    config = Argon2Config(
        memory=_bytes(memory),
        iterations=iterations,
        parallelism=parallelism,
        salt_length=salt_length,
        key_length=key_length,
    )
    took = sorted(_loaded(config, requests_per_minute))
    figures = {
        "sign_ins": str(len(took)),
        "median": _milliseconds(statistics.median(took)),
        "slowest_in_a_hundred": _milliseconds(took[int(0.99 * (len(took) - 1))]),
        "slowest": _milliseconds(took[-1]),
    }
    printer.show(Shown(value={**figures}, headings=("FIGURE", "VALUE"), rows=[*rows_of(figures)]))


argon2.add_command(load_test)
argon2.add_command(load_test, "loadtest")


def fitting(
    start: Argon2Config, wanted: timedelta, measured: Callable[[Argon2Config], timedelta]
) -> tuple[Argon2Config, timedelta]:
    """The parameters whose hash takes `wanted`, or as near as it gets: as much memory as there is first, then passes.

    Too slow with one pass: less memory. Still too quick: more passes.
    """
    config: Argon2Config = start
    took = measured(start)
    for _ in range(_MOST_TRIALS):
        if took > wanted * 1.25 and config.iterations == 1 and config.memory > 16 * _MEGABYTE:
            smaller = max(16 * _MEGABYTE, int(config.memory * max(wanted / took, 0.5)) // _MEGABYTE * _MEGABYTE)
            config = msgspec.structs.replace(config, memory=smaller)
        elif took < wanted * 0.75 and config.iterations < _MOST_ITERATIONS:
            config = msgspec.structs.replace(config, iterations=config.iterations + 1)
        else:
            break
        took = measured(config)
    return config, took


def rows_of(settings: dict[str, str]) -> list[tuple[str, str]]:
    return list(settings.items())


def _settings(config: Argon2Config) -> dict[str, str]:
    return {
        "memory": format_size(config.memory),
        "iterations": str(config.iterations),
        "parallelism": str(config.parallelism),
        "salt_length": str(config.salt_length),
        "key_length": str(config.key_length),
        "dedicated_memory": format_size(config.dedicated_memory),
    }


def _measured(config: Argon2Config, runs: int) -> timedelta:
    return timedelta(seconds=statistics.median(_once(config) for _ in range(runs)))


def _hashed(config: Argon2Config, entropy: SystemEntropy, password: str) -> str:
    return argon2_hashes.make(password.encode(), config, entropy)


def _once(config: Argon2Config) -> float:
    began = time.perf_counter()
    argon2_hashes.make(_SAMPLE, config, SystemEntropy())
    return time.perf_counter() - began


def _loaded(config: Argon2Config, per_minute: int) -> list[float]:
    """Seconds from the moment a sign-in comes in to its hash, `per_minute` of them spread over a minute."""
    pause, waiting = _MINUTE / per_minute, threading.Event()

    def sign_in(at: int) -> float:
        waiting.wait(max(0.0, began + at * pause - time.perf_counter()))
        came = time.perf_counter()
        _once(config)
        return time.perf_counter() - came

    began = time.perf_counter()
    with ThreadPoolExecutor(min(per_minute, 256)) as pool:
        return list(pool.map(sign_in, range(per_minute)))


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f}ms"


def _bytes(text: str) -> int:
    try:
        return parse_size(text)
    except ValueError as error:
        raise click.UsageError(f"{text!r} is no amount of memory. Write 64MB or 1GB.") from error


def _span(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.UsageError(f"{text!r} is no time span. Write 500ms or 1s.") from error
