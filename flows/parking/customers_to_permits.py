"""Parking customers to the permit system (OPS-COM)."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from common import Column, Contract, Receipt, campus_flow, deliver, extract, notify, today, write_csv

if TYPE_CHECKING:
    import pandas as pd

SQL = Path(__file__).with_suffix(".sql")

CUSTOMERS = Contract(
    "permit customers",
    columns=(
        Column("user_uuid", header="UserUUID", personal=True, max_length=11),
        Column("email", header="Email Address", personal=True, required=False),
        Column("username", header="Username", personal=True, required=False),
        Column("first_name", header="First Name", personal=True, required=False),
        Column("middle_name", header="Middle Name", personal=True, required=False),
        Column("last_name", header="Last Name", personal=True),
        Column("user_type", header="User Type", one_of=("Student", "Staff", "Faculty")),
        Column("street", header="Street Address", personal=True, required=False),
        Column("city", header="City", personal=True, required=False),
        Column("state", header="Province/State", personal=True, required=False),
        Column("postal", header="Postal/Zip Code", personal=True, required=False),
    ),
    key=("user_uuid",),
)


@campus_flow(source="warehouse", sink=("permits-sftp", "campus-mail"), contact="parking-it@campus.example")
def customers_to_permits(as_of: date | None = None) -> Receipt:
    """Everyone who may buy a permit, nightly, to the permit vendor: CSV, by SFTP, and a notice to Parking.

    From the warehouse: active employees and this term's students. The vendor's import updates and adds; Parking
    starts it when the notice comes. Late or failed: new people cannot buy a permit until the next run.
    """
    customers = extract("warehouse", SQL, as_of=as_of or today()).map(in_one_line)
    file = write_csv(customers, CUSTOMERS, "UserProfile.csv")
    receipt = deliver(file, to="permits-sftp", path="UserProfile.csv")
    notify(
        receipt, via="campus-mail", to=["parking-office@campus.example"], subject="Permit customers delivered"
    )
    return receipt


def in_one_line(customers: "pd.DataFrame") -> "pd.DataFrame":
    """Line breaks inside an address become spaces: the vendor's importer counts lines as rows (assumed)."""
    return customers.assign(street=customers["street"].str.replace(r"\s+", " ", regex=True))
