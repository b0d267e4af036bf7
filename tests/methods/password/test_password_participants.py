"""Does the password method do what every method owes, in both flows it takes part in?"""

from limen.kernel.json_doc import JsonObject
from methods.participant_contract import ParticipantContract
from play import ADA, House
from play_config import PASSWORD


class TestPasswordSignsIn(ParticipantContract):
    kind, method = "login", "password"
    fields = ("identifier", "password")
    secrets = (PASSWORD,)

    def good(self) -> JsonObject:
        return {"identifier": ADA, "password": PASSWORD}

    async def prepare(self, house: House) -> None:
        if house.config.method_enabled("password"):
            assert (await house.visitor().sign_up(ADA)).done


class TestPasswordSignsUp(ParticipantContract):
    kind, method = "registration", "password"
    fields = ("password", "traits")
    secrets = (PASSWORD,)

    def good(self) -> JsonObject:
        return {"password": PASSWORD, "traits": {"email": ADA}}
