"""What happens when many people come at the same instant, or the same person twice?"""

from collections.abc import Iterator

import httpx  # noqa: TID251 - the tests are outside
import pytest

from limen.kernel.json_doc import JsonObject
from server.crowd import at_once
from server.person import PASSWORD, People, address
from server.running import RunningServer

SIXTEEN = 16
ROUNDS = 5
TAKEN, COMPLETED = 4000007, 4040002
"""The identifier belongs to somebody; the form has made an account already."""
DEAR = {"hashers": {"algorithm": "bcrypt", "bcrypt": {"cost": 12}}}


@pytest.fixture(scope="module")
def dear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose hashes cost what they cost in production."""
    with RunningServer(tmp_path_factory.mktemp("dear"), DEAR) as server:
        yield server


def accounts(server: RunningServer, *emails: str) -> int:
    """How many identities these identifiers belong to."""
    found = 0
    for email in emails:
        query = {"credentials_identifier": email}
        found += len(httpx.get(f"{server.admin}/admin/identities", params=query, trust_env=False).json())
    return found


@pytest.mark.slow
def test_sixteen_people_sign_in_at_once(dear: RunningServer, people: People) -> None:
    newcomers = [people(dear.public, web=number % 2 == 0) for number in range(SIXTEEN)]
    emails = [address() for _ in newcomers]
    for answer in at_once(list(zip(newcomers, emails, strict=True)), lambda pair: pair[0].sign_up(pair[1])):
        assert answer.status_code == 200
    again = [people(dear.public, web=number % 2 == 0) for number in range(SIXTEEN)]
    answers = at_once(list(zip(again, emails, strict=True)), lambda pair: pair[0].sign_in(pair[1]))
    assert [answer.status_code for answer in answers] == [200] * SIXTEEN
    assert [person.whoami().json()["identity"]["traits"]["email"] for person in again] == emails


@pytest.mark.covers("REG-23", "REG-12")
@pytest.mark.parametrize("web", [False, True], ids=["native", "spa"])
@pytest.mark.parametrize("same", [True, False], ids=["same-address", "two-addresses"])
def test_one_flow_sent_twice_at_one_instant_makes_one_account(
    limen: RunningServer, people: People, *, web: bool, same: bool
) -> None:
    for _ in range(ROUNDS):
        first, second = people(limen.public, web=web), people(limen.public, web=web)
        flow: JsonObject = first.start("registration").json()
        second.http.cookies.update(first.http.cookies)
        email = address("twice")
        sent = [(first, email), (second, email if same else address("twice"))]
        answers = at_once(
            sent, lambda one, flow=flow: one[0].send(flow, traits={"email": one[1]}, password=PASSWORD)
        )  # each round has its own flow
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses[0] == 200, [answer.text for answer in answers]
        assert 400 <= statuses[1] < 500
        assert accounts(limen, *{email for _, email in sent}) == 1
        refused = next(answer for answer in answers if answer.status_code != 200).json()
        assert refused["ui"]["messages"][0]["id"] in {TAKEN, COMPLETED}


@pytest.mark.covers("REG-23")
def test_a_form_that_made_an_account_makes_no_other(limen: RunningServer, people: People) -> None:
    newcomer = people(limen.public)
    form: JsonObject = newcomer.start("registration").json()
    assert newcomer.send(form, traits={"email": address("first")}, password=PASSWORD).status_code == 200
    again = newcomer.send(form, traits={"email": address("second")}, password=PASSWORD)
    assert again.json()["ui"]["messages"][0]["id"] == COMPLETED


@pytest.mark.covers("LOGIN-33")
def test_a_native_form_asks_for_the_password_each_time(limen: RunningServer, people: People) -> None:
    somebody, email = people(limen.public), address()
    assert somebody.sign_up(email).status_code == 200
    stranger = people(limen.public)
    form: JsonObject = stranger.start("login").json()
    tokens = [stranger.send(form, identifier=email, password=PASSWORD).json()["session_token"] for _ in range(2)]
    assert len(set(tokens)) == len(tokens)
    assert stranger.send(form, identifier=email, password="not it").status_code == 400


@pytest.mark.covers("REG-12")
def test_one_address_taken_twice_at_one_instant_makes_one_account(limen: RunningServer, people: People) -> None:
    for _ in range(ROUNDS):
        email = address("rivals")
        rivals = [people(limen.public) for _ in range(4)]
        flows = [person.start("registration").json() for person in rivals]
        answers = at_once(
            list(zip(rivals, flows, strict=True)),
            lambda one, email=email: one[0].send(one[1], traits={"email": email}, password=PASSWORD),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
        said = [answer.json()["ui"]["messages"][0]["id"] for answer in answers if answer.status_code == 400]
        assert said == [TAKEN] * 3
        assert accounts(limen, email) == 1


@pytest.mark.covers("LOGIN-33")
def test_one_login_flow_sent_twice_at_one_instant_makes_one_session(limen: RunningServer, people: People) -> None:
    owner, email = people(limen.public), address("twice")
    owner.sign_up(email)
    pair = [people(limen.public), people(limen.public)]
    flow = pair[0].start("login").json()
    answers = at_once(pair, lambda person: person.send(flow, identifier=email, password=PASSWORD))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    assert 400 <= statuses[1] < 500, [answer.text for answer in answers]
    id = owner.whoami().json()["identity"]["id"]
    assert len(httpx.get(f"{limen.admin}/admin/identities/{id}/sessions", trust_env=False).json()) == 2
