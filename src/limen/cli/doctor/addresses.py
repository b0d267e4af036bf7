"""Are the addresses under which Limen is known such as browsers and programs can use?"""

from urllib.parse import urlsplit

from limen.cli.doctor.finding import Finding, Notes, Patient
from limen.cli.doctor.hosts import is_loopback
from limen.config.serve import AdminListener, PublicListener


def examined(patient: Patient) -> list[Finding]:
    config, notes = patient.config, Notes("base URLs")
    _listener(notes, "public", config.serve.public, dev=config.dev)
    _listener(notes, "admin", config.serve.admin, dev=config.dev)
    if config.serve.public.base_url == config.serve.admin.base_url:
        notes.problem(
            "Both listeners have one base URL: requests for one of them go to the other and back.",
            "Give each its own address.",
            "serve.admin.base_url",
        )
    return notes.done(f"People reach Limen at {config.serve.public.base_url}.")


def _listener(notes: Notes, name: str, listener: PublicListener | AdminListener, *, dev: bool) -> None:
    key, parts = f"serve.{name}.base_url", urlsplit(listener.base_url)
    host = parts.hostname or ""
    if parts.query or parts.fragment:
        notes.problem(f"{key} goes on after its path.", "Leave `?` and `#` and what follows them away.", key)
    if parts.username or parts.password:
        notes.problem(f"{key} holds a user or a password, which every link would show.", "Leave them away.", key)
    if name == "public" and not dev:
        if is_loopback(host):
            notes.problem(
                f"Links in pages and mails lead to {host}, which is another machine for everybody else.",
                "Set `serve.public.base_url` to the address that people use.",
                key,
            )
        elif parts.scheme != "https":
            notes.problem(
                "The public base URL is not encrypted.",
                "Put a proxy with a certificate before Limen; use https://.",
                key,
            )
    local = is_loopback(host)
    if local and (parts.port or {"http": 80, "https": 443}.get(parts.scheme)) != listener.port:
        notes.warning(
            f"{key} names another port than `serve.{name}.port` ({listener.port}).",
            "Correct one of them, unless a proxy on this machine listens there.",
            key,
        )
    if parts.path.strip("/"):
        notes.warning(
            f"{key} has a path ({parts.path}): a proxy has to take it away before it sends requests on.",
            "Make sure that it does, or use an address without a path.",
            key,
        )
