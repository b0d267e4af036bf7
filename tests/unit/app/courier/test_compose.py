"""How are messages worded: in which language, from which template, with which facts?"""

import base64
from datetime import timedelta
from itertools import product

import msgspec
import pytest

from doubles.clock import ManualClock
from doubles.documents import WrittenDocuments
from doubles.ids import CountingIds
from limen.adapters.jinja_templates import SandboxedJinja
from limen.app.courier.compose import WrittenLetters
from limen.app.courier.sources import LANGUAGES
from limen.config.courier import (
    CourierConfig,
    CourierTemplates,
    EmailBody,
    EmailTemplate,
    PlainTemplates,
    ValidTemplates,
)
from limen.config.model import Config
from limen.config.serve import PublicListener, ServeConfig
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.ids import IdentityId
from limen.kernel.json_doc import JsonDoc
from limen.ports.courier import TemplateBroken, Wording
from limen.ports.documents import DocumentUnavailable

BASE = "https://login.house.test:4433"
CLOCK = ManualClock()
ADA = Identity(
    id=IdentityId("00000000-0000-4000-8000-0000000000ad"),
    schema_id="default",
    state=IdentityState.ACTIVE,
    state_changed_at=CLOCK.now(),
    traits=JsonDoc.of({"name": {"first": "Ada"}}),
    credentials={},
    metadata_admin=JsonDoc.of({"secret": 1}),
    created_at=CLOCK.now(),
    updated_at=CLOCK.now(),
)
SMS_TEMPLATES = (
    TemplateType.RECOVERY_CODE_VALID,
    TemplateType.VERIFICATION_CODE_VALID,
    TemplateType.LOGIN_CODE_VALID,
    TemplateType.REGISTRATION_CODE_VALID,
    TemplateType.VERIFIABLE_ADDRESS_CHANGED,
    TemplateType.STUB,
)


def inline(text: str) -> str:
    return "base64://" + base64.b64encode(text.encode()).decode()


class InlineDocuments(WrittenDocuments):
    async def read(self, url: str) -> bytes:
        if url.startswith("base64://"):
            return base64.b64decode(url.removeprefix("base64://"))
        return await super().read(url)


def config(templates: CourierTemplates | None = None, folder: str = "") -> Config:
    courier = CourierConfig(templates=templates or CourierTemplates(), template_override_path=folder)
    return Config(serve=ServeConfig(public=PublicListener(base_url=BASE)), courier=courier)


def login_mail(subject: str = "Hello", text: str = "{{ .LoginCode }}", html: str = "<b>{{ .LoginCode }}</b>") -> Config:
    mail = EmailTemplate(subject=inline(subject), body=EmailBody(plaintext=inline(text), html=inline(html)))
    return config(CourierTemplates(login_code=PlainTemplates(valid=ValidTemplates(email=mail))))


def wording(template: TemplateType, via: Via = Via.EMAIL, language: str = "", **more: object) -> Wording:
    made = Wording(
        template=template,
        recipient="ada@house.test",
        via=via,
        code="123456",
        url="https://house.test/?a=1&token=t",
        lifespan=timedelta(hours=1),
        identity=ADA,
        request_url="https://house.test/self-service/login/api",
        language=language,
    )
    return msgspec.structs.replace(made, **more)


async def composed(what: Wording, settings: Config | None = None, documents: WrittenDocuments | None = None) -> Letter:
    letters = WrittenLetters(documents or InlineDocuments(), SandboxedJinja(), CLOCK, CountingIds())
    return await letters.compose(settings or config(), what)


@pytest.mark.covers("COU-07")
@pytest.mark.parametrize(("template", "language"), list(product(TemplateType, LANGUAGES)))
async def test_every_mail_in_the_box_can_be_written(template: TemplateType, language: str) -> None:
    letter = await composed(wording(template, language=language))
    assert letter.subject
    assert letter.body
    assert "\n" not in letter.subject
    assert f'<html lang="{language}">' in letter.html
    for text in (letter.subject, letter.body, letter.html):
        assert "{{" not in text
    if "code" in template and "invalid" not in template:
        assert "123456" in letter.body
        assert "123456" in letter.html
    if template in {TemplateType.RECOVERY_VALID, TemplateType.VERIFICATION_VALID, TemplateType.VERIFICATION_CODE_VALID}:
        assert "https://house.test/?a=1&token=t" in letter.body
        assert 'href="https://house.test/?a=1&amp;token=t"' in letter.html


@pytest.mark.covers("COU-09")
@pytest.mark.parametrize(("template", "language"), list(product(SMS_TEMPLATES, LANGUAGES)))
async def test_every_text_message_in_the_box_can_be_written(template: TemplateType, language: str) -> None:
    letter = await composed(wording(template, Via.SMS, language))
    assert (letter.subject, letter.html) == ("", "")
    assert len(letter.body) <= 200
    if "code" in template:
        assert letter.body.strip().endswith("@login.house.test #123456")


@pytest.mark.covers("COU-16")
@pytest.mark.parametrize(
    ("accepted", "word"), [("", "Hello"), ("fr", "Hello"), ("de-AT,en;q=0.5", "Guten Tag"), ("en,de;q=0.1", "Hello")]
)
async def test_the_reader_is_written_to_in_their_language(accepted: str, word: str) -> None:
    letter = await composed(wording(TemplateType.LOGIN_CODE_VALID, language=accepted))
    assert letter.body.startswith(word)


async def test_a_letter_waits_from_the_moment_it_was_written() -> None:
    letter = await composed(wording(TemplateType.LOGIN_CODE_VALID, request_headers=JsonDoc.of({"Accept": ["*/*"]})))
    assert (letter.status, letter.send_count) == (LetterStatus.QUEUED, 0)
    assert letter.created_at == letter.updated_at == letter.due_at == CLOCK.now()
    assert letter.request_headers == JsonDoc.of({"Accept": ["*/*"]})


@pytest.mark.covers("COU-01")
async def test_a_letter_that_was_asked_for_earlier_waits_since_then() -> None:
    earlier = CLOCK.now() - timedelta(seconds=12)
    letter = await composed(wording(TemplateType.RECOVERY_CODE_VALID, asked_at=earlier))
    assert (letter.created_at, letter.due_at, letter.updated_at) == (earlier, earlier, CLOCK.now())


@pytest.mark.covers("COU-08", "FLOW-14")
async def test_what_a_message_knows_is_named_as_services_expect_it() -> None:
    payload = JsonDoc.of({"lang": "af"})
    letter = await composed(wording(TemplateType.RECOVERY_CODE_VALID, transient_payload=payload))
    told = letter.data.members()
    assert set(told) == {
        "to", "recovery_code", "identity", "request_url", "transient_payload", "expires_in_minutes",
    }  # fmt: skip
    assert (told["to"], told["recovery_code"], told["expires_in_minutes"]) == ("ada@house.test", "123456", 60)
    assert told["transient_payload"] == {"lang": "af"}
    identity = told["identity"]
    assert isinstance(identity, dict)
    assert identity["traits"] == {"name": {"first": "Ada"}}
    assert not {"credentials", "metadata_admin"} & set(identity)


async def test_the_code_of_a_recovery_by_phone_has_another_name() -> None:
    letter = await composed(wording(TemplateType.RECOVERY_CODE_VALID, Via.SMS))
    told = letter.data.members()
    assert (told["verification_code"], told["request_url_domain"]) == ("123456", "login.house.test")
    assert "recovery_code" not in told


@pytest.mark.parametrize("template", [t for t in TemplateType if "invalid" in t])
async def test_strangers_are_told_nothing_about_anybody(template: TemplateType) -> None:
    told = (await composed(wording(template))).data.members()
    assert set(told) == {"to", "request_url", "transient_payload"}


@pytest.mark.covers("COU-11")
async def test_the_operators_templates_are_used() -> None:
    letter = await composed(wording(TemplateType.LOGIN_CODE_VALID), login_mail("Hi {{ .To }}"))
    assert (letter.subject, letter.body, letter.html) == ("Hi ada@house.test", "123456", "<b>123456</b>")
    other = await composed(wording(TemplateType.REGISTRATION_CODE_VALID), login_mail())
    assert "123456" in other.body


@pytest.mark.covers("COU-11")
async def test_jinja_templates_are_used_where_they_say_so() -> None:
    source = "{# jinja2 #}{% for n in Identity.traits.name.values() %}{{ n }}{% endfor %} {{ LoginCode }}"
    evil = msgspec.structs.replace(ADA, traits=JsonDoc.of({"name": {"first": "<i>"}}))
    settings = login_mail("{# jinja2 #} Hi\n{{ To }} ", source, source)
    letter = await composed(wording(TemplateType.LOGIN_CODE_VALID, identity=evil), settings)
    assert (letter.subject, letter.body) == ("Hi ada@house.test", "<i> 123456")
    assert letter.html == "&lt;i&gt; 123456"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("{# jinja2 #}\n{{ Nobody }}", 2),
        ("{# jinja2 #}\n\n{% if %}", 3),
        ("{# jinja2 #}{{ ''.__class__.__mro__ }}", 1),
        ("{# jinja2 #}{{ To.x.y }}", 1),
        ("{# jinja2 #}{% for a in range(9999999999) %}x{% endfor %}", 1),
        ("{# jinja2 #}{% for a in range(99999) %}xxxxxxxxxxxxxxxxxxxxxxxxxxxxx{% endfor %}", 1),
    ],
)
async def test_a_jinja_template_that_cannot_be_used_is_named(source: str, line: int) -> None:
    with pytest.raises(TemplateBroken) as caught:
        await composed(wording(TemplateType.LOGIN_CODE_VALID), login_mail(text=source))
    assert f"login_code_valid: email.body.plaintext cannot be used: line {line}:" in caught.value.reason


@pytest.mark.covers("COU-11")
async def test_files_in_the_operators_folder_replace_those_in_the_box() -> None:
    documents = InlineDocuments(
        {
            "file:///t/login_code/valid/email.subject.gotmpl": b"Own {{ .LoginCode }}",
            "file:///t/login_code/valid/email.body.plaintext.de.gotmpl": b"Deutsch {{ .Language }}",
            "file:///t/login_code/valid/email.body.j2": b"<p>{{ LoginCode }}</p>",
        }
    )
    english = await composed(wording(TemplateType.LOGIN_CODE_VALID), config(folder="/t/"), documents)
    assert (english.subject, english.html) == ("Own 123456", "<p>123456</p>")
    assert english.body.startswith("Hello")
    german = await composed(wording(TemplateType.LOGIN_CODE_VALID, language="de"), config(folder="/t"), documents)
    assert german.body == "Deutsch de"


async def test_a_template_elsewhere_is_read_once_a_minute_and_outlives_its_server() -> None:
    url = "https://cdn.test/text.gotmpl"
    mail = EmailTemplate(body=EmailBody(plaintext=url))
    settings = config(CourierTemplates(login_code=PlainTemplates(valid=ValidTemplates(email=mail))))
    documents, clock = InlineDocuments({url: b"one {{ .LoginCode }}"}), ManualClock()
    letters = WrittenLetters(documents, SandboxedJinja(), clock, CountingIds())

    async def text() -> str:
        return (await letters.compose(settings, wording(TemplateType.LOGIN_CODE_VALID))).body

    assert await text() == "one 123456"
    documents.documents[url] = b"two {{ .LoginCode }}"
    assert await text() == "one 123456"
    clock.advance(minutes=2)
    assert await text() == "two 123456"
    del documents.documents[url]
    clock.advance(minutes=2)
    assert await text() == "two 123456"


async def test_a_template_that_cannot_be_read_is_named() -> None:
    mail = EmailTemplate(subject="https://cdn.test/gone")
    settings = config(CourierTemplates(login_code=PlainTemplates(valid=ValidTemplates(email=mail))))
    with pytest.raises(TemplateBroken) as caught:
        await composed(wording(TemplateType.LOGIN_CODE_VALID), settings)
    assert "login_code_valid: email.subject" in caught.value.reason
    assert isinstance(caught.value.__cause__, DocumentUnavailable)


async def test_a_subject_is_one_line() -> None:
    evil = msgspec.structs.replace(ADA, traits=JsonDoc.of({"name": {"first": "A\r\nBcc: b@c.test"}}))
    settings = login_mail("For {{ .Identity.traits.name.first }}\n")
    letter = await composed(wording(TemplateType.LOGIN_CODE_VALID, identity=evil), settings)
    assert letter.subject == "For A Bcc: b@c.test"
    with pytest.raises(TemplateBroken, match="more than one line"):
        await composed(wording(TemplateType.LOGIN_CODE_VALID), login_mail("one\ntwo"))
