"""PS_PERSONAL_DATA: the snapshot of current names and addresses that PeopleSoft refreshes every day."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.effective import current_rows
from common.sandbox.campus.rows import BLANK, fill, joined

__all__ = ["personal_data"]

_ADDRESS: Final = ("COUNTRY", "ADDRESS1", "ADDRESS2", "ADDRESS3", "ADDRESS4", "CITY", "STATE", "POSTAL")


def personal_data(tables: Mapping[str, pa.Table], today: date, ferpa: pa.Array) -> pa.Table:
    """One row for each row of PS_PERSON, in its order: primary name, active home address, sex, and the flags."""
    person = tables["PS_PERSON"]
    names = current_rows("PS_NAMES", tables["PS_NAMES"].filter(pc.field("NAME_TYPE") == "PRI"), today)
    homes = current_rows(
        "PS_ADDRESSES", tables["PS_ADDRESSES"].filter(pc.field("ADDRESS_TYPE") == "HOME"), today
    )
    homes = homes.filter(pc.field("EFF_STATUS") == "A")
    details = current_rows("PS_PERS_DATA_EFFDT", tables["PS_PERS_DATA_EFFDT"], today)
    given = pc.utf8_trim_whitespace(joined(names["FIRST_NAME"], names["MIDDLE_NAME"], separator=" "))
    full = pc.utf8_rtrim(
        pc.utf8_slice_codeunits(joined(names["LAST_NAME"], given, separator=","), 0, 50), " ,"
    )
    return fill(
        "PS_PERSONAL_DATA",
        person.num_rows,
        EMPLID=person["EMPLID"],
        NAME=_for(person, names, full),
        **{column: _for(person, homes, homes[column]) for column in _ADDRESS},
        BIRTHDATE=person["BIRTHDATE"],
        SEX=_for(person, details, details["SEX"]),
        FERPA=ferpa,
        DT_OF_DEATH=person["DT_OF_DEATH"],
    )


def _for(person: pa.Table, source: pa.Table, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """The value of each person, a blank where the source has none."""
    position = pc.index_in(person["EMPLID"], value_set=source["EMPLID"].combine_chunks())
    return pc.fill_null(values.take(position), BLANK)
