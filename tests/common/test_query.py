"""Queries: every mistake in one is found before anything connects."""

from pathlib import Path

import pytest

from common.errors import ConfigError
from common.query import Change, Query

SECRET = "900000001"


@pytest.fixture
def sql(tmp_path: Path):
    def write(text: str, name: str = "people.sql") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def failure(path: Path, **binds) -> str:
    with pytest.raises(ConfigError) as caught:
        Query.load(path, **binds).tree  # noqa: B018 - reading it parses
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SELECT a,\n  b c d\nFROM t", "line 2, column 7, near 'd'"),
        ("SELECT a FROM t WHERE (x = 1\nGROUP BY", "line 2, column 1, near 'GROUP BY'"),
        ("\n\nSELECT a\nFROM", "line 4, column 1, near 'FROM'"),
        ("SELECT *\nFROM t\nWHERE", "line 3, column 1, near 'WHERE'"),
    ],
)
def test_sql_that_does_not_parse_is_refused_with_file_line_and_column(sql, text: str, place: str) -> None:
    """An author would otherwise learn of a slip from the database, at night; blank first lines shift nothing."""
    message = failure(sql(text))
    assert message.startswith(f"people.sql: the SQL does not parse at {place}: ")
    assert "sqlglot" not in message
    assert "<" not in message


@pytest.mark.parametrize(
    ("text", "line"), [("SELECT 'a'\nFROM t\nWHERE b = 'c\n", 3), ("SELECT 1\n/* open", 2)]
)
def test_a_quote_or_comment_that_is_never_closed_is_found_by_its_line(sql, text: str, line: int) -> None:
    """The parser itself only quotes the whole file at this mistake."""
    assert f"begins at line {line} or earlier is never closed" in failure(sql(text))


@pytest.mark.parametrize(
    "text", ["", "-- nothing yet\n", "DELETE FROM t", "SELECT 1; SELECT 2", "UPDATE t SET a = 1"]
)
def test_anything_but_one_select_is_refused(sql, text: str) -> None:
    """A flow only ever reads: a statement that changes the source must not reach it."""
    assert failure(sql(text)) == "people.sql: a flow's query is one SELECT; this is something else."


def test_a_missing_file_is_named_with_its_folder(tmp_path: Path) -> None:
    """A renamed flow whose query kept its name."""
    assert failure(tmp_path / "people.sql") == f"people.sql: no such query beside its flow, in {tmp_path}."


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """A query saved by an editor in the machine's own code page."""
    path = tmp_path / "people.sql"
    path.write_bytes("SELECT 'é' FROM t".encode("latin-1"))
    assert failure(path) == "people.sql: byte 8 is not UTF-8; save the query as UTF-8."


def test_a_bind_without_a_value_is_named(sql) -> None:
    """The database would say only that not all variables are bound."""
    path = sql("SELECT a FROM t WHERE d = :as_of AND term = :term AND x = :x")
    assert failure(path, x=1) == "people.sql: no value for bind :as_of, :term; pass it to extract()."


def test_a_value_that_the_sql_does_not_mention_is_named(sql) -> None:
    """A misspelt bind would otherwise be dropped, and the query run without it."""
    path = sql("SELECT a FROM t WHERE d = :as_of")
    assert (
        failure(path, as_of=1, asof=2) == "people.sql: extract() passes asof, which the SQL does not mention."
    )


def test_binds_are_found_in_subqueries_and_not_in_strings_names_or_comments(sql) -> None:
    """Times and labels hold colons too; a subquery's bind is as necessary as any."""
    path = sql(
        """WITH w AS (SELECT a FROM t WHERE d = :In_With)
        SELECT '12:30 :no' AS x, "b:nor" FROM w -- :comment
        /* :comment */ WHERE a IN (SELECT a FROM u WHERE EXISTS (SELECT 1 FROM v WHERE v.d = :deep))"""
    )
    assert Query.load(path, in_with=1, deep=2).bind_names == {"in_with", "deep"}


def test_a_rendered_query_changes_its_binds_and_nothing_else(sql) -> None:
    """Where a driver takes no binds, a text that merely looks like one must stay as it is."""
    text = "SELECT ':as_of', a::text FROM t -- :as_of\nWHERE d = :as_of AND e > :AS_OF"
    assert Query.load(sql(text), as_of=1).rendered(lambda name: f"<{name}>") == (
        "SELECT ':as_of', a::text FROM t -- :as_of\nWHERE d = <as_of> AND e > <as_of>"
    )


def test_tables_are_those_of_the_source_without_the_querys_own(sql) -> None:
    """The catalog lists what a flow reads; a WITH clause is no table that anybody could grant."""
    path = sql(
        "WITH w AS (SELECT * FROM sysadm.ps_names) SELECT a AS Emplid, b FROM w JOIN ps_job j ON 1 = 1 "
        "WHERE EXISTS (SELECT 1 FROM Ps_Term_Tbl)"
    )
    query = Query.load(path)
    assert query.tables == {"PS_NAMES", "PS_JOB", "PS_TERM_TBL"}
    assert query.columns == ("emplid", "b")


def test_a_trailing_semicolon_is_dropped(sql) -> None:
    """Oracle refuses the semicolon that every SQL editor adds."""
    assert Query.load(sql("SELECT 1 AS a FROM dual;\n\n")).text == "SELECT 1 AS a FROM dual"


def test_a_binds_value_is_in_no_text_of_a_query(sql) -> None:
    """A bind may be a person's number; queries end up in logs and tracebacks."""
    path = sql("SELECT a FROM t WHERE emplid = :emplid")
    query = Query.load(path, emplid=SECRET)
    assert query.binds == {"emplid": SECRET}
    assert SECRET not in repr(query) + str(query)
    assert SECRET not in failure(path, emplid=SECRET, other=SECRET)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("UPDATE t SET a = :a WHERE b = ':no' AND c = :C -- :no", {"a", "c"}),
        ("CALL owner.p(:a, b => :b)", {"a", "b"}),
        ("BEGIN\n  EXECUTE IMMEDIATE 'x' USING :a;\n  v := f(:b);\nEND;", {"a", "b"}),
        ("DELETE FROM t", set()),
    ],
    ids=["update", "call", "block", "delete"],
)
def test_the_binds_of_a_change_are_found_in_its_words(sql, text: str, names: set[str]) -> None:
    """No parser reads PL/SQL; a bind that is overlooked would be left to the database to miss."""
    change = Change.load(sql(text), **dict.fromkeys(names, 1))
    assert change.bind_names == names
    assert change.rendered(lambda name: f"<{name}>").count("<") == len(names)
    with pytest.raises(ConfigError, match=r"execute\(\) passes other, which the SQL does not mention"):
        Change.load(sql(text), other=1, **dict.fromkeys(names, 1))


@pytest.mark.parametrize(
    "text", ["", "DROP TABLE t", "TRUNCATE TABLE t", "SELECT 1 FROM dual", "DELETE FROM t; DELETE FROM u"]
)
def test_what_no_transaction_holds_is_not_executed(sql, text: str) -> None:
    """A definition commits what was before it; of several statements a database runs the first or none."""
    with pytest.raises(ConfigError, match=r"one INSERT, UPDATE, DELETE, MERGE, CALL or BEGIN"):
        Change.load(sql(text))


def test_a_quote_that_is_never_closed_in_a_change_is_found_by_its_line(sql) -> None:
    """The same slip has the same answer as in a query."""
    with pytest.raises(ConfigError, match="begins at line 2 or earlier is never closed"):
        Change.load(sql("UPDATE t\nSET a = 'b"))
