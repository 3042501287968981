"""Parking customers to OPS-COM: header, encoding and population, held against the delivered file."""

import csv
import email
import io
from collections.abc import Callable

import pytest

from flows.parking.customers_to_permits import customers_to_permits
from tests.conftest import Sandbox

HEADER = (
    b"UserUUID,Email Address,Username,First Name,Middle Name,Last Name,User Type,"
    b"Street Address,City,Province/State,Postal/Zip Code\r\n"
)


@pytest.fixture
def customers(sandbox: Sandbox) -> list[dict[str, str]]:
    customers_to_permits()
    return list(csv.DictReader(io.StringIO(_file(sandbox).decode("utf-8"), newline="")))


def _file(sandbox: Sandbox) -> bytes:
    return sandbox.received("permits-sftp")["import/UserProfile.csv"]


def test_the_delivered_file_is_as_it_was_when_somebody_last_read_it(
    sandbox: Sandbox, golden: Callable[[str, bytes], None]
) -> None:
    """Prevents a change of the query or the shape that nobody meant."""
    customers_to_permits()
    golden("UserProfile.csv", _file(sandbox))


def test_the_header_and_the_line_ends_are_the_vendors_to_the_byte(sandbox: Sandbox) -> None:
    """The importer knows columns by heading alone."""
    customers_to_permits()
    content = _file(sandbox)
    assert content.startswith(HEADER)
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")


def test_one_line_is_one_customer(sandbox: Sandbox, customers: list[dict[str, str]]) -> None:
    """Prevents an address of two lines from becoming two rows."""
    assert _file(sandbox).count(b"\r\n") == len(customers) + 1


def test_everybody_comes_once_with_a_known_type(customers: list[dict[str, str]]) -> None:
    """The type is matched with the vendor's table by its text; anything else is blanked there without a word."""
    uuids = [customer["UserUUID"] for customer in customers]
    assert len(set(uuids)) == len(uuids)
    assert {customer["User Type"] for customer in customers} == {"Student", "Staff", "Faculty"}


def test_leading_zeros_and_accents_survive(sandbox: Sandbox, customers: list[dict[str, str]]) -> None:
    """Prevents numbers made of identifiers, and names made of question marks."""
    assert all(len(customer["UserUUID"]) >= 9 for customer in customers)
    assert any(customer["UserUUID"].startswith("0") for customer in customers)
    awkward = set(sandbox.campus.people_like("non_ascii_name"))
    shown = [c for c in customers if c["UserUUID"] in awkward]
    assert any(not (c["First Name"] + c["Last Name"]).isascii() for c in shown)


def test_no_password_is_sent(customers: list[dict[str, str]]) -> None:
    """The vendor offers a password column; using it would hand out credentials."""
    assert "Password" not in customers[0]


def test_parkings_office_gets_a_notice_without_a_name_in_it(
    sandbox: Sandbox, customers: list[dict[str, str]]
) -> None:
    """The office starts the import by hand, so it must hear of the file; a mail is no place for people's data."""
    [content] = sandbox.received("campus-mail").values()
    message = email.message_from_bytes(content)
    text = message.get_payload(decode=True).decode()
    assert message["To"] == "parking-office@campus.example"
    assert f"{len(customers):,} permit customers" in text
    assert not any(c["Email Address"] in text for c in customers if c["Email Address"])
