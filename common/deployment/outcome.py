"""What a set-up did to one thing of the server. What is left was edited in the dashboard; what waits lacks a secret."""

from typing import Literal

__all__ = ["Outcome"]

Outcome = Literal["created", "updated", "unchanged", "left", "waits"]
