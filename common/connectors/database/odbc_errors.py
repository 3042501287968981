"""What ODBC drivers report, by SQLSTATE, in our terms. Only texts that cannot quote a row are passed on.

https://learn.microsoft.com/sql/odbc/reference/appendixes/appendix-a-odbc-error-codes
"""

import re

import pyodbc

from common.connectors.database.request import Request
from common.connectors.database.rows import RefusedRowsError
from common.errors import ConfigError, DataFlowError, TransientError

__all__ = ["explained", "refused_rows", "unconnected"]

# 08001 tells a refused login from a server that does not answer by its words alone
REFUSED_LOGIN = re.compile(
    r"authentication failed|login failed|no password|role \"|pg_hba|not permitted to log in", re.I
)
UNKNOWN_DATABASE = re.compile(r"database .* (does not exist|requested by the login)", re.I)
TLS = re.compile(r"\b(SSL|certificate)\b", re.I)
NO_DRIVER = {"01000", "IM002", "IM003", "IM004"}
PASSING = ("08", "40", "53", "55", "57", "HYT")
TELLING = {"42S02", "42S22", "42501", "42601", "42702", "42703", "42883", "42P01"}
NATIVE_TELLING = {"102", "156", "207", "208", "229"}  # SQL Server has one SQLSTATE, 42000, for most


def unconnected(error: pyodbc.Error, *, name: str, at: str, driver: str, username: str) -> DataFlowError:
    """Why there is no connection."""
    state, text, _ = _parts(error)
    if state in NO_DRIVER and "connection" not in text.casefold():
        return ConfigError(
            f"{name}: no ODBC driver {driver!r} is installed where the run is. Check driver on the page: the name of "
            "one in odbcinst.ini, or the path of its library; the image has to carry it."
        )
    if UNKNOWN_DATABASE.search(text):
        return ConfigError(
            f"{name}: no such database at {at}, or {username} may not use it. Check it on the page."
        )
    if state == "28000" or REFUSED_LOGIN.search(text):
        return ConfigError(
            f"{name}: {at} refused the login of {username}. "
            "Check user and password on the page; ask the database's owner if both are right."
        )
    if TLS.search(text):
        return ConfigError(
            f"{name}: {at} and the driver do not agree on TLS or its certificate ({state}). "
            "Check the driver's options on the page, or ask the database's owner."
        )
    return TransientError(
        f"{name}: {at} cannot be reached ({state}). "
        "If it lasts, check host, port and options on the page and ask the database's owner."
    )


def explained(error: pyodbc.Error, request: Request, *, name: str, at: str) -> DataFlowError:
    """Why the request did not run, or broke off."""
    state, text, native = _parts(error)
    if state.startswith(PASSING):
        return TransientError(
            f"{name}: {at} broke off while {request.what} ran ({state}). If it lasts, ask the database's owner."
        )
    if state in TELLING or (state == "42000" and native in NATIVE_TELLING):
        return request.refused(f"{name}: {request.what} fails ({state}): {text}. {request.advice}")
    return request.refused(
        f"{name}: {request.what} fails with SQLSTATE {state}, error {native}; its text is withheld because it may "
        f"quote a row. {request.advice}"
    )


def refused_rows(error: pyodbc.Error) -> RefusedRowsError | None:
    """The error, if one of the rows is at fault and not the statement or the connection."""
    state, text, _ = _parts(error)
    return RefusedRowsError(f"SQLSTATE {state}", text) if state[:2] in {"22", "23"} else None


def _parts(error: pyodbc.Error) -> tuple[str, str, str]:
    """SQLSTATE, the first line of what the driver says without who says it, and the database's own number."""
    state = str(error.args[0]) if error.args else "HY000"
    words = str(error.args[1]) if len(error.args) > 1 else ""
    native = re.search(r"\((-?\d+)\) \(SQL\w+\)", words)
    text = re.sub(r"^(\[[^\]]*\]\s*)+", "", words).splitlines()[0] if words else ""
    return state, text.rstrip(";."), native[1] if native else "unknown"
