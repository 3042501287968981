"""A large file into every place for files and out again, by our connector and by the plain client."""

import filecmp
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.bench.candidates import PROJECT
from tests.bench.duels import Duel, Outcome, Side, fight
from tests.bench.measure import measure
from tests.bench.ours import Task, ours
from tests.bench.stores import STORES, Kind, Store

__all__ = ["duels", "transfers"]

BLOCK = 1_000_000  # bytes


def transfers(
    size: int, repeats: int, tell: Callable[[str], None], kinds: Mapping[str, Kind] = STORES
) -> Iterator[Outcome]:
    """Put and get a file of ``size`` bytes at each of the ``kinds`` of store, one server at a time."""
    with tempfile.TemporaryDirectory(prefix="campus-bench-") as folder:
        local = Path(folder)
        _write(source := local / "source", size)
        for name, kind in kinds.items():
            if missing := kind.missing():
                for verb in ("put", "get"):
                    yield Outcome(f"{verb}, {name}", kind.client, missing=missing)
                continue
            with tempfile.TemporaryDirectory(dir=local) as home, kind.open(Path(home)) as store:
                yield from fight(duels(name, kind.client, store, source), repeats, tell)


def duels(kind: str, client: str, store: Store, source: Path) -> tuple[Duel, Duel]:
    """Each client fetches what the other has put: a file that only its sender can read would be found."""
    local = source.parent
    fetched: dict[Side, Path] = {"plain": local / "plain", "ours": local / "ours"}

    def different(side: Side) -> list[str]:
        same = filecmp.cmp(source, fetched[side], shallow=False)
        return [] if same else ["the bytes"]

    def different_there() -> list[str]:
        measure([store.get("ours", fetched["plain"])], PROJECT)
        return different("plain")

    return (
        Duel(
            title=f"put, {kind}",
            client=client,
            plain=[store.put(source, "plain")],
            ours=ours(Task("put", store.connector, str(source), "ours"), local),
            different=different_there,
        ),
        Duel(
            title=f"get, {kind}",
            client=client,
            plain=[store.get("ours", fetched["plain"])],
            ours=ours(Task("get", store.connector, str(fetched["ours"]), "plain"), local),
            ready=lambda side: fetched[side].unlink(missing_ok=True),
            different=lambda: different("ours"),
        ),
    )


def _write(file: Path, size: int) -> None:
    """Bytes that nothing on the way can compress."""
    with file.open("wb") as target:
        for start in range(0, size, BLOCK):
            target.write(os.urandom(min(BLOCK, size - start)))
