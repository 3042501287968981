"""A day on the campus: its account is complete and exact."""

from itertools import pairwise

import duckdb
import pytest

from common.sandbox.campus import TABLES, Campus, Change, Kind, build_campus, next_day

Differences = set[tuple[str, str]]


@pytest.fixture(scope="module")
def days(small_campus: Campus) -> list[tuple[Campus, list[Change]]]:
    """Four days in a row, each with what happened in it; the first is the small campus itself."""
    history: list[tuple[Campus, list[Change]]] = [(small_campus, [])]
    for _ in range(3):
        history.append(next_day(history[-1][0]))
    return history


def current(name: str, version: str, campus: Campus) -> str:
    """SQL for the current rows of a table, in the window form of the effective-dating idiom."""
    table = TABLES[name]
    if not table.effective_dated:
        return f"SELECT * FROM {version}"  # noqa: S608 - our own names
    order = "EFFDT DESC" + (", EFFSEQ DESC" if "EFFSEQ" in table.key else "")
    return (
        f"SELECT * FROM {version} WHERE EFFDT <= DATE '{campus.today}' "  # noqa: S608 - our own names
        f"QUALIFY rank() OVER (PARTITION BY {', '.join(table.entity)} ORDER BY {order}) = 1"
    )


def differing(name: str, column: str, before: Campus, after: Campus) -> set[object]:
    """The values of a column in the current rows that are there on one of two days only."""
    with duckdb.connect() as connection:
        connection.register("old", before.tables[name])
        connection.register("new", after.tables[name])
        old, new = current(name, "old", before), current(name, "new", after)
        rows = connection.execute(
            f"SELECT {column} FROM (({old}) EXCEPT ({new})) UNION SELECT {column} FROM (({new}) EXCEPT ({old}))"  # noqa: S608 - our own names
        ).fetchall()
    return {value for (value,) in rows}


def found(before: Campus, after: Campus) -> Differences:
    """Pairs of a person and a table with other current rows, as the tables themselves show them."""
    return {
        (str(emplid), name)
        for name, table in TABLES.items()
        if "EMPLID" in table.schema.names
        for emplid in differing(name, "EMPLID", before, after)
    }


def told(changes: list[Change]) -> Differences:
    """The same pairs as the changes tell them."""
    return {(change.emplid, table) for change in changes for table in change.tables if change.emplid}


def test_the_changes_are_exactly_the_differences_between_the_days(
    days: list[tuple[Campus, list[Change]]],
) -> None:
    """A flow's delivered difference is judged by this account: one row too many or too few would be blamed on the flow."""
    for (before, _), (after, changes) in pairwise(days):
        assert told(changes) == found(before, after)


def test_the_changes_of_a_large_campus_are_exact_too(campus: Campus) -> None:
    """Two changes of one person, or of one class, on one day only meet when there are many."""
    after, changes = next_day(campus)
    assert told(changes) == found(campus, after)


def test_the_classes_of_the_changes_are_those_whose_totals_differ(
    days: list[tuple[Campus, list[Change]]],
) -> None:
    """Course feeds carry the totals: a seat given back and taken on one day would be a change that shows nowhere."""
    for (before, _), (after, changes) in pairwise(days):
        numbers = {number for change in changes for number in change.class_numbers}
        assert numbers
        assert differing("PS_CLASS_TBL", "CLASS_NBR", before, after) == numbers


def test_tables_without_people_stay_as_they_are(days: list[tuple[Campus, list[Change]]]) -> None:
    """Whatever changes without a change in the account cannot be known beforehand."""
    for name in TABLES:
        if "EMPLID" not in TABLES[name].schema.names and name != "PS_CLASS_TBL":
            assert days[0][0].tables[name] == days[-1][0].tables[name], name


def test_every_kind_of_change_happens_every_day(days: list[tuple[Campus, list[Change]]]) -> None:
    """A kind that a day can lack is a kind that tests of flows cannot rely on."""
    for _, changes in days[1:]:
        assert {change.kind for change in changes} == set(Kind)


def test_nobody_is_the_subject_of_two_changes_on_one_day(days: list[tuple[Campus, list[Change]]]) -> None:
    """A difference with two causes could hide that one of them was missed."""
    for _, changes in days[1:]:
        emplids = [change.emplid for change in changes]
        assert len(emplids) == len(set(emplids))


def test_a_row_comes_due_without_being_touched(days: list[tuple[Campus, list[Change]]]) -> None:
    """A flow that looks for rows written since yesterday misses these: the rows were there all the time."""
    (before, _), (after, changes) = days[0], days[1]
    due = [change for change in changes if change.kind is Kind.CAME_DUE]
    for change in due:
        for name in change.tables:
            if name != "PS_PERSONAL_DATA":
                old, new = (
                    [row for row in day.tables[name].to_pylist() if row["EMPLID"] == change.emplid]
                    for day in (before, after)
                )
                assert old == new


def test_an_announced_move_comes_due_two_days_later(days: list[tuple[Campus, list[Change]]]) -> None:
    """Rows dated ahead must not count on the day they are entered, and must count on their day."""
    [announced] = [change for change in days[1][1] if change.kind is Kind.ANNOUNCEMENT]
    assert announced.tables == ()
    [due] = [change for change in days[3][1] if change.emplid == announced.emplid]
    assert due.kind is Kind.CAME_DUE
    assert due.tables == ("PS_ADDRESSES", "PS_PERSONAL_DATA")


def test_a_released_hold_is_deleted(days: list[tuple[Campus, list[Change]]]) -> None:
    """PeopleSoft keeps no row of a released hold: a flow has to notice what is no longer there."""
    (before, _), (after, changes) = days[0], days[1]
    [released] = [change for change in changes if change.kind is Kind.HOLD_RELEASED]
    old, new = (day.tables["PS_SRVC_IND_DATA"]["EMPLID"].to_pylist() for day in (before, after))
    assert new.count(released.emplid) == old.count(released.emplid) - 1


def test_a_termination_is_a_new_row_and_keeps_the_old_ones(days: list[tuple[Campus, list[Change]]]) -> None:
    """A flow that deletes whoever has no row left would keep everybody."""
    (before, _), (after, changes) = days[0], days[1]
    [ended] = [change for change in changes if change.kind is Kind.TERMINATION]
    old, new = (
        [row for row in day.tables["PS_JOB"].to_pylist() if row["EMPLID"] == ended.emplid]
        for day in (before, after)
    )
    [added] = [row for row in new if row not in old]
    assert (added["ACTION"], added["EMPL_STATUS"], added["HR_STATUS"]) == ("TER", "T", "I")
    assert added["EFFDT"].date() == after.today
    assert len(new) == len(old) + 1


def test_an_admitted_student_can_study_at_once(days: list[tuple[Campus, list[Change]]]) -> None:
    """A newcomer without login, term or classes would reach no partner."""
    _, changes = days[1]
    [admitted] = [change for change in changes if change.kind is Kind.ADMISSION]
    present = set(admitted.tables)
    assert present.issuperset(
        {"PS_CU_IDENTITY", "PS_STDNT_CAR_TERM", "PS_STDNT_ENRL", "PS_ACAD_PLAN", "PS_NAMES"}
    )
    assert len(admitted.class_numbers) == 4
    assert admitted.emplid == max(change.emplid for change in changes if change.kind is not Kind.HIRE), (
        "numbered after everyone else"
    )
    assert admitted.emplid not in days[0][0].tables["PS_PERSON"]["EMPLID"].to_pylist()


@pytest.mark.parametrize("name", TABLES)
def test_keys_stay_unique_and_types_stay_the_same(name: str, days: list[tuple[Campus, list[Change]]]) -> None:
    """The next day is loaded into the same tables as the first."""
    table = days[-1][0].tables[name]
    assert table.schema == TABLES[name].schema
    assert table.group_by(list(TABLES[name].key)).aggregate([]).num_rows == table.num_rows


def test_the_next_day_is_the_same_again(
    small_campus: Campus, days: list[tuple[Campus, list[Change]]]
) -> None:
    """Tomorrow has to be known today, and a campus must not be changed by looking ahead."""
    tomorrow, changes = next_day(build_campus(seed=3, people=200))
    assert changes == days[1][1]
    assert tomorrow.tables == days[1][0].tables
    assert small_campus.tables == build_campus(seed=3, people=200).tables
