"""Which clauses a construct may have."""

from sqlglot import exp

from common.sandbox.oracle.errors import refused
from common.sandbox.oracle.sql.scope import offset_of

__all__ = ["only"]

_NAMES = {
    "connect": "CONNECT BY",
    "locks": "FOR UPDATE",
    "match": "MATCH_RECOGNIZE",
    "pivots": "PIVOT and UNPIVOT",
    "sample": "SAMPLE",
    "using": "USING: write the join condition with ON",
    "method": "NATURAL JOIN: write the join condition with ON",
    "version": "AS OF",
    "when": "AS OF",
    "partition": "PARTITION",
    "windows": "WINDOW",
}


def only(node: exp.Expr, *clauses: str) -> None:
    """Refuses a construct with any other clause than these: what is not translated is never dropped."""
    for name, value in node.args.items():
        if value not in (None, False, "", []) and name not in clauses:
            raise refused(f"run {_NAMES.get(name, name.strip('_').upper())}", offset_of(node))
