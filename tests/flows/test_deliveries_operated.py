"""What do operators see of calls that nobody waits for, and what can they do? (ours: docs/hooks.md)"""

from datetime import timedelta

from play import ADA, built
from play_config import after, merged
from play_deliveries import SECRET, URL, clients, header, ignored, only, sign_up, waiting
from play_shown import listed


async def test_operators_see_what_became_of_a_call_and_nothing_secret_of_it() -> None:
    house = await built(after("registration", ignored(signing_secrets=[SECRET])))
    assert await sign_up(house.visitor())
    id = (await only(house)).id
    house.egress.answers("POST", URL, status=500)
    await house.deliverer.round()
    one = await house.operate("GET", f"/admin/hooks/deliveries/{id}", {})
    assert one.status == 200
    assert {name: one.json[name] for name in ("id", "hook", "status", "attempts", "last_answer", "target")} == {
        "id": id,
        "hook": "crm",
        "status": "waiting",
        "attempts": 1,
        "last_answer": "500",
        "target": "https://crm.test",
    }
    assert "in-the-address" not in str(one.json)
    assert (await house.operate("GET", "/admin/hooks/deliveries/nothing", {})).status == 400
    unknown = await house.operate("GET", "/admin/hooks/deliveries/00000000-0000-4000-8000-00000000ffff", {})
    assert unknown.status == 404


async def test_operators_list_calls_page_by_page() -> None:
    house = await built(merged(after("registration", ignored()), clients(attempts=1)))
    for number in range(5):
        assert await sign_up(house.visitor(), f"{number}@house.test")
        house.clock.advance(seconds=1)
    house.egress.answers("POST", URL, status=500)
    await house.deliverer.start_due()
    await house.deliverer.round()
    seen: list[str] = []
    path, query = "/admin/hooks/deliveries", "page_size=2"
    while query:
        answer = await house.answer_admin(path, query)
        seen += [str(each["id"]) for each in listed(answer.json, "items")]
        links = {rel: link for link, rel in (part.split("; ") for part in answer.header("link").split(","))}
        query = links.get('rel="next"', "").strip("<>").partition("?")[2]
    assert seen == [each.id for each in await waiting(house)]
    assert len(seen) == 5
    for wrong in ("status=lost", "page_size=0", "page_size=x", "page_token=forged"):
        assert (await house.answer_admin(path, wrong)).status == 400


async def test_operators_have_calls_repeated() -> None:
    house = await built(merged(after("registration", ignored()), clients(attempts=1)))
    for email in (ADA, "bob@house.test"):
        assert await sign_up(house.visitor(), email)
        house.egress.answers("POST", URL, status=500)
    await house.deliverer.round()
    assert [each.status for each in await waiting(house)] == ["dead", "dead"]
    house.clock.advance(days=20)
    none = await house.answer_admin("/admin/hooks/deliveries/replay", "hook=other", method="POST")
    assert none.json == {"repeated": 0}
    both = await house.answer_admin("/admin/hooks/deliveries/replay", "", method="POST")
    assert both.json == {"repeated": 2}
    for _ in range(2):
        house.egress.answers("POST", URL)
    assert await house.deliverer.round() == 2
    assert [(each.status, each.attempts) for each in await waiting(house)] == [("delivered", 2)] * 2

    id = (await waiting(house))[0].id
    again = await house.operate("POST", f"/admin/hooks/deliveries/{id}/replay", {})
    assert (again.status, again.json["status"]) == (200, "waiting")
    house.egress.answers("POST", URL)
    assert await house.deliverer.round() == 1
    keys = [header(call, "idempotency-key") for call in house.egress.calls]
    assert keys.count(id) == 3


async def test_what_has_arrived_is_kept_for_a_while() -> None:
    house = await built(merged(after("registration", ignored()), clients(keep_delivered="2h")))
    assert await sign_up(house.visitor())
    house.egress.answers("POST", URL)
    await house.deliverer.round()
    await house.storage.remove_expired(house.clock.now() + timedelta(minutes=119), 100)
    assert len(await waiting(house)) == 1
    await house.storage.remove_expired(house.clock.now() + timedelta(minutes=121), 100)
    assert await waiting(house) == []
