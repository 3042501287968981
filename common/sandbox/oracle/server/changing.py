"""INSERT, UPDATE, DELETE and MERGE for one row of binds or many."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from common.sandbox.oracle.errors import OracleError
from common.sandbox.oracle.server.cursors import Cursor, bind_table, bind_types
from common.sandbox.oracle.transactions import Transactions
from common.sandbox.oracle.types import OracleType
from common.sandbox.oracle.wire.encoding import integer
from common.sandbox.oracle.wire.messages import Message
from common.sandbox.oracle.wire.rows import encode_value

__all__ = ["Outcome", "change"]


@dataclass(slots=True)
class Outcome:
    """What became of the executions.

    Attributes:
        counts: rows changed by each execution.
        failures: number and error of each execution that failed.
        returned: the messages that answer RETURNING.
    """

    counts: list[int] = field(default_factory=list)
    failures: list[tuple[int, OracleError]] = field(default_factory=list)
    returned: bytes = b""


def change(
    transactions: Transactions, cursor: Cursor, rows: Sequence[Sequence[Any]], *, all_rows: bool
) -> Outcome:
    """Runs a change once for each row of binds; with ``all_rows`` it goes on after a wrong one."""
    types = bind_types(cursor.binds, rows)
    if _inserted_at_once(transactions, cursor, types, rows):
        return Outcome([1] * len(rows))
    plan, outcome = transactions.plan(cursor.statement, types), Outcome()
    for index, values in enumerate(rows):
        try:
            count, found = transactions.change(plan, values)
        except OracleError as error:
            outcome.failures.append((index, error))
            outcome.counts.append(0)
            if not all_rows:
                break
            continue
        outcome.counts.append(count)
        if plan.fields:
            outcome.returned += bytes((Message.ROW,))
            for column, returned in enumerate(plan.fields):
                encoded = b"".join(encode_value(row[column], returned.type) + integer(0) for row in found)
                outcome.returned += integer(len(found)) + encoded
    return outcome


def _inserted_at_once(
    transactions: Transactions, cursor: Cursor, types: Sequence[OracleType], rows: Sequence[Sequence[Any]]
) -> bool:
    """An INSERT of many rows; False if one of them is wrong and has to be found."""
    if len(rows) < 2 or not cursor.statement.inserts_row:
        return False
    plan = transactions.plan(cursor.statement, types, array=True)
    try:
        transactions.insert_many(plan, bind_table(types, rows))
    except OracleError:
        return False
    return True
