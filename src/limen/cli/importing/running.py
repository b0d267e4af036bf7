"""How are people brought? A portion at a time; who is there already is left alone, so a broken import goes on when run again."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import msgspec

from limen.cli.client.admin import AdminClient, Refused, entries, members
from limen.cli.importing.judging import Fate, Judge, Judged, Wishes, steps
from limen.cli.importing.records import Record, Records, Source
from limen.cli.importing.target import Target

_PORTION: Final = 1000
_PLAIN_PORTION: Final = 100
"""Fewer than the server takes (200): a hash each has to be made before the answer is due."""
_TOO_LARGE: Final = (400, 413)


class Bringing:
    """One import. `tell` hears of each record what became of it, as soon as that is sure."""

    def __init__(self, client: AdminClient, wishes: Wishes, tell: Callable[[Judged], None]) -> None:
        self._client, self._wishes, self._tell = client, wishes, tell

    async def run(self, source: Source) -> None:
        """Bring everybody. Raises Refused when the server goes away; what was told until then is done."""
        target = Target(self._client)
        await target.read()
        judge = Judge(target, source.usual, self._wishes)
        async for portion in _portions(source.records):
            judged = await judge.all(portion)
            for each in judged:
                if self._wishes.dry_run or each.fate is not Fate.NEW:
                    await self._settle(each)
            if not self._wishes.dry_run:
                new = [each for each in judged if each.fate is Fate.NEW]
                await self._make([each for each in new if not each.plain])
                hashed = [each for each in new if each.plain]
                for start in range(0, len(hashed), _PLAIN_PORTION):
                    await self._make(hashed[start : start + _PLAIN_PORTION])

    async def _settle(self, judged: Judged) -> None:
        if judged.fate is Fate.CHANGED and self._wishes.update and not self._wishes.dry_run:
            try:
                await self._client.ask("PATCH", f"/admin/identities/{judged.target_id}", body=steps(judged))
            except Refused as refused:
                if not refused.status:
                    raise
                judged = _refused(judged, refused.message)
        self._tell(judged)

    async def _make(self, new: Sequence[Judged]) -> None:
        """Send some. A request that is refused as a whole is halved until it is known whom it is about."""
        if not new:
            return
        try:
            answer = await self._client.ask(
                "PATCH", "/admin/identities", body={"identities": [{"create": each.body} for each in new]}
            )
        except Refused as refused:
            if refused.status not in _TOO_LARGE:
                raise
            if len(new) == 1:
                self._tell(_refused(new[0], refused.message))
                return
            await self._make(new[: len(new) // 2])
            await self._make(new[len(new) // 2 :])
            return
        outcomes = entries(members(answer.value).get("identities"))
        for each, outcome in zip(new, outcomes, strict=True):
            error = members(outcome.get("error"))
            made = outcome.get("action") == "create"
            said = " ".join(dict.fromkeys(str(error[name]) for name in ("message", "reason") if error.get(name)))
            id = str(outcome.get("identity", ""))
            self._tell(msgspec.structs.replace(each, target_id=id) if made else _refused(each, said))


async def _portions(records: Records) -> AsyncIterator[list[Record]]:
    portion: list[Record] = []
    async for record in _each(records):
        portion.append(record)
        if len(portion) == _PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


async def _each(records: Records) -> AsyncIterator[Record]:
    if isinstance(records, AsyncIterator):
        async for record in records:
            yield record
    else:
        for record in records:
            yield record


def _refused(judged: Judged, reason: str) -> Judged:
    return msgspec.structs.replace(judged, fate=Fate.REFUSED, reason=reason, diff=())
