"""How are flows kept? One row for each, whatever its kind; a save counts its version up and fails if somebody else did."""

from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

from limen.domain.flow.details import (
    Detail,
    LoginDetail,
    RecoveryDetail,
    RegistrationDetail,
    SettingsDetail,
    VerificationDetail,
)
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.ids import FlowId
from limen.ports.storage import FlowChanged
from limen.storage.database import Database, query
from limen.storage.errors import Guard
from limen.storage.rows import FlowRow, flow_of, flow_values
from limen.storage.statements import Values, Write

D = TypeVar("D", bound=Detail)

_KINDS: Final[Mapping[type[msgspec.Struct], FlowKind]] = {
    LoginDetail: FlowKind.LOGIN,
    RegistrationDetail: FlowKind.REGISTRATION,
    SettingsDetail: FlowKind.SETTINGS,
    RecoveryDetail: FlowKind.RECOVERY,
    VerificationDetail: FlowKind.VERIFICATION,
}
_MOVED_ON: Final = Guard(FlowChanged, "The form was submitted somewhere else in the meantime. Open it again.")


class SqlFlowReads:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._get = query(database, "flows.GET", FlowRow)

    async def get(self, detail: type[D], id: FlowId) -> Flow[D] | None:
        """The flow with that kind of detail."""
        values = self._get.compiled.bind({"id": id, "kind": _KINDS[detail].value})
        row = await self._database.one(self._get, values)
        return None if row is None else flow_of(row, detail)


class FlowChanges:
    """The writes that change flows, compiled."""

    def __init__(self, database: Database) -> None:
        self._add = database.compile("flows.ADD")
        self._save = database.compile("flows.SAVE")

    def add(self, flow: Flow[Detail]) -> Write:
        return self._add.write(flow_values(flow))

    def save(self, flow: Flow[Detail]) -> Write:
        versions: Values = {"flow_id": flow.id, "read_version": flow.version, "next_version": flow.version + 1}
        return self._save.write({**flow_values(flow), **versions}, _MOVED_ON)


class SqlFlowWrites:
    """Adds to one unit of work."""

    def __init__(self, changes: FlowChanges, writes: list[Write]) -> None:
        self._changes = changes
        self._writes = writes

    def add(self, flow: Flow[Detail]) -> None:
        self._writes.append(self._changes.add(flow))

    def save(self, flow: Flow[Detail]) -> None:
        self._writes.append(self._changes.save(flow))
