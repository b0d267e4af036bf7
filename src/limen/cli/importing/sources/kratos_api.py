"""Who is in a running Kratos? Its admin interface says it page by page, with the contents of credentials."""

from collections.abc import AsyncIterator
from typing import Final

from limen.adapters.http_egress import HttpEgress
from limen.cli.client.admin import AdminClient, entries
from limen.cli.client.paging import next_token
from limen.cli.importing.records import Record, Source
from limen.cli.importing.sources.kratos import CREDENTIALS, USUAL, record

_PAGE: Final = 250


def source(address: str, key: str) -> Source:
    """The people of the Kratos at this admin address; `key` is sent as a bearer token where one is needed."""
    return Source(records=_records(address, key), usual=USUAL)


async def _records(address: str, key: str) -> AsyncIterator[Record]:
    egress = HttpEgress()
    try:
        client, token = AdminClient(egress, address, key), ""
        while True:
            query = [("page_size", str(_PAGE)), *(("include_credential", name) for name in CREDENTIALS)]
            answer = await client.get("/admin/identities", [*query, *([("page_token", token)] if token else [])])
            for identity in entries(answer.value):
                yield record(identity)
            token = next_token(answer.links)
            if not token:
                return
    finally:
        await egress.close()
