"""Databases: each streams a query's rows as Arrow record batches, one batch in memory."""

from common.connectors.database.oracle import Oracle
from common.connectors.database.other import OtherDatabase
from common.connectors.database.postgres import Postgres
from common.connectors.database.source import Source

__all__ = ["Oracle", "OtherDatabase", "Postgres", "Source"]
