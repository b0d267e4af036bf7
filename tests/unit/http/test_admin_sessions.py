"""How do operators look at sessions, prolong them and end them?"""

import re
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from doubles.administrator import Operator
from doubles.http_house import IDENTITY, NOW, SESSION, Answer, HttpHouse, a_session, somebody
from limen.app.sessions.issue import token_hash
from limen.config.feature_flags import FeatureFlags
from limen.config.session import SessionConfig
from limen.domain.identity.identity import IdentityState
from limen.domain.ids import IdentityId, SessionId
from limen.kernel.json_doc import JsonObject, JsonValue, at

NOBODY = "00000000-0000-4000-8000-0000000000ff"
EVA = IdentityId("00000000-0000-4000-8000-0000000000ea")
replace = msgspec.structs.replace


@pytest.fixture
def operator(house: HttpHouse) -> Operator:
    return Operator(house)


@pytest.fixture
async def sessions(house: HttpHouse) -> Sequence[str]:
    """Three sessions of one person and one of another, newest first; the oldest has ended, the next has expired."""
    unit = house.storage.unit()
    unit.identities.add(somebody())
    unit.identities.add(replace(somebody(), id=EVA))
    ids = [SessionId(f"00000000-0000-4000-8000-0000000001{n:02}") for n in range(4)]
    for n, id in enumerate(ids):
        session = replace(a_session(), id=id, issued_at=NOW - timedelta(hours=n), active=n != 3)
        if n == 2:
            session = replace(session, expires_at=NOW - timedelta(minutes=1))
        if n == 1:
            session = replace(session, identity_id=EVA)
        unit.sessions.add(session, token_hash(id))
    await unit.commit()
    return [str(id) for id in ids]


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [str(each["id"]) for each in msgspec.json.decode(answer.body, type=list[dict[str, object]])]


@pytest.mark.covers("HTTP-71", "PAGE-04")
async def test_all_sessions_come_newest_first_in_pages(operator: Operator, sessions: Sequence[str]) -> None:
    answer = await operator.send("GET", "/sessions?page_size=3&active=")
    links = dict(map(reversed, re.findall(r'</admin([^>]*)>; rel="(\w+)"', answer.header("link") or "")))
    assert ids(answer) == list(sessions[:3])
    after = await operator.send("GET", links["next"])
    assert ids(after) == [sessions[3]]
    assert "next" not in (after.header("link") or "")
    assert ids(await operator.send("GET", links["first"])) == list(sessions[:3])


@pytest.mark.covers("HTTP-69", "HTTP-71", "SESS-25")
async def test_active_tells_living_sessions_from_the_others(operator: Operator, sessions: Sequence[str]) -> None:
    assert ids(await operator.send("GET", "/sessions?active=true")) == list(sessions[:2])
    assert ids(await operator.send("GET", "/sessions?active=0")) == list(sessions[2:])
    answer = await operator.send("GET", f"/identities/{IDENTITY}/sessions?active=false&page_size=1")
    assert (ids(answer), answer.header("x-total-count")) == ([sessions[2]], "2")
    next = re.search(r'</admin([^>]*)>; rel="next"', answer.header("link") or "")
    assert next is not None
    assert ids(await operator.send("GET", next[1])) == [sessions[3]]


@pytest.mark.covers("HTTP-71", "HTTP-73", "PAGE-08")
@pytest.mark.parametrize(
    "path",
    [
        "/sessions?active=perhaps",
        "/sessions?expand=everything",
        "/sessions?page_size=many",
        "/sessions?page_token=zzzz",
        "/sessions?page_token=%C3%A9",
        "/sessions?page_token=aWQ9eC9jcmVhdGVkX2F0PXk",
        f"/sessions/{SESSION}?expand=everything",
        "/sessions/nonsense",
        "/identities/nonsense/sessions",
        f"/identities/{IDENTITY}/sessions?active=perhaps",
        f"/identities/{IDENTITY}/sessions?page_token=nonsense",
    ],
)
async def test_what_makes_no_sense_is_refused(operator: Operator, path: str) -> None:
    assert (await operator.send("GET", path)).status == 400


@pytest.mark.covers("HTTP-73", "HTTP-74", "HTTP-75")
async def test_what_is_not_there_is_not_found(operator: Operator) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("PATCH", "/extend")):
        assert (await operator.send(method, f"/sessions/{NOBODY}{path}")).status == 404
        assert (await operator.send(method, f"/sessions/nonsense{path}")).status == 400


@pytest.mark.covers("SESS-25")
async def test_who_and_where_is_told_on_request(house: HttpHouse, operator: Operator) -> None:
    await house.sign_in()
    plain = (await operator.send("GET", f"/sessions/{SESSION}")).json()
    assert (plain["identity"], plain["devices"]) == (None, [])
    full = (await operator.send("GET", f"/sessions/{SESSION}?expand=identity&expand=devices")).json()
    assert (at(full, ("identity", "metadata_admin")), at(full, ("identity", "id"))) == ({"risk": 7}, IDENTITY)
    assert len(msgspec.convert(full["devices"], list[object])) == 1


@pytest.mark.covers("SESS-30", "ID-18")
async def test_the_sessions_of_who_is_switched_off_are_not_active(house: HttpHouse, operator: Operator) -> None:
    await house.sign_in()
    unit = house.storage.unit()
    off = replace(somebody(), state=IdentityState.INACTIVE, updated_at=NOW + timedelta(seconds=1))
    unit.identities.save(off, somebody())
    await unit.commit()
    assert (await operator.send("GET", f"/sessions/{SESSION}")).json()["active"] is False


@pytest.mark.covers("HTTP-74", "SESS-23")
async def test_a_disabled_session_is_kept_but_of_no_use(house: HttpHouse, operator: Operator) -> None:
    await house.sign_in()
    for _ in range(2):
        assert (await operator.send("DELETE", f"/sessions/{SESSION}")).status == 204
    assert (await operator.send("GET", f"/sessions/{SESSION}")).json()["active"] is False


@pytest.mark.covers("HTTP-70", "SESS-23")
async def test_the_sessions_of_a_person_are_deleted_once(operator: Operator, sessions: Sequence[str]) -> None:
    assert (await operator.send("DELETE", f"/identities/{IDENTITY}/sessions")).status == 204
    assert (await operator.send("DELETE", f"/identities/{IDENTITY}/sessions")).status == 404
    assert (await operator.send("DELETE", "/identities/nonsense/sessions")).status == 400
    assert ids(await operator.send("GET", "/sessions")) == [sessions[1]]


@pytest.mark.covers("HTTP-75", "SESS-17")
async def test_an_extended_session_lives_its_whole_life_again(house: HttpHouse, operator: Operator) -> None:
    await house.sign_in()
    house.clock.advance(hours=5)
    after = (await operator.send("PATCH", f"/sessions/{SESSION}/extend")).json()
    assert (after["expires_at"], after["authenticated_at"]) == ("2030-01-02T17:00:00Z", "2030-01-01T12:00:00Z")
    assert "metadata_admin" not in msgspec.convert(after["identity"], dict[str, object])
    stored = await house.storage.sessions.get(SESSION)
    assert stored is not None
    assert stored.session.expires_at == NOW + timedelta(hours=29)


@pytest.mark.covers("SESS-17")
async def test_a_session_is_extended_only_when_it_is_time(house: HttpHouse, operator: Operator) -> None:
    await house.sign_in()
    house.config = replace(house.config, session=SessionConfig(earliest_possible_extend=timedelta(hours=2)))
    house.clock.advance(hours=21)
    early = (await operator.send("PATCH", f"/sessions/{SESSION}/extend")).json()
    assert early["expires_at"] == "2030-01-02T12:00:00Z"
    house.clock.advance(hours=2)
    house.config = replace(house.config, feature_flags=FeatureFlags(faster_session_extend=True))
    assert (await operator.send("PATCH", f"/sessions/{SESSION}/extend")).status == 204
    assert (await operator.send("GET", f"/sessions/{SESSION}")).json()["expires_at"] == "2030-01-03T11:00:00Z"


@pytest.mark.covers("SESS-17")
async def test_what_has_ended_is_not_brought_back(operator: Operator, sessions: Sequence[str]) -> None:
    for id in sessions[2:]:
        before = (await operator.send("GET", f"/sessions/{id}")).json()["expires_at"]
        answer = await operator.send("PATCH", f"/sessions/{id}/extend")
        assert (answer.status, answer.json()["expires_at"], answer.json()["active"]) == (200, before, False)


@pytest.mark.covers("HTTP-72", "SESS-24")
@pytest.mark.parametrize(
    ("body", "processed", "left"),
    [
        ({"action": "disable", "identities": [IDENTITY, EVA, NOBODY]}, 3, 4),
        ({"action": "disable", "identities": [EVA]}, 1, 4),
        ({"action": "disable", "identities": ["*"]}, 3, 4),
        ({"action": "delete", "identities": [IDENTITY, IDENTITY]}, 3, 1),
        ({"action": "delete", "identities": ["*"]}, 4, 0),
    ],
)
async def test_many_sessions_end_at_once(
    operator: Operator, sessions: Sequence[str], body: JsonObject, processed: int, left: int
) -> None:
    answer = await operator.send("POST", "/sessions", body)
    assert (answer.status, answer.json()) == (200, {"processed": processed, "more": False})
    assert (await operator.send("POST", "/sessions", body)).json()["processed"] == 0
    assert len(ids(await operator.send("GET", "/sessions"))) == left


@pytest.mark.covers("HTTP-72", "SESS-24")
async def test_named_sessions_end_and_count_once(operator: Operator, sessions: Sequence[str]) -> None:
    body: JsonValue = {"action": "disable", "sessions": [sessions[0], sessions[0], sessions[3], NOBODY]}
    assert (await operator.send("POST", "/sessions", body)).json() == {"processed": 1, "more": False}
    assert (await operator.send("POST", "/sessions", body)).json() == {"processed": 0, "more": False}


@pytest.mark.covers("HTTP-72", "SESS-24")
async def test_named_sessions_are_deleted_whether_they_ended_or_not(
    operator: Operator, sessions: Sequence[str]
) -> None:
    body: JsonValue = {"action": "delete", "sessions": [sessions[0], sessions[0], sessions[3], NOBODY]}
    assert (await operator.send("POST", "/sessions", body)).json() == {"processed": 2, "more": False}
    assert (await operator.send("POST", "/sessions", body)).json() == {"processed": 0, "more": False}
    assert set(ids(await operator.send("GET", "/sessions"))) == set(sessions) - {sessions[0], sessions[3]}


@pytest.mark.covers("HTTP-72", "SESS-24")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "delete"},
        {"action": "delete", "identities": []},
        {"action": "delete", "identities": [NOBODY], "sessions": [NOBODY]},
        {"action": "forget", "sessions": [NOBODY]},
        {"sessions": [NOBODY]},
        {"action": "delete", "sessions": ["*"]},
        {"action": "disable", "identities": ["*", NOBODY]},
        {"action": "disable", "identities": ["nonsense"]},
        {"action": "disable", "sessions": [NOBODY] * 501},
    ],
    ids=lambda body: str(body)[:60],
)
async def test_a_bulk_request_that_is_not_clear_is_refused(operator: Operator, body: JsonObject) -> None:
    assert (await operator.send("POST", "/sessions", body)).status == 400
