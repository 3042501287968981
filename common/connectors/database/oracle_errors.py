"""What Oracle and its driver say, in our terms. Only texts that cannot quote a row are passed on."""

import re
from dataclasses import dataclass
from typing import Any

import oracledb

from common.connectors.database.oracle_address import Address
from common.connectors.database.request import Request
from common.connectors.database.source import place
from common.errors import ConfigError, DataFlowError, TransientError

__all__ = ["Login", "is_of_a_row", "refusal", "was_lost"]

REFUSED_LOGIN = {1005, 1017, 1045, 28000, 28001}
PASSING = {
    *(54, 60, 1012, 1033, 1034, 1089, 1090, 1555, 3113, 3114, 3135, 8177, 30006),
    *(12170, 12516, 12520, 12535, 12537, 12541, 12543, 12545, 12547, 12560, 12571),  # the network
}
NO_ROOM = {1536, 1562, 1628, 1630, 1631, 1632, 1650, 1651, 1652, 1653, 1654, 1655, 1688, 1691, 30036}
UNKNOWN_SERVICE = ("DPY-6001", "DPY-6003", "ORA-12514", "ORA-12505")
CONNECTION_LOST = ("DPY-1001", "DPY-4011", "DPY-4024", "DPY-6000", "DPY-6005")
CERTIFICATE = ("wallet", "DPY-4029", "CERTIFICATE_VERIFY_FAILED", "DPY-6006", "ORA-28759", "ORA-29024")
WANTS_ENCRYPTION = (
    "Native Network Encryption",
    "ORA-12660",
)  # a server that requires it says one or the other
HELP = "https://docs.oracle.com/error-help/db/"
NAMED = re.compile(
    r'constraint \(([\w$#.]+)\)|\((?:"[\w$#]+"\.)*"([\w$#]+)"\)|column (?:"[\w$#]+"\.)*"([\w$#]+)"'
)


@dataclass(frozen=True, slots=True)
class Login:
    """Where somebody logs in, and as whom; name is the page's."""

    name: str
    at: Address
    username: str
    thick: bool

    def explained(self, error: oracledb.Error, request: Request) -> DataFlowError:
        """The driver's error for what was asked."""
        if found := self._of_the_page(error):
            return found
        fault = error.args[0]
        code, text = int(fault.code or 0), str(error).splitlines()[0]
        if code in PASSING or was_lost(error):
            return self.unreachable(fault.full_code)
        if 900 <= code < 1000 or code in NO_ROOM:
            where = f" at {place(request.text, fault.offset)}" if request.text else ""
            return request.refused(f"{self.name}: {request.what} fails{where}: {text}. {request.advice}")
        return request.refused(
            f"{self.name}: {request.what} fails with {_code(fault)}; its text is withheld because it may quote "
            f"a row. Its meaning: {HELP}{fault.full_code.lower()}/"
        )

    def unreachable(self, what: str) -> TransientError:
        return TransientError(
            f"{self.name}: {self.at} cannot be reached or broke off ({what}). "
            "If it lasts, check host and port on the page and ask the database's owner."
        )

    def _of_the_page(self, error: oracledb.Error) -> ConfigError | None:
        """What no waiting mends."""
        code = int(error.args[0].code or 0)
        if code in REFUSED_LOGIN:
            return ConfigError(
                f"{self.name}: {self.at} refused the login of {self.username} (ORA-{code:05d}). "
                "Check user and password on the page; ask the database's owner if the account is locked."
            )
        if any(mark in str(error) for mark in UNKNOWN_SERVICE):
            kind, asked = ("SID", self.at.sid) if self.at.sid else ("service", self.at.service_name)
            listener = f"{self.at.host}:{self.at.port}" if self.at.host else self.at
            return ConfigError(
                f"{self.name}: {listener} knows no {kind} {asked or 'of that name'}. Check it on the page."
            )
        if not self.thick and any(mark in str(error) for mark in WANTS_ENCRYPTION):
            return ConfigError(
                f"{self.name}: {self.at} insists on native network encryption. Set thick on the page; the image has "
                "to carry Oracle Instant Client (see README)."
            )
        if any(mark in str(error) for mark in CERTIFICATE):
            return ConfigError(
                f"{self.name}: {self.at} shows a certificate that is not trusted, or is another host's, or the wallet "
                f"cannot be opened ({error.args[0].full_code}). Check tls, wallet_location and wallet_password on the page."
            )
        return None


def was_lost(error: oracledb.Error) -> bool:
    """Whether the connection is gone, and with it the answer."""
    fault = error.args[0]
    return any(mark in str(error) for mark in CONNECTION_LOST) or int(fault.code or 0) in {3113, 3114, 3135}


def is_of_a_row(fault: Any) -> bool:
    """Whether a fault among batch errors is the row's own, and not one that every row would meet."""
    return int(fault.code) not in PASSING | NO_ROOM


def refusal(fault: Any) -> tuple[str, str]:
    """Why a row was refused: code and constraint or column, for everybody; the database's words, for the few."""
    return _code(fault), fault.message.splitlines()[0]


def _code(fault: Any) -> str:
    found = NAMED.search(fault.message)
    return f"{fault.full_code} ({next(filter(None, found.groups()))})" if found else str(fault.full_code)
