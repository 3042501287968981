"""Current rows are those of Oracle's correlated subqueries."""

from datetime import date

import duckdb
import pytest

from common.sandbox.campus import TABLES, Campus
from common.sandbox.campus.effective import current_rows


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.effective_dated])
@pytest.mark.parametrize("today", [date(2026, 9, 1), date(2026, 9, 20), date(2025, 1, 31)])
def test_current_rows_are_those_of_the_correlated_subqueries(
    name: str, today: date, small_campus: Campus
) -> None:
    """A future row that counts, a sequence that does not, a key left out: each moves the day's account."""
    table = TABLES[name]
    same = " AND ".join(f"i.{column} = o.{column}" for column in table.entity)
    sql = (
        f"SELECT * FROM rows o WHERE EFFDT = (SELECT max(EFFDT) FROM rows i WHERE {same} AND EFFDT <= $today)"  # noqa: S608 - our own names
    )
    if "EFFSEQ" in table.key:
        sql += f" AND EFFSEQ = (SELECT max(EFFSEQ) FROM rows i WHERE {same} AND i.EFFDT = o.EFFDT)"  # noqa: S608 - our own names
    with duckdb.connect() as connection:
        connection.register("rows", small_campus.tables[name])
        expected = connection.execute(sql, {"today": today}).fetchall()
    found = current_rows(name, small_campus.tables[name], today).to_pylist()
    assert sorted(map(repr, expected)) == sorted(repr(tuple(row.values())) for row in found)
