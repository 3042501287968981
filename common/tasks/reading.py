"""Reading files that were fetched."""

from common import files
from common.batches import Batches
from common.contract import Contract
from common.files import Readable

__all__ = ["read_csv"]


def read_csv(
    file: Readable,
    contract: Contract,
    *,
    delimiter: str = ",",
    quoted: bool = True,
    header: bool = True,
    encoding: str = "utf-8",
) -> Batches:
    """The rows of a delimited file, checked by ``contract``: read when a step asks for them, a batch at a time.

    Columns are found by their title, without ``header`` by their place. What the options mean, and what is an error,
    is said by ``common.files.read_csv``.
    """
    return files.read_csv(
        file, contract, delimiter=delimiter, quoted=quoted, header=header, encoding=encoding
    )
