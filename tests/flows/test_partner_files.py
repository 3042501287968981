"""Files that are encrypted, mailed or read, by the steps that flows are written in."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import pyzipper
from prefect.blocks.system import Secret

from common import (
    Column,
    Contract,
    Receipt,
    campus_flow,
    decrypted,
    deliver,
    encrypted,
    extract,
    mail,
    read_csv,
    write_csv,
    zipped,
)
from common.errors import ConfigError, DeliveryError
from common.receipts import Receipts
from common.run import recording
from tests.conftest import Sandbox, changed
from tests.servers.pgp import PgpPeople

PEOPLE = Contract("people", (Column("emplid", personal=True),), key=("emplid",))
PASSWORD = "correct-horse-7391"
PAGE = "permits-sftp"
OFFICE = ["permits@mail.example", "office@mail.example"]


@pytest.fixture
def sql(tmp_path: Path) -> Path:
    path = tmp_path / "people.sql"
    path.write_text("SELECT emplid FROM ps_person", encoding="utf-8")
    return path


@pytest.fixture
def page(sandbox: Sandbox, pgp_people: PgpPeople):
    """Changes what the page of the permits' server says about encryption, for the test."""
    pages = sandbox.services.pages

    def change(**fields: object) -> None:
        changed(pages[PAGE], **fields).save(f"{PAGE}-sandbox", overwrite=True)

    yield change
    pages[PAGE].save(f"{PAGE}-sandbox", overwrite=True)


def mailed(sandbox: Sandbox) -> list[EmailMessage]:
    return [message_from_bytes(m, policy=policy.default) for m in sandbox.received("campus-mail").values()]


def test_a_file_is_encrypted_for_the_partner_and_read_when_it_comes_back(
    sandbox: Sandbox, sql: Path, page, pgp_people: PgpPeople
) -> None:
    """Prevents steps that do not fit each other: what one partner seals has to open here, and the other way round."""
    bank, campus = pgp_people("bank"), pgp_people("university", passphrase=PASSWORD)
    page(
        pgp_public_key=bank.public,
        pgp_fingerprint=bank.fingerprint,
        pgp_private_key=campus.private,
        pgp_passphrase=PASSWORD,
    )

    @campus_flow(source="warehouse", sink=PAGE, contact="x@campus.example")
    def people_to_permits() -> Receipt:
        file = write_csv(extract("warehouse", sql), PEOPLE, "people.csv")
        return deliver(encrypted(file, for_=PAGE), to=PAGE, path="people.csv.pgp")

    receipt = people_to_permits()
    [(path, content)] = sandbox.received(PAGE).items()
    assert path.endswith("people.csv.pgp")
    assert b"emplid" not in content
    assert (receipt.bytes, receipt.rows) == (len(content), 240)

    page(
        pgp_public_key=campus.public,
        pgp_fingerprint=campus.fingerprint,
        pgp_private_key=bank.private,
    )
    fetched = sql.with_name("people.csv.pgp")
    fetched.write_bytes(content)

    @campus_flow(source=PAGE, sink=PAGE, contact="x@campus.example")
    def people_from_permits() -> Receipt:
        people = read_csv(decrypted(fetched, from_=PAGE), PEOPLE)
        return deliver(write_csv(people, PEOPLE, "again.csv"), to=PAGE, path="again.csv")

    assert people_from_permits().rows == 240


def test_a_zip_is_encrypted_with_the_password_of_the_receivers_page(
    sandbox: Sandbox, sql: Path, page
) -> None:
    """Prevents a password in a flow, which is code that everybody reads."""

    @campus_flow(source="warehouse", sink=PAGE, contact="x@campus.example")
    def people_to_permits() -> Receipt:
        file = write_csv(extract("warehouse", sql), PEOPLE, "people.csv")
        return deliver(zipped(file, for_=PAGE), to=PAGE, path="people.zip")

    with pytest.raises(ConfigError, match=f"Page {PAGE}-sandbox: there is no zip_password"):
        people_to_permits()
    secret = Secret(value=PASSWORD)
    secret.save("permits-zip", overwrite=True)
    page(zip_password=secret)
    people_to_permits()
    with recording(rehearsal=True) as runs:
        people_to_permits()
    assert runs[0].deliveries[0].difference is None
    [content] = sandbox.received(PAGE).values()
    archive = sql.with_name("people.zip")
    archive.write_bytes(content)
    with pyzipper.AESZipFile(archive) as opened:
        opened.setpassword(PASSWORD.encode())
        assert len(opened.read("people.csv").splitlines()) == 241


def test_a_group_without_a_server_gets_its_file_by_mail(sandbox: Sandbox, sql: Path) -> None:
    """Prevents a delivery by mail from being one without account, guard and rehearsal."""

    @campus_flow(source="warehouse", sink="campus-mail", contact="x@campus.example")
    def people_by_mail() -> Receipt:
        file = write_csv(extract("warehouse", sql), PEOPLE, "people.csv", encoding="utf-8-sig")
        return mail(file, via="campus-mail", to=OFFICE, subject="People of today", html="<p>People</p>")

    with recording(rehearsal=True):
        people_by_mail()
    assert mailed(sandbox) == []
    receipt = people_by_mail()
    [message] = mailed(sandbox)
    [attachment] = message.iter_attachments()
    content = attachment.get_payload(decode=True)
    assert (attachment.get_filename(), attachment.get_content_type()) == ("people.csv", "text/csv")
    assert content.startswith(b"\xef\xbb\xbfemplid\r\n")
    assert len(content) == receipt.bytes
    assert message["To"] == ", ".join(OFFICE)
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Attached: 240 people in people.csv."
    assert receipt.path == "people.csv, by mail to 2"
    assert Receipts().last("people_by_mail", "campus-mail", "people") == receipt


def test_a_file_that_is_too_large_for_the_relay_is_not_mailed(sandbox: Sandbox, sql: Path) -> None:
    """Prevents a bounce that nobody reads from being the end of a delivery."""
    original = sandbox.services.pages["campus-mail"]
    changed(original, max_bytes=1_000).save("campus-mail-sandbox", overwrite=True)

    @campus_flow(source="warehouse", sink="campus-mail", contact="x@campus.example")
    def people_by_mail() -> Receipt:
        file = write_csv(extract("warehouse", sql), PEOPLE, "people.csv")
        return mail(file, via="campus-mail", to=OFFICE, subject="People of today")

    try:
        with pytest.raises(DeliveryError, match=r"the limit is 1000\. Nothing was sent"):
            people_by_mail()
    finally:
        original.save("campus-mail-sandbox", overwrite=True)
    assert mailed(sandbox) == []
    assert list(Receipts().all()) == []
