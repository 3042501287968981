"""The awkward people that every campus has: how to find them in its tables."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import duckdb
import pyarrow as pa

from common.errors import ConfigError

__all__ = ["CATEGORIES", "people_like"]

_VIEWS: Final = """
CREATE VIEW names AS SELECT * FROM PS_NAMES WHERE EFFDT <= getvariable('today')
    QUALIFY row_number() OVER (PARTITION BY EMPLID, NAME_TYPE ORDER BY EFFDT DESC) = 1;
CREATE VIEW legal AS SELECT * FROM names WHERE NAME_TYPE = 'PRI';
CREATE VIEW addresses AS SELECT * FROM PS_ADDRESSES WHERE EFFDT <= getvariable('today')
    QUALIFY row_number() OVER (PARTITION BY EMPLID, ADDRESS_TYPE ORDER BY EFFDT DESC) = 1;
CREATE VIEW lines AS SELECT * FROM addresses WHERE EFF_STATUS = 'A';
CREATE VIEW jobs AS SELECT * FROM PS_JOB WHERE EFFDT <= getvariable('today')
    QUALIFY row_number() OVER (PARTITION BY EMPLID, EMPL_RCD ORDER BY EFFDT DESC, EFFSEQ DESC) = 1;
CREATE VIEW programs AS SELECT * FROM PS_ACAD_PROG WHERE EFFDT <= getvariable('today')
    QUALIFY row_number() OVER (
        PARTITION BY EMPLID, ACAD_CAREER, STDNT_CAR_NBR ORDER BY EFFDT DESC, EFFSEQ DESC) = 1;
CREATE VIEW active_programs AS SELECT * FROM programs WHERE PROG_STATUS = 'AC';
CREATE VIEW active_jobs AS SELECT * FROM jobs WHERE HR_STATUS = 'A';
CREATE VIEW enrollments AS SELECT * FROM PS_STDNT_ENRL WHERE STRM = getvariable('strm');
CREATE VIEW emails AS SELECT EMPLID, count(*) AS addresses,
    count(*) FILTER (E_ADDR_TYPE = 'CAMP') AS campus, count(*) FILTER (PREF_EMAIL_FLAG = 'Y') AS preferred
    FROM PS_EMAIL_ADDRESSES GROUP BY EMPLID;
"""

CATEGORIES: Final[Mapping[str, str]] = {
    # Names
    "non_ascii_name": "SELECT EMPLID FROM legal WHERE strlen(NAME_DISPLAY) > length(NAME_DISPLAY)",
    "cjk_name": r"SELECT EMPLID FROM legal WHERE regexp_matches(NAME_DISPLAY, '[\p{Han}\p{Hangul}]')",
    "arabic_name": r"SELECT EMPLID FROM legal WHERE regexp_matches(NAME_DISPLAY, '\p{Arabic}')",
    "one_letter_name": "SELECT EMPLID FROM legal WHERE length(trim(LAST_NAME)) = 1 OR length(trim(FIRST_NAME)) = 1 "
    "AND FIRST_NAME <> ' '",
    "apostrophe_in_name": "SELECT EMPLID FROM legal WHERE NAME_DISPLAY LIKE '%''%'",
    "hyphen_in_name": "SELECT EMPLID FROM legal WHERE NAME_DISPLAY LIKE '%-%'",
    "name_at_column_limit": "SELECT EMPLID FROM legal WHERE length(LAST_NAME) = 30 AND length(FIRST_NAME) = 30",
    "no_first_name": "SELECT EMPLID FROM legal WHERE FIRST_NAME = ' '",
    "name_suffix": "SELECT EMPLID FROM legal WHERE NAME_SUFFIX <> ' '",
    "renamed": "SELECT EMPLID FROM PS_NAMES WHERE NAME_TYPE = 'PRI' AND EFFDT <= getvariable('today') "
    "GROUP BY EMPLID HAVING count(*) > 1",
    "preferred_name_differs": "SELECT p.EMPLID FROM names p JOIN legal l USING (EMPLID) WHERE p.NAME_TYPE = 'PRF' "
    "AND p.EFF_STATUS = 'A' AND p.FIRST_NAME <> l.FIRST_NAME",
    "preferred_name_withdrawn": "SELECT EMPLID FROM names WHERE NAME_TYPE = 'PRF' AND EFF_STATUS = 'I'",
    "future_name": "SELECT EMPLID FROM PS_NAMES WHERE EFFDT > getvariable('today')",
    # Addresses
    "comma_in_address": "SELECT EMPLID FROM lines WHERE ADDRESS1 LIKE '%,%'",
    "quote_in_address": "SELECT EMPLID FROM lines WHERE ADDRESS1 LIKE '%\"%'",
    "line_break_in_address": "SELECT EMPLID FROM lines WHERE ADDRESS1 LIKE '%' || chr(10) || '%'",
    "tab_in_address": "SELECT EMPLID FROM lines WHERE ADDRESS1 LIKE '%' || chr(9) || '%'",
    "address_at_column_limit": "SELECT EMPLID FROM lines WHERE length(ADDRESS1) = 55",
    "foreign_address": "SELECT EMPLID FROM lines WHERE COUNTRY <> 'USA'",
    "moved": "SELECT EMPLID FROM PS_ADDRESSES WHERE ADDRESS_TYPE = 'HOME' AND EFFDT <= getvariable('today') "
    "GROUP BY EMPLID HAVING count(*) > 1",
    "inactivated_address": "SELECT EMPLID FROM addresses WHERE EFF_STATUS = 'I'",
    "future_address": "SELECT EMPLID FROM PS_ADDRESSES WHERE EFFDT > getvariable('today')",
    "no_address": "SELECT EMPLID FROM PS_PERSON WHERE EMPLID NOT IN (SELECT EMPLID FROM PS_ADDRESSES)",
    # E-mail, telephone, login
    "no_email": "SELECT EMPLID FROM PS_PERSON WHERE EMPLID NOT IN (SELECT EMPLID FROM emails)",
    "several_emails_none_of_the_campus": "SELECT EMPLID FROM emails WHERE addresses > 1 AND campus = 0",
    "two_preferred_emails": "SELECT EMPLID FROM emails WHERE preferred > 1",
    "no_preferred_email": "SELECT EMPLID FROM emails WHERE preferred = 0",
    "free_format_phone": r"SELECT EMPLID FROM PS_PERSONAL_PHONE WHERE NOT regexp_full_match(PHONE, '\d{3}-\d{3}-\d{4}')",
    "no_phone": "SELECT EMPLID FROM PS_PERSON WHERE EMPLID NOT IN (SELECT EMPLID FROM PS_PERSONAL_PHONE)",
    "employee_without_login": "SELECT EMPLID FROM PS_CU_IDENTITY JOIN active_jobs USING (EMPLID) WHERE LOGIN_ID = ' '",
    "no_card": "SELECT EMPLID FROM PS_CU_IDENTITY WHERE CARD_NBR = ' '",
    "shared_plate": "SELECT EMPLID FROM PS_CU_VEHICLE WHERE PLATE IN "
    "(SELECT PLATE FROM PS_CU_VEHICLE GROUP BY PLATE HAVING count(DISTINCT EMPLID) > 1)",
    "two_vehicles": "SELECT EMPLID FROM PS_CU_VEHICLE GROUP BY EMPLID HAVING count(*) > 1",
    "cancelled_housing": "SELECT EMPLID FROM PS_CU_HOUSING WHERE HOUSING_STATUS = 'C'",
    # Work
    "two_active_jobs": "SELECT EMPLID FROM active_jobs GROUP BY EMPLID HAVING count(*) > 1",
    "student_and_employee": "SELECT EMPLID FROM active_jobs JOIN active_programs USING (EMPLID)",
    "terminated": "SELECT EMPLID FROM jobs WHERE EMPL_STATUS IN ('T', 'R')",
    "future_job": "SELECT EMPLID FROM PS_JOB WHERE EFFDT > getvariable('today')",
    "several_job_rows_on_one_day": "SELECT EMPLID FROM PS_JOB GROUP BY EMPLID, EMPL_RCD, EFFDT HAVING count(*) > 1",
    # Life and privacy
    "deceased": "SELECT EMPLID FROM PS_PERSON WHERE DT_OF_DEATH IS NOT NULL",
    "deceased_but_still_active": "SELECT EMPLID FROM PS_PERSON JOIN active_programs USING (EMPLID) "
    "WHERE DT_OF_DEATH IS NOT NULL",
    "ferpa_held": "SELECT EMPLID FROM PS_PERSONAL_DATA WHERE FERPA = 'Y'",
    "ferpa_unknown": "SELECT EMPLID FROM PS_PERSONAL_DATA WHERE FERPA = ' '",
    "ferpa_one_item_only": "SELECT EMPLID FROM PS_FERPA_OVERRIDE GROUP BY EMPLID HAVING count(*) = 1",
    # Study
    "withdrawn": "SELECT EMPLID FROM PS_STDNT_CAR_TERM WHERE STRM = getvariable('strm') AND WITHDRAW_CODE <> 'NWD'",
    "wait_listed": "SELECT EMPLID FROM enrollments WHERE STDNT_ENRL_STATUS = 'W'",
    "dropped": "SELECT EMPLID FROM enrollments WHERE ENRL_STATUS_REASON = 'DROP'",
    "class_cancelled": "SELECT EMPLID FROM enrollments JOIN PS_CLASS_TBL USING (STRM, CLASS_NBR) WHERE CLASS_STAT = 'X'",
    "active_but_not_enrolled": "SELECT EMPLID FROM active_programs WHERE EMPLID NOT IN (SELECT EMPLID FROM enrollments)",
    "on_leave": "SELECT EMPLID FROM programs WHERE PROG_STATUS = 'LA'",
    "graduated": "SELECT EMPLID FROM programs WHERE PROG_STATUS = 'CM'",
    "two_active_careers": "SELECT EMPLID FROM active_programs GROUP BY EMPLID HAVING count(DISTINCT ACAD_CAREER) > 1",
    "second_program_in_a_career": "SELECT EMPLID FROM active_programs WHERE STDNT_CAR_NBR > 0",
    "several_plans": "SELECT EMPLID FROM PS_ACAD_PLAN JOIN active_programs "
    "USING (EMPLID, ACAD_CAREER, STDNT_CAR_NBR, EFFDT, EFFSEQ) GROUP BY EMPLID, ACAD_CAREER, STDNT_CAR_NBR "
    "HAVING count(*) > 1",
    "changed_plan": "SELECT EMPLID FROM active_programs WHERE PROG_ACTION = 'DATA' AND EFFSEQ = 0",
    "several_program_rows_on_one_day": "SELECT EMPLID FROM PS_ACAD_PROG "
    "GROUP BY EMPLID, ACAD_CAREER, STDNT_CAR_NBR, EFFDT HAVING count(*) > 1",
    "future_program": "SELECT EMPLID FROM PS_ACAD_PROG WHERE EFFDT > getvariable('today')",
    "duplicated_service_indicator": "SELECT EMPLID FROM PS_SRVC_IND_DATA "
    "GROUP BY EMPLID, SRVC_IND_CD HAVING count(*) > 1",
}
"""Each category's name and how its people are found; every campus has at least two of each."""


def people_like(category: str, tables: Mapping[str, pa.Table], today: date, strm: str) -> list[str]:
    """The EMPLIDs of a category's people, in order; ConfigError for a category that is not in CATEGORIES."""
    if category not in CATEGORIES:
        raise ConfigError(
            f"No category of people is called {category}: choose one of {', '.join(CATEGORIES)}."
        )
    sql = CATEGORIES[category]
    with duckdb.connect() as connection:
        connection.execute("SET VARIABLE today = ?", [today])
        connection.execute("SET VARIABLE strm = ?", [strm])
        for name, table in tables.items():
            connection.register(name, table)
        connection.execute(_VIEWS)
        return sorted({emplid for (emplid,) in connection.execute(sql).fetchall()})
