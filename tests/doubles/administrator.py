"""Who uses the admin interface in a test? An operator who sends JSON and reads JSON."""

import json
from collections.abc import Mapping

from doubles.http_house import ADMIN, Answer, HttpHouse, ask
from limen.http.admin.identities import AdminIdentityRoutes
from limen.http.admin.sessions import AdminSessionRoutes
from limen.kernel.json_doc import JsonObject, JsonValue

_JSON = {"content-type": "application/json"}


class Operator:
    """Sends requests to the admin routes of a house."""

    def __init__(self, house: HttpHouse) -> None:
        table = {**AdminIdentityRoutes(house.doorway).table(), **AdminSessionRoutes(house.doorway).table()}
        self.application = house.application(table, base_url=ADMIN)

    async def send(self, method: str, path: str, body: JsonValue = None, headers: Mapping[str, str] = _JSON) -> Answer:
        return await self.raw(method, path, json.dumps(body).encode() if body is not None else b"", headers)

    async def raw(self, method: str, path: str, body: bytes, headers: Mapping[str, str] = _JSON) -> Answer:
        return await ask(self.application, method, f"/admin{path}", headers, body=body)

    async def create(self, email: str, **more: JsonValue) -> JsonObject:
        answer = await self.send("POST", "/identities", {"traits": {"email": email}, **more})
        assert answer.status == 201, answer.body
        return answer.json()

    async def read(self, id: JsonValue, *include: str) -> JsonObject:
        query = "&".join(f"include_credential={name}" for name in include)
        answer = await self.send("GET", f"/identities/{id}?{query}")
        assert answer.status == 200, answer.body
        return answer.json()

    async def patch(self, id: JsonValue, *steps: JsonObject) -> Answer:
        return await self.send("PATCH", f"/identities/{id}", list(steps))
