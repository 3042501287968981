"""Library patrons to Alma: what Ex Libris's rules ask, held against the delivered zip."""

import io
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from flows.library.patrons_to_alma import PATRONS, alma_user, patrons_to_alma
from tests.conftest import Sandbox

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("alma_users.xsd")))


@pytest.fixture
def users(sandbox: Sandbox) -> etree._Element:
    """The users that a run delivered."""
    patrons_to_alma()
    return etree.fromstring(_xml(sandbox))


def _xml(sandbox: Sandbox) -> bytes:
    [(_, content)] = sandbox.received("alma-sftp").items()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        [member] = archive.namelist()
        return archive.read(member)


def _texts(users: etree._Element, path: str) -> list[str]:
    return [found.text or "" for found in users.iterfind(path)]


def test_the_delivered_file_is_as_it_was_when_somebody_last_read_it(
    sandbox: Sandbox, golden: Callable[[str, bytes], None]
) -> None:
    """Prevents a change of the query or the shape that nobody meant."""
    patrons_to_alma()
    golden("patrons.xml", _xml(sandbox))


def test_a_zip_of_the_day_holds_one_xml_of_the_day(sandbox: Sandbox) -> None:
    """Alma cannot parse a file that is not zipped."""
    receipt = patrons_to_alma()
    day = f"{sandbox.campus.today:%Y%m%d}"
    [(path, content)] = sandbox.received("alma-sftp").items()
    assert path == f"patrons/patrons_{day}.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [f"patrons_{day}.xml"]
    assert receipt.rows == len(etree.fromstring(_xml(sandbox)))


def test_the_xml_is_valid_by_the_schema(users: etree._Element) -> None:
    """Prevents a load in which Alma rejects records, which only its own job report would tell."""
    SCHEMA.assertValid(users)


def test_everybody_has_exactly_one_preferred_address_and_at_most_one_mail_and_phone(
    users: etree._Element,
) -> None:
    """Alma rejects a user with two preferred addresses."""
    for user in users:
        assert len(user.findall(".//address[@preferred='true']")) == 1
        assert len(user.findall(".//email[@preferred='true']")) <= 1
        assert len(user.findall(".//phone[@preferred='true']")) <= 1


def test_who_is_student_and_employee_comes_once_and_as_employee(
    sandbox: Sandbox, users: etree._Element
) -> None:
    """The second record of a person is rejected: identifier already taken in this feed."""
    emplids = Counter(_texts(users, "user/user_identifiers/user_identifier[id_type='02']/value"))
    assert emplids
    assert set(emplids.values()) == {1}
    groups = {
        user.findtext("user_identifiers/user_identifier[id_type='02']/value"): user.findtext("user_group")
        for user in users
    }
    both = [e for e in sandbox.campus.people_like("student_and_employee") if e in groups]
    assert both
    assert {groups[emplid] for emplid in both} <= {"STAFF", "FACULTY"}


def test_the_dead_are_not_patrons(sandbox: Sandbox, users: etree._Element) -> None:
    """Prevents letters to the family."""
    delivered = set(_texts(users, "user/user_identifiers/user_identifier[id_type='02']/value"))
    assert not delivered & set(sandbox.campus.people_like("deceased"))


def test_a_name_that_starts_tomorrow_is_not_used_today(sandbox: Sandbox, users: etree._Element) -> None:
    """Prevents the classic fault of effective dating: the greatest date, also when it is in the future."""
    import pyarrow.compute as pc

    names = sandbox.campus.tables["PS_NAMES"]
    future = names.filter(pc.greater(names["EFFDT"].cast("date32"), sandbox.campus.today))
    assert future.num_rows
    delivered = {
        (
            user.findtext("user_identifiers/user_identifier[id_type='02']/value"),
            user.findtext("first_name"),
            user.findtext("last_name"),
        )
        for user in users
    }
    coming = {(row["EMPLID"], row["FIRST_NAME"], row["LAST_NAME"]) for row in future.to_pylist()}
    assert not delivered & coming


def test_a_rerun_of_the_day_gives_the_same_bytes(sandbox: Sandbox) -> None:
    """Prevents a receiver from seeing changes where there are none."""
    first = (patrons_to_alma(), sandbox.received("alma-sftp"))
    second = (patrons_to_alma(), sandbox.received("alma-sftp"))
    assert first[1] == second[1]
    assert first[0].sha256 == second[0].sha256


def test_a_card_number_equal_to_the_university_number_is_sent_once() -> None:
    """Alma rejects a user who has one value under two identifiers."""
    patron = dict.fromkeys(PATRONS.schema.names) | {
        "card_nbr": "012345678",
        "emplid": "012345678",
        "primary_id": "X@CAMPUS.EXAMPLE",
        "last_name": "X",
        "user_group": "STAFF",
        "expiry_date": date(2027, 3, 1),
        "purge_date": date(2029, 3, 1),
    }
    user = alma_user(patron)
    assert [value.text for value in user.iterfind("user_identifiers/user_identifier/value")] == ["012345678"]
