"""Everything a flow needs. Names are imported when they are asked for, so that a run pays for what it uses."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from common.batches import Batches
    from common.clock import now, today
    from common.contract import Column, Contract
    from common.flow import campus_flow
    from common.receipts import Receipt
    from common.tasks.calls import snapshot, upsert
    from common.tasks.delivery import deliver
    from common.tasks.extraction import extract
    from common.tasks.loading import execute, load
    from common.tasks.notices import notify
    from common.tasks.writing import write_csv, write_fixed_width, write_jsonl, write_xml, zipped

__all__ = [
    "Batches",
    "Column",
    "Contract",
    "Receipt",
    "campus_flow",
    "deliver",
    "execute",
    "extract",
    "load",
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
    "deliver": "common.tasks.delivery",
    "execute": "common.tasks.loading",
    "extract": "common.tasks.extraction",
    "load": "common.tasks.loading",
    "notify": "common.tasks.notices",
    "now": "common.clock",
    "snapshot": "common.tasks.calls",
    "today": "common.clock",
    "upsert": "common.tasks.calls",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'common' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "common.tasks.writing")), name)
