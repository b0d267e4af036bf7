"""What may one request touch? Its scope: nothing else is reachable from the application."""

from enum import StrEnum

import msgspec

from limen.app.aside import Aside
from limen.app.limits.pressure import Pressure
from limen.config.model import Config
from limen.domain.session.session import CheckedSession
from limen.kernel.clock import Clock
from limen.kernel.entropy import Entropy
from limen.kernel.ids import Ids
from limen.kernel.json_doc import EMPTY, JsonDoc
from limen.ports.courier import Letters
from limen.ports.documents import Documents
from limen.ports.factors import Factors
from limen.ports.hook_journal import HookJournal
from limen.ports.jsonnet import Jsonnet
from limen.ports.log import Log
from limen.ports.meter import Meter, Silent
from limen.ports.passwords import Breaches, Passwords
from limen.ports.sealing import Sealing
from limen.ports.signing import Signing
from limen.ports.storage import Storage
from limen.ports.tracer import Tracer, Untraced
from limen.ports.traits import Schemas


class Client(StrEnum):
    """Who is asking: a browser that follows redirects, a single-page app, or a native app. Decided once, in http/negotiate.py."""

    BROWSER = "browser"
    SPA = "spa"
    API = "api"


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request comes from; addresses only from trusted proxies (SESS-19, security.md §2.35)."""

    ip: str = ""
    user_agent: str = ""
    location: str = ""
    language: str = ""
    """The languages that the visitor reads (`Accept-Language`)."""
    headers: JsonDoc = EMPTY
    """Those headers of the request that services may be told: an object of lists (WH-05, COU-17)."""
    cookies: tuple[tuple[str, str], ...] = ()
    """Every cookie of the request, by name (WH-16)."""


class BrowserMarks(msgspec.Struct, frozen=True, kw_only=True):
    """What of a request tells a browser and a forged submission apart (SEC-03, NEGO-07)."""

    token: bytes
    """The 32 bytes of the anti-CSRF cookie; fresh ones when the request had none."""
    has_cookie_header: bool = False
    has_csrf_cookie: bool = False
    ajax: bool = False
    origin: str = ""
    foreign_cookies: bool = False
    """Whether there is a cookie other than those of a well-known proxy."""
    other_cookies: bool = False
    """Whether there is one besides, when the anti-CSRF cookie does not count either."""
    cross_site: bool = False
    next_token: bytes = b""
    """The anti-CSRF token that this browser gets if somebody else sits at it after this request (SESS-08)."""
    continuity: str = ""
    """The secret of the continuity cookie, under which this browser's waiting submissions are kept (SET-06)."""
    device: str = ""
    """The device cookie as it came; `app/limits/devices.py` opens it when it matters."""


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """What the running server offers to every request."""

    clock: Clock
    ids: Ids
    entropy: Entropy
    storage: Storage
    passwords: Passwords
    breaches: Breaches
    schemas: Schemas
    factors: Factors
    sealing: Sealing
    signing: Signing
    jsonnet: Jsonnet
    documents: Documents
    letters: Letters
    journal: HookJournal
    log: Log
    meter: Meter = Silent()
    tracer: Tracer = Untraced()
    aside: Aside = msgspec.field(default_factory=Aside)
    """Where work goes that nobody waits for."""
    pressure: Pressure = msgspec.field(default_factory=Pressure)
    """What this process remembers of who asks how often."""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """One request: one snapshot of the configuration, one moment, one visitor, perhaps signed in."""

    config: Config
    services: Services
    client: Client
    visitor: Visitor
    browser: BrowserMarks
    url: str = ""
    """The address that was asked for."""
    http_method: str = "GET"
    """How it was asked for."""
    session: CheckedSession | None = None
    """The good session that the request showed, if any."""
