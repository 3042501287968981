"""The set-up tables of the catalog: PS_ACAD_GROUP_TBL, PS_ACAD_ORG_TBL, PS_ACAD_PROG_TBL, PS_ACAD_PLAN_TBL.

Set-up tables are effective-dated too. The awkward rows of real ones are here: a renamed plan, one that is
no longer offered, one whose new name is already entered for the coming July.
"""

from datetime import date
from typing import Final

import pyarrow as pa

from common.sandbox.campus.catalog import MAJORS, PLANS, SUBJECTS, Plan
from common.sandbox.campus.rows import fill, stacked
from common.sandbox.campus.terms import INSTITUTION

__all__ = ["FIRST_DAY", "catalog_tables"]

FIRST_DAY: Final = date(1901, 1, 1)
"""The EFFDT that PeopleSoft sites give to set-up rows which have always been valid."""

_GROUPS: Final = {
    "ARSC": "Arts & Sciences",
    "ENGR": "Engineering",
    "BUSN": "Business",
    "EDUC": "Education",
    "MUSC": "Music",
    "LAWS": "Law",
}
_LEVELS: Final = {"U": ("UGRD", "Undergraduate"), "G": ("GRAD", "Graduate"), "J": ("LAW", "Juris Doctor")}


def catalog_tables(today: date) -> dict[str, pa.Table]:
    """Groups, departments, programs and plans."""
    always = {"EFFDT": FIRST_DAY, "EFF_STATUS": "A"}
    inside = {"INSTITUTION": INSTITUTION, **always}
    groups = [
        fill("PS_ACAD_GROUP_TBL", 1, **inside, ACAD_GROUP=code, **_named(name))
        for code, name in _GROUPS.items()
    ]
    orgs = [
        fill(
            "PS_ACAD_ORG_TBL",
            1,
            **inside,
            ACAD_ORG=subject.code,
            ACAD_GROUP=subject.group,
            **_named(subject.name),
        )
        for subject in SUBJECTS
    ]
    programs = [
        fill(
            "PS_ACAD_PROG_TBL",
            1,
            **inside,
            ACAD_PROG=f"{group}{level}",
            ACAD_CAREER=career,
            ACAD_GROUP=group,
            **_named(f"{name} {_GROUPS[group]}"),
        )
        for group in _GROUPS
        for level, (career, name) in _LEVELS.items()
        if (group == "LAWS") == (level == "J")
    ]
    plans = [_plan_row(plan, FIRST_DAY, plan.name) for plan in PLANS]
    return {
        "PS_ACAD_GROUP_TBL": stacked(*groups),
        "PS_ACAD_ORG_TBL": stacked(*orgs),
        "PS_ACAD_PROG_TBL": stacked(*programs),
        "PS_ACAD_PLAN_TBL": stacked(*plans, *_changed_plans(today)),
    }


def _changed_plans(today: date) -> list[pa.Table]:
    renamed, withdrawn, to_be_renamed = MAJORS["UGRD"][:3]
    coming_july = date(today.year + (today >= date(today.year, 7, 1)), 7, 1)
    return [
        _plan_row(renamed, date(2019, 7, 1), f"{renamed.name} and Culture"),
        _plan_row(withdrawn, date(2021, 7, 1), withdrawn.name, status="I"),
        _plan_row(to_be_renamed, coming_july, f"{to_be_renamed.name} and Space"),
    ]


def _plan_row(plan: Plan, since: date, name: str, status: str = "A") -> pa.Table:
    return fill(
        "PS_ACAD_PLAN_TBL",
        1,
        INSTITUTION=INSTITUTION,
        ACAD_PLAN=plan.code,
        EFFDT=since,
        EFF_STATUS=status,
        **_named(name),
        ACAD_PLAN_TYPE=plan.kind,
        ACAD_CAREER=plan.career,
        ACAD_PROG=plan.program,
        ACAD_ORG=plan.subject.code,
        CIP_CODE=plan.subject.cip,
        DEGREE=plan.degree,
    )


def _named(name: str) -> dict[str, str]:
    return {"DESCR": name[:30], "DESCRSHORT": name[:10].strip()}
