"""What does every method owe to every flow it takes part in? Inherit this and say what the method is fed with.

class TestPasswordSignsIn(ParticipantContract):
    kind, method = "login", "password"
    secrets = (PASSWORD,)

    def good(self) -> JsonObject: ...
"""

from collections.abc import Sequence
from typing import ClassVar

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject, JsonValue
from play import AGAIN, EACH, EACH_WEB, SESSION_COOKIE, House, Visitor, built
from play_config import merged
from play_shown import Outcome, Shown

NO_METHOD = {"login": 4010002, "registration": 4010003}
WRONG: Sequence[JsonValue] = (
    7,
    -1.5,
    True,
    None,
    [],
    ["a", "b"],
    {},
    {"a": {"b": 1}},
    "\x00",
    "x" * 100_000,
    "\U00010000",
)


class ParticipantContract:
    """Tests of one method in one kind of flow."""

    kind: ClassVar[str]
    method: ClassVar[str]
    over: ClassVar[JsonObject] = {}
    """What the house needs beside the base configuration."""
    off: ClassVar[JsonObject] = {}
    """How the method is switched off, where it has no switch of its own."""
    fields: ClassVar[tuple[str, ...]] = ()
    """The fields that the method reads."""
    secrets: ClassVar[tuple[str, ...]] = ()
    """What was sent and must never come back."""
    finishes: ClassVar[bool] = True
    """Whether the good submission ends the flow; else it shows the next step."""

    def good(self) -> JsonObject:
        """A submission that is accepted, without the method and the anti-CSRF token."""
        raise NotImplementedError

    async def prepare(self, house: House) -> None:
        """Whatever has to be there before the flow begins."""

    async def started(self, client: Client, over: JsonObject | None = None) -> tuple[House, Visitor, Shown]:
        house = await built(merged(merged(self.over, {}), over or {}))
        await self.prepare(house)
        visitor = house.visitor(client)
        return house, visitor, await visitor.start(self.kind)

    async def sent(self, visitor: Visitor, form: Shown, **more: JsonValue) -> Outcome:
        return await visitor.submit(form, **{"method": self.method, **self.good(), **more})

    def accepted(self, outcome: Outcome) -> bool:
        return outcome.done if self.finishes else outcome.form is not None and outcome.shown.everything_said != []

    def no_secret_in(self, outcome: Outcome) -> None:
        for secret in self.secrets:
            assert secret.encode() not in outcome.answer.body
            assert secret not in str(outcome.form and outcome.form.wire)
            assert secret not in str(outcome.error)
            assert secret not in str(outcome.answer.headers)

    # -- the tests ------------------------------------------------------------------------------------------------------

    @EACH
    async def test_it_takes_what_is_good(self, client: Client) -> None:
        _, visitor, form = await self.started(client)
        outcome = await self.sent(visitor, form)
        assert self.accepted(outcome), outcome
        self.no_secret_in(outcome)

    @EACH
    @pytest.mark.covers("FLOW-12", "FLOW-11")
    async def test_switched_off_it_is_neither_shown_nor_taken(self, client: Client) -> None:
        off: JsonObject = self.off or {"selfservice": {"methods": {self.method: {"enabled": False}}}}
        house, visitor, form = await self.started(client, off)
        assert ("method", self.method) not in [button[:2] for button in form.buttons]
        before = await house.identities()
        outcome = await self.sent(visitor, form)
        assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [NO_METHOD[self.kind]])
        assert await house.identities() == before
        assert outcome.answer.cookie(SESSION_COOKIE) == ""

    @EACH
    @pytest.mark.covers("FLOW-11", "LOGIN-15", "REG-11")
    async def test_the_fields_of_a_method_do_not_choose_it(self, client: Client) -> None:
        _, visitor, form = await self.started(client)
        outcome = await self.sent(visitor, form, method="somebody-else")
        assert outcome.shown.said == [NO_METHOD[self.kind]]
        self.no_secret_in(outcome)

    @EACH_WEB
    @pytest.mark.covers("SEC-03", "SEC-04")
    async def test_nothing_happens_for_a_forged_submission(self, client: Client) -> None:
        house, visitor, form = await self.started(client)
        before = await house.identities()
        outcome = await self.sent(visitor, form, csrf_token="")
        assert outcome.error_id == "security_csrf_violation"
        assert await house.identities() == before
        assert not await visitor.signed_in()
        self.no_secret_in(outcome)

    @EACH
    @pytest.mark.covers("FLOW-07")
    async def test_a_form_that_is_too_old_is_replaced(self, client: Client) -> None:
        house, visitor, form = await self.started(client)
        house.clock.advance(minutes=11)
        outcome = await self.sent(visitor, form)
        assert (outcome.form is not None) is (client is Client.BROWSER)
        assert outcome.error_id == ("" if client is Client.BROWSER else "self_service_flow_expired")
        self.no_secret_in(outcome)

    @EACH
    @pytest.mark.covers("NEGO-03")
    async def test_fields_that_nobody_knows_do_no_harm(self, client: Client) -> None:
        _, visitor, form = await self.started(client)
        more: JsonObject = {"surprise": "x", "__proto__": {"admin": True}, "state": "active", "identity_id": "1"}
        assert self.accepted(await self.sent(visitor, form, **more))

    @EACH
    @pytest.mark.covers("NEGO-03", "FLOW-09")
    async def test_values_of_the_wrong_kind_are_told_not_stumbled_over(self, client: Client) -> None:
        _, visitor, form = await self.started(client)
        for field in self.fields:
            for wrong in WRONG:
                outcome = await self.sent(visitor, form, **{field: wrong})
                assert outcome.answer.status < 500
                assert not visitor.token
                self.no_secret_in(outcome)
                visitor.forget_session()

    @EACH
    @pytest.mark.covers("FLOW-18")
    async def test_a_secret_never_comes_back(self, client: Client) -> None:
        house, visitor, form = await self.started(client)
        for field in self.fields:
            outcome = await self.sent(visitor, form, **{field: ""})
            self.no_secret_in(outcome)
        self.no_secret_in(await self.sent(visitor, form, method=""))
        assert all(secret not in str(house.log.lines) for secret in self.secrets)

    @EACH
    @pytest.mark.covers("LOGIN-33", "REG-23", "LOGIN-16", "REG-02")
    async def test_sending_it_again_makes_nothing_twice(self, client: Client) -> None:
        house, visitor, form = await self.started(client)
        assert self.accepted(await self.sent(visitor, form))
        count = await house.identities()
        await self.sent(visitor, form)
        visitor.forget_session()
        await self.sent(visitor, form)
        assert await house.identities() == count
