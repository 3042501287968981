"""ORA- errors: what a client of the stand-in sees when something is wrong.

Texts and numbers are Oracle's where the case is Oracle's. What the stand-in cannot run as Oracle would is
answered with ORA-03001 and a sentence that begins "the stand-in does not".
"""

import re

__all__ = ["OracleError", "duckdb_error", "refused"]

_NAMED = re.compile(r"ORA-(\d{5}): ([^\n\"]*)")
_DUCKDB_TEXTS = (
    (r"Division by zero", 1476, "divisor is equal to zero"),
    (r"More than one row returned by a subquery", 1427, "single-row subquery returns more than one row"),
    (r"must appear in the GROUP BY clause", 979, "not a GROUP BY expression"),
    (
        r"cannot contain aggregates|aggregate functions? (?:calls )?(?:are|is) not",
        934,
        "group function not allowed",
    ),
    (r"window functions? (?:are|is) not allowed", 30483, "window functions are not allowed here"),
    (r"PRIMARY KEY or UNIQUE|uplicate key", 1, "unique constraint violated"),
    (r"CHECK constraint failed", 2290, "check constraint violated"),
    (
        r"strptime|Could not parse string|timestamp field value out of range",
        1861,
        "literal does not match format string",
    ),
    (r"Overflow|out of range|Could not cast value .* to DECIMAL", 1426, "numeric overflow"),
    (r"Could not convert string", 1722, "invalid number"),
    (r"TransactionContext Error|[Cc]onflict", 8177, "can't serialize access for this transaction"),
    (r"INTERRUPT", 1013, "user requested cancel of current operation"),
)


class OracleError(Exception):
    """One ORA- error.

    Attributes:
        code: the number after ``ORA-``.
        text: the sentence after it.
        offset: position of the fault in the SQL text, counted from 0.
    """

    def __init__(self, code: int, text: str, offset: int = 0) -> None:
        super().__init__(f"ORA-{code:05d}: {text}")
        self.code = code
        self.text = text
        self.offset = offset


def refused(what: str, offset: int = 0) -> OracleError:
    """The error for SQL that Oracle runs and the stand-in does not; ``what`` ends the sentence."""
    return OracleError(3001, f"unimplemented feature: the stand-in does not {what}", offset)


def duckdb_error(error: Exception, table: str = "") -> OracleError:
    """The ORA- error for what DuckDB raised; never quotes DuckDB's text, which may hold a row's value."""
    text = str(error)
    if named := _NAMED.search(text):
        return OracleError(int(named[1]), named[2].strip())
    if missing := re.search(r"NOT NULL constraint failed: \"?([\w$#]+)\"?\.\"?([\w$#]+)", text):
        return OracleError(1400, f'cannot insert NULL into ("{missing[1]}"."{missing[2]}")')
    if long := re.search(r"CHECK\(\((?:length|strlen)\(\"?([\w$#]+)\"?\) <= (\d+)", text):
        where = ".".join(f'"{part}"' for part in (*filter(None, table.split(".")), long[1]))
        return OracleError(12899, f"value too large for column {where} (maximum: {long[2]})")
    for pattern, code, meaning in _DUCKDB_TEXTS:
        if re.search(pattern, text):
            return OracleError(code, f"{meaning} ({table})" if code in (1, 2290) and table else meaning)
    return refused(f"run this statement: its engine answered with {type(error).__name__}")
