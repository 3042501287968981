"""The page of a Snowflake account."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from common.blocks.database import Database
from common.blocks.secrets import SecretReference, resolve

if TYPE_CHECKING:
    from common.connectors.database.snowflake import Snowflake

__all__ = ["SnowflakeDatabase"]


class SnowflakeDatabase(Database):
    """A schema of a Snowflake account.

    Example:
        ```python
        from common.blocks import SnowflakeDatabase

        lake = SnowflakeDatabase.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus Snowflake database"
    kind: ClassVar[str] = "snowflake"

    account: str = Field(description="Account identifier, such as organization-account.")
    username: str = Field(description="User that the flows log in as.")
    private_key: SecretReference | None = Field(
        default=None, description="Private key in PEM whose public key the user has."
    )
    passphrase: SecretReference | None = Field(default=None, description="Passphrase of the private key.")
    password: SecretReference | None = Field(
        default=None, description="Password of the user, where it has no key."
    )
    database: str = Field(description="Name of the database.")
    schema_name: str = Field(default="PUBLIC", description="Schema that names without one are looked up in.")
    warehouse: str | None = Field(
        default=None, description="Warehouse that computes; the user's own if empty."
    )
    role: str | None = Field(default=None, description="Role to take; the user's own if empty.")

    def open(self, name: str) -> "Snowflake":
        from common.connectors.database.snowflake import Snowflake

        return Snowflake(
            name=name,
            account=self.account,
            username=self.username,
            private_key=resolve(self.private_key, page=name, field="private_key"),
            passphrase=resolve(self.passphrase, page=name, field="passphrase"),
            password=resolve(self.password, page=name, field="password"),
            database=self.database,
            schema=self.schema_name,
            warehouse=self.warehouse,
            role=self.role,
        )
