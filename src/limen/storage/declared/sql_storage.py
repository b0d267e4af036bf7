"""Which statements does `storage/sql_storage.py` run?"""

from typing import Final

from sqlalchemy import Select, String, column, select, table

VERSION: Final[Select[str]] = select(column("version_num", String())).select_from(table("alembic_version"))
