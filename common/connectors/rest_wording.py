"""Why a receiver refused rows, in its words, without what it quotes of them.

Receivers quote the row that they refuse, each in its own way. The file that was sent is still here, so what it
holds can be told from what they say of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO
from zipfile import ZipFile, is_zipfile

from common.connectors.http.wording import masked, words

__all__ = ["without_values"]

LONGEST = 300  # characters of one reason that are looked at


def without_values(reasons: Iterable[str], file: Path, columns: Iterable[str]) -> Counter[str]:
    """The reasons as they may be shown, and how often each was given.

    file: what the receiver refused rows of; read through, in little memory. columns: the names in it.
    """
    texts = Counter(" ".join(reason[:LONGEST].split()) for reason in reasons)
    kept = {word for column in columns for word in words(column)}
    asked = {word for text in texts for word in words(text)} - kept
    hidden = _held_by(file, asked)
    shown: Counter[str] = Counter()
    for text, times in texts.items():
        shown[masked(text, hidden=hidden, kept=kept)] += times
    return shown


def _held_by(file: Path, asked: set[str]) -> set[str]:
    """Which of the words occur anywhere in the file."""
    held: set[str] = set()
    for line in _lines(file):
        held |= asked & words(line.decode("utf-8", "replace"))
        if held == asked:
            break
    return held


def _lines(file: Path) -> Iterator[bytes]:
    """The lines of a text, or of everything in a zip."""
    with ExitStack() as stack:
        if is_zipfile(file):
            archive = stack.enter_context(ZipFile(file))
            streams: list[IO[bytes]] = [
                stack.enter_context(archive.open(name)) for name in archive.namelist()
            ]
        else:
            streams = [stack.enter_context(file.open("rb"))]
        for stream in streams:
            yield from stream
