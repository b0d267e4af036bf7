"""What is kept only for a while?"""

from datetime import timedelta

import pytest
from samples import LATER, NOW, flow, person, sign_in, store, token, uuid

from limen.domain.flow.details import LoginDetail
from limen.domain.ids import FlowId
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import ErrorPage
from limen.storage import SqlStorage


def page(number: int) -> ErrorPage:
    return ErrorPage(id=uuid(number), error=JsonDoc.of({"code": 500}), csrf_token="token", created_at=NOW)


@pytest.mark.covers("ERR-01", "ERR-05")
async def test_an_error_page_comes_back_as_it_was(storage: SqlStorage) -> None:
    unit = storage.unit()
    unit.error_pages.add(page(1))
    await unit.commit()
    unit = storage.unit()
    unit.error_pages.seen(uuid(1), LATER)
    await unit.commit()

    assert await storage.error_pages.get(uuid(1)) == page(1)
    assert await storage.error_pages.get(uuid(2)) is None


async def test_what_has_expired_is_removed_oldest_first_up_to_a_limit(storage: SqlStorage) -> None:
    ada = person(1, "ada@example.org")
    await store(storage, ada)
    await sign_in(storage, 1, ada)
    await sign_in(storage, 2, ada, issued_at=NOW + timedelta(days=3))
    unit = storage.unit()
    unit.error_pages.add(page(1))
    for number in range(250):
        unit.flows.add(flow(number, expires_at=NOW + timedelta(minutes=number)))
    await unit.commit()

    assert await storage.remove_expired(NOW, 1000) == 0
    assert await storage.remove_expired(NOW + timedelta(minutes=100), 30) == 30
    assert await storage.flows.get(LoginDetail, FlowId(uuid(29))) is None
    assert await storage.flows.get(LoginDetail, FlowId(uuid(30))) is not None
    assert await storage.remove_expired(NOW + timedelta(days=2), 1000) == 220 + 2
    assert await storage.row(token(1)) is None
    assert await storage.row(token(2)) is not None
    assert await storage.error_pages.get(uuid(1)) is None
