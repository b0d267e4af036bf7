"""`limen doctor`: examines everything and says what to change. Exit status 1 when something does not work."""

import asyncio
import sys
from pathlib import Path

import click

from limen.adapters.system import SystemClock, SystemEntropy, SystemIds
from limen.cli.client.shown import Printer, Shown
from limen.cli.doctor import (
    addresses,
    admin_port,
    clock,
    configuration,
    cookies,
    cors,
    database,
    hash_cost,
    mail,
    secrets,
)
from limen.cli.doctor.finding import Finding, Level, Patient
from limen.cli.surroundings import Surroundings
from limen.config.generated_secrets import NoSecrets
from limen.config.load import LoadRequest, load
from limen.config.problems import ConfigRefused
from limen.kernel.json_doc import JsonValue


@click.command()
@click.option("-c", "--config", "files", multiple=True, type=click.Path(path_type=Path), help="A file; repeatable.")
@click.option("--dev", is_flag=True, help="Judge by the rules for development.")
@click.option("--send-to", default="", help="Send one test message to this address.")
@click.option("--format", "format", default="", help="table, json, json-pretty, yaml, jsonpath=…, jsonpointer=…")
@click.pass_context
def doctor(context: click.Context, *, files: tuple[Path, ...], dev: bool, send_to: str, format: str) -> None:
    """Examine an installation: configuration, cookies, CORS, base URLs, secrets, admin port, hash cost, database, clock, mail.

    Looks, and changes nothing. Exit status 0: all works. 1: something does not; what to change stands beside it.
    """
    surroundings = context.find_object(Surroundings) or Surroundings()
    printer = Printer(format)
    request = LoadRequest(
        files=(*surroundings.files, *files),
        environment=surroundings.environment,
        data_folder=surroundings.data_folder,
        dev=dev,
    )
    try:
        found = asyncio.run(examined(Patient(loaded=load(request, NoSecrets())), send_to))
    except ConfigRefused as refused:
        found = configuration.refused(refused)
    healthy = not any(each.level is Level.PROBLEM for each in found)
    printer.show(_shown(found, healthy=healthy))
    sys.exit(0 if healthy else 1)


async def examined(patient: Patient, send_to: str = "") -> list[Finding]:
    """Everything that was found, subject by subject. Raises StorageUnavailable."""
    time, ids = SystemClock(), SystemIds()
    found = [
        *configuration.examined(patient),
        *addresses.examined(patient),
        *cookies.examined(patient),
        *cors.examined(patient),
        *secrets.examined(patient),
        *hash_cost.examined(patient, SystemEntropy()),
    ]
    of_database, storage = await database.examined(patient)
    try:
        found += of_database
        found += await clock.examined(time, storage)
        found += await admin_port.examined(patient, time, storage)
    finally:
        if storage is not None:
            await storage.close()
    return [*found, *await mail.examined(patient, time, ids, send_to)]


def _shown(found: list[Finding], *, healthy: bool) -> Shown:
    findings: list[JsonValue] = [
        {"subject": each.subject, "level": each.level.value, "text": each.text, "advice": each.advice, "key": each.key}
        for each in found
    ]
    return Shown(
        value={"healthy": healthy, "findings": findings},
        headings=("SUBJECT", "STATE", "WHAT", "WHAT TO DO"),
        rows=[(each.subject, each.level.value, each.text, each.advice) for each in found],
        ids=[each.key for each in found if each.key and each.level is not Level.OK],
        note="All works." if healthy else "Something does not work: see the lines that say `problem`.",
    )
