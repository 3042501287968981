"""The PL/SQL that clients send by themselves; other blocks are refused."""

import re

__all__ = ["is_empty_block", "is_transaction_query"]

_TRANSACTION = re.compile(
    r"begin\s+:\w+\s*:=\s*dbms_transaction\.local_transaction_id\(\s*true\s*\)\s*;\s*end\s*;?", re.IGNORECASE
)
_EMPTY = re.compile(
    r"begin\s+(?:null|dbms_(?:application_info|session|output)\.\w+(?:\([^;]*\))?)\s*;\s*end\s*;?",
    re.IGNORECASE,
)


def is_transaction_query(text: str) -> bool:
    """SQLAlchemy asks for the transaction's name before it asks for its isolation level."""
    return bool(_TRANSACTION.fullmatch(text.strip()))


def is_empty_block(text: str) -> bool:
    """A block that changes nothing that the stand-in has: NULL, or one of a session's labels."""
    return bool(_EMPTY.fullmatch(text.strip()))
