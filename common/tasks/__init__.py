"""The steps that flows are written in."""

from common.tasks.calls import snapshot, upsert
from common.tasks.delivery import deliver
from common.tasks.extraction import extract
from common.tasks.notices import notify
from common.tasks.writing import write_csv, write_fixed_width, write_jsonl, write_xml, zipped

__all__ = [
    "deliver",
    "extract",
    "notify",
    "snapshot",
    "upsert",
    "write_csv",
    "write_fixed_width",
    "write_jsonl",
    "write_xml",
    "zipped",
]
