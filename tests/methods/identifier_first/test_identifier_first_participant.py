"""Does the first of two steps do what every method owes? And does it know none of the others?"""

import pytest

from limen.kernel.json_doc import JsonObject
from methods.participant_contract import ParticipantContract
from play import ADA, BOB, House, built
from play_config import flows
from play_shown import Outcome

TWO_STEPS = flows(login={"style": "identifier_first"})


class TestIdentifierFirstNamesSomebody(ParticipantContract):
    kind, method = "login", "identifier_first"
    over = TWO_STEPS
    off = flows(login={"style": "unified"})
    fields = ("identifier",)
    finishes = False

    def good(self) -> JsonObject:
        return {"identifier": ADA}

    async def prepare(self, house: House) -> None:
        assert (await house.visitor().sign_up(ADA)).done

    def accepted(self, outcome: Outcome) -> bool:
        return outcome.form is not None and outcome.shown.attribute("identifier", "type") == "hidden"


@pytest.mark.covers("IDF-01", "IDF-02")
async def test_what_follows_depends_on_the_methods_alone() -> None:
    """With the password switched off nothing is left, whoever is named."""
    house = await built(TWO_STEPS)
    assert (await house.visitor().sign_up(ADA)).done
    await house.reconfigured({**TWO_STEPS, "selfservice": {**_without_password()}})
    for email in (ADA, BOB):
        visitor = house.visitor()
        sent = await visitor.submit(await visitor.start("login"), method="identifier_first", identifier=email)
        assert sent.shown.said_at("identifier") == [4000037]


def _without_password() -> JsonObject:
    off: JsonObject = {"methods": {"password": {"enabled": False}}}
    selfservice = TWO_STEPS["selfservice"]
    assert isinstance(selfservice, dict)
    return {**selfservice, **off}
