"""Files: every writer takes rows and a contract, and gives a complete, checked Parcel; every reader gives Batches."""

from common.files.archive import zipped
from common.files.delimited import write_csv
from common.files.fixed_width import write_fixed_width
from common.files.json_lines import write_jsonl
from common.files.parcel import Parcel
from common.files.pgp import PgpKeys, decrypted, encrypted
from common.files.reading import Readable, read_csv
from common.files.reading_fixed_width import read_fixed_width
from common.files.xml import Element, write_xml

__all__ = [
    "Element",
    "Parcel",
    "PgpKeys",
    "Readable",
    "decrypted",
    "encrypted",
    "read_csv",
    "read_fixed_width",
    "write_csv",
    "write_fixed_width",
    "write_jsonl",
    "write_xml",
    "zipped",
]
