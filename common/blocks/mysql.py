"""The page of a MySQL or MariaDB database."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from common.blocks.database import Database
from common.blocks.secrets import SecretReference, resolve

if TYPE_CHECKING:
    from common.connectors.database.mysql import MySql

__all__ = ["MySqlDatabase"]


class MySqlDatabase(Database):
    """A database of a MySQL or MariaDB server.

    Example:
        ```python
        from common.blocks import MySqlDatabase

        housing = MySqlDatabase.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus MySQL database"
    kind: ClassVar[str] = "mysql"

    host: str = Field(description="Host name or address.")
    port: int = Field(default=3306, description="Port of the server.")
    database: str = Field(description="Name of the database.")
    username: str = Field(description="User that the flows log in as.")
    password: SecretReference = Field(description="Password of that user.")
    tls: Literal["disabled", "required", "verify"] = Field(
        default="required", description="Whether TLS is insisted on, and whether its certificate is checked."
    )

    def open(self, name: str) -> "MySql":
        from common.connectors.database.mysql import MySql

        return MySql(
            name=name,
            host=self.host,
            port=self.port,
            database=self.database,
            username=self.username,
            password=resolve(self.password, page=name, field="password") or "",
            tls=self.tls,
        )
