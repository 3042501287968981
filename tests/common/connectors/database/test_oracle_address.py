"""How a page can say where an Oracle database is: each way leads to the same table."""

import datetime as dt
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from common.connectors.database.oracle import Oracle
from common.errors import ConfigError
from common.query import Query
from common.sandbox.oracle import Server
from tests.common.connectors.database.people import SECRET
from tests.servers.tls import tls_relay

Make: TypeAlias = Callable[..., Oracle]

NOWHERE = {"host": "", "service_name": ""}


def people(source: Oracle) -> int:
    return sum(b.num_rows for b in source.stream(Query("people.sql", "SELECT EMPLID FROM PS_PEOPLE"), 10))


def descriptor(server: Server, service: str = "CAMPUS") -> str:
    return (
        f"(DESCRIPTION=(ADDRESS_LIST=(ADDRESS=(PROTOCOL=TCP)(HOST={server.host})(PORT={server.port})))"
        f"(CONNECT_DATA=(SERVICE_NAME={service})))"
    )


def test_a_whole_descriptor_is_taken(oracle: Server, warehouse: Make) -> None:
    """A database's owner hands it over as it stands in their own tnsnames.ora."""
    source = warehouse(**NOWHERE, dsn=descriptor(oracle))
    source.probe()
    assert people(source) == 2
    with pytest.raises(ConfigError, match="the descriptor on its page knows no service"):
        people(warehouse(**NOWHERE, dsn=descriptor(oracle, "NOPE")))


def test_an_alias_is_found_in_the_folder_of_the_page(oracle: Server, warehouse: Make, tmp_path: Path) -> None:
    """The file is kept up by others; the page names a line of it."""
    (tmp_path / "tnsnames.ora").write_text(f"OTHER = (X)\nCAMPUS_HIGH = {descriptor(oracle)}\n")
    assert people(warehouse(**NOWHERE, dsn="campus_high", config_dir=tmp_path)) == 2
    with pytest.raises(ConfigError, match=rf"no.* alias in the tnsnames.ora of {tmp_path} \(DPY-4000\)"):
        people(warehouse(**NOWHERE, dsn="campus_low", config_dir=tmp_path))
    with pytest.raises(ConfigError, match=r"config_dir, which the page does not name \(DPY-4027\)"):
        people(warehouse(**NOWHERE, dsn="campus_high"))


def test_a_listener_without_that_sid_is_a_fault_of_the_page(warehouse: Make) -> None:
    """The stand-in has services only: Oracle's answer to an unknown SID is what it gives."""
    with pytest.raises(ConfigError, match=r"knows no SID OLD\. Check it on the page"):
        people(warehouse(service_name="", sid="OLD"))


@pytest.mark.parametrize(
    "changed",
    [{"service_name": ""}, {"host": ""}, {"sid": "X"}, {"dsn": "x"}],
    ids=["no service", "no host", "both", "two places"],
)
def test_a_page_names_one_place(warehouse: Make, changed: dict[str, str]) -> None:
    """Of two places the driver would take one, and nobody would know which."""
    with pytest.raises(ConfigError, match="has to name host and service_name, or host and sid, or dsn alone"):
        people(warehouse(**changed))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(SECRET.encode()),
        )
    )
    return path


@pytest.fixture
def tls_port(oracle: Server, certificate: Path) -> Iterator[int]:
    """A port that speaks TLS and hands over to the stand-in, as a listener for TCPS does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, password=SECRET)
    context.load_verify_locations(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    with tls_relay(context, oracle.port) as port:
        yield port


def test_tcps_goes_through_the_wallet_of_the_page(
    warehouse: Make, tls_port: int, certificate: Path, tmp_path: Path
) -> None:
    """A thin driver reads ewallet.pem: the authority, and the client's own key behind a password."""
    (tmp_path / "ewallet.pem").write_bytes(certificate.read_bytes())
    page = {"port": tls_port, "tls": True, "config_dir": tmp_path}
    assert people(warehouse(**page, wallet_password=SECRET)) == 2
    dsn = f"(DESCRIPTION=(ADDRESS=(PROTOCOL=TCPS)(HOST=127.0.0.1)(PORT={tls_port}))(CONNECT_DATA=(SERVICE_NAME=CAMPUS)))"
    assert people(warehouse(**NOWHERE, dsn=dsn, wallet_location=tmp_path, wallet_password=SECRET)) == 2


@pytest.mark.parametrize("wallet", [False, True], ids=["none", "an empty folder"])
def test_a_certificate_that_no_wallet_trusts_is_a_fault_of_the_page(
    warehouse: Make, tls_port: int, tmp_path: Path, *, wallet: bool
) -> None:
    """Tried again it would fail all night in the same way."""
    page = {"wallet_location": tmp_path} if wallet else {}
    with pytest.raises(ConfigError, match="Check tls, wallet_location and wallet_password"):
        people(warehouse(port=tls_port, tls=True, **page))
