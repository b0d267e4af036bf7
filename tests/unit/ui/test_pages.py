"""Do the pages answer as they should: routes, headers, forms that work without scripts, nothing that escapes?"""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

import limen.ui.assets as assets_module
from doubles import ui_flows
from doubles.ui_desk import FakeDesk, fake_pages, session
from limen.domain.flow.kinds import FlowKind
from limen.domain.ui.nodes import Anchor, Group, Input, InputType, Node
from limen.kernel.http_values import Request, Response
from limen.kernel.json_doc import JsonDoc
from limen.ui.desk import FlowMissing, MissingReason

ID = "00000000-0000-4000-8000-000000000099"


def asked(path: str, **headers: str) -> Request:
    path, _, query = path.partition("?")
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(method="GET", path=path, query_string=query, headers=named)


async def shown(path: str, desk: FakeDesk | None = None, **headers: str) -> str:
    response = await fake_pages(desk)(asked(path, **headers))
    assert response.status == 200
    return response.body.decode()


def header(response: Response, name: str) -> str:
    return dict(response.headers).get(name, "")


class Elements(HTMLParser):
    """All start tags with their attributes, and the form each is in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], int]] = []
        self.forms = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.forms += tag == "form"
        self.found.append((tag, dict(attrs), self.forms))

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes, _ in self.found if attributes.get("name") == name]


@pytest.mark.parametrize("name", ui_flows.ALL)
async def test_every_node_of_every_flow_is_drawn_once_more_or_less(name: str) -> None:
    page = Elements(await shown(ui_flows.path_of(name)))
    for node in ui_flows.ALL[name].form.nodes:
        if isinstance(node.attributes, Input):
            assert page.named(node.name), node.name
    ids = [attributes["id"] for _, attributes, _ in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    csrf = [form for tag, attributes, form in page.found if attributes.get("name") == "csrf_token"]
    assert csrf == list(range(1, page.forms + 1))


@pytest.mark.parametrize("name", ui_flows.ALL)
async def test_pages_hold_neither_inline_code_nor_inline_style(name: str) -> None:
    for tag, attributes, _ in Elements(await shown(ui_flows.path_of(name))).found:
        assert not [key for key in attributes if key.startswith("on") or key == "style"], tag
        assert tag != "script" or attributes.get("src")


async def test_labels_and_errors_belong_to_their_fields() -> None:
    html = await shown(ui_flows.path_of("failed"))
    page = Elements(html)
    (field,) = page.named("password")
    described = (field["aria-describedby"] or "").split()
    ids = {attributes.get("id") for _, attributes, _ in page.found}
    assert field["aria-invalid"] == "true"
    assert "n-password-error" in described
    assert set(described) <= ids
    assert 'href="#n-password"' in html
    assert re.search(r'<div class="summary"[^>]*role="alert" tabindex="-1" autofocus', html)
    assert "<title>Error: Sign in" in html


async def test_values_are_escaped() -> None:
    html = await shown(ui_flows.path_of("failed"))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


async def test_passwords_are_never_written_into_a_page() -> None:
    desk = FakeDesk()
    flow = ui_flows.plain_login()
    nodes = tuple(
        node.with_value(JsonDoc.of("correct horse")) if node.name == "password" else node for node in flow.form.nodes
    )
    desk.known[flow.id] = msgspec.structs.replace(flow, form=flow.form.replace(nodes))
    assert "correct horse" not in await shown(ui_flows.path_of("plain"), desk)


async def test_browsers_and_password_managers_are_told_what_goes_where() -> None:
    login = Elements(await shown(ui_flows.path_of("plain")))
    assert login.named("identifier")[0]["autocomplete"] == "username"
    assert login.named("password")[0]["autocomplete"] == "current-password"
    step = Elements(await shown(ui_flows.path_of("second-step")))
    assert step.named("password")[0]["autocomplete"] == "new-password"
    hints = [attributes for _, attributes, _ in step.found if attributes.get("autocomplete") == "username"]
    assert [hint["value"] for hint in hints] == ["ada@example.org"]
    assert "name" not in hints[0]
    code = Elements(await shown(ui_flows.path_of("code-sent"))).named("code")[0]
    assert (code["autocomplete"], code["inputmode"], code["maxlength"]) == ("one-time-code", "numeric", "6")


async def test_an_unticked_box_is_sent_as_false() -> None:
    first, second = Elements(await shown(ui_flows.path_of("first-step"))).named("traits.newsletter")
    assert (first["type"], first["value"]) == ("hidden", "false")
    assert (second["type"], second["value"]) == ("checkbox", "true")
    assert "required" not in second


async def test_few_choices_are_radios_and_many_a_list() -> None:
    assert [
        choice["type"] for choice in Elements(await shown(ui_flows.path_of("first-step"))).named("traits.plan")
    ] == ["radio"] * 3
    assert "<select" in await shown(ui_flows.path_of("settings"))


async def test_what_was_typed_before_is_a_chip_with_a_way_back() -> None:
    html = await shown(ui_flows.path_of("second-step"))
    chip = html[html.index('class="chip"') : html.index("</form>")]
    assert "ada@example.org" in chip
    assert 'name="screen" value="previous"' in chip
    assert 'name="traits.email" value="ada@example.org"' in chip
    assert ">Change<" in chip


@pytest.mark.covers("IDF-01")
async def test_a_sign_in_in_two_steps_is_filled_in_by_password_managers() -> None:
    asked_first = Elements(await shown(ui_flows.path_of("name-asked")))
    (field,) = asked_first.named("identifier")
    assert (field["type"], (field["autocomplete"] or "").split()[0]) == ("text", "username")
    html = await shown(ui_flows.path_of("name-given"))
    page = Elements(html)
    assert page.named("password")[0]["autocomplete"] == "current-password"
    (hint,) = [attributes for _, attributes, _ in page.found if attributes.get("autocomplete") == "username"]
    assert (hint["value"], "readonly" in hint, "name" in hint) == ("ada@example.org", True, False)


@pytest.mark.covers("IDF-01")
async def test_the_name_alone_can_carry_a_passkey_that_the_browser_offers() -> None:
    page = Elements(await shown(ui_flows.path_of("name-asked")))
    form_of = {at.get("name"): form for _, at, form in page.found}
    assert form_of["passkey_challenge"] == form_of["passkey_login"] == form_of["identifier"]
    assert form_of["provider"] != form_of["identifier"]


@pytest.mark.covers("IDF-01")
async def test_each_way_of_the_second_step_carries_the_name_and_has_a_form_of_its_own() -> None:
    html = await shown(ui_flows.path_of("name-given"))
    page = Elements(html)
    forms = {value: form for _, at, form in page.found if (value := at.get("value")) in {"password", "code"}}
    carried = [form for _, at, form in page.found if at.get("name") == "identifier" and at["type"] == "hidden"]
    assert sorted(forms.values()) == carried
    assert len(set(carried)) == 2
    chip = html[html.index('class="chip"') : html.index("<form")]
    assert "ada@example.org" in chip
    assert ">Change<" in chip
    assert "/self-service/login/browser" in chip


@pytest.mark.covers("REC-10")
async def test_addresses_to_choose_from_are_equals_and_sent_with_their_form() -> None:
    html = await shown(ui_flows.path_of("address-choice"))
    page = Elements(html)
    choices = page.named("recovery_select_address")
    assert [(choice["type"], choice["value"]) for choice in choices] == [
        ("submit", sign) for sign, _ in ui_flows.CHOICES
    ]
    assert {choice["class"] for choice in choices} == {"button button-secondary"}
    assert all(label in html for _, label in ui_flows.CHOICES)
    assert page.forms == 1
    assert [(found["type"], found["value"]) for found in page.named("method")] == [("hidden", "code")]
    assert "<h1>Choose an address</h1>" in html


@pytest.mark.covers("REC-11")
async def test_an_address_to_be_typed_in_full_has_a_way_back_of_its_own() -> None:
    page = Elements(await shown(ui_flows.path_of("address-confirmed"), accept_language="de"))
    (form,) = {form for _, found, form in page.found if found.get("name") == "recovery_confirm_address"}
    (back,) = [form for _, found, form in page.found if found.get("name") == "screen"]
    assert back != form
    assert {form for _, found, form in page.found if found.get("name") == "recovery_address"} == {form, back}


async def test_enter_never_presses_the_button_of_another_site() -> None:
    page = Elements(await shown(ui_flows.path_of("crowded")))
    (field_form,) = [form for _, attributes, form in page.found if attributes.get("name") == "identifier"]
    submits = [
        attributes for tag, attributes, form in page.found if form == field_form and attributes.get("type") == "submit"
    ]
    assert submits[0]["value"] == "password"
    assert not [button for button in submits if button["name"] == "provider"]


async def test_whoever_cannot_go_the_second_step_gets_out() -> None:
    html = await shown(ui_flows.path_of("second-factor"))
    assert '<a href="logout">Sign out</a>' in html


async def test_ways_with_fields_of_their_own_do_not_block_each_other() -> None:
    page = Elements(await shown(ui_flows.path_of("second-factor")))
    forms = {
        attributes["name"]: form
        for _, attributes, form in page.found
        if attributes.get("name") in {"totp_code", "lookup_secret"}
    }
    assert forms["totp_code"] != forms["lookup_secret"]


async def test_an_unknown_trait_or_group_needs_no_code() -> None:
    desk = FakeDesk()
    new = Node(Group.CAPTCHA, Input(name="invented", type=InputType.URL), label=ui_flows.titled("Invented"))
    link = Node(Group.LINK, Anchor(id="go", href="javascript:alert(1)", title=ui_flows.CONTINUE))
    desk.known[ID] = ui_flows.made(99, FlowKind.VERIFICATION, (new, link), detail=ui_flows.ALL["plain"].detail)
    html = await shown(f"/ui/verification?flow={ID}", desk)
    assert 'type="url"' in html
    assert "javascript:" not in html


async def test_the_policy_allows_only_what_the_page_has() -> None:
    plain = header(await fake_pages()(asked(ui_flows.path_of("plain"))), "content-security-policy")
    assert "unsafe" not in plain
    assert "default-src 'none'" in plain
    assert "script-src 'self';" in plain
    assert "form-action 'self' https://app.example;" in plain
    response = await fake_pages()(asked(ui_flows.path_of("crowded")))
    crowded = header(response, "content-security-policy")
    nonce = re.search(r"'nonce-([^']+)'", crowded)
    assert nonce
    assert f'nonce="{nonce[1]}"'.replace("+", "&#43;") in response.body.decode().replace("+", "&#43;")
    assert "form-action 'self' https://app.example https:;" in crowded
    assert header(response, "cache-control").startswith("private, no-cache, no-store")
    assert header(response, "referrer-policy") == "no-referrer"


async def test_without_a_flow_a_new_one_is_started() -> None:
    start = await fake_pages()(asked("/ui/login?return_to=https%3A%2F%2Fapp.example%2Fin&aal=aal2&evil=1"))
    assert start.status == 303
    location = header(start, "location")
    assert location.startswith("http://127.0.0.1:4433/self-service/login/browser?")
    assert "return_to=https%3A%2F%2Fapp.example%2Fin" in location
    assert "aal=aal2" in location
    assert "evil" not in location


async def test_a_flow_that_is_gone_restarts_by_itself_and_one_of_another_browser_does_not() -> None:
    desk = FakeDesk()
    desk.known[ID] = FlowMissing(reason=MissingReason.EXPIRED, restart_url="http://127.0.0.1:4433/new?return_to=x")
    expired = await fake_pages(desk)(asked(f"/ui/login?flow={ID}"))
    assert (expired.status, header(expired, "location")) == (303, "http://127.0.0.1:4433/new?return_to=x")
    desk.known[ID] = FlowMissing(reason=MissingReason.FOREIGN, restart_url="http://127.0.0.1:4433/new")
    foreign = await fake_pages(desk)(asked(f"/ui/login?flow={ID}"))
    assert foreign.status == 403
    assert b'href="http://127.0.0.1:4433/new"' in foreign.body


async def test_the_reader_is_spoken_to_in_german() -> None:
    html = await shown(ui_flows.path_of("first-step"), accept_language="de-CH, en;q=0.5")
    assert '<html lang="de" dir="ltr">' in html
    assert "Vorname" in html
    assert ">Registrieren<" in html


async def test_home_shows_who_is_there_and_their_sessions() -> None:
    html = await shown("/ui/", cookie="ada=1")
    assert "Hello, Ada" in html
    assert html.count('action="sessions/end"') == 3
    assert html.count("This device") == 1
    assert "Firefox on Windows" in html
    assert '<time datetime="2026-11-20T12:00:00+00:00">yesterday</time>' in html
    assert "/self-service/logout?token=ory_lo_made_up" in html


async def test_home_of_nobody_offers_a_way_in() -> None:
    html = await shown("/ui/")
    assert 'href="login"' in html
    assert 'href="registration"' in html


def posted(body: str, **headers: str) -> Request:
    named = {"content-type": "application/x-www-form-urlencoded", "cookie": "ada=1"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return Request(method="POST", path="/ui/sessions/end", headers=tuple(named.items()), body=body.encode())


async def test_a_session_is_ended_with_the_token_only() -> None:
    desk = FakeDesk()
    id = session(1).id
    ended = await fake_pages(desk)(posted(f"csrf_token=made-up-token&session={id}"))
    assert (ended.status, header(ended, "location"), desk.ended) == (303, "../", [id])


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (f"session={ID}", {}),
        ("csrf_token=made-up-token&session=%FF", {}),
        ("csrf_token=made-up-token", {}),
        (f"csrf_token=made-up-token&session={ID}", {"sec_fetch_site": "cross-site"}),
        (f"csrf_token=made-up-token&session={ID}", {"content_type": "text/plain"}),
        ("&" * 5000, {}),
    ],
)
async def test_other_attempts_to_end_a_session_are_refused(body: str, headers: dict[str, str]) -> None:
    desk = FakeDesk()
    refused = await fake_pages(desk)(posted(body, **headers))
    assert (refused.status, desk.ended) == (403, [])


async def test_errors_are_explained_by_their_id_and_escaped() -> None:
    known = await shown("/ui/error?id=csrf", accept_language="de")
    assert "Erlauben Sie Cookies" in known
    assert "security_csrf_violation" in known
    other = await shown("/ui/error?error=stub:500")
    assert "&lt;b&gt;Storage&lt;/b&gt; is away." in other


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/ui/nothing", 404),
        ("GET", "/ui/error?id=unknown", 404),
        ("GET", "/ui/static/../pages.py", 404),
        ("GET", "/ui/static/pages.css", 200),
        ("GET", "/ui", 308),
        ("POST", "/ui/login", 405),
        ("GET", "/ui/sessions/end", 405),
        ("HEAD", "/ui/logout", 200),
        ("GET", "/ui/" + "a/" * 500, 404),
    ],
)
async def test_routes(method: str, path: str, status: int) -> None:
    path, _, query = path.partition("?")
    response = await fake_pages()(Request(method=method, path=path, query_string=query))
    assert response.status == status
    assert header(response, "x-content-type-options") == "nosniff" or status == 405


async def test_files_are_kept_for_ever_under_their_fingerprint() -> None:
    version = assets_module.versions()["pages.js"]
    kept = await fake_pages()(asked(f"/ui/static/pages.js?v={version}"))
    assert "immutable" in header(kept, "cache-control")
    assert header(await fake_pages()(asked("/ui/static/pages.js?v=old")), "cache-control") == "no-cache"


def test_scripts_are_small_and_styles_have_no_left_and_right() -> None:
    folder = Path(assets_module.__file__).parent / "static"
    assert len((folder / "pages.js").read_bytes()) < 30_000
    style = (folder / "pages.css").read_text()
    assert not re.search(
        r"(?:margin|padding|border|inset)-(?:left|right)|text-align: (?:left|right)|[;{]\s*(?:left|right):", style
    )
    assert 25 <= len(set(re.findall(r"(--limen-[a-z-]+):", style))) <= 45
    assert not re.search(r"https?://|url\(", style)


def test_importing_the_pages_does_not_load_the_template_engine() -> None:
    code = "import sys, limen.ui.pages; sys.exit('jinja2' in sys.modules)"
    sources = Path(assets_module.__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], check=False, env={"PYTHONPATH": str(sources)}).returncode == 0


@pytest.mark.covers("HOOK-11")
async def test_a_new_password_signs_out_everywhere_else_unless_the_box_is_unticked() -> None:
    page = Elements(await shown(ui_flows.path_of("settings")))
    off, box = page.named("revoke_other_sessions")
    assert (off["type"], off["value"]) == ("hidden", "false")
    assert (box["type"], box["value"], "checked" in box) == ("checkbox", "true", True)
    assert "value" not in page.named("password")[0]
    assert Elements(await shown(ui_flows.path_of("second-step"))).named("revoke_other_sessions") == []
