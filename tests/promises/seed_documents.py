"""What stands around the snippets of the seeds, so that they are whole documents of their age?"""

from pathlib import Path
from textwrap import dedent, indent

import yaml

from limen.kernel.json_doc import JsonObject
from play import House, Visitor, housed, loaded_text
from play_config import EMAIL_TRAIT, PASSWORD, inline, person
from play_shown import Outcome

SEEDS = Path(__file__).parents[1] / "fixtures" / "seeds"
UI = "http://app.test"
ALLOWED = "https://allowed.test"
TARGET = "https://url-to-redirect/to"
SECRETS = "secrets:\n  {section}: [something-super-secret]"


def printed(name: str, method: str = "password") -> str:
    """A snippet as its seed prints it."""
    return (SEEDS / f"{name}.yml").read_text().replace("<method>", method).replace("<strategy>", method)


def v01(snippet: str) -> str:
    """A v0.1 document around a snippet that begins with `selfservice:` or `secrets:`."""
    schema = inline({"type": "object", "properties": {"email": EMAIL_TRAIT}, "required": ["email"]})
    return whole(
        snippet,
        f"""
        dsn: memory
        identity: {{traits: {{default_schema_url: '{schema}'}}}}
        courier: {{smtp: {{connection_uri: 'smtp://127.0.0.1:1025/'}}}}
        urls:
          login_ui: {UI}/login
          registration_ui: {UI}/registration
          error_ui: {UI}/error
          profile_ui: {UI}/profile
          verify_ui: {UI}/verify
          mfa_ui: {UI}/mfa
          self: {{public: 'http://house.test/', admin: 'http://admin.house.test/'}}
          default_return_to: {UI}/
          whitelisted_return_to_domains: [{UI}, {ALLOWED}]
        secrets: {{session: [something-super-secret]}}
        selfservice: {{strategies: {{password: {{enabled: true}}}}}}
        """,
    )


def v05(snippet: str) -> str:
    """A v0.5 document around a snippet."""
    return whole(
        snippet,
        f"""
        version: v0.5.0-alpha.1
        dsn: memory
        serve: {{public: {{base_url: 'http://house.test/'}}, admin: {{base_url: 'http://admin.house.test/'}}}}
        identity: {{default_schema_url: '{inline(person())}'}}
        secrets: {{cookie: [something-super-secret]}}
        selfservice:
          default_browser_return_url: {UI}/
          whitelisted_return_urls: [{UI}]
          methods: {{password: {{enabled: true}}}}
          flows:
            error: {{ui_url: {UI}/error}}
            login: {{ui_url: {UI}/login}}
            registration: {{ui_url: {UI}/registration}}
        """,
    )


def whole(snippet: str, frame: str) -> str:
    """The frame with what the snippet says, as text again: what is loaded is a document, not a translation of ours."""
    merged: JsonObject = {}
    for text in (dedent(frame), dedent(snippet)):
        _merge(merged, yaml.safe_load(text))
    return yaml.safe_dump(merged, sort_keys=False)


def jobs(flow: str, *listed: str) -> str:
    """A snippet of v0.1: jobs after a flow, each in YAML's flow style."""
    entries = indent("\n".join(f"- {{{job}}}" for job in listed), "        ")
    return f"selfservice:\n  {flow}:\n    after:\n      password:\n{entries}\n"


def redirect(to: str = TARGET, **more: str) -> str:
    """The v0.1 job `redirect` in YAML's flow style."""
    options = "".join(f", {name}: {value}" for name, value in more.items())
    return f"job: redirect, config: {{redirect_to: '{to}'{options}}}"


async def house_of(document: str) -> House:
    """A house that started with this document."""
    return await housed(loaded_text(document))


async def registered(visitor: Visitor, email: str, **query: str) -> Outcome:
    form = await visitor.start("registration", **query)
    return await visitor.submit(form, method="password", password=PASSWORD, traits={"email": email})


async def account(house: House, email: str) -> None:
    """Somebody with a password, whom nobody signed in."""
    assert (await registered(house.visitor(), email)).done


def _merge(target: JsonObject, source: JsonObject) -> None:
    for key, value in source.items():
        present = target.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            _merge(present, value)
        else:
            target[key] = value
