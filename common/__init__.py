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
    from common.tasks.encryption import decrypted, encrypted
    from common.tasks.extraction import extract
    from common.tasks.mailing import mail
    from common.tasks.notices import notify
    from common.tasks.reading import read_csv, read_fixed_width
    from common.tasks.writing import write_csv, write_fixed_width, write_jsonl, write_xml, zipped

__all__ = [
    "Batches",
    "Column",
    "Contract",
    "Receipt",
    "campus_flow",
    "decrypted",
    "deliver",
    "encrypted",
    "extract",
    "mail",
    "notify",
    "now",
    "read_csv",
    "read_fixed_width",
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
    "decrypted": "common.tasks.encryption",
    "deliver": "common.tasks.delivery",
    "encrypted": "common.tasks.encryption",
    "extract": "common.tasks.extraction",
    "mail": "common.tasks.mailing",
    "notify": "common.tasks.notices",
    "now": "common.clock",
    "read_csv": "common.tasks.reading",
    "read_fixed_width": "common.tasks.reading",
    "snapshot": "common.tasks.calls",
    "today": "common.clock",
    "upsert": "common.tasks.calls",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'common' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "common.tasks.writing")), name)
