"""Which other origins may call, and can the pages that have to?"""

from urllib.parse import urlsplit

from limen.cli.doctor.finding import Finding, Notes, Patient
from limen.cli.doctor.hosts import host_of, is_loopback


def examined(patient: Patient) -> list[Finding]:
    config, notes = patient.config, Notes("cors")
    cors = config.serve.public.cors
    if not cors.enabled:
        own = host_of(config.serve.public.base_url)
        pages = {host_of(config.selfservice.flows.login.ui_url), host_of(config.selfservice.flows.settings.ui_url)}
        if others := sorted(pages - {own, ""}):
            notes.warning(
                f"Pages on {', '.join(others)} cannot call Limen from scripts: CORS is off.",
                "If they are single-page apps, set `serve.public.cors.enabled` and name their origins.",
                "serve.public.cors.enabled",
            )
        return notes.done("CORS is off, and no page needs it.")
    key = "serve.public.cors.allowed_origins"
    for origin in cors.allowed_origins:
        if origin == "*":
            if cors.allow_credentials:
                notes.problem(
                    "Every page of every site may call Limen with the cookies of its visitor.",
                    "Name the origins that need it, or set `allow_credentials: false`.",
                    key,
                )
            continue
        if origin.startswith("http://") and not config.dev and not is_loopback(host_of(origin)):
            notes.warning(
                f"{origin} is not encrypted: whoever is on the way can speak in its name.",
                "Use its https address.",
                key,
            )
        if urlsplit(origin).path:
            notes.problem(
                f"{origin} has a path, and no origin ever does: it matches nothing.",
                "Leave everything after the host away.",
                key,
            )
    return notes.done(f"{len(cors.allowed_origins)} origins may call.")
