"""The page types: one Prefect block type for each kind of system."""

from common.blocks.database import Database, OracleDatabase, OtherDatabase, PostgresDatabase
from common.blocks.database_file import DuckDbFile, SqliteFile
from common.blocks.file_store import FileStorePage
from common.blocks.http import RestApi
from common.blocks.mail import MailRelay
from common.blocks.mysql import MySqlDatabase
from common.blocks.odbc import OdbcDatabase
from common.blocks.page import Page
from common.blocks.sftp import SftpServer
from common.blocks.snowflake import SnowflakeDatabase
from common.blocks.ssh_key import SshKey

__all__ = [
    "KINDS",
    "Database",
    "DuckDbFile",
    "FileStorePage",
    "MailRelay",
    "MySqlDatabase",
    "OdbcDatabase",
    "OracleDatabase",
    "OtherDatabase",
    "Page",
    "PostgresDatabase",
    "RestApi",
    "SftpServer",
    "SnowflakeDatabase",
    "SqliteFile",
    "SshKey",
]

KINDS: dict[str, type[Page]] = {
    page.kind: page
    for page in (
        OracleDatabase,
        PostgresDatabase,
        MySqlDatabase,
        OdbcDatabase,
        SnowflakeDatabase,
        DuckDbFile,
        SqliteFile,
        OtherDatabase,
        SftpServer,
        RestApi,
        MailRelay,
    )
}
