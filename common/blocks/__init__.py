"""The page types: one Prefect block type for each kind of system."""

from common.blocks.database import Database, OracleDatabase, OtherDatabase, PostgresDatabase, TargetDatabase
from common.blocks.database_file import DuckDbFile, SqliteFile
from common.blocks.encryption import EncryptingPage
from common.blocks.file_store import FileStorePage
from common.blocks.folder import FolderPage
from common.blocks.ftps import FtpsServer
from common.blocks.http import GraphQlApi, HttpPage, RestApi
from common.blocks.mail import MailRelay
from common.blocks.mysql import MySqlDatabase
from common.blocks.odbc import OdbcDatabase
from common.blocks.page import Page
from common.blocks.s3 import S3Bucket
from common.blocks.sftp import SftpServer
from common.blocks.sharepoint import SharePointDrive
from common.blocks.smb import SmbShare
from common.blocks.snowflake import SnowflakeDatabase
from common.blocks.ssh_key import SshKey
from common.blocks.webdav import WebDavServer

__all__ = [
    "KINDS",
    "Database",
    "DuckDbFile",
    "EncryptingPage",
    "FileStorePage",
    "FolderPage",
    "FtpsServer",
    "GraphQlApi",
    "HttpPage",
    "MailRelay",
    "MySqlDatabase",
    "OdbcDatabase",
    "OracleDatabase",
    "OtherDatabase",
    "Page",
    "PostgresDatabase",
    "RestApi",
    "S3Bucket",
    "SftpServer",
    "SharePointDrive",
    "SmbShare",
    "SnowflakeDatabase",
    "SqliteFile",
    "SshKey",
    "TargetDatabase",
    "WebDavServer",
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
        FtpsServer,
        SmbShare,
        WebDavServer,
        S3Bucket,
        SharePointDrive,
        FolderPage,
        RestApi,
        GraphQlApi,
        MailRelay,
    )
}
