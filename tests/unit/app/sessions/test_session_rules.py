"""When is a session good enough, what is it made of, and what are its secrets? (SESS-03, SESS-14, SESS-15, SESS-18, SESS-19)"""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from doubles.entropy import SeededEntropy
from limen.app.errors import SecondFactorRequired, SessionInactive, SessionRequired
from limen.app.scope import BrowserMarks, Client, Scope, Visitor
from limen.app.sessions.check import by_token, require, require_aal, satisfies, step_up_url
from limen.app.sessions.issue import begun, logout_token, proof, renewed, token_hash
from limen.config.model import Config
from limen.config.session import SessionConfig, WhoamiConfig
from limen.domain.identity.aal import Aal
from limen.domain.ids import MethodName
from limen.domain.session.amr import AuthenticationMethod, reached
from limen.domain.session.session import CheckedSession
from play import ADA, House, built

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
HIGHEST = Config()
ONE = Config(session=SessionConfig(whoami=WhoamiConfig(required_aal="aal1")))


@pytest.mark.covers("SESS-15", "SESS-12")
@pytest.mark.parametrize(
    ("config", "aal", "available", "enough"),
    [
        (HIGHEST, Aal.AAL1, Aal.AAL1, True),
        (HIGHEST, Aal.AAL1, Aal.AAL2, False),
        (HIGHEST, Aal.AAL2, Aal.AAL2, True),
        (HIGHEST, Aal.AAL2, Aal.AAL1, True),
        (HIGHEST, Aal.AAL1, None, True),
        (ONE, Aal.AAL1, Aal.AAL2, True),
        (ONE, Aal.AAL0, Aal.AAL2, False),
    ],
)
def test_what_is_enough(config: Config, aal: Aal, available: Aal | None, enough: bool) -> None:
    assert satisfies(config, aal, available) is enough


def done(method: str, aal: Aal) -> AuthenticationMethod:
    return AuthenticationMethod(method=method, aal=aal, completed_at=NOW)


@pytest.mark.covers("SESS-14")
@pytest.mark.parametrize(
    ("methods", "level"),
    [
        ((), Aal.AAL0),
        ((done("password", Aal.AAL1),), Aal.AAL1),
        ((done("password", Aal.AAL1), done("password", Aal.AAL1)), Aal.AAL1),
        ((done("password", Aal.AAL1), done("totp", Aal.AAL2)), Aal.AAL2),
        ((done("totp", Aal.AAL2),), Aal.AAL0),
        ((done("oidc", Aal.AAL2),), Aal.AAL2),
        ((done("saml", Aal.AAL2),), Aal.AAL2),
    ],
)
def test_what_proofs_add_up_to(methods: tuple[AuthenticationMethod, ...], level: Aal) -> None:
    assert reached(methods) is level


@pytest.mark.covers("SESS-03", "LOGOUT-01")
def test_the_secret_that_ends_a_session_follows_from_its_token_and_tells_nothing_of_it() -> None:
    first, second = logout_token("ory_st_" + "A" * 32), logout_token("ory_st_" + "B" * 32)
    assert first == logout_token("ory_st_" + "A" * 32)
    assert first != second
    assert (first[:7], len(first)) == ("ory_lo_", 39)
    assert len(token_hash("ory_st_x")) == 32


async def one_scope(house: House, visitor: Visitor | None = None, session: CheckedSession | None = None) -> Scope:
    return Scope(
        config=house.config,
        services=house.services,
        client=Client.API,
        visitor=visitor or Visitor(),
        browser=BrowserMarks(token=SeededEntropy().octets(32)),
        session=session,
    )


@pytest.mark.covers("SESS-16", "SESS-18", "SESS-19")
async def test_a_session_begins_and_is_renewed() -> None:
    house = await built({"session": {"lifespan": "3h"}})
    assert (await house.visitor().sign_up(ADA)).done
    identity = await house.identity((await house.identity_ids())[0])
    home = Visitor(ip="203.0.113.7", user_agent="Browser", location="Linz, AT")
    scope = await one_scope(house, home)
    first = begun(scope, identity, (proof(MethodName("password"), house.clock.now()),))
    assert first.session.expires_at - first.session.issued_at == timedelta(hours=3)
    assert (first.session.aal, first.session.active) == (Aal.AAL1, True)
    assert [(device.ip_address, device.user_agent, device.location) for device in first.session.devices] == [
        ("203.0.113.7", "Browser", "Linz, AT")
    ]
    house.clock.advance(hours=1)
    current = CheckedSession(session=first.session, identity=identity, token=first.token)
    second = renewed(scope, current, identity, proof(MethodName("password"), house.clock.now()))
    assert second.token != first.token
    assert (second.session.id, second.session.issued_at) == (first.session.id, first.session.issued_at)
    assert second.session.expires_at == house.clock.now() + timedelta(hours=3)
    assert len(second.session.methods) == 2
    assert second.session.devices == first.session.devices, "the same device is noted once"
    elsewhere = await one_scope(house, Visitor(ip="198.51.100.1", user_agent="Browser"))
    third = renewed(elsewhere, current, identity, proof(MethodName("totp"), house.clock.now(), Aal.AAL2))
    assert len(third.session.devices) == 2
    assert third.session.aal is Aal.AAL2


@pytest.mark.covers("SESS-11", "SESS-30")
async def test_only_a_good_session_counts() -> None:
    house = await built()
    visitor = house.visitor()
    assert (await visitor.sign_up(ADA)).done
    storage, clock = house.storage, house.clock
    found = await by_token(storage, clock, visitor.token)
    assert found is not None
    assert found.token == visitor.token
    assert await by_token(storage, clock, "") is None
    assert await by_token(storage, clock, visitor.token.lower()) is None
    assert await by_token(storage, clock, visitor.token + "x") is None
    unit = storage.unit()
    unit.sessions.end(found.session.id)
    await unit.commit()
    assert await by_token(storage, clock, visitor.token) is None


@pytest.mark.covers("SESS-11", "SESS-12", "LOGOUT-01")
async def test_what_is_said_when_there_is_none_or_not_enough() -> None:
    house = await built()
    visitor = house.visitor()
    assert (await visitor.sign_up(ADA)).done
    nobody = await one_scope(house)
    with pytest.raises(SessionRequired) as plain:
        require(nobody)
    assert type(plain.value) is SessionRequired
    with pytest.raises(SessionInactive):
        require(nobody, named=True)
    found = await by_token(house.storage, house.clock, visitor.token)
    assert found is not None
    two = msgspec.structs.replace(found, identity=msgspec.structs.replace(found.identity, available_aal=Aal.AAL2))
    with pytest.raises(SecondFactorRequired) as caught:
        require_aal(await one_scope(house, session=two), two, "http://app.test/x?y=1")
    assert caught.value.redirect_browser_to == step_up_url(house.config, "http://app.test/x?y=1")
    assert caught.value.redirect_browser_to == (
        "http://house.test/self-service/login/browser?aal=aal2&return_to=http%3A%2F%2Fapp.test%2Fx%3Fy%3D1"
    )
