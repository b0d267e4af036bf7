"""How do operators look at messages, and developers at their inbox?"""

import asyncio
import re
from datetime import timedelta

import msgspec
import pytest

from doubles.http_house import ADMIN, NOW, Answer, HttpHouse, ask
from limen.app.courier.inbox import Inbox
from limen.config.courier import Channel, CourierConfig, SmtpDelivery
from limen.config.model import Config
from limen.config.outgoing import RequestConfig
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.http.admin.courier import AdminCourierRoutes
from limen.http.application import Application
from limen.http.public.inbox import InboxRoutes
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import Dispatch

replace = msgspec.structs.replace
HIDDEN = "<redacted-unless-dev-mode>"


def letter(number: int, recipient: str = "ada@house.test", **more: object) -> Letter:
    at = NOW + timedelta(seconds=number)
    made = Letter(
        id=f"00000000-0000-4000-8000-{number:012d}",
        via=Via.EMAIL,
        status=LetterStatus.SENT,
        template=TemplateType.RECOVERY_CODE_VALID,
        recipient=recipient,
        subject="Code",
        body="It is <b>123456</b>",
        html="<script>alert(1)</script>",
        data=JsonDoc.of({"recovery_code": "123456", "verification_url": "https://id.test/v?token=t"}),
        send_count=1,
        created_at=at,
        updated_at=at,
        due_at=at,
    )
    return replace(made, **more)


async def post(house: HttpHouse, *letters: Letter) -> None:
    unit = house.storage.unit()
    for one in letters:
        unit.letters.add(one)
    await unit.commit()


@pytest.fixture
def admin(house: HttpHouse) -> Application:
    return house.application(AdminCourierRoutes(house.doorway).table(), base_url=ADMIN)


def inbox_of(house: HttpHouse) -> Inbox:
    return Inbox(house.storage.letters, house.source.current)


def subjects(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [str(each["id"])[-2:] for each in msgspec.json.decode(answer.body, type=list[dict[str, object]])]


def links(answer: Answer) -> dict[str, str]:
    return dict(map(reversed, re.findall(r'<([^>]*)>; rel="(\w+)"', answer.header("link") or "")))


@pytest.mark.covers("HTTP-78", "PAGE-05", "PAGE-06")
async def test_messages_come_newest_first_in_pages(house: HttpHouse, admin: Application) -> None:
    await post(house, *(letter(number) for number in range(12)))
    first = await ask(admin, "GET", "/admin/courier/messages")
    assert subjects(first) == [f"{number:02}" for number in range(11, 1, -1)]
    second = await ask(admin, "GET", links(first)["next"])
    assert subjects(second) == ["01", "00"]
    assert list(links(second)) == ["first"]
    assert subjects(await ask(admin, "GET", links(second)["first"])) == subjects(first)
    house.clock.advance(hours=2)
    assert (await ask(admin, "GET", links(first)["next"])).status == 400


@pytest.mark.covers("HTTP-78", "PAGE-08", "COU-13")
@pytest.mark.parametrize("query", ["status=lost", "status=", "page_token=x", "page_size=x", "page_size=-1"])
async def test_what_makes_no_sense_is_refused(house: HttpHouse, admin: Application, query: str) -> None:
    answer = await ask(admin, "GET", f"/admin/courier/messages?{query}")
    assert answer.status == 400


@pytest.mark.covers("HTTP-78", "COU-13")
async def test_messages_are_found_by_status_and_recipient(house: HttpHouse, admin: Application) -> None:
    await post(house, letter(1), letter(2, "bob@house.test"), letter(3, status=LetterStatus.QUEUED))
    assert subjects(await ask(admin, "GET", "/admin/courier/messages?status=sent")) == ["02", "01"]
    both = await ask(admin, "GET", "/admin/courier/messages?status=sent&recipient=ada%40house.test&page_size=1")
    assert subjects(both) == ["01"]
    assert "recipient=ada%40house.test" in links(both)["first"]


@pytest.mark.covers("HTTP-79", "COU-12")
async def test_one_message_tells_its_attempts_and_its_text_in_development_only(
    house: HttpHouse, admin: Application
) -> None:
    await post(house, letter(1, status=LetterStatus.PROCESSING))
    unit = house.storage.unit()
    failed = Dispatch(
        id=letter(9).id, letter_id=letter(1).id, status="failed", error=JsonDoc.of({"message": "no"}), created_at=NOW
    )
    unit.letters.settle(letter(1, status=LetterStatus.QUEUED), failed)
    await unit.commit()
    found = (await ask(admin, "GET", f"/admin/courier/messages/{letter(1).id}")).json()
    assert (found["subject"], found["body"]) == ("Code", "It is <b>123456</b>")
    assert (found["type"], found["channel"], found["status"]) == ("email", "email", "queued")
    assert (found["template_type"], found["send_count"]) == ("recovery_code_valid", 1)
    (attempt,) = found["dispatches"] if isinstance(found["dispatches"], list) else []
    assert isinstance(attempt, dict)
    assert (attempt["status"], attempt["error"], attempt["message_id"]) == ("failed", {"message": "no"}, letter(1).id)
    house.config = replace(house.config, dev=False)
    hidden = (await ask(admin, "GET", f"/admin/courier/messages/{letter(1).id}")).json()
    assert (hidden["subject"], hidden["body"]) == (HIDDEN, HIDDEN)
    assert b"123456" not in (await ask(admin, "GET", "/admin/courier/messages")).body


@pytest.mark.covers("HTTP-79")
@pytest.mark.parametrize(("id", "status"), [(letter(7).id, 404), ("nonsense", 400)])
async def test_a_message_that_is_not_there(house: HttpHouse, admin: Application, id: str, status: int) -> None:
    assert (await ask(admin, "GET", f"/admin/courier/messages/{id}")).status == status


async def test_the_inbox_shows_code_and_link(house: HttpHouse) -> None:
    public = house.application(InboxRoutes(inbox_of(house)).table())
    await post(house, letter(1), letter(2, "bob@house.test"), letter(3, send_count=0, status=LetterStatus.QUEUED))
    found = (await ask(public, "GET", "/dev/inbox/messages")).json()["messages"]
    assert isinstance(found, list)
    assert [each["recipient"] for each in found if isinstance(each, dict)] == ["bob@house.test", "ada@house.test"]
    newest = found[0]
    assert isinstance(newest, dict)
    assert (newest["code"], newest["link"]) == ("123456", "https://id.test/v?token=t")
    mine = (await ask(public, "GET", "/dev/inbox/messages?recipient=ada%40house.test")).json()["messages"]
    assert isinstance(mine, list)
    assert len(mine) == 1
    newer = await ask(public, "GET", f"/dev/inbox/messages?after={letter(1).id}")
    assert len(newer.json()["messages"] or []) == 1  # type: ignore[arg-type]


async def test_the_inbox_waits_for_what_has_not_arrived(house: HttpHouse) -> None:
    inbox = inbox_of(house)
    public = house.application(InboxRoutes(inbox).table())
    assert (await ask(public, "GET", "/dev/inbox/messages?wait=0.01")).json() == {"messages": []}
    waiting = asyncio.ensure_future(ask(public, "GET", "/dev/inbox/messages?wait=30&recipient=ada%40house.test"))
    await asyncio.sleep(0)
    await post(house, letter(1, "bob@house.test"))
    await inbox.deliver(house.config, letter(1))
    await asyncio.sleep(0)
    assert not waiting.done()
    await post(house, letter(2))
    await inbox.deliver(house.config, letter(2))
    assert len((await asyncio.wait_for(waiting, 5)).json()["messages"] or []) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("wait", ["x", "-1", "1e9", "1.2.3", "٣"])
async def test_a_wait_that_is_no_number_is_refused(house: HttpHouse, wait: str) -> None:
    public = house.application(InboxRoutes(inbox_of(house)).table())
    assert (await ask(public, "GET", f"/dev/inbox/messages?wait={wait}")).status == 400


def courier(**more: object) -> CourierConfig:
    return replace(CourierConfig(), **more)


MAIL = SmtpDelivery(connection_uri="smtp://mail.test")
GATE = (Channel(id="sms", request_config=RequestConfig(url="https://gate.test")),)


@pytest.mark.parametrize(
    ("config", "shown"),
    [
        (Config(dev=True), True),
        (Config(dev=True, courier=courier(smtp=MAIL)), False),
        (Config(dev=True, courier=courier(delivery_strategy="http")), False),
        (Config(dev=True, courier=courier(smtp=MAIL, dev_inbox=True)), True),
        (Config(dev=True, courier=courier(dev_inbox=False)), False),
        (Config(dev=True, courier=courier(channels=GATE)), True),
        (Config(dev=False), False),
        (Config(dev=False, courier=courier(dev_inbox=True)), False),
    ],
)
async def test_there_is_an_inbox_in_development_only(house: HttpHouse, config: Config, *, shown: bool) -> None:
    house.config = replace(house.config, dev=config.dev, courier=config.courier)
    public = house.application(InboxRoutes(inbox_of(house)).table())
    assert (await ask(public, "GET", "/dev/inbox/messages")).status == (200 if shown else 404)
