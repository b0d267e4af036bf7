"""Do cookies reach the browsers they are meant for, and nobody else?"""

from limen.cli.doctor.finding import Finding, Notes, Patient
from limen.cli.doctor.hosts import host_of, is_loopback, within
from limen.config.cookies import CookieShape


def examined(patient: Patient) -> list[Finding]:
    config, notes = patient.config, Notes("cookies")
    base = config.serve.public.base_url
    for key, shape in (("cookies", config.cookie_shape), ("session.cookie", config.session_cookie_shape)):
        _shape(notes, key, shape, base, dev=config.dev)
    host = host_of(base)
    for name, flow in (
        ("login", config.selfservice.flows.login),
        ("registration", config.selfservice.flows.registration),
        ("settings", config.selfservice.flows.settings),
    ):
        page = host_of(flow.ui_url)
        if page and page != host and not (config.cookie_shape.domain and within(page, config.cookie_shape.domain)):
            notes.warning(
                f"The page for {name} is on {page}, where cookies of {host} are not sent.",
                "Serve both below one domain and set `cookies.domain` to it, or let the page send its visitors' browsers "
                "to Limen for each step.",
                f"selfservice.flows.{name}.ui_url",
            )
    return notes.done("Cookies fit the base URL.")


def _shape(notes: Notes, key: str, shape: CookieShape, base: str, *, dev: bool) -> None:
    host, encrypted = host_of(base), base.startswith("https://")
    if not shape.secure and encrypted:
        notes.problem(
            "Cookies are also sent over plain HTTP, though the base URL is https.", f"Set `{key}.secure: true`.", key
        )
    if shape.secure and not encrypted and not is_loopback(host):
        notes.problem(
            "Browsers drop cookies with Secure that come over plain HTTP: nobody can sign in.",
            "Serve Limen over https, and say so in `serve.public.base_url`.",
            key,
        )
    if not shape.secure and not encrypted and not dev:
        notes.problem(
            "Sessions travel in clear.", "Serve Limen over https, and leave `secure` at its default.", f"{key}.secure"
        )
    if shape.same_site == "None" and not shape.secure:
        notes.problem(
            "Browsers drop cookies with SameSite=None that are not Secure.",
            "Use `Lax`, or https with `secure: true`.",
            f"{key}.same_site",
        )
    elif shape.same_site == "None":
        notes.warning(
            "Cookies are sent along by pages of every site (SameSite=None).",
            "Use `Lax` unless pages of another site have to call Limen.",
            f"{key}.same_site",
        )
    if shape.domain and not within(host, shape.domain):
        notes.problem(
            f"Cookies for {shape.domain} cannot be set by {host}: browsers drop them.",
            f"Set `{key}.domain` to {host} or to a domain above it.",
            f"{key}.domain",
        )
