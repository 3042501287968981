"""The page of a database behind an ODBC driver."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from common.blocks.database import Database
from common.blocks.secrets import SecretReference, resolve

if TYPE_CHECKING:
    from common.connectors.database.odbc import Odbc

__all__ = ["OdbcDatabase"]


class OdbcDatabase(Database):
    """A database that an ODBC driver of the image reaches, such as Microsoft SQL Server.

    Example:
        ```python
        from common.blocks import OdbcDatabase

        facilities = OdbcDatabase.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus ODBC database"
    kind: ClassVar[str] = "odbc"

    driver: str = Field(
        description="The driver's name, such as ODBC Driver 18 for SQL Server, or its library's path."
    )
    host: str = Field(description="Host name or address.")
    port: int = Field(default=1433, description="Port of the server.")
    database: str = Field(description="Name of the database.")
    username: str = Field(description="User that the flows log in as.")
    password: SecretReference = Field(description="Password of that user.")
    options: dict[str, str] = Field(
        default={}, description="Further keywords of the connection string, such as Encrypt; no secrets."
    )

    def open(self, name: str) -> "Odbc":
        from common.connectors.database.odbc import Odbc

        return Odbc(
            name=name,
            driver=self.driver,
            host=self.host,
            port=self.port,
            database=self.database,
            username=self.username,
            password=resolve(self.password, page=name, field="password") or "",
            options=self.options,
        )
