"""The ``campus`` command."""

from common.cli.app import main

__all__ = ["main"]
