"""The page types: one Prefect block type for each kind of system."""

from common.blocks.database import Database, OracleDatabase, OtherDatabase, PostgresDatabase
from common.blocks.encryption import EncryptingPage
from common.blocks.file_store import FileStorePage
from common.blocks.http import RestApi
from common.blocks.mail import MailRelay
from common.blocks.page import Page
from common.blocks.sftp import SftpServer
from common.blocks.ssh_key import SshKey

__all__ = [
    "KINDS",
    "Database",
    "EncryptingPage",
    "FileStorePage",
    "MailRelay",
    "OracleDatabase",
    "OtherDatabase",
    "Page",
    "PostgresDatabase",
    "RestApi",
    "SftpServer",
    "SshKey",
]

KINDS: dict[str, type[Page]] = {
    page.kind: page
    for page in (OracleDatabase, PostgresDatabase, OtherDatabase, SftpServer, RestApi, MailRelay)
}
