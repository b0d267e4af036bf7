"""Who uses the servers during a drill? People who sign up, ask for their session and sign in again, until they are told to stop."""
# ruff: noqa: TID251 - drills are outside, in real time

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import httpx

from server.person import PASSWORD, Person, address, csrf_token
from server.running import RunningServer, pause

SOON = 503
"""The one refusal that is meant: come back in a moment."""
PATIENCE = 30.0
Where = Callable[[], str]


class Load:
    """`where` names a server's public address, anew for each person. Everything that was acknowledged is remembered."""

    def __init__(
        self, where: Where, people: int = 6, *, web: bool = False, meant: frozenset[int] = frozenset()
    ) -> None:
        self._where = where
        self._web = web
        self._meant = meant | {SOON}
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(people)
        self._people = people
        self._running: list[Future[None]] = []
        self.acknowledged: list[tuple[str, str]] = []
        """Address and session token (the cookie's value for browsers) of everybody whose sign-up got a 200."""
        self.wrong: Counter[str] = Counter()
        self.later = 0
        """How often somebody was told to come back (503)."""
        self.broken = 0
        """How often no answer came."""
        self.answered: list[float] = []
        """When something went well."""

    def __enter__(self) -> Self:
        self._running = [self._pool.submit(self._come) for _ in range(self._people)]
        self.wait(lambda: len(self.acknowledged) >= self._people)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        self._over.set()
        for one in self._running:
            one.result(90)
        self._pool.shutdown()

    def wait(self, seen: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Until that is true. Fails after a while."""
        until(seen, seconds, f"no progress; {self.told}")

    def more(self, count: int = 20) -> None:
        """Until that many more things went well."""
        goal = len(self.answered) + count
        self.wait(lambda: len(self.answered) >= goal)

    @property
    def told(self) -> str:
        return f"{len(self.answered)} answers, {self.later} told to come back, {self.broken} without answer, {dict(self.wrong)}"

    @property
    def longest_silence(self) -> float:
        """The longest time in which nothing went well, in seconds."""
        moments = sorted(self.answered)
        return max((late - early for early, late in itertools.pairwise(moments)), default=0.0)

    def check(self) -> None:
        """Fails when somebody got an answer that is not meant."""
        assert not self.wrong, f"answers that are not meant: {dict(self.wrong)}"

    def _come(self) -> None:
        while not self._over.is_set():
            try:
                with Person(self._where(), web=self._web, seconds=30) as person:
                    self._visit(person)
            except httpx.HTTPError:
                with self._lock:
                    self.broken += 1
                self._over.wait(0.05)

    def _visit(self, person: Person) -> None:
        email = address("drill")
        form = self._noted("registration form", person.start("registration"))
        if form is None:
            return
        done = self._noted("sign-up", person.send(form.json(), traits={"email": email}, password=PASSWORD))
        if done is None:
            return
        token = person.http.cookies.get("ory_kratos_session", "") if self._web else person.token
        with self._lock:
            self.acknowledged.append((email, token))
        self._noted("whoami", person.whoami())
        if self._web:
            person.http.cookies.clear()
        form = self._noted("login form", person.start("login"))
        if form is not None:
            self._noted("sign-in", person.send(form.json(), identifier=email, password=PASSWORD))

    def _noted(self, what: str, answer: httpx.Response) -> httpx.Response | None:
        with self._lock:
            if answer.status_code == 200:
                self.answered.append(time.monotonic())
                return answer
            if answer.status_code in self._meant:
                self.later += 1
            else:
                self.wrong[f"{what}: {answer.status_code} {answer.text[:200]}"] += 1
        self._over.wait(0.1)
        return None


def until(seen: Callable[[], bool], seconds: float, why: str) -> float:
    """Wait until that is true; how many seconds it took. Fails with `why`."""
    begin = time.monotonic()
    while not seen():
        assert time.monotonic() - begin < seconds, why
        pause(0.02)
    return time.monotonic() - begin


def lost(public: str, people: list[tuple[str, str]], *, web: bool = False) -> list[str]:
    """Whose session or account is not there any more. Of many, one in four is asked to sign in as well."""
    found: list[str] = []

    def look(part: int) -> None:
        for number, (email, token) in enumerate(people[part::4]):
            with Person(public, web=web) as person:
                if web:
                    person.http.cookies.set("ory_kratos_session", token)
                person.token = "" if web else token
                good = person.whoami().status_code == 200
                person.http.cookies.clear()
                if good and (number % 4 == 0 or len(people) < 100):
                    good = person.sign_in(email).status_code == 200
                if not good:
                    found.append(email)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(4)))
    return found


def nothing_lost(server: RunningServer, load: Load, *, web: bool = False) -> str:
    """How much was acknowledged. Fails when any of it is gone, or somebody was told what is not meant."""
    load.check()
    gone = lost(server.public, load.acknowledged, web=web)
    assert not gone, f"{len(gone)} of {len(load.acknowledged)} acknowledged accounts or sessions are lost: {gone[:5]}"
    assert "Traceback" not in server.log, server.tail()
    return f"{len(load.acknowledged)} acknowledged, 0 lost"


def quiet(server: RunningServer) -> RunningServer:
    """The server without the limits that keep one address from doing what a whole crowd does here."""
    server.environment["SECURITY_RATE_LIMITS_ENABLED"] = "false"
    return server


__all__ = ("PASSWORD", "Load", "csrf_token", "lost", "nothing_lost", "quiet", "until")
