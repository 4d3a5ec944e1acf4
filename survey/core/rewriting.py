"""Writing a PostgreSQL database anew, so that nothing in it tells in which order its rows came (rule D3).

`VACUUM FULL` keeps `xmin`, the number of the transaction that wrote a row: two hundred of two hundred members were linked by
it. So every row is written again, by one transaction and in random order, into new files.
"""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

# Less than `deadlock_timeout` (1 s): where a reader and we wait for each other, we are the one who gives up.
_PATIENCE = "SET LOCAL lock_timeout = '400ms'"
_OURS = "alembic_version"  # holds no row of anybody


def write_anew(engine: Engine) -> bool:
    """Write all tables anew in one transaction; False, and nothing done, where somebody else held one of them."""
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(_PATIENCE)
            _shuffle(connection, _names(connection))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != "55P03":  # lock_not_available
            raise
        return False
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")  # new tables have no statistics, and plans need them
    return True


def _names(connection: Connection) -> list[str]:
    """All tables, each after those that it points to."""
    sorted_names = inspect(connection).get_sorted_table_and_fkc_names()
    return [f'"{name}"' for name, _keys in sorted_names if name is not None and name != _OURS]


def _shuffle(connection: Connection, names: list[str]) -> None:
    every = ", ".join(names)
    connection.exec_driver_sql(f"LOCK TABLE {every} IN ACCESS EXCLUSIVE MODE")
    copies = [(name, f'pg_temp."copy_{number}"') for number, name in enumerate(names)]
    for name, copy in copies:
        connection.exec_driver_sql(f"CREATE TEMP TABLE {copy[8:]} ON COMMIT DROP AS SELECT * FROM {name}")  # noqa: S608
    connection.exec_driver_sql(f"TRUNCATE {every}")
    for name, copy in copies:
        connection.exec_driver_sql(f"INSERT INTO {name} SELECT * FROM {copy} ORDER BY gen_random_uuid()")  # noqa: S608
