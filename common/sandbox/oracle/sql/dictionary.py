"""The few dictionary views that clients ask for by themselves, SQLAlchemy above all."""

__all__ = ["DICTIONARY"]

_NAME = "VARCHAR2(128)"

# view -> its columns with Oracle's types, and its body; * is where its name goes.
DICTIONARY: dict[str, tuple[dict[str, str], str]] = {
    "DUAL": ({"DUMMY": "VARCHAR2(1)"}, 'TABLE "SYS".* AS SELECT \'X\' AS "DUMMY"'),
    "V$PARAMETER": (
        {"NAME": "VARCHAR2(80)", "VALUE": "VARCHAR2(4000)"},
        'TABLE "SYS".* AS SELECT \'compatible\' AS "NAME", \'19.0.0\' AS "VALUE"',
    ),
    "V$TRANSACTION": (
        {"XIDUSN": "NUMBER", "XIDSLOT": "NUMBER", "XIDSQN": "NUMBER", "FLAG": "NUMBER"},
        'TABLE "SYS".* AS SELECT CAST(1 AS DECIMAL(38,10)) AS "XIDUSN", CAST(2 AS DECIMAL(38,10)) AS "XIDSLOT", '
        'CAST(3 AS DECIMAL(38,10)) AS "XIDSQN", CAST(0 AS DECIMAL(38,10)) AS "FLAG"',
    ),
    "ALL_TABLES": (
        {"OWNER": _NAME, "TABLE_NAME": _NAME},
        'VIEW "SYS".* AS SELECT schema_name AS "OWNER", table_name AS "TABLE_NAME" FROM duckdb_tables()',
    ),
    "ALL_VIEWS": (
        {"OWNER": _NAME, "VIEW_NAME": _NAME},
        'VIEW "SYS".* AS SELECT schema_name AS "OWNER", view_name AS "VIEW_NAME" FROM duckdb_views() WHERE NOT internal',
    ),
    "ALL_MVIEWS": (
        {"OWNER": _NAME, "MVIEW_NAME": _NAME},
        'VIEW "SYS".* AS SELECT \'\' AS "OWNER", \'\' AS "MVIEW_NAME" WHERE FALSE',
    ),
}
