"""Everything a flow needs. Names are imported when they are asked for, so that a run pays for what it uses."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from common.arrivals import Fetched
    from common.batches import Batches
    from common.clock import now, today
    from common.connectors.rest_call import Call, Upload
    from common.connectors.rest_jobs import Job, Refusals
    from common.connectors.rest_paging import LinkHeader, NextCursor, NextUrl, PageNumber
    from common.contract import Column, Contract
    from common.flow import campus_flow
    from common.receipts import Receipt
    from common.tasks.calls import snapshot, upsert
    from common.tasks.delivery import deliver
    from common.tasks.encryption import decrypted, encrypted
    from common.tasks.extraction import extract
    from common.tasks.fetching import archive, fetch
    from common.tasks.jobs import upload
    from common.tasks.listing import extract_graphql, extract_rest
    from common.tasks.loading import execute, load
    from common.tasks.mailing import mail
    from common.tasks.notices import notify
    from common.tasks.reading import read_csv, read_fixed_width
    from common.tasks.writing import write_csv, write_fixed_width, write_jsonl, write_xml, zipped

__all__ = [
    "Batches",
    "Call",
    "Column",
    "Contract",
    "Fetched",
    "Job",
    "LinkHeader",
    "NextCursor",
    "NextUrl",
    "PageNumber",
    "Receipt",
    "Refusals",
    "Upload",
    "archive",
    "campus_flow",
    "decrypted",
    "deliver",
    "encrypted",
    "execute",
    "extract",
    "extract_graphql",
    "extract_rest",
    "fetch",
    "load",
    "mail",
    "notify",
    "now",
    "read_csv",
    "read_fixed_width",
    "snapshot",
    "today",
    "upload",
    "upsert",
    "write_csv",
    "write_fixed_width",
    "write_jsonl",
    "write_xml",
    "zipped",
]

_HOMES = {
    "Batches": "common.batches",
    "Call": "common.connectors.rest_call",
    "Column": "common.contract",
    "Contract": "common.contract",
    "Fetched": "common.arrivals",
    "Job": "common.connectors.rest_jobs",
    "LinkHeader": "common.connectors.rest_paging",
    "NextCursor": "common.connectors.rest_paging",
    "NextUrl": "common.connectors.rest_paging",
    "PageNumber": "common.connectors.rest_paging",
    "Receipt": "common.receipts",
    "Refusals": "common.connectors.rest_jobs",
    "Upload": "common.connectors.rest_call",
    "archive": "common.tasks.fetching",
    "campus_flow": "common.flow",
    "decrypted": "common.tasks.encryption",
    "deliver": "common.tasks.delivery",
    "encrypted": "common.tasks.encryption",
    "execute": "common.tasks.loading",
    "extract": "common.tasks.extraction",
    "extract_graphql": "common.tasks.listing",
    "extract_rest": "common.tasks.listing",
    "fetch": "common.tasks.fetching",
    "load": "common.tasks.loading",
    "mail": "common.tasks.mailing",
    "notify": "common.tasks.notices",
    "now": "common.clock",
    "read_csv": "common.tasks.reading",
    "read_fixed_width": "common.tasks.reading",
    "snapshot": "common.tasks.calls",
    "today": "common.clock",
    "upload": "common.tasks.jobs",
    "upsert": "common.tasks.calls",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'common' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "common.tasks.writing")), name)
