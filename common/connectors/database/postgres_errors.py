"""What libpq says, in our terms. Only texts that cannot quote a row are passed on."""

import re
from dataclasses import dataclass

import adbc_driver_manager as adbc

from common.connectors.database.request import Request
from common.errors import ConfigError, DataFlowError, TransientError

__all__ = ["Login", "refusal", "was_lost"]

MARKS = ("ERROR:", "FATAL:")
REFUSED_LOGIN = (
    "authentication failed",
    "no password supplied",
    "role",
    "pg_hba.conf",
    "not permitted to log in",
)
PASSING = ("08", "40", "53", "55", "57")  # connection, rollback, resources, locks, operator intervention
PLAIN = (
    "42",
    "25006",
)  # wrong SQL or a missing grant, a server that only reads: the text names no value of a row


@dataclass(frozen=True, slots=True)
class Login:
    """Where somebody logs in, and as whom; name is the page's."""

    name: str
    at: str
    username: str

    def explained(self, error: adbc.Error, request: Request) -> DataFlowError:
        """The driver's error for what was asked."""
        state, lines = error.sqlstate or "", str(error).splitlines()
        said = next((line.partition(mark)[2].strip() for line in lines for mark in MARKS if mark in line), "")
        if not state and "Failed to connect" in lines[0]:
            return self._no_connection(said or lines[0])
        if state.startswith(PLAIN):
            for name, value in request.binds.items():  # it may quote the SQL, where their values stand
                if value not in (None, ""):
                    said = re.sub(rf"(?<!\w){re.escape(str(value))}(?!\w)", f":{name}", said)
            return request.refused(f"{self.name}: {request.what} fails ({state}): {said}. {request.advice}")
        if state.startswith(PASSING) or was_lost(error):
            return TransientError(
                f"{self.name}: {self.at} broke off while {request.what} ran ({state or 'connection lost'}). "
                "If it lasts, ask the database's owner."
            )
        return request.refused(
            f"{self.name}: {request.what} fails with SQLSTATE {state or 'unknown'}{_named(error)}; its text is "
            "withheld because it may quote a row. "
            "Its meaning: https://www.postgresql.org/docs/current/errcodes-appendix.html"
        )

    def _no_connection(self, said: str) -> DataFlowError:
        if "database" in said and "does not exist" in said:
            return ConfigError(f"{self.name}: no such database at {self.at}. Check it on the page.")
        if any(mark in said for mark in REFUSED_LOGIN):
            return ConfigError(
                f"{self.name}: {self.at} refused the login of {self.username}. "
                "Check user and password on the page; ask the database's owner if both are right."
            )
        if "certificate" in said:
            return ConfigError(
                f"{self.name}: {self.at} shows a certificate that is not trusted, or is another host's. "
                "Ask the database's owner, or correct host and sslmode on the page."
            )
        if "SSL" in said:
            return ConfigError(
                f"{self.name}: {self.at} does not offer the TLS that sslmode on the page asks for."
            )
        return TransientError(
            f"{self.name}: {self.at} cannot be reached. "
            "If it lasts, check host and port on the page and ask the database's owner."
        )


def was_lost(error: adbc.Error) -> bool:
    """Whether the connection is gone, and with it the answer."""
    state = error.sqlstate or ""
    return state.startswith(("08", "57P")) or (not state and isinstance(error, adbc.OperationalError))


def refusal(error: adbc.Error) -> tuple[str, str]:
    """Why a row was refused: the code and the constraint or column, for everybody; the server's words, for the few."""
    facts = _facts(error)
    words = [facts.get("PG_DIAG_MESSAGE_PRIMARY", ""), facts.get("PG_DIAG_MESSAGE_DETAIL", "")]
    return f"SQLSTATE {error.sqlstate}{_named(error)}", " ".join(filter(None, words))


def _named(error: adbc.Error) -> str:
    facts = _facts(error)
    named = facts.get("PG_DIAG_CONSTRAINT_NAME") or facts.get("PG_DIAG_COLUMN_NAME")
    return f" ({named})" if named else ""


def _facts(error: adbc.Error) -> dict[str, str]:
    return {str(_text(name)): _text(value) for name, value in error.details}


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
