"""What a set-up did to one thing of the server."""

from typing import Literal

__all__ = ["Outcome"]

Outcome = Literal["created", "updated", "unchanged"]
