"""What holds when three servers share one PostgreSQL, and people meet a different one with each request?"""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx  # noqa: TID251 - the tests are outside
import pytest

from limen.kernel.json_doc import JsonObject
from play_config import merged
from server.cluster import Cluster
from server.crowd import at_once
from server.mailbox import Mailbox
from server.person import PASSWORD, People, Person, address, csrf_token
from server.running import RunningServer, pause

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

THREE = 3
PEOPLE = 24
LED_ON = 422
"""How an app hears that the code was right and a settings form waits (REC-*)."""
SECRET = "a-secret-that-all-three-know"


class House:
    """Three servers, one database, one mailbox, and a database to look into."""

    def __init__(self, servers: list[RunningServer], mailbox: Mailbox, cluster: Cluster, database: str) -> None:
        self.servers = servers
        self.mailbox = mailbox
        self._cluster = cluster
        self._database = database
        self._turns = itertools.cycle(servers)
        self._lock = threading.Lock()

    @property
    def next(self) -> RunningServer:
        """The servers in turn."""
        with self._lock:
            return next(self._turns)

    def sql(self, text: str) -> str:
        return self._cluster.sql(text, self._database)


@pytest.fixture(scope="module")
def house(cluster: Cluster, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    database = cluster.database(migrated)
    with ExitStack() as exits:
        exits.callback(cluster.drop, database)
        mailbox = exits.enter_context(Mailbox())
        over: JsonObject = {
            "dsn": cluster.dsn(database, max_conns="8"),
            "secrets": {"default": [SECRET]},
            "courier": {
                "smtp": {"connection_uri": f"smtp://127.0.0.1:{mailbox.port}/?disable_starttls=true"},
                "worker": {"pull_count": 5, "pull_wait": "100ms"},
            },
            "selfservice": {
                "flows": {"recovery": {"enabled": True}, "verification": {"enabled": True}},
                "methods": {"code": {"enabled": True}, "link": {"enabled": True}},
            },
        }
        servers: list[RunningServer] = []
        for number in range(THREE):
            server = RunningServer(tmp_path_factory.mktemp(f"server{number}"), over)
            # People know one address only, whichever server answers there: cookies are named after it.
            over["serve"] = {"public": {"base_url": f"{(servers or [server])[0].public}/"}}
            server.arguments = (*server.arguments, "--watch-courier")
            servers.append(exits.enter_context(server))
        yield House(servers, mailbox, cluster, database)


def at(person: Person, server: RunningServer) -> Person:
    """The same person, whom the balancer in front leads to this server, whatever address they were given."""

    def lead(request: httpx.Request) -> None:
        request.url = request.url.copy_with(port=server.public_port)

    person.http.event_hooks = {"request": [lead]}
    return person


def wandering(house: House, person: Person) -> Person:
    """The same person in front of the next server; what they know goes with them."""
    return at(person, house.next)


def posted(house: House, form: JsonObject, **fields: object) -> httpx.Response:
    """A form sent to another server than the one that gave it out."""
    ui = form["ui"]
    assert isinstance(ui, dict)
    url = httpx.URL(str(ui["action"]))
    other = httpx.URL(house.next.public)
    headers = {"accept": "application/json"}
    return httpx.post(url.copy_with(port=other.port), json=fields, headers=headers, trust_env=False, timeout=60)


def test_forms_sessions_and_cookies_of_one_server_are_good_at_the_others(house: House, people: People) -> None:
    """Browsers' cookies are sealed with the shared secret, flows and sessions are rows: no server is special."""

    def journey(number: int) -> list[int]:
        web = number % 2 == 0
        person, email = people(house.next.public, web=web), address("wanderer")
        statuses = []
        for kind, fields in (
            ("registration", {"traits": {"email": email}, "password": PASSWORD}),
            ("login", {"identifier": email, "password": PASSWORD}),
        ):
            if kind == "login":
                person.http.cookies.clear()
                person.token = ""
            form = wandering(house, person).start(kind).json()
            hidden = {"csrf_token": csrf_token(form)} if web else {}
            body = {"method": "password", **hidden, **fields}
            answer = wandering(house, person).http.post(form["ui"]["action"], json=body)
            person.token = answer.json().get("session_token") or ""
            statuses += [answer.status_code]
            statuses += [wandering(house, person).whoami().status_code for _ in range(THREE)]
        return statuses

    with ThreadPoolExecutor(PEOPLE) as crowd:
        found = list(crowd.map(journey, range(PEOPLE), timeout=100))
    assert found == [[200] * 8] * PEOPLE


def test_who_is_signed_out_at_one_server_is_signed_out_at_all_at_once(house: House, people: People) -> None:
    for _ in range(5):
        person = wandering(house, people(house.next.public))
        assert person.sign_up(address("leaver")).status_code == 200
        gone = wandering(house, person).http.request(
            "DELETE", "/self-service/logout/api", json={"session_token": person.token}
        )
        assert gone.status_code == 204
        assert [wandering(house, person).whoami().status_code for _ in range(THREE)] == [401] * THREE


@pytest.mark.covers("REG-12")
def test_one_address_is_registered_once_however_many_servers_are_asked(house: House, people: People) -> None:
    for _ in range(3):
        email = address("wanted")
        answers = at_once(
            [at(people(server.public), server) for server in house.servers * 3],
            lambda person, email=email: person.sign_up(email),
        )
        assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 8}
        assert (
            house.sql(f"SELECT count(DISTINCT identity_id) FROM credential_identifiers WHERE identifier = '{email}'")
            == "1"
        )


@pytest.mark.covers("REG-23")
def test_one_form_sent_to_three_servers_makes_one_account(house: House, people: People) -> None:
    for _ in range(10):
        form = people(house.next.public).start("registration").json()
        emails = [address("twin") for _ in range(THREE)]
        answers = at_once(
            emails,
            lambda email, form=form: posted(house, form, method="password", traits={"email": email}, password=PASSWORD),
        )
        assert min(answer.status_code for answer in answers) == 200
        assert [answer.status_code for answer in answers].count(200) == 1
        assert not any(answer.status_code >= 500 for answer in answers)
        named = ", ".join(f"'{email}'" for email in emails)
        assert (
            house.sql(f"SELECT count(DISTINCT identity_id) FROM credential_identifiers WHERE identifier IN ({named})")
            == "1"
        )


@pytest.mark.covers("COU-03")
def test_three_couriers_send_each_message_once_and_a_code_opens_one_session(house: House, people: People) -> None:
    emails = [address("forgetful") for _ in range(PEOPLE)]
    for email in emails:
        assert wandering(house, people(house.next.public)).sign_up(email).status_code == 200
    house.mailbox.wait(lambda: all(house.mailbox.to(email) for email in emails))
    before = {email: len(house.mailbox.to(email)) for email in emails}
    assert set(before.values()) == {1}

    def recover(email: str) -> list[bool]:
        form = people(house.next.public).start("recovery").json()
        assert posted(house, form, method="code", email=email).status_code == 200
        house.mailbox.wait(lambda: len(house.mailbox.to(email)) > 1)
        code = house.mailbox.code(email)
        with ThreadPoolExecutor(THREE) as rivals:
            answers = list(
                rivals.map(lambda _: posted(house, form, method="code", code=code), range(THREE), timeout=60)
            )
        assert not any(answer.status_code >= 500 for answer in answers)
        return [answer.status_code == LED_ON and "/settings?flow=" in answer.text for answer in answers]

    with ThreadPoolExecutor(6) as crowd:
        let_in = list(crowd.map(recover, emails, timeout=100))
    # Each attempt is counted on the form, so that of three at one instant all may have to be told to try again; never do two get in.
    winners = sum(sum(each) for each in let_in)
    assert max(sum(each) for each in let_in) == 1
    assert winners > PEOPLE // 2
    spent = "SELECT count(*) FROM one_time_secrets WHERE purpose = 'recovery_code' AND used_at IS NOT NULL"
    assert house.sql(spent) == str(winners)
    assert {len(house.mailbox.to(email)) for email in emails} == {2}
    assert house.sql("SELECT count(*) FROM letters WHERE status <> 'sent'") == "0"
    assert house.sql("SELECT count(*) FROM letters WHERE send_count <> 1") == "0"


def test_secrets_change_while_people_use_all_three(house: House, people: People) -> None:
    """First all of them learn the new one, then they use it: no cookie is refused meanwhile, wherever it was sealed."""
    statuses: list[int] = []
    stop = threading.Event()

    def stay(person: Person) -> None:
        while not stop.is_set():
            statuses.append(wandering(house, person).whoami().status_code)

    def arrive() -> None:
        while not stop.is_set():
            person = wandering(house, people(house.next.public, web=True))
            statuses.append(person.sign_up(address("newcomer")).status_code)
            statuses.extend(wandering(house, person).whoami().status_code for _ in range(THREE))

    known = [wandering(house, people(house.next.public, web=True)) for _ in range(3)]
    for person in known:
        assert person.sign_up(address("stayer")).status_code == 200
    with ThreadPoolExecutor(4) as crowd:
        busy = [crowd.submit(stay, person) for person in known] + [crowd.submit(arrive)]
        try:
            for revision, secrets in (
                ("learn", [SECRET, "another-secret-for-all"]),
                ("use", ["another-secret-for-all", SECRET]),
            ):
                for server in house.servers:
                    server.write(merged(server.config, {"revision": revision, "secrets": {"default": secrets}}))
                for server in house.servers:
                    wait_for(server, revision)
        finally:
            stop.set()
        for task in busy:
            task.result(60)
    assert Counter(statuses) == {200: len(statuses)}
    assert len(statuses) > PEOPLE


def wait_for(server: RunningServer, revision: str) -> None:
    for _ in range(1000):
        if httpx.get(f"{server.admin}/admin/health/config", trust_env=False).text == revision:
            return
        pause(0.02)
    raise AssertionError(server.tail())


def test_a_server_that_is_killed_takes_nothing_along(house: House, people: People) -> None:
    victim, *others = house.servers
    known: list[Person] = []
    stop = threading.Event()

    def come(number: int) -> list[int]:
        statuses = []
        while not stop.is_set():
            server = others[number % len(others)]
            person = at(people(server.public), server)
            answer = person.sign_up(address("survivor"))
            statuses.append(answer.status_code)
            if answer.status_code == 200:
                known.append(person)
        return statuses

    with ThreadPoolExecutor(5) as crowd:
        doomed = [at(people(victim.public), victim) for _ in range(4)]
        for person in doomed:
            assert person.sign_up(address("doomed")).status_code == 200
        working = [crowd.submit(come, number) for number in range(4)]
        victim.kill()
        stop.wait(1.5)
        stop.set()
        statuses = [status for worker in working for status in worker.result(60)]
    assert set(statuses) == {200}
    for person in (*doomed, *known):
        assert at(person, others[0]).whoami().status_code == 200
    victim.start()
