"""Reading files that were fetched."""

from common import files
from common.batches import Batches
from common.contract import Contract
from common.files import Readable

__all__ = ["read_csv", "read_fixed_width"]


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


def read_fixed_width(
    file: Readable,
    contract: Contract,
    *,
    first_line: bool = False,
    last_line: bool = False,
    encoding: str = "ascii",
) -> Batches:
    """The rows of a fixed-width file, checked by ``contract``, whose ``max_length`` is each column's width.

    ``first_line`` and ``last_line`` say whether there is a header or a trailer record. What is an error, is said by
    ``common.files.read_fixed_width``.
    """
    return files.read_fixed_width(
        file, contract, first_line=first_line, last_line=last_line, encoding=encoding
    )
