"""Which statements does `storage/secrets.py` run?"""

from typing import Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from limen.storage.secrets import SecretRow
from limen.storage.tables import ONE_TIME_SECRETS, WRONG_GUESSES

_SECRET: Final = select(*(ONE_TIME_SECRETS.c[name] for name in SecretRow.__struct_fields__))

OF_FLOW: Final = _SECRET.where(
    ONE_TIME_SECRETS.c.flow_id == bindparam("flow_id"), ONE_TIME_SECRETS.c.purpose == bindparam("purpose")
).order_by(ONE_TIME_SECRETS.c.issued_at.desc(), ONE_TIME_SECRETS.c.id.desc())
BY_HMAC: Final = _SECRET.where(
    ONE_TIME_SECRETS.c.hmac == bindparam("hmac"), ONE_TIME_SECRETS.c.purpose == bindparam("purpose")
)
WRONG_SINCE: Final = (
    select(func.count())
    .select_from(WRONG_GUESSES)
    .where(WRONG_GUESSES.c.address == bindparam("address"), WRONG_GUESSES.c.guessed_at > bindparam("since"))
)
ADD: Final = insert(ONE_TIME_SECRETS)
SPEND: Final = (
    update(ONE_TIME_SECRETS)
    .where(ONE_TIME_SECRETS.c.id == bindparam("secret_id"), ONE_TIME_SECRETS.c.used_at.is_(None))
    .values(used_at=bindparam("at"))
)
REMOVE_OF_FLOW: Final = delete(ONE_TIME_SECRETS).where(
    ONE_TIME_SECRETS.c.flow_id == bindparam("flow_id"), ONE_TIME_SECRETS.c.purpose == bindparam("purpose")
)
REMOVE_UNUSED: Final = delete(ONE_TIME_SECRETS).where(
    ONE_TIME_SECRETS.c.identity_id == bindparam("owner"), ONE_TIME_SECRETS.c.used_at.is_(None)
)
NOTE_WRONG: Final = insert(WRONG_GUESSES)
