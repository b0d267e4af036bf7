"""What does the signed-in home show? Who you are, and where you are signed in."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from limen.domain.identity.identity import Identity
from limen.domain.session.session import Session
from limen.kernel.json_doc import JsonValue, at
from limen.ui.addresses import safe_link
from limen.ui.desk import SignedIn
from limen.ui.user_agent import recognise
from limen.ui.views import AddressView, HomeView, SessionView
from limen.ui.wording import Wording

_NAMED: Final = (
    ("name", "first"),
    ("first_name",),
    ("firstName",),
    ("given_name",),
    ("name",),
    ("username",),
    ("email",),
)


def home_view(visitor: SignedIn, wording: Wording, now: datetime) -> HomeView:
    """The home page of a person; their present session comes first in the list."""
    present, identity = visitor.session.session, visitor.session.identity
    name = person_name(identity)
    others = sorted(visitor.others, key=lambda session: session.authenticated_at, reverse=True)
    rows = [_row(present, wording, now, current=True)]
    rows.extend(_row(session, wording, now, current=False) for session in others if session.id != present.id)
    return HomeView(
        name=name,
        initial=name[:1].upper(),
        addresses=tuple(_addresses(identity)),
        sessions=tuple(rows),
        logout_href=safe_link(visitor.logout_url),
        csrf_token=visitor.csrf_token,
    )


def person_name(identity: Identity) -> str:
    """What to call a person: a first name, a name, a user name or an address, whichever their traits have first."""
    traits = identity.traits.value()
    for path in _NAMED:
        found = at(traits, path)
        if isinstance(found, str) and found.strip():
            return found.strip()
    return next(_strings(traits), identity.id)


def _strings(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _addresses(identity: Identity) -> Iterable[AddressView]:
    found = [AddressView(value=entry.value, verified=entry.verified) for entry in identity.verifiable_addresses]
    return found[:4]


def _row(session: Session, wording: Wording, now: datetime, *, current: bool) -> SessionView:
    device = session.devices[-1] if session.devices else None
    seen = recognise("" if device is None else device.user_agent)
    if seen.program and seen.system:
        text = wording.text("home.on", program=seen.program, system=seen.system)
    else:
        text = seen.program or seen.system or wording.text(f"device.{seen.kind.value}")
    place = [] if device is None else [part for part in (device.location, device.ip_address) if part]
    return SessionView(
        id=session.id,
        icon=seen.kind.value,
        device=text,
        place=" · ".join(place),
        since=wording.ago(session.authenticated_at, now),
        since_iso=session.authenticated_at.isoformat(),
        current=current,
    )
