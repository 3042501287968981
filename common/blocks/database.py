"""Pages of databases that flows read from and write to."""

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from common.blocks.page import Page
from common.blocks.secrets import SecretReference, resolve
from common.settings import settings

if TYPE_CHECKING:
    from common.connectors.database.source import Source
    from common.connectors.database.target import Target

__all__ = ["Database", "OracleDatabase", "OtherDatabase", "PostgresDatabase", "TargetDatabase"]


class Database(Page):
    """A page of a database that flows read from."""

    @abstractmethod
    def open(self, name: str) -> "Source": ...


class TargetDatabase(Database):
    """A page of a database that flows write to as well."""

    @abstractmethod
    def open(self, name: str) -> "Target": ...


class OracleDatabase(TargetDatabase):
    """An Oracle database, such as the campus warehouse.

    Example:
        ```python
        from common.blocks import OracleDatabase

        warehouse = OracleDatabase.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus Oracle database"
    kind: ClassVar[str] = "oracle"

    host: str = Field(default="", description="Host name or address.")
    port: int = Field(default=1521, description="Port of the listener.")
    service_name: str = Field(default="", description="Service name that the listener knows.")
    sid: str = Field(default="", description="SID, for a listener that knows no service name.")
    dsn: str = Field(
        default="",
        description="Instead of host: a descriptor, (DESCRIPTION=...), or an alias in the tnsnames.ora of config_dir.",
    )
    tls: bool = Field(default=False, description="TCPS to the host; a dsn says so itself.")
    config_dir: Path | None = Field(default=None, description="Folder of tnsnames.ora, in the image.")
    wallet_location: Path | None = Field(
        default=None, description="Folder of the wallet, in the image; config_dir if unset."
    )
    wallet_password: SecretReference | None = Field(default=None, description="Password of the wallet.")
    username: str = Field(description="User that the flows log in as.")
    password: SecretReference = Field(description="Password of that user.")
    thick: bool = Field(
        default=False,
        description="Through Oracle Instant Client, which native network encryption needs and the image has to carry.",
    )

    def open(self, name: str) -> "Target":
        from common.connectors.database.oracle import Oracle
        from common.connectors.database.oracle_address import Address

        address = Address(
            host=self.host,
            port=self.port,
            service_name=self.service_name,
            sid=self.sid,
            dsn=self.dsn,
            tls=self.tls,
            config_dir=self.config_dir,
            wallet_location=self.wallet_location,
            wallet_password=resolve(self.wallet_password, page=name, field="wallet_password"),
        )
        return Oracle(
            name=name,
            address=address,
            username=self.username,
            password=resolve(self.password, page=name, field="password") or "",
            thick=self.thick,
            client=settings().oracle_client,
        )


class PostgresDatabase(TargetDatabase):
    """A PostgreSQL database.

    Example:
        ```python
        from common.blocks import PostgresDatabase

        mirror = PostgresDatabase.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus PostgreSQL database"
    kind: ClassVar[str] = "postgres"

    host: str = Field(description="Host name or address.")
    port: int = Field(default=5432, description="Port of the server.")
    database: str = Field(description="Name of the database.")
    username: str = Field(description="User that the flows log in as.")
    password: SecretReference | None = Field(default=None, description="Password of that user.")
    sslmode: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] = Field(
        default="prefer", description="How far TLS is insisted on, as libpq names it."
    )

    def open(self, name: str) -> "Target":
        from common.connectors.database.postgres import Postgres

        return Postgres(
            name=name,
            host=self.host,
            port=self.port,
            database=self.database,
            username=self.username,
            password=resolve(self.password, page=name, field="password"),
            sslmode=self.sslmode,
        )


class OtherDatabase(Database):
    """A database that SQLAlchemy has a dialect for, such as DuckDB or SQLite.

    Example:
        ```python
        from common.blocks import OtherDatabase

        extract = OtherDatabase.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus database by URL"
    kind: ClassVar[str] = "database"

    url: str = Field(description="SQLAlchemy URL without a password, such as duckdb:////data/campus.duckdb.")
    password: SecretReference | None = Field(
        default=None, description="Password, put into the URL when it is opened."
    )

    def open(self, name: str) -> "Source":
        from common.connectors.database.other import OtherDatabase as Connector

        password = resolve(self.password, page=name, field="password")
        return Connector(name=name, url=self.url, password=password)
