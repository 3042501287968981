"""``campus flows``: what is delivered to whom."""

from rich.console import Console
from rich.table import Table

__all__ = ["flows"]


def flows() -> None:
    """List every flow: its group, source, sinks, contact and purpose.

    Example: [bold]campus flows[/bold]
    """
    from common.catalog import all_flows

    table = Table("flow", "from", "to", "contact", "what it does")
    for entry in all_flows():
        purpose = (entry.load().description or "").partition("\n")[0]
        table.add_row(
            entry.label, entry.feed.source, ", ".join(entry.feed.sinks), entry.feed.contact, purpose
        )
    Console().print(table)
