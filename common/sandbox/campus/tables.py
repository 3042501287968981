"""The tables of the synthetic campus: one definition from which DDL and Arrow schema follow.

Names and columns are PeopleSoft's (Campus Solutions and HCM). The tables that begin with ``PS_CU_`` are
not delivered by PeopleSoft: they stand for the tables a campus adds (assumed). National identifiers
(``PS_PERS_NID``) are left out on purpose.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pyarrow as pa

from common.sandbox.campus.fields import oracle_type

__all__ = ["OWNER", "TABLES", "ColumnDef", "TableDef"]

OWNER: Final = "SYSADM"
"""The schema that owns the tables, as PeopleSoft installs it."""


@dataclass(frozen=True, slots=True)
class ColumnDef:
    """A column: its name, its Oracle type, and whether it may be NULL (only dates outside the key may)."""

    name: str
    oracle: str
    nullable: bool

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type that the Oracle driver gives a column of this type."""
        match self.oracle.rstrip(")").replace("(", ",").split(","):
            case ["VARCHAR2", _]:
                return pa.string()
            case ["NUMBER", precision, "0"] if int(precision) <= 18:
                return pa.int64()
            case ["NUMBER", precision, scale]:
                return pa.decimal128(int(precision), int(scale))
            case ["DATE"]:
                return pa.timestamp("s")
            case ["TIMESTAMP"]:
                return pa.timestamp("us")
        raise AssertionError(f"{self.name}: no Arrow type for {self.oracle}")


@dataclass(frozen=True)
class TableDef:
    """A table: its columns in order and the names of its key columns, in PeopleSoft's key order."""

    name: str
    columns: tuple[ColumnDef, ...]
    key: tuple[str, ...]

    @property
    def ddl(self) -> str:
        """Oracle's ``CREATE TABLE`` statement, to be run by the owner."""
        columns = ", ".join(
            f"{column.name} {column.oracle}" + ("" if column.nullable else " NOT NULL")
            for column in self.columns
        )
        return f"CREATE TABLE {self.name} ({columns})"

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema, with the types that the Oracle driver gives."""
        return pa.schema([pa.field(column.name, column.arrow, column.nullable) for column in self.columns])

    @property
    def effective_dated(self) -> bool:
        """Whether rows of this table become current by the passing of days."""
        return "EFFDT" in self.key

    @property
    def entity(self) -> tuple[str, ...]:
        """The key columns before EFFDT: one current set of rows exists for each of their values."""
        return self.key[: self.key.index("EFFDT")] if self.effective_dated else self.key


def _table(name: str, key: str, others: str) -> TableDef:
    columns = tuple(
        ColumnDef(
            field, oracle_type(field), nullable=field not in key.split() and oracle_type(field) in _DATED
        )
        for field in [*key.split(), *others.split()]
    )
    return TableDef(name, columns, tuple(key.split()))


_DATED: Final = ("DATE", "TIMESTAMP")
_CLASS: Final = "CRSE_ID CRSE_OFFER_NBR STRM SESSION_CODE CLASS_SECTION"
_PROGRAM: Final = "EMPLID ACAD_CAREER STDNT_CAR_NBR EFFDT EFFSEQ"
_ADDRESS: Final = "COUNTRY ADDRESS1 ADDRESS2 ADDRESS3 ADDRESS4 CITY STATE POSTAL"

_PEOPLE: Final = (
    _table("PS_PERSON", "EMPLID", "BIRTHDATE BIRTHCOUNTRY DT_OF_DEATH"),
    _table(
        "PS_NAMES",
        "EMPLID NAME_TYPE EFFDT",
        "EFF_STATUS LAST_NAME FIRST_NAME MIDDLE_NAME NAME_SUFFIX NAME_DISPLAY",
    ),
    _table("PS_ADDRESSES", "EMPLID ADDRESS_TYPE EFFDT", f"EFF_STATUS {_ADDRESS}"),
    _table("PS_EMAIL_ADDRESSES", "EMPLID E_ADDR_TYPE", "EMAIL_ADDR PREF_EMAIL_FLAG"),
    _table("PS_PERSONAL_PHONE", "EMPLID PHONE_TYPE", "COUNTRY_CODE PHONE EXTENSION PREF_PHONE_FLAG"),
    _table("PS_PERS_DATA_EFFDT", "EMPLID EFFDT", "MAR_STATUS SEX FT_STUDENT"),
    _table("PS_PERSONAL_DATA", "EMPLID", f"NAME {_ADDRESS} BIRTHDATE SEX FERPA DT_OF_DEATH"),
    _table("PS_CITIZENSHIP", "EMPLID DEPENDENT_ID COUNTRY", "CITIZENSHIP_STATUS"),
    _table(
        "PS_VISA_PMT_DATA",
        "EMPLID DEPENDENT_ID COUNTRY VISA_PERMIT_TYPE EFFDT",
        "VISA_WRKPMT_STATUS STATUS_DT DT_ISSUED EXPIRATN_DT",
    ),
    _table("PS_FERPA_OVERRIDE", "EMPLID FERPA_CATEGORY", "STATUS_DT"),
    _table("PS_CU_IDENTITY", "EMPLID", "LOGIN_ID CARD_NBR CARD_STATUS"),
    _table(
        "PS_CU_HOUSING",
        "EMPLID STRM",
        "HOUSING_STATUS BUILDING ROOM BED MEAL_PLAN CHECKIN_DT CHECKOUT_DT",
    ),
    _table(
        "PS_CU_VEHICLE",
        "EMPLID VEHICLE_NBR",
        "PLATE STATE MAKE MODEL COLOR YEAR REGISTERED_DT EFF_STATUS",
    ),
)

_ACADEMICS: Final = (
    _table(
        "PS_TERM_TBL",
        "INSTITUTION ACAD_CAREER STRM",
        "DESCR DESCRSHORT TERM_BEGIN_DT TERM_END_DT TERM_CATEGORY ACAD_YEAR",
    ),
    _table("PS_SESSION_TBL", "INSTITUTION ACAD_CAREER STRM SESSION_CODE", "SESS_BEGIN_DT SESS_END_DT"),
    _table("PS_ACAD_GROUP_TBL", "INSTITUTION ACAD_GROUP EFFDT", "EFF_STATUS DESCR DESCRSHORT"),
    _table("PS_ACAD_ORG_TBL", "ACAD_ORG EFFDT", "EFF_STATUS INSTITUTION DESCR DESCRSHORT ACAD_GROUP"),
    _table(
        "PS_ACAD_PROG_TBL",
        "INSTITUTION ACAD_PROG EFFDT",
        "EFF_STATUS DESCR DESCRSHORT ACAD_CAREER ACAD_GROUP",
    ),
    _table(
        "PS_ACAD_PLAN_TBL",
        "INSTITUTION ACAD_PLAN EFFDT",
        "EFF_STATUS DESCR DESCRSHORT ACAD_PLAN_TYPE ACAD_CAREER ACAD_PROG ACAD_ORG CIP_CODE DEGREE",
    ),
    _table(
        "PS_ACAD_PROG",
        _PROGRAM,
        "INSTITUTION ACAD_PROG PROG_STATUS PROG_ACTION PROG_REASON ADMIT_TERM EXP_GRAD_TERM DEGR_CHKOUT_STAT "
        "COMPLETION_TERM CAMPUS",
    ),
    _table("PS_ACAD_PLAN", f"{_PROGRAM} ACAD_PLAN", "PLAN_SEQUENCE DECLARE_DT REQ_TERM COMPLETION_TERM"),
    _table("PS_ACAD_SUBPLAN", f"{_PROGRAM} ACAD_PLAN ACAD_SUB_PLAN", "DECLARE_DT REQ_TERM"),
    _table(
        "PS_STDNT_CAR_TERM",
        "EMPLID ACAD_CAREER INSTITUTION STRM",
        "STDNT_CAR_NBR WITHDRAW_CODE WITHDRAW_DATE ACAD_PROG_PRIMARY ACAD_LEVEL_BOT ACAD_LEVEL_PROJ ACAD_LOAD "
        "UNT_TAKEN_PRGRSS UNT_TAKEN_GPA TOT_TAKEN_GPA TOT_CUMULATIVE CUM_GPA CUR_GPA FA_LOAD ELIG_TO_ENROLL",
    ),
    _table(
        "PS_STDNT_ENRL",
        "EMPLID ACAD_CAREER INSTITUTION STRM CLASS_NBR",
        "STDNT_ENRL_STATUS ENRL_STATUS_REASON UNT_TAKEN GRADING_BASIS_ENRL CRSE_GRADE_OFF CRSE_GRADE_INPUT "
        "ENRL_ADD_DT ENRL_DROP_DT SESSION_CODE LAST_UPD_DT_STMP",
    ),
    _table(
        "PS_CLASS_TBL",
        _CLASS,
        "CLASS_NBR INSTITUTION ACAD_CAREER SUBJECT CATALOG_NBR DESCR SSR_COMPONENT CLASS_STAT ENRL_CAP ENRL_TOT "
        "WAIT_TOT CAMPUS LOCATION INSTRUCTION_MODE SCHEDULE_PRINT START_DT END_DT ACAD_GROUP ACAD_ORG "
        "ASSOCIATED_CLASS",
    ),
    _table(
        "PS_CLASS_MTG_PAT",
        f"{_CLASS} CLASS_MTG_NBR",
        "FACILITY_ID MEETING_TIME_START MEETING_TIME_END MON TUES WED THURS FRI SAT SUN START_DT END_DT",
    ),
    _table(
        "PS_CLASS_INSTR",
        f"{_CLASS} CLASS_MTG_NBR INSTR_ASSIGN_SEQ",
        "EMPLID INSTR_ROLE SCHED_PRINT_INSTR GRADE_RSTR_ACCESS",
    ),
    _table("PS_SCTN_CMBND", "INSTITUTION STRM SESSION_CODE SCTN_COMBINED_ID CLASS_NBR", ""),
    _table(
        "PS_SRVC_IND_DATA",
        "EMPLID SRVC_IND_DTTM OPRID",
        "INSTITUTION SRVC_IND_CD SRVC_IND_REASON SRVC_IND_ACT_TERM SRVC_IND_ACTIVE_DT SCC_SI_END_TERM "
        "SCC_SI_END_DT POS_SRVC_INDICATOR DEPTID CONTACT AMOUNT",
    ),
    _table(
        "PS_STDNT_ADVR_HIST",
        "EMPLID INSTITUTION EFFDT STDNT_ADVISOR_NBR",
        "ADVISOR_ROLE ACAD_CAREER ACAD_PROG ACAD_PLAN ADVISOR_ID COMMITTEE_ID",
    ),
)

_EMPLOYMENT: Final = (
    _table(
        "PS_JOB",
        "EMPLID EMPL_RCD EFFDT EFFSEQ",
        "DEPTID JOBCODE POSITION_NBR EMPL_STATUS ACTION ACTION_REASON BUSINESS_UNIT COMPANY PAYGROUP REG_TEMP "
        "FULL_PART_TIME EMPL_CLASS REPORTS_TO LOCATION HR_STATUS JOB_INDICATOR TERMINATION_DT",
    ),
    _table("PS_JOBCODE_TBL", "SETID JOBCODE EFFDT", "EFF_STATUS DESCR DESCRSHORT"),
    _table("PS_DEPT_TBL", "SETID DEPTID EFFDT", "EFF_STATUS DESCR DESCRSHORT LOCATION COMPANY"),
)

TABLES: Final = {table.name: table for table in (*_PEOPLE, *_ACADEMICS, *_EMPLOYMENT)}
"""Every table of the campus by name."""
