"""Rows whose key the table has: by INSERT with ON CONFLICT, as DuckDB and SQLite have it from PostgreSQL, or by MERGE."""

from common.connectors.database.target import Load

__all__ = ["insert", "merge"]


def insert(load: Load, rows: str) -> str:
    """The statement that puts ``rows``, a VALUES or a SELECT of the load's columns, into its table."""
    statement = f"INSERT INTO {load.table} ({', '.join(load.schema.names)}) {rows}"
    if not load.key:
        return statement
    changes = ", ".join(f"{name} = excluded.{name}" for name in load.changed)
    action = f"UPDATE SET {changes}" if changes else "NOTHING"
    return f"{statement} ON CONFLICT ({', '.join(load.key)}) DO {action}"


def merge(load: Load, source: str, into: str) -> str:
    """The statement that puts the rows of the table ``source``, which has the load's columns, into its table.

    into: the load's table with whatever stands behind its name in the dialect, the last of it the alias ``t``.
    """
    found = " AND ".join(f"t.{name} = s.{name}" for name in load.key)
    changes = ", ".join(f"{name} = s.{name}" for name in load.changed)
    update = f" WHEN MATCHED THEN UPDATE SET {changes}" if changes else ""
    names = load.schema.names
    return (
        f"MERGE INTO {into} USING {source} s ON ({found}){update} WHEN NOT MATCHED THEN "  # noqa: S608 - names that Load has checked
        f"INSERT ({', '.join(names)}) VALUES ({', '.join(f's.{name}' for name in names)})"
    )
