"""What do other servers answer in a test? What was scripted; a call that nobody expected fails."""

import asyncio
from collections.abc import Sequence

from limen.kernel.egress import EgressFailed, HttpAnswer, HttpCall


class UnscriptedCall(AssertionError):
    """A call that the test did not expect."""


class ScriptedEgress:
    """Answers by (method, address). An address that was scripted several times answers in that order, then no more."""

    def __init__(self) -> None:
        self.calls: list[HttpCall] = []
        self._script: dict[tuple[str, str], list[HttpAnswer | EgressFailed]] = {}
        self._gate: asyncio.Event | None = None

    def answers(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        *,
        status: int = 200,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """The next answer of that address."""
        answer = HttpAnswer(status=status, headers=tuple(headers), body=body)
        self._script.setdefault((method, url), []).append(answer)

    def fails(self, method: str, url: str, error: EgressFailed | None = None) -> None:
        """The next call of that address fails."""
        self._script.setdefault((method, url), []).append(error or EgressFailed("The server cannot be reached."))

    def hold(self) -> asyncio.Event:
        """Every call waits until the event is set."""
        self._gate = asyncio.Event()
        return self._gate

    async def send(self, call: HttpCall) -> HttpAnswer:
        self.calls.append(call)
        if self._gate is not None:
            await self._gate.wait()
        script = self._script.get((call.method, call.url))
        if not script:
            raise UnscriptedCall(f"Nobody expected {call.method} {call.url}.")
        answer = script.pop(0)
        if isinstance(answer, EgressFailed):
            raise answer
        return answer
