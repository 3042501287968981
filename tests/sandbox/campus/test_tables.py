"""The tables are what PeopleSoft's would be: columns, types, keys, blanks and lengths."""

import re

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import sqlglot

from common.sandbox.campus import TABLES, Campus, TableDef
from common.sandbox.campus.rows import fill

EVERY_TABLE = pytest.mark.parametrize("name", TABLES)


def test_the_ddl_is_oracles() -> None:
    """A type spelled for another database would fail on the day somebody creates the table in Oracle."""
    assert TABLES["PS_CU_IDENTITY"].ddl == (
        "CREATE TABLE PS_CU_IDENTITY (EMPLID VARCHAR2(11) NOT NULL, LOGIN_ID VARCHAR2(16) NOT NULL, "
        "CARD_NBR VARCHAR2(16) NOT NULL, CARD_STATUS VARCHAR2(1) NOT NULL)"
    )


@EVERY_TABLE
def test_every_ddl_parses_and_names_the_columns_of_the_schema(name: str) -> None:
    """DDL and Arrow schema that disagree would shift values into their neighbours' columns."""
    statement = sqlglot.parse_one(TABLES[name].ddl, read="oracle")
    columns = [column.name for column in statement.find_all(sqlglot.exp.ColumnDef)]
    assert columns == TABLES[name].schema.names


@pytest.mark.parametrize(
    ("table", "column", "arrow"),
    [
        ("PS_NAMES", "EMPLID", pa.string()),
        ("PS_NAMES", "EFFDT", pa.timestamp("s")),
        ("PS_CLASS_TBL", "CLASS_NBR", pa.int64()),
        ("PS_STDNT_CAR_TERM", "CUM_GPA", pa.decimal128(8, 3)),
        ("PS_SRVC_IND_DATA", "SRVC_IND_DTTM", pa.timestamp("us")),
    ],
)
def test_arrow_types_are_those_of_the_oracle_driver(table: str, column: str, arrow: pa.DataType) -> None:
    """A sandbox with other types than production hides the faults it is there to show."""
    assert TABLES[table].schema.field(column).type == arrow


@EVERY_TABLE
def test_only_dates_outside_the_key_may_be_null(name: str) -> None:
    """PeopleSoft knows no NULL text: a query tested with NULLs fails on blanks."""
    definition = TABLES[name]
    for column in definition.columns:
        dated = column.oracle in {"DATE", "TIMESTAMP"}
        assert column.nullable == (dated and column.name not in definition.key)


@EVERY_TABLE
def test_a_campus_has_the_table_with_rows_and_unique_keys(name: str, campus: Campus) -> None:
    """Two rows of one key make every extract of the sandbox fail for a reason that production has not."""
    table = campus.tables[name]
    assert table.schema == TABLES[name].schema
    assert table.num_rows > 0
    assert table.group_by(list(TABLES[name].key)).aggregate([]).num_rows == table.num_rows


@EVERY_TABLE
def test_values_fit_their_columns_and_no_text_is_empty(
    name: str, campus: Campus, small_campus: Campus
) -> None:
    """Oracle would refuse a longer value, and would turn an empty text into NULL."""
    for table in (campus.tables[name], small_campus.tables[name]):
        table.validate(full=True)
        for column in TABLES[name].columns:
            values = table[column.name]
            assert column.nullable or values.null_count == 0, column.name
            if size := re.fullmatch(r"VARCHAR2\((\d+)\)", column.oracle):
                lengths = pc.utf8_length(values)
                assert pc.max(lengths).as_py() <= int(size[1]), column.name
                assert pc.min(lengths).as_py() >= 1, column.name
            if digits := re.fullmatch(r"NUMBER\((\d+),0\)", column.oracle):
                assert 0 <= pc.min(values).as_py() <= pc.max(values).as_py() < 10 ** int(digits[1]), (
                    column.name
                )


def test_a_column_left_out_has_no_value_in_peoplesofts_way() -> None:
    """Rows written with NULL or an empty text would not be found by queries that look for a blank."""
    row = fill("PS_STDNT_CAR_TERM", 1, EMPLID="000000001").to_pylist()[0]
    assert (row["EMPLID"], row["ACAD_LOAD"], row["CUM_GPA"], row["WITHDRAW_DATE"]) == (
        "000000001",
        " ",
        0,
        None,
    )


def test_a_misspelt_column_is_refused() -> None:
    """A value for a column that does not exist would vanish without a word."""
    with pytest.raises(KeyError, match="PS_PERSON has no column BIRTHDAY"):
        fill("PS_PERSON", 1, EMPLID="000000001", BIRTHDAY=None)


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("PS_NAMES", ("EMPLID", "NAME_TYPE")),
        ("PS_JOB", ("EMPLID", "EMPL_RCD")),
        ("PS_ACAD_PLAN", ("EMPLID", "ACAD_CAREER", "STDNT_CAR_NBR")),
        ("PS_PERSON", ("EMPLID",)),
    ],
)
def test_the_entity_of_a_table_is_its_key_before_the_effective_date(
    name: str, entity: tuple[str, ...]
) -> None:
    """Plans belong to their program's stack: dated plan by plan, a plan that was given up would come back."""
    definition: TableDef = TABLES[name]
    assert definition.entity == entity


def test_no_table_holds_national_identifiers() -> None:
    """Not even invented ones: nobody should find a use for them here."""
    assert not [name for name in TABLES if "NID" in name]
