"""What does each spelling of jobs and hooks become?"""

import pytest
from dialect_documents import rules_of, seed, upgraded, value_at

from limen.config.dialects import upgrade
from limen.config.dialects.hook_entries import KNOWN
from limen.kernel.json_doc import JsonValue

_FLOWS = "selfservice.flows"
_URL = "https://url-to-redirect/to"


def _jobs(flow: str, jobs: str, extra: str = "") -> str:
    return f"selfservice: {{{flow}: {{after: {{password: [{jobs}]}}}}{extra}}}"


def _hooks(flow: str, hooks: str) -> str:
    return f"selfservice: {{flows: {{{flow}: {{after: {{password: {{hooks: [{hooks}]}}}}}}}}}}"


@pytest.mark.covers("SEED1-01", "SEED1-02", "SEED1-03", "SEED2-01")
@pytest.mark.parametrize(
    ("name", "flow"), [("seed2_1_login_redirect.yml", "login"), ("seed2_5_registration_redirect.yml", "registration")]
)
def test_the_redirect_jobs_of_the_page_become_return_urls(name: str, flow: str) -> None:
    result = upgrade(seed(name))
    expected: JsonValue = {method: {"default_browser_return_url": _URL} for method in ("oidc", "password")}
    assert value_at(result, f"{_FLOWS}.{flow}.after") == expected
    assert any(change.old.endswith("after.passwordless") and change.kind == "dropped" for change in result.changes)
    assert {(flow, "password"), (flow, "oidc")} == result.switches.ignore_return_to
    assert result.problems == ()


@pytest.mark.covers("SEED1-01")
def test_passwordless_becomes_code_when_that_is_enabled() -> None:
    text = "selfservice: {methods: {code: {enabled: true}}, login: {after: {passwordless: [{job: redirect, config: {to: x}}]}}}"
    result = upgraded(text)
    assert value_at(result, f"{_FLOWS}.login.after.code.default_browser_return_url") == "x"
    assert result.switches.login_without_session == {"code", "password"}


@pytest.mark.covers("SEED1-03", "SEED1-04")
@pytest.mark.parametrize("target", ["redirect_to", "to", "default_redirect_url"])
@pytest.mark.parametrize("switch", ["allow_user_defined", "allow_user_defined_redirect"])
def test_every_spelling_of_a_redirect_is_understood(target: str, switch: str) -> None:
    result = upgraded(_jobs("login", f"{{job: redirect, config: {{{target}: '{_URL}', {switch}: true}}}}"))
    assert value_at(result, f"{_FLOWS}.login.after.password") == {"default_browser_return_url": _URL}
    assert result.switches.ignore_return_to == frozenset()
    assert value_at(result, "selfservice.allowed_return_urls") == ["https://url-to-redirect/"]


@pytest.mark.covers("SEED1-04", "SEED1-05")
@pytest.mark.parametrize(
    ("name", "flow"),
    [("seed2_3_login_user_defined.yml", "login"), ("seed2_7_registration_user_defined.yml", "registration")],
)
def test_the_page_s_user_defined_redirect_obeys_return_to(name: str, flow: str) -> None:
    result = upgrade(seed(name))
    assert value_at(result, f"{_FLOWS}.{flow}.after.password.default_browser_return_url") == _URL
    assert result.switches.heeds_return_to(flow, "password")


@pytest.mark.covers("SEED1-06")
@pytest.mark.parametrize("switch", ["", ", allow_user_defined: false"])
def test_return_to_is_ignored_unless_the_job_allows_it(switch: str) -> None:
    result = upgraded(_jobs("registration", f"{{job: session}}, {{job: redirect, config: {{redirect_to: x{switch}}}}}"))
    assert result.switches.ignore_return_to == {("registration", "password")}
    assert "B2" in rules_of(result)


@pytest.mark.covers("SEED1-10", "SEED1-11", "SEED1-12")
@pytest.mark.parametrize(
    ("text", "silent"),
    [
        (_jobs("login", "{job: session}"), set()),
        (_jobs("login", "{job: session}", ", strategies: {oidc: {enabled: true}}"), {"oidc"}),
        (_jobs("login", "{job: session, config: {}}"), set()),
        (_jobs("login", "{job: revoke_active_sessions}"), {"password"}),
        (_jobs("login", "{job: redirect, config: {to: x}}", ", strategies: {oidc: {enabled: true}}"), {"oidc"}),
        (_jobs("registration", "{job: session}"), {"password"}),
        ("urls: {profile_ui: x}\nselfservice: {login: {request_lifespan: 10m}}", {"password"}),
        ("selfservice: {login: {after: {password: [{job: session}], oidc: [{job: session}]}}}", set()),
    ],
)
def test_a_v0_1_login_begins_a_session_only_by_its_job(text: str, silent: set[str]) -> None:
    result = upgraded(text)
    assert result.switches.login_without_session == silent
    assert ("B1" in rules_of(result)) is bool(silent)
    assert "'session'" not in str(value_at(result, f"{_FLOWS}.login.after"))


@pytest.mark.parametrize(
    "text",
    [
        _hooks("login", "{job: revoke_active_sessions}"),
        "selfservice: {flows: {login: {after: {password: [{job: redirect, config: {to: x}}]}}}}",
        "selfservice: {login: {after: {password: {hooks: [{hook: revoke_active_sessions}]}}}}",
        "version: v0.3.0\n" + _jobs("login", "{job: redirect, config: {to: x}}"),
        "version: v1.3.0\n" + _jobs("login", "{job: revoke_active_sessions}"),
        "urls: {profile_ui: x}\nselfservice: {flows: {login: {after: {password: {hooks: []}}}}}",
        "urls: {profile_ui: x, settings_ui: y}",
    ],
)
def test_no_document_after_v0_1_can_lose_its_login_session(text: str) -> None:
    switches = upgraded(text).switches
    assert (switches.login_without_session, switches.ignore_return_to) == (frozenset(), frozenset())


@pytest.mark.covers("SEED1-15", "SEED1-16", "SEED1-17", "SEED0-05")
@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_the_order_of_jobs_does_not_matter(order: tuple[int, ...]) -> None:
    jobs = ("{job: revoke_active_sessions}", "{job: session}", "{job: redirect, config: {to: x}}")
    result = upgraded(_jobs("login", ", ".join(jobs[index] for index in order)))
    expected: JsonValue = {"hooks": [{"hook": "revoke_active_sessions"}], "default_browser_return_url": "x"}
    assert value_at(result, f"{_FLOWS}.login.after.password") == expected
    assert ("B5" in rules_of(result)) is (order != (0, 1, 2))


@pytest.mark.covers("SEED0-21", "SEED3-05")
def test_session_is_moved_last_in_every_dialect() -> None:
    result = upgraded(_hooks("registration", "{hook: session}, {hook: web_hook, config: {url: x}}"))
    hooks = value_at(result, f"{_FLOWS}.registration.after.password.hooks")
    assert hooks == [{"hook": "web_hook", "config": {"url": "x"}}, {"hook": "session"}]
    assert "B5" in rules_of(result)


@pytest.mark.covers("SEED1-20")
@pytest.mark.parametrize(
    "text",
    [
        _jobs("registration", "{job: verify}, {job: session}"),
        "selfservice: {settings: {after: {profile: {hooks: [{hook: verify}]}}}}",
        _hooks("settings", "{hook: verify}"),
    ],
)
def test_verify_switches_verification_on(text: str) -> None:
    result = upgraded(text)
    assert value_at(result, f"{_FLOWS}.verification.enabled") is True
    assert "'verify'" not in str(result.document)


def test_a_login_hook_session_is_dropped_and_revoking_under_registration_too() -> None:
    result = upgraded(
        "selfservice: {flows: {login: {after: {oidc: [{hook: session}]}},"
        " registration: {after: {oidc: [{hook: revoke_active_sessions}]}}}}"
    )
    assert value_at(result, f"{_FLOWS}.login.after.oidc") == {}
    assert value_at(result, f"{_FLOWS}.registration.after.oidc") == {}
    assert result.problems == ()


@pytest.mark.covers("SEED0-07", "SEED1-12", "SEED1-16")
@pytest.mark.parametrize("config", ["null", "{}"])
def test_an_empty_configuration_of_a_hook_that_takes_none_is_accepted(config: str) -> None:
    result = upgraded(_hooks("login", f"{{hook: revoke_active_sessions, config: {config}}}"))
    assert value_at(result, f"{_FLOWS}.login.after.password.hooks") == [{"hook": "revoke_active_sessions"}]
    assert result.problems == ()


@pytest.mark.covers("SEED0-07")
@pytest.mark.parametrize(
    ("text", "path"),
    [
        (_hooks("login", "{hook: revoke_active_sessions, config: {all: true}}"), f"{_FLOWS}.login.after.password.hooks.0.config"),
        (_hooks("registration", "{hook: session, config: {a: 1}}"), f"{_FLOWS}.registration.after.password.hooks.0.config"),
        (_jobs("login", "{job: session, config: {a: 1}}"), "selfservice.login.after.password.0.config"),
        (_jobs("registration", "{job: verify, config: {a: 1}}"), "selfservice.registration.after.password.0.config"),
    ],
)  # fmt: skip
def test_a_configuration_of_a_hook_that_takes_none_is_refused(text: str, path: str) -> None:
    [problem] = upgraded(text).problems
    assert (problem.rule, problem.path.split(" ")[0]) == ("SEED0-07", path)
    assert "takes no configuration" in problem.reason


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (_jobs("login", "{job: dance}"), "selfservice.login.after.password.0"),
        (_hooks("login", "{hook: verify}"), f"{_FLOWS}.login.after.password.hooks.0"),
        (_hooks("settings", "{}"), f"{_FLOWS}.settings.after.password.hooks.0"),
        (_hooks("settings", "dance"), f"{_FLOWS}.settings.after.password.hooks.0"),
        (_jobs("login", "{job: redirect}"), "selfservice.login.after.password.0.config"),
        (_jobs("login", "{job: redirect, config: {to: x, dance: 1}}"), "selfservice.login.after.password.0.config"),
    ],
)
def test_an_unknown_job_is_named_with_its_path(text: str, path: str) -> None:
    [problem] = upgraded(text).problems
    assert problem.path.split(" ")[0] == path
    assert "redirect" in problem.reason or "known hooks" in problem.reason or "mapping" in problem.reason


@pytest.mark.parametrize("hook", sorted(KNOWN - {"session", "revoke_active_sessions"}))
@pytest.mark.parametrize("flow", ["login", "registration", "settings", "recovery", "verification"])
def test_hooks_of_today_pass_unchanged(hook: str, flow: str) -> None:
    text = f"selfservice: {{flows: {{{flow}: {{after: {{hooks: [{{hook: {hook}}}]}}}}}}}}"
    result = upgraded(text)
    assert (result.changes, result.problems) == ((), ())
    assert value_at(result, f"{_FLOWS}.{flow}.after.hooks") == [{"hook": hook}]


@pytest.mark.parametrize(
    "text",
    [
        "selfservice: {login: {before: {hooks: [{hook: redirect, config: {to: https://down.test/}}]}}}",
        "selfservice: {flows: {login: {before: [{hook: redirect, config: {to: https://down.test/}}]}}}",
    ],
)
def test_the_maintenance_redirect_of_v0_2_is_honoured(text: str) -> None:
    result = upgraded(text)
    assert result.switches.before_redirect == {"login": "https://down.test/"}
    assert "B3" in rules_of(result)
    assert "redirect'" not in str(value_at(result, f"{_FLOWS}.login"))


def test_jobs_before_a_v0_1_flow_never_ran_and_are_dropped() -> None:
    text = "selfservice: {login: {before: [{job: redirect, config: {to: x}}], after: {password: [{job: session}]}}}"
    result = upgraded(text)
    assert result.switches.before_redirect == {}
    assert "U23" in rules_of(result)


@pytest.mark.covers("SEED3-04")
def test_social_sign_up_signs_in_when_nothing_is_said_about_it() -> None:
    text = (
        "selfservice: {methods: {oidc: {enabled: true}}, flows: {registration: {after: {hooks:"
        " [{hook: web_hook, config: {url: a}}, {hook: web_hook, config: {url: b, response: {parse: true}}}]}}}}"
    )
    result = upgraded(text)
    hooks = value_at(result, f"{_FLOWS}.registration.after.oidc.hooks")
    assert hooks == [{"hook": "web_hook", "config": {"url": "a"}}, {"hook": "session"}]
    [change] = [change for change in result.changes if change.rule == "SEED3-04"]
    assert change.security


@pytest.mark.covers("SEED3-04")
@pytest.mark.parametrize("oidc", ["{hooks: []}", "{default_browser_return_url: x}"])
def test_social_sign_up_follows_what_is_said_about_it(oidc: str) -> None:
    text = (
        f"selfservice: {{methods: {{oidc: {{enabled: true}}}}, flows: {{registration: {{after: {{oidc: {oidc}}}}}}}}}"
    )
    assert upgraded(text).changes == ()


@pytest.mark.covers("SEED3-04")
def test_social_sign_up_of_an_older_document_stays_signed_out() -> None:
    result = upgraded("urls: {settings_ui: x}\nselfservice: {strategies: {oidc: {enabled: true}}}")
    assert value_at(result, f"{_FLOWS}.registration.after.oidc.hooks") == []
    assert upgrade(result.document).changes == ()
