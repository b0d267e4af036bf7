"""Who asks? A browser, a single-page app or a native app, with its cookies, its session token and its manners."""

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject, JsonValue
from play_config import PASSWORD
from play_shown import Answer, Outcome, Shown, flat, listed, part

if TYPE_CHECKING:
    from play import House

SESSION_COOKIE: Final = "ory_kratos_session"


class Visitor:
    """One browser, single-page app or native app, with its cookies and its session token."""

    def __init__(self, house: "House", client: Client) -> None:
        self.house = house
        self.client = client
        self.jar: dict[str, str] = {}
        self.token = ""
        self.headers: dict[str, str] = {}
        """Sent with every request, over what this client sends anyway."""

    # plain requests

    async def get(self, path: str, **query: str) -> Answer:
        return await self.call("GET", path, **query)

    async def delete(self, path: str, body: JsonObject | None = None, **query: str) -> Answer:
        return await self.call("DELETE", path, body=body, **query)

    async def call(
        self, method: str, path: str, *, body: bytes | JsonObject | None = None, type: str = "", **query: str
    ) -> Answer:
        """One request. An object is sent as JSON; cookies are kept."""
        headers = {"accept": "text/html" if self.client is Client.BROWSER else "application/json"}
        if isinstance(body, dict):
            body, type = json.dumps(body).encode(), type or "application/json"
        if type:
            headers["content-type"] = type
        if self.jar:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        if self.token:
            headers["x-session-token"] = self.token
        answer = await self.house.answer(method, path, headers | self.headers, body or b"", urlencode(query))
        for cookie in answer.all_headers("set-cookie"):
            name, _, rest = cookie.partition("=")
            value = rest.partition(";")[0]
            if "Max-Age=0" in cookie:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value
        return answer

    # flows

    async def begin(self, kind: str, **query: str) -> Outcome:
        """Ask for a flow; it may be refused."""
        type = "api" if self.client is Client.API else "browser"
        return await self.seen(kind, await self.get(f"/self-service/{kind}/{type}", **query))

    async def start(self, kind: str, **query: str) -> Shown:
        """Ask for a flow that has to be given."""
        return (await self.begin(kind, **query)).shown

    async def fetch(self, kind: str, id: str) -> Answer:
        return await self.get(f"/self-service/{kind}/flows", id=id)

    async def submit(self, form: Shown, **fields: JsonValue) -> Outcome:
        """Fill the form in and send it: as fields by browsers, as JSON by apps. The anti-CSRF token goes along unless said."""
        return await self.post(form.kind, form.id, {"csrf_token": form.csrf, **fields})

    async def post(self, kind: str, id: str, fields: JsonObject) -> Outcome:
        path = f"/self-service/{kind}"
        if self.client is Client.BROWSER:
            body, type = urlencode(flat(fields), doseq=True).encode(), "application/x-www-form-urlencoded"
            return await self.seen(kind, await self.call("POST", path, body=body, type=type, flow=id))
        return await self.seen(kind, await self.call("POST", path, body=fields, flow=id))

    async def post_raw(self, kind: str, id: str, body: bytes, type: str = "application/json") -> Outcome:
        return await self.seen(kind, await self.call("POST", f"/self-service/{kind}", body=body, type=type, flow=id))

    async def seen(self, kind: str, answer: Answer) -> Outcome:
        """What an answer shows, whatever the client."""
        body = answer.json
        if answer.location:
            return await self._followed(kind, answer)
        if "ui" in body:
            return Outcome(answer=answer, form=Shown(kind=kind, wire=body))
        if "error" in body:
            where = str(body.get("redirect_browser_to", ""))
            return Outcome(answer=answer, error=answer.error, result=body, went_to=where)
        if self.client is Client.API and "session_token" in body:
            self.token = str(body["session_token"])
        items = listed(body, "continue_with")
        where = next((str(item["redirect_browser_to"]) for item in items if "redirect_browser_to" in item), "")
        return Outcome(answer=answer, result=body, went_to=where)

    async def _followed(self, kind: str, answer: Answer) -> Outcome:
        query = parse_qs(urlsplit(answer.location).query)
        flows = self.house.config.selfservice.flows
        pages = {
            "login": flows.login.ui_url,
            "registration": flows.registration.ui_url,
            "settings": flows.settings.ui_url,
            "recovery": flows.recovery.ui_url,
            "verification": flows.verification.ui_url,
        }
        if "id" in query and urlsplit(answer.location).path.endswith(f"/{kind}/flows"):
            fetched = await self.fetch(kind, query["id"][0])
            return Outcome(answer=answer, form=Shown(kind=kind, wire=fetched.json))
        if "flow" in query and answer.location.startswith(pages.get(kind, "?")):
            fetched = await self.fetch(kind, query["flow"][0])
            assert fetched.status == 200, fetched.body
            return Outcome(answer=answer, form=Shown(kind=kind, wire=fetched.json))
        if answer.location.startswith(flows.error.ui_url):
            page = await self.get("/self-service/errors", id=query["id"][0])
            return Outcome(answer=answer, error=part(page.json, "error"))
        return Outcome(answer=answer, went_to=answer.location)

    # what most tests do on the way

    async def sign_up(self, email: str, password: str = PASSWORD, **traits: JsonValue) -> Outcome:
        form = await self.start("registration")
        return await self.submit(form, method="password", password=password, traits={"email": email, **traits})

    async def sign_in(self, email: str, password: str = PASSWORD, **query: str) -> Outcome:
        return await self.submit(
            await self.start("login", **query), method="password", identifier=email, password=password
        )

    async def whoami(self) -> Answer:
        return await self.get("/sessions/whoami")

    async def signed_in(self) -> bool:
        return (await self.whoami()).status == 200

    async def session(self) -> JsonObject:
        answer = await self.whoami()
        assert answer.status == 200, answer.body
        return answer.json

    def forget_session(self) -> None:
        """Lose the session, keep the rest."""
        self.token = ""
        self.jar.pop(SESSION_COOKIE, None)
