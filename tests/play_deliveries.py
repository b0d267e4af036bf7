"""What do tests of calls that nobody waits for have in common? Their hooks, and a look into the outbox."""

from limen.domain.hooks.delivery import Delivery
from limen.kernel.egress import HttpCall
from limen.kernel.json_doc import JsonObject, JsonValue
from limen.ports.hook_storage import DeliveryFilter
from play import ADA, House, Visitor

URL = "https://crm.test/new?key=in-the-address"
OTHER = "https://other.test/new"
SECRET, OLDER = "the-newer-of-two-secrets", "the-older-of-two-secrets"
SESSION: JsonObject = {"hook": "session"}


def ignored(id: str = "crm", url: str = URL, **config: JsonValue) -> JsonObject:
    """The entry of a web hook that nobody waits for."""
    return {
        "hook": "web_hook",
        "config": {"id": id, "url": url, "method": "POST", "response": {"ignore": True}, **config},
    }


def clients(**deliveries: JsonValue) -> JsonObject:
    return {"clients": {"web_hook": {"deliveries": deliveries}}}


async def waiting(house: House) -> list[Delivery]:
    return list(await house.storage.deliveries.page(DeliveryFilter(), 100))


async def only(house: House) -> Delivery:
    (found,) = await waiting(house)
    return found


async def sign_up(visitor: Visitor, email: str = ADA) -> bool:
    return (await visitor.sign_up(email)).done


def header(call: HttpCall, name: str) -> str:
    return next((value for key, value in call.headers if key == name), "")
