"""How is a message handed to a service that the operator chose?"""

import json
from datetime import UTC, datetime

import msgspec
import pytest

from doubles.documents import WrittenDocuments
from doubles.egress import ScriptedEgress
from limen.adapters.http_courier import HttpCarrier
from limen.adapters.jsonnet import ChildJsonnet
from limen.config.courier import Channel, CourierConfig, HttpDelivery
from limen.config.model import Config
from limen.config.outgoing import ApiKeyAuth, AuthConfig, BasicAuth, RequestConfig
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.egress import EgressFailed, EgressForbidden, EgressTimedOut, EgressTooLarge
from limen.kernel.json_doc import JsonDoc
from limen.ports.courier import DeliveryFailed, NobodyAnswered

URL, PROGRAM = "https://gate.test/send", "file:///courier.jsonnet"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
LETTER = Letter(
    id="00000000-0000-4000-8000-000000000001",
    via=Via.EMAIL,
    status=LetterStatus.PROCESSING,
    template=TemplateType.RECOVERY_CODE_VALID,
    recipient="ada@house.test",
    subject="Code",
    body="text",
    html="<p>",
    data=JsonDoc.of({"to": "ada@house.test", "recovery_code": "123456"}),
    request_headers=JsonDoc.of({"Accept": ["*/*"]}),
    created_at=NOW,
    updated_at=NOW,
    due_at=NOW,
)
SMS = msgspec.structs.replace(LETTER, via=Via.SMS, recipient="+4930901820", subject="", html="")


def mail(request: RequestConfig | None) -> Config:
    return Config(courier=CourierConfig(delivery_strategy="http", http=HttpDelivery(request_config=request)))


def sms(request: RequestConfig) -> Config:
    return Config(courier=CourierConfig(channels=(Channel(id="sms", request_config=request),)))


class Service:
    def __init__(self, program: str = "") -> None:
        self.egress = ScriptedEgress()
        self.jsonnet = ChildJsonnet(children=1)
        documents = WrittenDocuments({PROGRAM: program.encode()} if program else {})
        self.carrier = HttpCarrier(self.egress, self.jsonnet, documents)

    async def sent(self, config: Config, letter: Letter = LETTER) -> dict[str, object]:
        self.egress.answers("POST", URL, status=202)
        try:
            await self.carrier.deliver(config, letter)
        finally:
            await self.jsonnet.close()
        return json.loads(self.egress.calls[-1].body)

    async def refused(self, config: Config, letter: Letter = LETTER) -> str:
        with pytest.raises(DeliveryFailed) as caught:
            await self.carrier.deliver(config, letter)
        await self.jsonnet.close()
        assert not caught.value.final
        return caught.value.reason

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.egress.calls[-1].headers)


@pytest.mark.covers("COU-08")
async def test_a_service_without_a_program_gets_the_usual_body() -> None:
    service = Service()
    assert await service.sent(mail(RequestConfig(url=URL))) == {
        "recipient": "ada@house.test",
        "template_type": "recovery_code_valid",
        "to": "ada@house.test",
        "recovery_code": "123456",
        "recovery_url": None,
        "verification_url": None,
        "verification_code": None,
        "subject": "Code",
        "body": "text",
    }
    assert service.headers["content-type"] == "application/json"
    assert service.egress.calls[-1].timeout == 10


@pytest.mark.covers("COU-08", "COU-17")
@pytest.mark.parametrize(
    "program", ["function(ctx) { all: ctx }", "local c = std.extVar('ctx'); { all: c } // the end"]
)
async def test_the_operators_program_is_told_everything(program: str) -> None:
    said = await Service(program).sent(mail(RequestConfig(url=URL, body=PROGRAM)))
    assert said["all"] == {
        "recipient": "ada@house.test",
        "subject": "Code",
        "body": "text",
        "html_body": "<p>",
        "template_type": "recovery_code_valid",
        "template_data": {"to": "ada@house.test", "recovery_code": "123456"},
        "message_type": "email",
        "request_headers": {"Accept": ["*/*"]},
    }


@pytest.mark.covers("COU-09")
async def test_text_messages_go_through_their_channel() -> None:
    service = Service("function(ctx) { to: ctx.recipient, html: 'html_body' in ctx, kind: ctx.message_type }")
    said = await service.sent(sms(RequestConfig(url=URL, body=PROGRAM)), SMS)
    assert said == {"to": "+4930901820", "html": False, "kind": "sms"}


@pytest.mark.covers("COU-09")
async def test_text_messages_need_a_channel_and_a_program() -> None:
    assert "courier.channels" in await Service().refused(Config(), SMS)
    assert "request_config.body" in await Service().refused(sms(RequestConfig(url=URL)), SMS)
    assert "courier.http.request_config" in await Service().refused(mail(None))


@pytest.mark.covers("COU-08")
@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (AuthConfig(type="basic_auth", config=BasicAuth(user="u", password="p")), "authorization", "Basic dTpw"),
        (AuthConfig(type="api_key", config=ApiKeyAuth(name="X-Key", value="k", in_="header")), "x-key", "k"),
        (AuthConfig(type="api_key", config=ApiKeyAuth(name="key", value="k", in_="cookie")), "cookie", "key=k"),
    ],
)
async def test_the_service_learns_who_calls(auth: AuthConfig, header: str, value: str) -> None:
    service = Service()
    await service.sent(mail(RequestConfig(url=URL, auth=auth, headers={"X-Extra": "yes"})))
    assert (service.headers[header], service.headers["x-extra"]) == (value, "yes")


@pytest.mark.covers("COU-10")
@pytest.mark.parametrize("status", [199, 301, 400, 404, 500])
async def test_only_a_2xx_is_a_delivery(status: int) -> None:
    service = Service()
    service.egress.answers("POST", URL, status=status)
    assert str(status) in await service.refused(mail(RequestConfig(url=URL)))


@pytest.mark.covers("COU-03")
@pytest.mark.parametrize(
    ("answer", "nobody"),
    [
        (429, False),
        (500, False),
        (503, True),
        (EgressTimedOut("too slow"), True),
        (EgressForbidden("private"), False),
        (EgressTooLarge("a megabyte"), False),
    ],
)
async def test_whether_anybody_was_there_is_told_apart(answer: int | EgressFailed, *, nobody: bool) -> None:
    service = Service()
    if isinstance(answer, int):
        service.egress.answers("POST", URL, status=answer)
    else:
        service.egress.fails("POST", URL, answer)
    with pytest.raises(DeliveryFailed) as caught:
        await service.carrier.deliver(mail(RequestConfig(url=URL)), LETTER)
    await service.jsonnet.close()
    assert isinstance(caught.value, NobodyAnswered) is nobody


async def test_what_goes_wrong_is_said() -> None:
    slow = Service()
    slow.egress.fails("POST", URL, EgressTimedOut("too slow"))
    assert "too slow" in await slow.refused(mail(RequestConfig(url=URL)))
    assert "failed" in await Service("function(ctx) error 'no'").refused(mail(RequestConfig(url=URL, body=PROGRAM)))
    assert "failed" in await Service("{ a: ").refused(mail(RequestConfig(url=URL, body=PROGRAM)))
    assert "cannot be read" in await Service().refused(mail(RequestConfig(url=URL, body=PROGRAM)))


async def test_a_form_is_written_where_the_operator_says_so() -> None:
    service = Service("function(ctx) { To: ctx.recipient, Body: ctx.body, n: 1 }")
    service.egress.answers("POST", URL)
    request = RequestConfig(url=URL, body=PROGRAM, headers={"Content-Type": "application/x-www-form-urlencoded"})
    await service.carrier.deliver(sms(request), SMS)
    await service.jsonnet.close()
    assert service.egress.calls[-1].body == b"Body=text&To=%2B4930901820&n=1"
