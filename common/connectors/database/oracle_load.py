"""Loading into Oracle: arrays of typed binds, one round trip a batch, with the rows at fault told by the server."""

# ruff: noqa: S608 - loading is writing SQL: names are checked by Load, values are bound

from collections.abc import Iterable

import oracledb
import pyarrow as pa

from common.connectors.database.oracle_errors import is_of_a_row, refusal, was_lost
from common.connectors.database.rejects import Rejects
from common.connectors.database.target import Load, Loaded, lost_commit

__all__ = ["commit", "load_rows"]

LOCK_SECONDS = 300  # how long another writer may hold the table before the step gives up and is tried again


def load_rows(
    connection: oracledb.Connection, batches: Iterable[pa.RecordBatch], load: Load, name: str
) -> Loaded:
    """See Target.load; errors of the driver pass as they are."""
    table, rejects = ".".join(map(_quoted, load.parts)), Rejects(name, load)
    sql = _insert(table, load) if not load.key else _merge(table, load)
    with connection.cursor() as cursor:
        if load.mode == "replace":
            # other writers wait, readers do not; TRUNCATE would commit, and show everybody an empty table
            cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE WAIT {LOCK_SECONDS}")
            cursor.execute(f"DELETE FROM {table}")
        for batch in batches:
            if batch.num_rows:
                cursor.executemany(sql, _bound(batch), batcherrors=True)
                for fault in cursor.getbatcherrors():
                    if not is_of_a_row(fault):
                        raise oracledb.DatabaseError(fault)
                    rejects.add(batch, fault.offset, *refusal(fault))
                rejects.advance(len(batch))
    loaded = rejects.settle()
    commit(connection, name, f"the load of {load.table}", repeatable=load.repeatable)
    return loaded


def commit(connection: oracledb.Connection, name: str, what: str, *, repeatable: bool) -> None:
    try:
        connection.commit()
    except oracledb.Error as error:
        if was_lost(error):
            raise lost_commit(name, what, repeatable=repeatable) from None
        raise


def _insert(table: str, load: Load) -> str:
    binds = ", ".join(f":{number}" for number, _ in enumerate(load.schema.names, 1))
    return f"INSERT INTO {table} ({', '.join(map(_quoted, load.schema.names))}) VALUES ({binds})"


def _merge(table: str, load: Load) -> str:
    """One MERGE of one row, which the server runs for each row of the array."""
    names = [_quoted(name) for name in load.schema.names]
    row = ", ".join(f":{number} {name}" for number, name in enumerate(names, 1))
    same = " AND ".join(f"T.{_quoted(name)} = S.{_quoted(name)}" for name in load.key)
    changes = ", ".join(f"T.{_quoted(name)} = S.{_quoted(name)}" for name in load.changed)
    update = f" WHEN MATCHED THEN UPDATE SET {changes}" if changes else ""
    return (
        f"MERGE INTO {table} T USING (SELECT {row} FROM DUAL) S ON ({same}){update}"
        f" WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) VALUES ({', '.join(f'S.{name}' for name in names)})"
    )


def _bound(batch: pa.RecordBatch) -> pa.Table:
    """The rows as binds. Before 23ai no table has a column of truth values: they go as 1 and 0."""
    arrays = [c.cast(pa.int8()) if pa.types.is_boolean(c.type) else c for c in batch.columns]
    return pa.Table.from_arrays(arrays, names=batch.schema.names)


def _quoted(name: str) -> str:
    return f'"{name.upper()}"'
