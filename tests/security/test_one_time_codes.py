"""Can codes be guessed, reused or read, or tell who has an account? (security.md §2.7, §2.13)"""

import asyncio
from pathlib import Path

import pytest

from limen.app.scope import Client
from limen.domain.ids import FlowId
from limen.kernel.json_doc import JsonObject
from limen.ports.one_time_secrets import SecretPurpose
from limen.storage import open_storage
from play import ADA, House, built, housed, loaded
from play_config import UI, base, merged
from play_shown import Shown

STRANGER = "nobody@house.test"
ON: JsonObject = {
    "selfservice": {
        "flows": {
            "recovery": {"enabled": True, "ui_url": f"{UI}/recovery"},
            "verification": {"enabled": True, "ui_url": f"{UI}/verification"},
        },
        "methods": {"code": {"config": {"max_submissions": 5}}},
    }
}
PURPOSES = {"recovery": SecretPurpose.RECOVERY_CODE, "verification": SecretPurpose.VERIFICATION_CODE}


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def house_of_ada() -> House:
    house = await built()
    await house.visitor().sign_up(ADA)
    await house.reconfigured(ON)
    return house


async def asked(house: House, kind: str, email: str, client: Client = Client.API) -> Shown:
    visitor = house.visitor(client)
    return (await visitor.submit(await visitor.start(kind), method="code", email=email)).shown


@pytest.mark.parametrize("kind", PURPOSES)
@pytest.mark.covers("SEC-08", "REC-03", "VER-08")
async def test_known_and_unknown_addresses_get_the_same_answer_and_the_same_rows(kind: str) -> None:
    house = await house_of_ada()
    known, unknown = await asked(house, kind, ADA), await asked(house, kind, STRANGER)
    assert (known.said, known.names, known.buttons[0]) == (unknown.said, unknown.names, unknown.buttons[0])
    rows = [list(await house.storage.secrets.of_flow(PURPOSES[kind], FlowId(form.id))) for form in (known, unknown)]
    assert [len(found) for found in rows] == [1, 1]
    assert rows[1][0].identity_id is None
    assert len(rows[0][0].hmac) == len(rows[1][0].hmac)
    assert len(house.letters.composed) == 2, "the same work is done for both"


@pytest.mark.parametrize("kind", PURPOSES)
@pytest.mark.covers("SEC-09", "CODE-03")
async def test_guesses_are_counted_for_the_address_across_forms(kind: str) -> None:
    house = await house_of_ada()
    for _ in range(4):
        form = await asked(house, kind, ADA)
        code = house.letters.code(ADA)
        for _ in range(5):
            await house.visitor().submit(form, method="code", code=wrong(code))
    form = await asked(house, kind, ADA)
    refused = await house.visitor().submit(form, method="code", code=house.letters.code(ADA))
    assert refused.answer.status in {303, 410}
    house.clock.advance(hours=25)
    form = await asked(house, kind, ADA)
    done = await house.visitor().submit(form, method="code", code=house.letters.code(ADA))
    assert done.answer.status in {200, 422}
    assert not done.error or done.error_id == "browser_location_change_required"


@pytest.mark.covers("SEC-09", "LINK-02")
async def test_no_code_is_kept_as_itself() -> None:
    house = await house_of_ada()
    form = await asked(house, "recovery", ADA)
    (kept,) = await house.storage.secrets.of_flow(SecretPurpose.RECOVERY_CODE, FlowId(form.id))
    assert house.letters.code(ADA).encode() not in kept.hmac
    assert house.letters.code(ADA) not in str(form.wire)
    assert not any(house.letters.code(ADA) in str(line) for line in house.log.lines)


@pytest.mark.covers("SEC-09", "CODE-02")
async def test_of_many_submissions_at_one_instant_one_gets_in(tmp_path: Path) -> None:
    storage = await open_storage(f"sqlite://{tmp_path / 'limen.sqlite'}?_fk=true")
    house = await housed(loaded(merged(base(), ON)), storage=storage)
    await house.visitor().sign_up(ADA)
    form = await asked(house, "recovery", ADA)
    code = house.letters.code(ADA)
    sent = [house.visitor().submit(form, method="code", code=code) for _ in range(8)]
    statuses = [outcome.answer.status for outcome in await asyncio.gather(*sent)]
    await storage.close()
    assert statuses.count(422) == 1


@pytest.mark.covers("SEC-09", "CODE-03")
async def test_guesses_side_by_side_are_no_more_than_one_after_the_other(tmp_path: Path) -> None:
    storage = await open_storage(f"sqlite://{tmp_path / 'limen.sqlite'}?_fk=true")
    house = await housed(loaded(merged(base(), ON)), storage=storage)
    await house.visitor().sign_up(ADA)
    form = await asked(house, "recovery", ADA)
    code = house.letters.code(ADA)
    sent = [house.visitor().submit(form, method="code", code=wrong(code)) for _ in range(30)]
    await asyncio.gather(*sent)
    looked_at = await storage.secrets.wrong_since(ADA, house.clock.now().replace(year=2000))
    await storage.close()
    assert looked_at <= 5
