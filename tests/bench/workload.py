"""What every candidate has to deliver: a table of enrollments, 20 columns wide, and its contract."""

import psycopg
from psycopg import sql

from common.contract import Column, Contract

__all__ = ["ALL", "CONTRACT", "TWICE", "create_table"]

ALL = "SELECT * FROM student_enrollment"
TWICE = "SELECT * FROM student_enrollment UNION ALL SELECT * FROM later_enrollment"

# Five rows a student. Names, titles and notes hold what CSV has to get right.
_TABLE = """
CREATE UNLOGGED TABLE student_enrollment AS SELECT
    lpad((1 + (i - 1) / 5)::text, 9, '0') AS emplid,
    (2241 + (i / 5) % 4 * 3)::text AS strm,
    (1001 + i * 7919 % 8999)::integer AS class_nbr,
    (ARRAY['UGRD', 'UGRD', 'GRAD', 'LAW'])[1 + i % 4] AS acad_career,
    (ARRAY['CSCI', 'MATH', 'PHYS', 'HIST', 'MUSC'])[1 + i % 5] AS subject,
    lpad((i * 31 % 4000)::text, 4, '0') AS catalog_nbr,
    (ARRAY['Calculus 1', 'Words, Sounds and Signs', 'Reading "Ulysses"', 'Théorie des groupes'])[1 + i % 4]
        AS course_title,
    (ARRAY['Núñez', 'Þorgerðardóttir', 'Smith', 'Nguyễn', 'O''Brien', '王'])[1 + i / 5 % 6] AS last_name,
    (ARRAY['José', 'Zoë', 'Ann', 'Łukasz', 'María', 'Bob', 'Søren'])[1 + i / 5 % 7] AS first_name,
    CASE WHEN i / 5 % 4 = 0 THEN 'Kit' END AS preferred_name,
    'student' || i / 5 || '@campus.example' AS email,
    (DATE '1985-01-01' + (i / 5 % 7300)::integer) AS birth_date,
    (ARRAY['E', 'E', 'E', 'W', 'D'])[1 + i % 5] AS enrl_status,
    (0.5 * (1 + i % 12))::numeric(5, 2) AS units_taken,
    CASE WHEN i % 9 > 0 THEN (i * 137 % 900000 / 100.0 - 920)::numeric(10, 2) END AS tuition,
    (i % 4001 / 1000.0)::double precision AS grade_points,
    CASE WHEN i % 3 > 0 THEN i % 2 = 0 END AS full_time,
    CASE WHEN i % 10 > 0 THEN TIMESTAMP '2024-01-01 00:00:01.25' + i * INTERVAL '7 seconds' END
        AS registered_at,
    TIMESTAMP '2024-01-01 00:00:01' + i * INTERVAL '11 seconds' AS updated_at,
    CASE i % 50 WHEN 0 THEN 'Paid late; see "letter", page 2' WHEN 1 THEN E'Two\\nlines' END AS note
FROM (SELECT i::bigint FROM generate_series(1, {rows}) AS i) AS numbers
"""

CONTRACT = Contract(
    name="enrollments",
    columns=(
        Column("emplid", pattern=r"\d{9}", personal=True),
        Column("strm", max_length=4),
        Column("class_nbr", "integer"),
        Column("acad_career", one_of=("UGRD", "GRAD", "LAW")),
        Column("subject", max_length=8),
        Column("catalog_nbr", max_length=10),
        Column("course_title", max_length=100),
        Column("last_name", max_length=60, personal=True),
        Column("first_name", max_length=60, personal=True),
        Column("preferred_name", required=False, max_length=60, personal=True),
        Column("email", max_length=100, personal=True),
        Column("birth_date", "date", personal=True),
        Column("enrl_status", one_of=("E", "D", "W")),
        Column("units_taken", "decimal(5,2)"),
        Column("tuition", "decimal(10,2)", required=False),
        Column("grade_points", "float"),
        Column("full_time", "boolean", required=False),
        Column("registered_at", "timestamp", required=False),
        Column("updated_at", "timestamp"),
        Column("note", required=False, max_length=200),
    ),
    key=("emplid", "strm", "class_nbr"),
)


def create_table(url: str, rows: int) -> None:
    """Make the table, and a view of its rows under later terms, so that both together repeat no key."""
    columns = [
        sql.SQL("(strm::integer + 500)::text AS strm")
        if column.name == "strm"
        else sql.Identifier(column.name)
        for column in CONTRACT.columns
    ]
    view = sql.SQL("CREATE VIEW later_enrollment AS SELECT {} FROM student_enrollment")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS student_enrollment CASCADE")
        connection.execute(sql.SQL(_TABLE).format(rows=sql.Literal(rows)))
        connection.execute(view.format(sql.SQL(", ").join(columns)))
        # or its first reader would have to mark every row as visible
        connection.execute("VACUUM ANALYZE student_enrollment")
