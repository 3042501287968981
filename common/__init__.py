"""Everything a flow needs. Names are imported when they are asked for, so that a run pays for what it uses."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from common.batches import Batches
    from common.clock import now, today
    from common.contract import Column, Contract
    from common.flow import campus_flow
    from common.receipts import Receipt
    from common.tasks import (
        deliver,
        extract,
        notify,
        snapshot,
        upsert,
        write_csv,
        write_fixed_width,
        write_jsonl,
        write_xml,
        zipped,
    )

__all__ = [
    "Batches",
    "Column",
    "Contract",
    "Receipt",
    "campus_flow",
    "deliver",
    "extract",
    "notify",
    "now",
    "snapshot",
    "today",
    "upsert",
    "write_csv",
    "write_fixed_width",
    "write_jsonl",
    "write_xml",
    "zipped",
]

_HOMES = {
    "Batches": "common.batches",
    "Column": "common.contract",
    "Contract": "common.contract",
    "Receipt": "common.receipts",
    "campus_flow": "common.flow",
    "now": "common.clock",
    "today": "common.clock",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'common' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "common.tasks")), name)
