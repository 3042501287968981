"""Where an Oracle database is: by host and service name or SID, by a descriptor, or by an alias in tnsnames.ora."""

from dataclasses import dataclass, field
from pathlib import Path

import oracledb

from common.errors import ConfigError

__all__ = ["Address"]


@dataclass(frozen=True, slots=True)
class Address:
    """The parts that a page gives. Either dsn, or host with one of service_name and sid.

    dsn: a whole descriptor, ``(DESCRIPTION=...)``, or an alias in the tnsnames.ora of config_dir.
    tls: TCPS to the host; a dsn says so itself. wallet_location: folder of ewallet.pem (thin) or cwallet.sso
    (thick), where the server's certificate is not one of a public authority or a client's is asked for.
    """

    host: str = ""
    port: int = 1521
    service_name: str = ""
    sid: str = ""
    dsn: str = ""
    tls: bool = False
    config_dir: Path | None = None
    wallet_location: Path | None = None
    wallet_password: str | None = field(default=None, repr=False)

    def parameters(self, name: str, connect_timeout: float) -> oracledb.ConnectParams:
        """What the driver connects with. Raises ConfigError for parts that do not name one place."""
        ways = [self.dsn, *(self.host and part for part in (self.service_name, self.sid))]
        if sum(map(bool, ways)) != 1:
            raise ConfigError(
                f"{name}: the page has to name host and service_name, or host and sid, or dsn alone; correct it."
            )
        folder = str(self.config_dir) if self.config_dir else None
        found = oracledb.ConnectParams(
            tcp_connect_timeout=connect_timeout,
            config_dir=folder,
            wallet_location=str(self.wallet_location) if self.wallet_location else folder,
            wallet_password=self.wallet_password,
        )
        if not self.dsn:
            found.set(
                host=self.host,
                port=self.port,
                service_name=self.service_name or None,
                sid=self.sid or None,
                protocol="tcps" if self.tls else "tcp",
            )
            return found
        try:
            found.parse_connect_string(self.dsn)
        except oracledb.Error as error:
            code = error.args[0].full_code
            raise ConfigError(
                f"{name}: dsn on the page is neither a descriptor nor an alias in the tnsnames.ora of "
                f"{self.config_dir or 'config_dir, which the page does not name'} ({code}). Correct dsn or config_dir."
            ) from None
        return found

    def __str__(self) -> str:
        """As messages tell it; a descriptor is too long for one."""
        if self.dsn:
            return "the descriptor on its page" if self.dsn.lstrip().startswith("(") else self.dsn
        return f"{self.host}:{self.port}/{self.service_name or self.sid}"
