"""Library patrons to Ex Libris Alma."""

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml.builder import E

from common import (
    Column,
    Contract,
    Receipt,
    campus_flow,
    deliver,
    extract,
    today,
    write_xml,
    zipped,
)

if TYPE_CHECKING:
    import pandas as pd
    from lxml.etree import _Element

SQL = Path(__file__).with_suffix(".sql")

PATRONS = Contract(
    "library patrons",
    columns=(
        Column("primary_id", personal=True, max_length=255),
        Column("emplid", personal=True, max_length=11),
        Column("card_nbr", personal=True, required=False),
        Column("user_group", one_of=("FACULTY", "STAFF", "GRAD", "UNDERGRAD")),
        Column("department", required=False),
        Column("first_name", personal=True, required=False),
        Column("middle_name", personal=True, required=False),
        Column("last_name", personal=True),
        Column("preferred_first_name", personal=True, required=False),
        Column("preferred_last_name", personal=True, required=False),
        Column("email", personal=True, required=False),
        Column("phone", personal=True, required=False),
        Column("phone_type", required=False),
        Column("address1", personal=True, required=False),
        Column("address2", personal=True, required=False),
        Column("city", personal=True, required=False),
        Column("state", personal=True, required=False),
        Column("postal", personal=True, required=False),
        Column("country", personal=True, required=False),
        Column("expiry_date", "date"),
        Column("purge_date", "date"),
    ),
    key=("primary_id",),
)

logger = logging.getLogger(__name__)

REALM = "CAMPUS.EXAMPLE"
SCOPE = "CAMPUS"
NO_ADDRESS = "No address on file"


@campus_flow(source="warehouse", sink="alma-sftp", contact="library-systems@campus.example")
def patrons_to_alma(as_of: date | None = None) -> Receipt:
    """Every current patron, nightly, to Alma: one XML file in a zip, by SFTP.

    From the warehouse: active employees and students. Alma fetches the zip at 23:00, updates whom it finds and
    deletes nobody. Late or failed: Alma keeps yesterday's patrons; rerun any time before 23:00.
    """
    day = as_of or today()
    patrons = extract("warehouse", SQL, as_of=day).map(partial(with_expiry, day=day))
    users = write_xml(patrons, PATRONS, f"patrons_{day:%Y%m%d}.xml", root="users", element=alma_user)
    return deliver(zipped(users), to="alma-sftp", path=f"patrons_{day:%Y%m%d}.zip")


def with_expiry(patrons: "pd.DataFrame", day: date) -> "pd.DataFrame":
    """Patrons with a login, known to Alma by it, for six months from ``day`` and purged two years later."""
    import pandas as pd

    known = patrons[patrons["login_id"].fillna("").str.strip() != ""]
    if skipped := len(patrons) - len(known):
        logger.info("skipped patrons without login rows=%d", skipped)
    return known.assign(
        primary_id=known["login_id"].str.upper() + f"@{REALM}",
        expiry_date=(pd.Timestamp(day) + pd.DateOffset(months=6)).date(),
        purge_date=(pd.Timestamp(day) + pd.DateOffset(months=30)).date(),
    ).drop(columns="login_id")


def alma_user(patron: Mapping[str, Any]) -> "_Element":
    """One ``user`` of Alma's rest_users.xsd. What is missing is left out: Alma blanks what a record lacks."""
    return E.user(
        E.record_type("PUBLIC"),
        E.primary_id(patron["primary_id"]),
        *texts(patron, "first_name", "middle_name", "last_name"),
        E.user_group(patron["user_group"]),
        E.preferred_language("en"),
        E.expiry_date(f"{patron['expiry_date']:%Y-%m-%d}Z"),
        E.purge_date(f"{patron['purge_date']:%Y-%m-%d}Z"),
        E.account_type("EXTERNAL"),
        E.external_id("SIS"),
        E.status("ACTIVE"),
        E.contact_info(E.addresses(address(patron)), E.emails(*emails(patron)), E.phones(*phones(patron))),
        *(
            E(f"pref_{part}", patron[f"preferred_{part}"])
            for part in ("first_name", "last_name")
            if differs(patron[f"preferred_{part}"], patron[part])
        ),
        E.user_identifiers(*identifiers(patron)),
        E.user_roles(E.user_role(E.status("ACTIVE"), E.scope(SCOPE), E.role_type("200"))),
        E.user_statistics(
            E.user_statistic(
                E.statistic_category(patron["department"] or "ZZ"),
                E.category_type("DEPT"),
                segment_type="External",
            )
        ),
    )


def texts(patron: Mapping[str, Any], *names: str) -> "list[_Element]":
    return [E(name, patron[name]) for name in names if patron[name]]


def differs(preferred: str | None, legal: str | None) -> bool:
    return bool(preferred) and (preferred or "").casefold() != (legal or "").casefold()


def address(patron: Mapping[str, Any]) -> "_Element":
    lines = [one_line(patron[name]) for name in ("address1", "address2") if patron[name]] or [NO_ADDRESS]
    return E.address(
        *(E(f"line{number}", line) for number, line in enumerate(lines, 1)),
        E.city(patron["city"] or NO_ADDRESS),
        E.state_province(patron["state"] or "XX"),
        E.postal_code(patron["postal"] or "00000"),
        *([E.country(patron["country"])] if patron["country"] else []),
        E.address_types(E.address_type("home")),
        preferred="true",
        segment_type="External",
    )


def emails(patron: Mapping[str, Any]) -> "list[_Element]":
    if not patron["email"]:
        return []
    kind = E.email_types(E.email_type("school"))
    return [E.email(E.email_address(patron["email"]), kind, preferred="true", segment_type="External")]


def phones(patron: Mapping[str, Any]) -> "list[_Element]":
    """North American numbers as ddd-ddd-dddd; anything else is left out."""
    digits = re.sub(r"\D", "", patron["phone"] or "").removeprefix("1")
    if len(digits) != 10:
        return []
    kind = E.phone_types(E.phone_type("mobile" if patron["phone_type"] == "CELL" else "home"))
    number = E.phone_number(f"{digits[:3]}-{digits[3:6]}-{digits[6:]}")
    return [E.phone(number, kind, preferred="true", preferred_sms="false", segment_type="External")]


def identifiers(patron: Mapping[str, Any]) -> "Iterator[_Element]":
    """Card (01) and university number (02): each value once, or Alma rejects the user."""
    taken = {patron["primary_id"]}
    for code, value in (("02", patron["emplid"]), ("01", patron["card_nbr"])):
        if value and value not in taken:
            taken.add(value)
            yield E.user_identifier(
                E.id_type(code), E.value(value), E.status("ACTIVE"), segment_type="External"
            )


def one_line(text: str) -> str:
    return " ".join(text.split())
