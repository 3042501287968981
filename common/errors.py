"""The error tree: every failure is sorted by what its reader has to do.

DataFlowError
├── ConfigError      fix a page, a query or a call; it never retries
├── SourceError      ask the owner of the source
├── ContractError    look at the data; nothing was sent
├── DeliveryError    the receiver refused; see what its message says
└── TransientError   wait; the step retries by itself

A message says where, what, how many and what to do. It never holds a value of a row: causes that
may quote one (a parser, a database, a shaping function) are cut off with ``raise ... from None``.
"""

__all__ = [
    "ConfigError",
    "ContractError",
    "DataFlowError",
    "DeliveryError",
    "SourceError",
    "TransientError",
]


class DataFlowError(Exception):
    """Anything that this project raises on purpose."""


class ConfigError(DataFlowError):
    """A page, a setting, a query or a call is wrong: fix it and run again."""


class SourceError(DataFlowError):
    """The source answered with an error: its owner has to act."""


class ContractError(DataFlowError):
    """The data breaks its contract: nothing was sent."""


class DeliveryError(DataFlowError):
    """The receiver refused what was sent, or cannot take it."""


class TransientError(DataFlowError):
    """A fault that passes by itself: the step is tried again."""
