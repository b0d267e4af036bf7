"""What would become of a record? New, changed, the same, or refused and why: judged before anything is sent."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from limen.cli.importing.bodies import body, hash_fault
from limen.cli.importing.mapping import Rule, rules
from limen.cli.importing.records import Record
from limen.cli.importing.target import Schema, Target
from limen.kernel.json_doc import JsonObject, JsonValue

_COMPARED: Final = ("traits", "state", "metadata_public", "metadata_admin")
_UNSHOWN: Final = "metadata_admin"


class Fate(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """How the operator wants it."""

    maps: tuple[str, ...] = ()
    schema_id: str = ""
    dry_run: bool = False
    update: bool = False
    without_unknown_hashes: bool = False


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A record and what becomes of it. `body` is what is sent: it holds secrets, and is printed nowhere."""

    id: str
    fate: Fate
    reason: str = ""
    diff: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """What of this person does not come along."""
    target_id: str = ""
    body: JsonObject = {}

    @property
    def plain(self) -> bool:
        """Whether the server has to make a hash, which takes time."""
        return "password" in _inner(_inner(_inner(self.body, "credentials"), "password"), "config")

    def __repr__(self) -> str:
        """Without the body."""
        return f"Judged({self.id!r}, {self.fate.value!r})"


class Judge:
    """Judges record after record; it remembers who came before, since two records may want one address."""

    def __init__(self, target: Target, usual: Sequence[Rule], wishes: Wishes) -> None:
        self._target, self._usual, self._wishes = target, usual, wishes
        self._rules: dict[str, tuple[Rule, ...]] = {}
        self._seen: set[str] = set()

    async def all(self, records: Sequence[Record]) -> list[Judged]:
        """The fates of some records. Raises Refused, click.UsageError."""
        known = await self._target.known([record.name for record in records])
        return [self._one(record, known.get(record.name)) for record in records]

    def _one(self, record: Record, known: JsonObject | None) -> Judged:
        fault = hash_fault(record)
        left = (*record.left, *((f"password: {fault}",) if fault else ()))
        if not record.id:
            return Judged(id="?", fate=Fate.REFUSED, reason="The record has no id.", left=left)
        if record.name in self._seen:
            return Judged(id=record.id, fate=Fate.REFUSED, reason="The source has this id twice.", left=left)
        self._seen.add(record.name)
        schema = self._target.schema(self._wishes.schema_id or self._schema_of(record))
        whole = body(record, self._rules_for(schema), schema.id, schema.document)
        if known is not None:
            diff = tuple(_differences(known, whole))
            if not diff:
                return Judged(id=record.id, fate=Fate.SAME, target_id=str(known.get("id")), left=left)
        else:
            diff = ()
        reason = self._objection(record, whole, schema, str((known or {}).get("id", "")))
        if not reason and known is None and fault and not self._wishes.without_unknown_hashes:
            reason = (
                f"The password cannot be verified here: {fault} --without-unknown-hashes brings the person without it."
            )
        if reason:
            return Judged(id=record.id, fate=Fate.REFUSED, reason=reason, left=left)
        if known is not None:
            id = str(known.get("id"))
            return Judged(id=record.id, fate=Fate.CHANGED, diff=diff, target_id=id, body=whole, left=left)
        shown = tuple(_differences({}, whole))
        return Judged(id=record.id, fate=Fate.NEW, diff=shown, body=whole, left=left)

    def _schema_of(self, record: Record) -> str:
        """The schema of the same name; without one the only schema there is."""
        return record.schema_id if record.schema_id in self._target.schemas or len(self._target.schemas) > 1 else ""

    def _rules_for(self, schema: Schema) -> tuple[Rule, ...]:
        if schema.id not in self._rules:
            self._rules[schema.id] = rules(self._wishes.maps, self._usual, schema.document)
        return self._rules[schema.id]

    def _objection(self, record: Record, whole: JsonObject, schema: Schema, own: str) -> str:
        faults = schema.faults(whole["traits"])
        if faults:
            return " ".join(faults)
        wanted = schema.identifiers(whole["traits"])
        taken = sorted(each for each in wanted if self._target.owners.get(each, own) not in {own, record.name})
        if taken:
            return f"Somebody else signs in with {', '.join(taken)}."
        self._target.owners.update(dict.fromkeys(wanted, own or record.name))
        return ""


def steps(judged: Judged) -> list[JsonValue]:
    """The JSON Patch that makes an identity like its record again. Credentials stay as they are."""
    return [
        {"op": "replace", "path": f"/{name}", "value": judged.body[name]} for name in _COMPARED if name in judged.body
    ]


def _differences(before: JsonObject, after: JsonObject) -> Iterator[str]:
    """`+ traits.email: ada@…`, `~ state: active → inactive`; what only administrators see is named without its value."""
    for name in _COMPARED:
        if name not in after:
            continue
        old, new = dict(_leaves(before.get(name), name)), dict(_leaves(after[name], name))
        for place in sorted({*old, *new}):
            if old.get(place) == new.get(place):
                continue
            mark = "+" if place not in old else "-" if place not in new else "~"
            told = [_text(side[place]) for side in (old, new) if place in side]
            yield f"{mark} {place}" if name == _UNSHOWN else f"{mark} {place}: {' → '.join(told)}"


def _leaves(value: JsonValue, place: str) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{place}.{key}")
    elif value is not None:
        yield place, value


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _inner(value: JsonObject, name: str) -> JsonObject:
    found = value.get(name)
    return found if isinstance(found, dict) else {}
