"""What is timed at every database: the commands of its own client, and ours."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from tests.bench.compare import differences
from tests.bench.duels import Duel, Side
from tests.bench.ours import Connector, Task, ours
from tests.bench.workload import CONTRACT, create_table
from tests.servers.mariadb import MariaDb
from tests.servers.postgres import Postgres

__all__ = ["TABLES", "mariadb_duels", "postgres_duels"]

TABLES: dict[Side, str] = {"plain": "enrollment_plain", "ours": "enrollment_ours"}
MARIADB_TYPES = {"integer": "INTEGER", "float": "DOUBLE", "boolean": "BOOLEAN", "timestamp": "DATETIME"}
OTHER_ROWS = ["the rows in the table"]


def postgres_duels(server: Postgres, folder: Path, rows: int) -> Iterator[Duel]:
    """So many rows out of a table into CSV, and our CSV into another table."""
    create_table(server.url(), rows)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for table in TABLES.values():
            name = sql.Identifier(table)
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
            connection.execute(sql.SQL("CREATE TABLE {} (LIKE student_enrollment)").format(name))
    connector = Connector(
        "common.connectors.database.postgres:Postgres",
        {
            "host": server.host,
            "port": server.port,
            "database": server.database,
            "username": server.superuser,
        },
    )
    written, source = folder / "plain.csv", folder / "ours.csv"

    def copy(what: str) -> list[list[str]]:
        return [["psql", "-X", "-q", server.url(), "-c", rf"\copy {what} (FORMAT csv, HEADER)"]]

    def empty(side: Side) -> None:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(TABLES[side])))

    def different() -> list[str]:
        look = sql.SQL("SELECT count(*), sum(hash_record_extended(t, 0)) FROM {} t")
        with psycopg.connect(server.url()) as connection:
            seen = [
                connection.execute(look.format(sql.Identifier(table))).fetchone() for table in TABLES.values()
            ]
        return [] if seen[0] == seen[1] else OTHER_ROWS

    yield Duel(
        title="out of PostgreSQL",
        client="psql",
        plain=copy(f"student_enrollment TO '{written}'"),
        ours=ours(Task("unload", connector, str(source), "student_enrollment"), folder),
        different=lambda: differences(source, written, CONTRACT),
    )
    yield Duel(
        title="into PostgreSQL",
        client="psql",
        plain=copy(f"{TABLES['plain']} FROM '{source}'"),
        ours=ours(Task("load", connector, str(source), TABLES["ours"]), folder),
        ready=empty,
        different=different,
    )


def mariadb_duels(server: MariaDb, folder: Path) -> Iterator[Duel]:
    """The CSV that ours wrote from PostgreSQL into a table, and a table into a file."""
    kinds = ", ".join(
        f"{c.name} {MARIADB_TYPES.get(c.type, f'VARCHAR({c.max_length or 60})' if c.type == 'text' else c.type)}"
        for c in CONTRACT.columns
    )
    with closing(server.admin()) as connection, connection.cursor() as cursor:
        for table in TABLES.values():
            cursor.execute(f"CREATE OR REPLACE TABLE {table} ({kinds}) CHARACTER SET utf8mb4")
    connector = Connector(
        "common.connectors.database.mysql:MySql",
        {
            "host": server.host,
            "port": server.port,
            "database": server.database,
            "username": server.loader,
            "password": server.password,
            "tls": "disabled",
        },
    )
    source, back = folder / "ours.csv", folder / "back.csv"
    login = _client_file(server, folder)
    client = ["mariadb", f"--defaults-file={login}", "--local-infile=1", "--batch", "--quick"]

    def empty(side: Side) -> None:
        with closing(server.admin()) as connection, connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLES[side]}")

    def different() -> list[str]:
        with closing(server.admin()) as connection, connection.cursor() as cursor:
            cursor.execute(f"CHECKSUM TABLE {TABLES['plain']}, {TABLES['ours']}")
            (_, plain), (_, loaded) = cursor.fetchall()
        return [] if plain == loaded else OTHER_ROWS

    yield Duel(
        title="into MariaDB",
        client="mariadb",
        plain=[[*client, "-e", _load_data(source)]],
        ours=ours(Task("load", connector, str(source), TABLES["ours"]), folder),
        ready=empty,
        different=different,
    )
    select = [*client, "-e", f"SELECT * FROM {TABLES['plain']}"]  # noqa: S608 - a name of ours
    yield Duel(
        title="out of MariaDB",
        client="mariadb",
        plain=[["sh", "-c", 'exec "$@" > "$0"', str(folder / "plain.tsv"), *select]],
        ours=ours(Task("unload", connector, str(back), TABLES["ours"]), folder),
        different=lambda: differences(back, source, CONTRACT),
    )


def _client_file(server: MariaDb, folder: Path) -> Path:
    """The login, which a command line would show to everybody."""
    (file := folder / "client.cnf").touch(mode=0o600)
    file.write_text(
        f"[client]\nhost={server.host}\nport={server.port}\ndatabase={server.database}\nuser={server.loader}\n"
        f"password={server.password}\ndefault-character-set=utf8mb4\n"
    )
    return file


def _load_data(source: Path) -> str:
    """MariaDB's own way from a file to a table, told that an empty field is no value and that ``true`` is 1."""
    columns, changes = [], []
    for column in CONTRACT.columns:
        held = f"@{column.name}"
        if column.type == "boolean":
            changes.append(f"{column.name} = CASE {held} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END")
        elif not column.required:
            changes.append(f"{column.name} = NULLIF({held}, '')")
        else:
            held = column.name
        columns.append(held)
    return (
        f"LOAD DATA LOCAL INFILE '{source}' INTO TABLE {TABLES['plain']} CHARACTER SET utf8mb4 "
        r"FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' LINES TERMINATED BY '\r\n' "
        f"IGNORE 1 LINES ({', '.join(columns)}) SET {', '.join(changes)}"
    )
