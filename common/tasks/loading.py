"""Loading rows into a database, and changing those that are there."""

import hashlib
import logging
import time
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from common.batches import Batches
from common.blocks import TargetDatabase
from common.clock import now
from common.connectors.database.target import Load, Loaded, Mode
from common.contract import Contract
from common.pages import find_page, page_name
from common.query import Bind, Change
from common.receipts import Receipt, Receipts
from common.run import current_run
from common.tasks.accounting import account
from common.tasks.step import step

__all__ = ["execute", "load"]

logger = logging.getLogger(__name__)


@step
def load(
    rows: Batches,
    contract: Contract,
    *,
    to: str,
    table: str,
    mode: Mode,
    key: Sequence[str] | None = None,
    max_rejected: float = 0.0,
) -> Receipt:
    """Puts the rows that keep ``contract`` into ``table`` at the database of the page ``to``, in one transaction.

    The columns are the contract's, by their headers. mode: ``append``; ``replace``, of which no reader sees an
    empty table and which ``max_shrink`` guards; ``upsert`` on ``key``, the contract's own unless given. An append
    with a key leaves a row alone whose key is there. max_rejected: share of the rows that the database may refuse;
    they are set aside beside the receipt, for their owner only. In a rehearsal the rows are checked and nothing
    is loaded.
    """
    run, started = current_run(), time.monotonic()
    page, receipts = find_page(to, TargetDatabase), Receipts()
    titles = {column.name: column.title for column in contract.columns}
    wanted = contract.key if key is None and mode == "upsert" else key or ()
    asked = Load(
        table,
        pa.schema([(column.title, column.arrow) for column in contract.columns]),
        mode,
        receipts.rejects(run.flow, to, contract.name),
        tuple(titles.get(name, name) for name in wanted),
        max_rejected,
    )
    passed = _Passed()

    def checked() -> Generator[pa.RecordBatch]:
        with closing(contract.check(rows.ahead())) as batches:
            for batch in batches:
                passed.count(batch)
                yield batch.rename_columns(asked.schema.names)
        if mode == "replace":  # before the commit
            receipts.guard_rows(run.flow, to, contract, passed.rows, f"the load of {table}")

    with closing(checked()) as batches:  # or the source would stay open after a fault of the target
        if run.rehearsal:
            deque(batches, maxlen=0)
            loaded = Loaded(passed.rows)
        else:
            loaded = page.open(page_name(to)).load(batches, asked)
    if loaded.rejected:
        logger.warning(
            "set aside system=%s table=%s rows=%d file=%s", to, table, loaded.rejected, asked.rejects
        )
    return account(
        Receipt(
            flow=run.flow,
            system=to,
            path=table,
            contract=contract.name,
            rows=loaded.rows,
            bytes=passed.bytes,
            sha256=passed.digest.hexdigest(),
            seconds=time.monotonic() - started,
            atomic=True,
            delivered=now(),
            personal=contract.personal,
            rejected=loaded.rejected,
            rehearsal=run.rehearsal,
        )
    )


@step
def execute(system: str, sql: Path, **binds: Bind) -> int:
    """Makes the change that ``sql`` states at the database of the page ``system``: the number of rows it changed.

    sql: one INSERT, UPDATE, DELETE, MERGE, CALL or block in the database's own SQL; every ``:name`` in it needs a
    value in ``binds``. It is one transaction. In a rehearsal it is read and not run.
    """
    change, started = Change.load(sql, **binds), time.monotonic()
    page = find_page(system, TargetDatabase)
    rehearsal = current_run().rehearsal
    changed = 0 if rehearsal else page.open(page_name(system)).execute(change)
    logger.info(
        "%s system=%s change=%s binds=%s rows=%d seconds=%.1f",
        "rehearsed" if rehearsal else "executed",
        system,
        change.name,
        ",".join(sorted(binds)) or "none",
        changed,
        time.monotonic() - started,
    )
    return changed


@dataclass
class _Passed:
    """What has gone to a database so far; bytes are those in memory, of which the digest is."""

    rows: int = 0
    bytes: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def count(self, batch: pa.RecordBatch) -> None:
        serialized = batch.serialize()
        self.rows += len(batch)
        self.bytes += serialized.size
        self.digest.update(serialized)
