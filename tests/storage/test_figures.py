"""Does the storage tell what it does and what waits in it? (OBS-02)"""

import msgspec
import pytest
from test_deliveries_kept import delivery
from test_deliveries_kept import stored as deliveries_stored
from test_letters import letter

from limen.domain.courier.letter import LetterStatus
from limen.domain.hooks.delivery import DeliveryStatus
from limen.storage import SqlStorage

replace = msgspec.structs.replace


async def told(storage: SqlStorage) -> dict[str, float]:
    return {
        family.name + sample.suffix: sample.value
        for family in await storage.figures()
        for sample in family.samples
        if sample.suffix != "_bucket"
    }


@pytest.mark.covers("OBS-02")
async def test_queues_are_counted_when_somebody_asks(storage: SqlStorage) -> None:
    assert (await told(storage))["limen_letters_waiting"] == 0
    unit = storage.unit()
    for number, status in enumerate((LetterStatus.QUEUED, LetterStatus.SENT, LetterStatus.ABANDONED, "processing")):
        unit.letters.add(replace(letter(number), status=LetterStatus(status)))
    await unit.commit()
    await deliveries_stored(storage, delivery(1), replace(delivery(2), status=DeliveryStatus.DEAD))
    found = await told(storage)
    assert found["limen_database_up"] == 1
    assert (found["limen_letters_waiting"], found["limen_letters_abandoned"]) == (2, 1)
    assert (found["limen_deliveries_waiting"], found["limen_deliveries_dead"]) == (1, 1)


@pytest.mark.covers("OBS-02")
async def test_each_unit_of_work_counts(storage: SqlStorage) -> None:
    before = (await told(storage))["limen_database_units_total"]
    for number in (1, 2):
        await deliveries_stored(storage, delivery(number), delivery(number + 10))
    found = await told(storage)
    assert found["limen_database_units_total"] == before + 2
    assert found["limen_database_units_waiting"] == 0
    if "limen_database_connections" in found:
        assert found["limen_database_connections"] >= 1
        assert found["limen_database_retries_total"] == 0
    else:
        assert 1 <= found["limen_database_commit_seconds_count"] <= found["limen_database_units_total"]
        assert found["limen_database_commit_seconds_sum"] > 0


async def test_without_a_database_the_rest_is_told_still(storage: SqlStorage) -> None:
    await storage.close()
    found = await told(storage)
    assert found["limen_database_up"] == 0
    assert "limen_letters_waiting" not in found
    assert "limen_database_units_total" in found
