"""Pages of databases that are one file each."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from common.blocks.database import Database

if TYPE_CHECKING:
    from common.connectors.database.duckdb import DuckDb
    from common.connectors.database.sqlite import Sqlite

__all__ = ["DuckDbFile", "SqliteFile"]


class DuckDbFile(Database):
    """A DuckDB file.

    Example:
        ```python
        from common.blocks import DuckDbFile

        extract = DuckDbFile.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus DuckDB file"
    kind: ClassVar[str] = "duckdb"

    path: str = Field(description="The whole path of the file, as a run sees it.")

    def open(self, name: str) -> "DuckDb":
        from common.connectors.database.duckdb import DuckDb

        return DuckDb(name=name, path=Path(self.path))


class SqliteFile(Database):
    """A SQLite file.

    Example:
        ```python
        from common.blocks import SqliteFile

        extract = SqliteFile.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus SQLite file"
    kind: ClassVar[str] = "sqlite"

    path: str = Field(description="The whole path of the file, as a run sees it.")

    def open(self, name: str) -> "Sqlite":
        from common.connectors.database.sqlite import Sqlite

        return Sqlite(name=name, path=Path(self.path))
