"""What does the storage cost? CPU per session check and per flow, in process, on a file (performance.md §4 and §6)."""

import asyncio
import hashlib
import itertools
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import uvloop

from limen.domain.flow.details import LoginDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.identity.aal import Aal
from limen.domain.identity.addresses import AddressStatus, RecoveryAddress, VerifiableAddress, Via
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.ids import FlowId, IdentityId, SessionId
from limen.domain.session.amr import AuthenticationMethod
from limen.domain.session.device import Device
from limen.domain.session.session import Session
from limen.domain.text.message import info
from limen.domain.ui.form import Form
from limen.domain.ui.nodes import Group, Input, InputType, Node, hidden, submit
from limen.kernel.json_doc import JsonDoc
from limen.storage import SqlStorage, open_storage

NOW = datetime(2030, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
SESSIONS = 20_000
ROUNDS = 5
numbers = itertools.count()


def uuid() -> str:
    return str(UUID(bytes=hashlib.md5(str(next(numbers)).encode()).digest(), version=4))


def token_hash(number: int) -> bytes:
    return hashlib.sha256(f"token {number}".encode()).digest()


def identity(number: int) -> Identity:
    email = f"person-{number}@example.org"
    times = {"created_at": NOW, "updated_at": NOW}
    return Identity(
        id=IdentityId(uuid()),
        schema_id="default",
        state=IdentityState.ACTIVE,
        state_changed_at=NOW,
        traits=JsonDoc.of({"email": email, "name": {"first": "Ada", "last": "Lovelace"}}),
        credentials={
            CredentialType.PASSWORD: Credential(
                type=CredentialType.PASSWORD,
                identifiers=(email,),
                config=JsonDoc.of({"hashed_password": "$2a$04$" + "x" * 53}),
                **times,
            )
        },
        verifiable_addresses=(
            VerifiableAddress(
                id=uuid(), value=email, verified=False, via=Via.EMAIL, status=AddressStatus.PENDING, **times
            ),
        ),
        recovery_addresses=(RecoveryAddress(id=uuid(), value=email, via=Via.EMAIL, **times),),
        available_aal=Aal.AAL1,
        **times,
    )


def session(owner: Identity) -> Session:
    return Session(
        id=SessionId(uuid()),
        identity_id=owner.id,
        active=True,
        aal=Aal.AAL1,
        methods=(AuthenticationMethod(method="password", aal=Aal.AAL1, completed_at=NOW),),
        devices=(Device(id=uuid(), ip_address="127.0.0.1", user_agent="Mozilla/5.0 (X11; Linux x86_64)"),),
        authenticated_at=NOW,
        issued_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )


def flow() -> Flow[LoginDetail]:
    label = info(1070004, "ID")
    nodes = (
        hidden(Group.DEFAULT, "csrf_token", JsonDoc.of("t" * 88), required=True),
        Node(Group.DEFAULT, Input(name="identifier", type=InputType.TEXT, required=True), label=label),
        Node(Group.PASSWORD, Input(name="password", type=InputType.PASSWORD, required=True), label=label),
        submit(Group.PASSWORD, "method", "password", label),
    )
    return Flow(
        id=FlowId(uuid()),
        kind=FlowKind.LOGIN,
        type=FlowType.BROWSER,
        state=State.CHOOSE_METHOD,
        issued_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        request_url="http://127.0.0.1:4433/self-service/login/browser",
        csrf_token="t" * 88,
        form=Form(action="http://127.0.0.1:4433/self-service/login?flow=x", nodes=nodes),
        detail=LoginDetail(),
    )


async def fill(storage: SqlStorage) -> None:
    for start in range(0, SESSIONS, 100):
        unit = storage.unit()
        for number in range(start, start + 100):
            person = identity(number)
            unit.identities.add(person)
            unit.sessions.add(session(person), token_hash(number))
        await unit.commit()


async def checks(storage: SqlStorage) -> None:
    tokens = sorted((token_hash(number) for number in range(SESSIONS)), key=lambda token: token[::-1])  # in no order
    for name, read in (("session check (row)", storage.reader.row), ("by_token_hash", storage.sessions.by_token_hash)):
        costs = []
        for _ in range(ROUNDS):
            start = time.process_time()
            for token in tokens:
                await read(token)
            costs.append((time.process_time() - start) / len(tokens) * 1e6)
        print(f"{name:28} {min(costs):6.1f} best, {sorted(costs)[ROUNDS // 2]:6.1f} median µs CPU")


async def add_flow(storage: SqlStorage) -> None:
    unit = storage.unit()
    unit.flows.add(flow())
    await unit.commit()


async def flows(storage: SqlStorage, at_once: int) -> None:
    count = 8192 // (8 if at_once == 1 else 1)
    costs, loops, spans = [], [], []
    for _ in range(ROUNDS):
        start, loop_start, wall = time.process_time(), time.thread_time(), time.perf_counter()
        for _ in range(count // at_once):
            await (asyncio.gather(*(add_flow(storage) for _ in range(at_once))) if at_once > 1 else add_flow(storage))
        costs.append((time.process_time() - start) / count * 1e6)
        loops.append((time.thread_time() - loop_start) / count * 1e6)
        spans.append(count / (time.perf_counter() - wall))
    middle = ROUNDS // 2
    print(
        f"flow added, {at_once:3} at once      {sorted(loops)[middle]:6.1f} µs CPU in the loop, "
        f"{sorted(costs)[middle]:6.1f} with the writer, {sorted(spans)[middle]:8.0f}/s"
    )


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        storage = await open_storage(f"sqlite://{Path(folder) / 'bench.sqlite'}")
        print(f"made and opened in {(time.perf_counter() - start) * 1e3:.0f} ms")
        await storage.close()
        start = time.perf_counter()
        storage = await open_storage(f"sqlite://{Path(folder) / 'bench.sqlite'}")
        print(f"opened again in {(time.perf_counter() - start) * 1e3:.0f} ms")
        await fill(storage)
        await checks(storage)
        for at_once in (1, 16, 64):
            await flows(storage, at_once)
        await storage.close()


if __name__ == "__main__":
    uvloop.run(main())
