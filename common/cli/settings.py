"""``campus settings``: the variables, what they are now, and what they mean."""

from rich.console import Console
from rich.table import Table

from common.settings import Settings, settings

__all__ = ["show"]


def show() -> None:
    """List the settings, their values and the variables that set them.

    Example: [bold]CAMPUS_TIMEZONE=America/Denver campus settings[/bold]
    """
    table = Table("variable", "value", "meaning", title=f"Settings of {settings().env}", title_justify="left")
    for name, field in Settings.model_fields.items():
        value = getattr(settings(), name)
        table.add_row(f"CAMPUS_{name.upper()}", "" if value is None else str(value), field.description)
    Console().print(table)
