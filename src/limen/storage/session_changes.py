"""How do sessions change? They begin, are renewed under a new token, are extended, and end."""

from typing import Final

from limen.domain.ids import IdentityId, SessionId
from limen.domain.session.session import Session
from limen.ports.storage import IdentityChanged
from limen.storage.database import Database
from limen.storage.errors import Guard
from limen.storage.rows import session_values
from limen.storage.statements import Values, Write

_ENDED_MEANWHILE: Final = Guard(IdentityChanged, "The session was ended in the meantime. Sign in again.")


class SessionChanges:
    """The writes that change sessions, compiled."""

    def __init__(self, database: Database) -> None:
        self._add = database.compile("session_changes.ADD")
        self._renew = database.compile("session_changes.RENEW")
        self._save = database.compile("session_changes.SAVE")
        self._end = database.compile("session_changes.END")
        self._end_theirs = database.compile("session_changes.END_THEIRS")
        self._end_others = database.compile("session_changes.END_OTHERS")
        self._remove = database.compile("session_changes.REMOVE")
        self._remove_all = database.compile("session_changes.REMOVE_ALL")

    def add(self, session: Session, token_hash: bytes) -> Write:
        return self._add.write({**session_values(session), "token_hash": token_hash})

    def renew(self, session: Session, token_hash: bytes) -> Write:
        """Only a session that still is active: a new token must not bring back what was ended meanwhile."""
        keys: Values = {"session_id": session.id, "owner": session.identity_id, "new_token_hash": token_hash}
        return self._renew.write({**session_values(session), **keys}, _ENDED_MEANWHILE)

    def save(self, session: Session) -> Write:
        return self._save.write({**session_values(session), "session_id": session.id})

    def end(self, id: SessionId, identity_id: IdentityId | None) -> Write:
        if identity_id is None:
            return self._end.write({"session_id": id, "state": False})
        return self._end_theirs.write({"session_id": id, "owner": identity_id, "state": False})

    def end_others(self, identity_id: IdentityId, keep: SessionId | None) -> Write:
        return self._end_others.write({"owner": identity_id, "keep": keep or "", "state": False})

    def remove(self, id: SessionId) -> Write:
        return self._remove.write({"session_id": id})

    def remove_all(self, identity_id: IdentityId) -> Write:
        return self._remove_all.write({"owner": identity_id})


class SqlSessionWrites:
    """Adds to one unit of work."""

    def __init__(self, changes: SessionChanges, writes: list[Write]) -> None:
        self._changes = changes
        self._writes = writes

    def add(self, session: Session, token_hash: bytes) -> None:
        self._writes.append(self._changes.add(session, token_hash))

    def renew(self, session: Session, token_hash: bytes) -> None:
        self._writes.append(self._changes.renew(session, token_hash))

    def save(self, session: Session) -> None:
        self._writes.append(self._changes.save(session))

    def end(self, id: SessionId, identity_id: IdentityId | None = None) -> None:
        self._writes.append(self._changes.end(id, identity_id))

    def end_all(self, identity_id: IdentityId, keep: SessionId | None = None) -> None:
        self._writes.append(self._changes.end_others(identity_id, keep))

    def remove(self, id: SessionId) -> None:
        self._writes.append(self._changes.remove(id))

    def remove_all(self, identity_id: IdentityId) -> None:
        self._writes.append(self._changes.remove_all(identity_id))
