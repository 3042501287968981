"""What a database can be asked to take: rows into a table, or one statement that changes some."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import pyarrow as pa

from common.connectors.database.source import Source
from common.errors import ConfigError, DataFlowError, DeliveryError, TransientError
from common.query import Change

__all__ = ["Load", "Loaded", "Mode", "Target", "lost_commit"]

NAME = re.compile(r"[^\W\d][\w$#]*")

Mode: TypeAlias = Literal["append", "replace", "upsert"]


@dataclass(frozen=True, slots=True)
class Load:
    """Which rows go into which table, and how.

    table: with its schema or owner before it, such as ``mirror.students``. Names are written without quotes and
        fold to whatever case the database folds them to.
    schema: the columns by the table's names, with the types that every batch has.
    mode: ``append`` adds the rows; ``replace`` exchanges the table's rows for them, so that a reader sees the
        old ones or the new ones and never none; ``upsert`` changes the rows whose key the table has and adds
        the others.
    key: columns that tell rows apart, with a unique index on them in the table; an upsert needs it. An append
        that has one leaves a row alone whose key the table has, so that it can be repeated.
    max_rejected: share of the rows that the database may refuse while the others are kept.
    rejects: the file that refused rows are set aside in.
    """

    table: str
    schema: pa.Schema
    mode: Mode
    rejects: Path
    key: tuple[str, ...] = ()
    max_rejected: float = 0.0

    def __post_init__(self) -> None:
        for name in (*self.table.split("."), *self.schema.names):
            if not NAME.fullmatch(name):
                raise ConfigError(f"{self.table}: {name!r} is no name that a table or a column can have.")
        if unknown := sorted(set(self.key) - set(self.schema.names)):
            raise ConfigError(f"{self.table}: key {', '.join(unknown)} is none of the columns to load.")
        if self.mode == "upsert" and not self.key:
            raise ConfigError(f"{self.table}: an upsert needs the key that tells its rows apart.")
        if self.mode == "replace" and self.key:
            raise ConfigError(f"{self.table}: a replaced table takes every row; leave the key out.")
        if not 0 <= self.max_rejected < 1:
            raise ConfigError(f"{self.table}: max_rejected is a share of the rows, from 0 to below 1.")

    @property
    def parts(self) -> tuple[str, ...]:
        """The table's name and what stands before it."""
        return tuple(self.table.split("."))

    @property
    def changed(self) -> tuple[str, ...]:
        """The columns that the load changes in a row whose key the table has: none, unless it is an upsert."""
        return tuple(name for name in self.schema.names if self.mode == "upsert" and name not in self.key)

    @property
    def repeatable(self) -> bool:
        """Whether loading the same rows once more leaves the table as it is."""
        return self.mode != "append" or bool(self.key)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a load.

    rows: rows of the load that the table holds now. rejected: rows that the database refused.
    """

    rows: int
    rejected: int = 0


class Target(Source, Protocol):
    """A database that flows write to as well."""

    def load(self, batches: Iterable[pa.RecordBatch], load: Load) -> Loaded:
        """Puts the rows into the table: in bulk, as the types they have, in one transaction that is kept once.

        Whatever fails, also in ``batches``, leaves the table as it was. A row that the database refuses is set
        aside (see ``Rejects``). Raises ConfigError where the page is wrong, DeliveryError where the database
        does not take the rows, TransientError where it may pass; see ``lost_commit`` for the one case between.
        """
        ...

    def execute(self, change: Change) -> int:
        """Makes the change in one transaction; the number of rows changed, 0 for a procedure.

        Raises as ``load`` does.
        """
        ...


def lost_commit(name: str, what: str, *, repeatable: bool) -> DataFlowError:
    """The error for a connection that broke off between the commit and its answer.

    The database has kept everything or nothing, and nobody can tell which. What can be repeated without harm is
    tried again; for anything else a person has to look first, because a retry might double it.
    """
    if repeatable:
        return TransientError(f"{name}: the connection broke off while {what} was being committed.")
    return DeliveryError(
        f"{name}: the connection broke off while {what} was being committed: it is there as a whole, or not at all. "
        "Look which, and run again only if it is not there. A load with a key can be repeated without looking."
    )
