"""Does the profile method do what every method owes, as the first of two steps?"""

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from methods.participant_contract import ParticipantContract
from play import ADA, EACH, built
from play_config import PASSWORD, flows
from play_shown import part


class TestProfileIsTheFirstStep(ParticipantContract):
    kind, method = "registration", "profile"
    over = flows(registration={"style": "profile_first"})
    fields = ("traits", "screen")
    finishes = False

    def good(self) -> JsonObject:
        return {"traits": {"email": ADA}}


@EACH
async def test_the_steps_can_be_walked_back_and_forth(client: Client) -> None:
    house = await built(flows(registration={"style": "profile_first"}))
    visitor = house.visitor(client)
    form, traits = await visitor.start("registration"), {"email": ADA, "name": {"first": "Ada"}}
    for _ in range(2):
        form = (await visitor.submit(form, method="profile", traits=traits)).shown
        assert "password" in form.names
        form = (await visitor.submit(form, method="profile", screen="previous", traits=traits)).shown
        assert "password" not in form.names
    form = (await visitor.submit(form, method="profile", traits=traits)).shown
    wrong = (await visitor.submit(form, method="password", password="short", traits=traits)).shown
    assert wrong.said_at("password") == [4000032]
    assert (wrong.attribute("traits.email"), wrong.attribute("traits.email", "type")) == (ADA, "hidden")
    assert (await visitor.submit(wrong, method="password", password=PASSWORD, traits=traits)).done
    assert part(part(await visitor.session(), "identity"), "traits") == traits


@EACH
async def test_the_second_step_checks_the_traits_again(client: Client) -> None:
    house = await built(flows(registration={"style": "profile_first"}))
    visitor = house.visitor(client)
    form = (await visitor.submit(await visitor.start("registration"), method="profile", traits={"email": ADA})).shown
    outcome = await visitor.submit(form, method="password", password=PASSWORD, traits={"email": "no address"})
    assert outcome.shown.said_at("traits.email") == [4000040]
    assert await house.identities() == 0
