"""Which statement does `storage/figures.py` run?"""

from typing import Final

from sqlalchemy import func, literal_column, select

from limen.domain.courier.letter import LetterStatus
from limen.domain.hooks.delivery import DeliveryStatus
from limen.storage.tables import DELIVERIES, LETTERS

QUEUES: Final = select(
    select(func.count(LETTERS.c.due_at)).where(LETTERS.c.due_at > literal_column("''")).scalar_subquery(),
    select(func.count()).where(LETTERS.c.status == LetterStatus.ABANDONED.value).scalar_subquery(),
    select(func.count(DELIVERIES.c.due_at)).where(DELIVERIES.c.due_at > literal_column("''")).scalar_subquery(),
    select(func.count()).where(DELIVERIES.c.status == DeliveryStatus.DEAD.value).scalar_subquery(),
)
"""Four counts, each along an index; `due_at` is null where nothing is to be done."""
