"""Effective dating: which rows of a table are current on a day."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.rows import Mask
from common.sandbox.campus.tables import TABLES

__all__ = ["current_rows"]


def current_rows(name: str, table: pa.Table, today: date) -> pa.Table:
    """For each entity the rows of its greatest EFFDT not after today and greatest EFFSEQ on that day.

    EFF_STATUS is not looked at: whether an inactivated row counts is the reader's business.
    """
    definition = TABLES[name]
    effective: list[str] = [column for column in ("EFFDT", "EFFSEQ") if column in definition.key]
    entity = list(definition.entity)
    known = table.filter(pc.less_equal(table["EFFDT"], pa.scalar(today).cast(pa.timestamp("s"))))
    order = pc.sort_indices(known, sort_keys=[(column, "ascending") for column in entity + effective])
    known = known.take(order)
    if not known.num_rows:
        return known
    last_of_entity = np.append(_changes(known, entity), True)
    last_of_set = np.append(_changes(known, entity + effective), True)
    # A set is the rows of one entity, EFFDT and EFFSEQ; it is current if it is its entity's last one.
    set_number = np.concatenate([[0], np.cumsum(last_of_set)[:-1]])
    current = np.zeros(set_number[-1] + 1, dtype=np.bool_)
    current[set_number[last_of_entity]] = True
    return known.filter(pa.array(current[set_number])).combine_chunks()


def _changes(table: pa.Table, columns: list[str]) -> Mask:
    """Whether each row but the last differs from the next in any of the columns."""
    rows = table.num_rows - 1
    different = np.zeros(rows, dtype=np.bool_)
    for name in columns:
        column = table[name].combine_chunks()
        different |= pc.not_equal(column.slice(0, rows), column.slice(1)).to_numpy(zero_copy_only=False)
    return different
