"""Can the configuration be used? As `config check` judges it."""

from limen.cli.doctor.finding import Finding, Notes, Patient
from limen.config.problems import ConfigRefused


def refused(error: ConfigRefused) -> list[Finding]:
    """What is said when it cannot: nothing else can be examined then."""
    notes = Notes("configuration")
    for problem in error.problems:
        notes.problem(str(problem), f"limen config explain {problem.path}" if problem.path else "", problem.path)
    return notes.done("The configuration cannot be used.")


def examined(patient: Patient) -> list[Finding]:
    notes = Notes("configuration")
    for warning in patient.loaded.warnings:
        notes.warning(warning.text, "Read the text beside this key in docs/config.md.", warning.key)
    if patient.config.dev:
        notes.warning(
            "This is a configuration for development: cheap hashes, cookies over plain HTTP, details in errors.",
            "Leave `--dev` and `dev: true` away where strangers can reach it.",
            "dev",
        )
    return notes.done("The configuration can be used.")
