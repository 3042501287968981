"""The people who break exports are there, at any size."""

import unicodedata

import pandas as pd
import pytest

from common.errors import ConfigError
from common.sandbox.campus import CATEGORIES, Campus


def primary_names(campus: Campus) -> pd.DataFrame:
    names = campus.tables["PS_NAMES"].to_pandas()
    today = pd.Timestamp(campus.today)
    names = names[(names.NAME_TYPE == "PRI") & (names["EFFDT"] <= today)]
    return names.sort_values("EFFDT").groupby("EMPLID").tail(1)


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_smallest_campus_has_two_people_of_each_category(category: str, small_campus: Campus) -> None:
    """A case that only a large campus has is a case that fast tests never meet."""
    people = small_campus.people_like(category)
    assert len(people) >= 2
    assert people == sorted(set(people))
    assert set(people) <= set(small_campus.tables["PS_PERSON"]["EMPLID"].to_pylist())


def test_an_unknown_category_is_named_with_its_alternatives(small_campus: Campus) -> None:
    """A misspelt category must not look like a campus without such people."""
    with pytest.raises(ConfigError, match=r"called one_leter_name: choose one of non_ascii_name, "):
        small_campus.people_like("one_leter_name")


def test_names_come_in_many_scripts(campus: Campus) -> None:
    """Latin-1 survives where Arabic, combining accents or characters beyond 16 bits do not."""
    letters = set("".join(primary_names(campus).NAME_DISPLAY))
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in letters if letter.isalpha()}
    assert scripts.issuperset({"LATIN", "CJK", "HANGUL", "ARABIC", "CYRILLIC", "GREEK"})
    assert any(unicodedata.combining(letter) for letter in letters)
    assert any(ord(letter) > 0xFFFF for letter in letters)
    assert letters.issuperset("ÞŁëô")


def test_people_like_one_letter_names_have_them_today(campus: Campus) -> None:
    """The categories are read from the tables: a wrong query would hand tests the wrong people."""
    names = primary_names(campus)
    short = names[
        (names.FIRST_NAME.str.strip().str.len() == 1) | (names.LAST_NAME.str.strip().str.len() == 1)
    ]
    assert campus.people_like("one_letter_name") == sorted(short.EMPLID)


def test_addresses_break_lines_in_both_ways(campus: Campus) -> None:
    """A writer that quotes LF but not CR LF passes with half of the cases."""
    lines = campus.tables["PS_ADDRESSES"].to_pandas().ADDRESS1
    assert lines.str.contains("\r\n").any()
    assert lines[~lines.str.contains("\r")].str.contains("\n").any()
    assert lines.str.contains('"').any()
    assert lines.str.contains("[|;\t]").any()


def test_two_active_jobs_are_active_today(campus: Campus) -> None:
    """The future and the past rows of a job must not count as a second job."""
    jobs = campus.tables["PS_JOB"].to_pandas()
    jobs = jobs[jobs["EFFDT"] <= pd.Timestamp(campus.today)].sort_values(["EFFDT", "EFFSEQ"])
    current = jobs.groupby(["EMPLID", "EMPL_RCD"]).tail(1)
    counts = current[current.HR_STATUS == "A"].groupby("EMPLID").size()
    assert campus.people_like("two_active_jobs") == sorted(counts[counts > 1].index)


def test_an_inactivated_address_is_the_latest_and_an_active_one_came_before(campus: Campus) -> None:
    """With EFF_STATUS tested inside the subquery the old address comes back to life: the case must be there."""
    rows = campus.tables["PS_ADDRESSES"].to_pandas()
    for emplid in campus.people_like("inactivated_address"):
        home = rows[(rows["EMPLID"] == emplid) & (rows["ADDRESS_TYPE"] == "HOME")].sort_values("EFFDT")
        assert home.EFF_STATUS.tolist()[-2:] == ["A", "I"]


def test_leading_zeros_are_part_of_every_emplid(campus: Campus) -> None:
    """An EMPLID that went through a number would come out shorter."""
    emplids = campus.tables["PS_PERSON"]["EMPLID"].to_pylist()
    assert all(len(emplid) == 9 and emplid.startswith("0") and emplid.isdecimal() for emplid in emplids)


def test_tables_set_up_for_others_share_codes(campus: Campus) -> None:
    """A join that forgets SETID doubles its rows: without a second SETID nobody would notice."""
    departments = campus.tables["PS_DEPT_TBL"].to_pandas()
    assert departments.groupby("DEPTID").SETID.nunique().min() == 2
