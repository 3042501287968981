"""INSERT with ON CONFLICT, as DuckDB and SQLite have it from PostgreSQL."""

from common.connectors.database.target import Load

__all__ = ["insert"]


def insert(load: Load, rows: str) -> str:
    """The statement that puts ``rows``, a VALUES or a SELECT of the load's columns, into its table."""
    statement = f"INSERT INTO {load.table} ({', '.join(load.schema.names)}) {rows}"
    if not load.key:
        return statement
    changes = ", ".join(f"{name} = excluded.{name}" for name in load.others)
    action = f"UPDATE SET {changes}" if load.mode == "upsert" and changes else "NOTHING"
    return f"{statement} ON CONFLICT ({', '.join(load.key)}) DO {action}"
