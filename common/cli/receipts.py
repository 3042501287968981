"""Receipts as a person reads them."""

from collections.abc import Iterable

from rich import box
from rich.table import Table

from common.files import Parcel
from common.run import Delivery

__all__ = ["delivery_table", "preview_table", "size"]


def delivery_table(deliveries: Iterable[tuple[str, Delivery]], title: str | None = None) -> Table:
    """One line for each delivery, with the label of its flow."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE, pad_edge=False)
    for heading in ("group", "flow"):
        table.add_column(heading, no_wrap=True)
    for heading in ("rows", "bytes"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("at the partner", overflow="fold", min_width=16)
    table.add_column("sha256", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    for label, delivery in deliveries:
        receipt = delivery.receipt
        group, _, flow = label.partition("/")
        table.add_row(
            group,
            flow,
            f"{receipt.rows:,}",
            size(receipt.bytes) if receipt.bytes else "",
            f"{receipt.system}:{receipt.path}",
            receipt.sha256[:8],
            f"{receipt.seconds:.1f}",
        )
    return table


def preview_table(parcel: Parcel) -> Table:
    """The first rows of a parcel, masked: a line for each column, since there may be many."""
    title = f"First rows of {parcel.name}, masked"
    table = Table(
        "column", *(f"row {n}" for n in range(1, len(parcel.preview) + 1)), title=title, box=box.SIMPLE
    )
    for column in parcel.contract.columns:
        table.add_row(column.title, *(row[column.name] for row in parcel.preview))
    return table


def size(count: int) -> str:
    """Bytes with a unit that keeps the number short."""
    value, units = float(count), iter(("B", "kB", "MB", "GB"))
    unit = next(units)
    while value >= 1000 and (larger := next(units, None)):
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
