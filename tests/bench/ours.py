"""What our connectors do beside a plain client, each time in a process of its own."""

import json
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Connector", "Task", "Verb", "ours"]

Verb: TypeAlias = Literal["put", "get", "load", "unload"]


@dataclass(frozen=True, slots=True)
class Connector:
    """A class of ``common.connectors``, as ``module:Class``, and what it is called with, but for its name."""

    path: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: with ``file`` of this machine and ``there``, a file's or a table's name at the other end."""

    verb: Verb
    connector: Connector
    file: str
    there: str


def ours(task: Task, folder: Path) -> list[list[str]]:
    """The command that does ``task``, which is kept in ``folder``."""
    (file := folder / f"{task.verb}.json").touch(mode=0o600)  # it holds a password
    file.write_text(json.dumps(asdict(task)))
    return [[sys.executable, "-m", "tests.bench.ours", str(file)]]


def _opened(task: Task) -> Any:
    return pkgutil.resolve_name(task.connector.path)(name="bench", **task.connector.arguments)


def _put(task: Task) -> None:
    with _opened(task) as store:
        store.put(Path(task.file), task.there)


def _get(task: Task) -> None:
    with _opened(task) as store:
        store.get(task.there, Path(task.file))


def _load(task: Task) -> None:
    import pyarrow as pa

    from common.connectors.database.target import Load
    from common.files import read_csv
    from tests.bench.workload import CONTRACT

    schema = pa.schema([(column.title, column.arrow) for column in CONTRACT.columns])

    def titled() -> "Iterator[pa.RecordBatch]":
        for batch in read_csv(Path(task.file), CONTRACT).ahead():  # checked by the contract as it is read
            yield batch.rename_columns(schema.names)

    rejects = Path(task.file).with_name("rejects.csv")
    _opened(task).load(titled(), Load(task.there, schema, "append", rejects))


def _unload(task: Task) -> None:
    from common.batches import Batches
    from common.files import write_csv
    from common.query import Query
    from common.settings import Settings
    from tests.bench.workload import CONTRACT

    rows = Settings.model_fields["batch_rows"].default
    source, query = _opened(task), Query("unload.sql", f"SELECT * FROM {task.there}")  # noqa: S608 - a name of ours
    write_csv(Batches(query.name, lambda: source.stream(query, rows)), CONTRACT, Path(task.file))


_VERBS: dict[Verb, Callable[[Task], None]] = {"put": _put, "get": _get, "load": _load, "unload": _unload}

if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[1]).read_text())
    _VERBS[asked["verb"]](Task(**asked | {"connector": Connector(**asked["connector"])}))
