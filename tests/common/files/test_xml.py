"""XML files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from lxml import etree
from lxml.builder import E

from common.contract import Column, Contract
from common.errors import ContractError
from common.files import write_xml
from tests.common.sources import Rows

SECRET = "Ångström-900000001"
PATRONS = Contract("patrons", (Column("emplid"), Column("name", required=False)))


def patron(row: Mapping[str, Any]) -> etree._Element:
    return E.user(E.name(row["name"] or ""), id=row["emplid"])


def test_each_row_is_an_element_on_a_line_of_its_own(rows: Rows, tmp_path: Path) -> None:
    """Byte for byte: declaration, root, UTF-8, markup escaped, across batches."""
    parcel = write_xml(
        rows({"emplid": ["1"], "name": ['Zoé <&> "Z"']}, {"emplid": ['2"'], "name": [None]}),
        PATRONS,
        tmp_path / "p.xml",
        root="users",
        element=patron,
    )
    assert parcel.path.read_bytes().decode() == (
        "<?xml version='1.0' encoding='UTF-8'?>\n<users>\n"
        '<user id="1"><name>Zoé &lt;&amp;&gt; "Z"</name></user>\n'
        '<user id="2&quot;"><name></name></user>\n'
        "</users>\n"
    )
    assert parcel.rows == 2


def test_a_reader_gets_back_what_was_written(rows: Rows, tmp_path: Path) -> None:
    """Line breaks, markup and the whole of Unicode in text and attributes."""
    names = ["a\nb", "]]>", "<!--", "𝄞 Ω é", "&amp;", "tab\there"]
    ids = ["'", '"', "<", "&", "a b", "é"]
    path = write_xml(
        rows({"emplid": ids, "name": names}), PATRONS, tmp_path / "p.xml", root="users", element=patron
    ).path
    users = etree.parse(path).getroot()
    assert [(u.get("id"), u[0].text) for u in users] == list(zip(ids, names, strict=True))


def broken(row: Mapping[str, Any]) -> etree._Element:
    raise KeyError(row["name"])


@pytest.mark.parametrize(
    ("element", "words"),
    [
        (broken, r"broken failed with KeyError at test_xml\.py:\d+"),
        (lambda row: E.user(row["missing"]), r"<lambda> failed with KeyError at test_xml\.py:\d+"),
        (lambda row: E.user(row["name"] + "\ufffe"), r"<lambda> failed with ValueError"),
        (lambda row: E(row["name"] + " ", "x"), r"<lambda> failed with ValueError"),
    ],
    ids=["raises", "key", "character", "tag"],
)
def test_a_failing_element_function_is_named_without_the_value(
    rows: Rows, tmp_path: Path, element, words: str
) -> None:
    """Its own message quotes the person; no half document stays behind."""
    with pytest.raises(ContractError, match=words) as caught:
        write_xml(
            rows({"emplid": ["1"], "name": [SECRET]}),
            PATRONS,
            tmp_path / "p.xml",
            root="users",
            element=element,
        )
    assert SECRET not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_in_a_later_batch_leaves_no_document(rows: Rows, tmp_path: Path) -> None:
    """The document is closed properly on the way out, and must not pass for a whole one."""
    with pytest.raises(ContractError, match="emplid is empty in 1 row, the first is row 2"):
        write_xml(
            rows({"emplid": ["1"], "name": ["a"]}, {"emplid": pa.nulls(1), "name": ["b"]}),
            PATRONS,
            tmp_path / "p.xml",
            root="users",
            element=patron,
        )
    assert list(tmp_path.iterdir()) == []
