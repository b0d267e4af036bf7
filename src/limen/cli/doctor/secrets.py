"""Are the secrets of one's own making, long enough, and can they be changed?"""

from typing import Final

from limen.cli.doctor.finding import Finding, Notes, Patient

_LONG_ENOUGH: Final = 32
_LEAST_VARIETY: Final = 10
_FROM_EXAMPLES: Final = ("change-me", "changeme", "please-change", "insecure", "not-secure", "example", "secret-secret")


def examined(patient: Patient) -> list[Finding]:
    config, notes = patient.config, Notes("secrets")
    said = patient.loaded.document.get("secrets")
    if not isinstance(said, dict) or not (said.get("default") or said.get("cookie")):
        notes.warning(
            "No secret is configured: one is made up, in a file beside an embedded database, else for each start anew.",
            "Set `secrets.default` if more than one server runs, or if sessions have to outlive a restart without that file.",
            "secrets.default",
        )
        return notes.findings
    for key, values in (
        ("secrets.default", config.secrets.default),
        ("secrets.cookie", config.secrets.cookie),
        ("secrets.pagination", config.secrets.pagination or ()),
        ("secrets.cipher", config.secrets.cipher or ()),
    ):
        if not said.get(key.rpartition(".")[2]):
            continue  # what falls back on another list is judged there
        for place, value in enumerate(values):
            _one(notes, f"{key}.{place}", value, newest=place == 0)
        if len(set(values)) != len(values):
            notes.warning(f"{key} has one secret twice.", "Leave the second away.", key)
    return notes.done("The secrets are long and of your own; put a new one first to replace one.")


def _one(notes: Notes, key: str, value: str, *, newest: bool) -> None:
    """Judges a secret without ever saying it."""
    if any(word in value.lower() for word in _FROM_EXAMPLES):
        notes.problem(f"{key} is taken from an example: everybody knows it.", "Make one: openssl rand -base64 32", key)
    elif len(set(value)) < _LEAST_VARIETY:
        notes.problem(f"{key} is easy to guess.", "Make one: openssl rand -base64 32", key)
    elif newest and len(value) < _LONG_ENOUGH:
        notes.warning(
            f"{key} has {len(value)} characters.",
            f"Put one with at least {_LONG_ENOUGH} before it; the old one stays good behind it until nothing needs it.",
            key,
        )
