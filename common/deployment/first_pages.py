"""The pages of an environment on a server that may not have their secrets yet."""

from collections.abc import Iterator
from pathlib import Path

from common.deployment.outcome import Outcome
from common.pages.apply import apply_pages
from common.pages.folder import FILLED_IN, PAGES, read_folder
from common.pages.held import read_holdings
from common.pages.references import references
from common.pages.server import connected

__all__ = ["set_up_pages"]


def set_up_pages(env: str, root: Path = PAGES) -> Iterator[tuple[Outcome, str]]:
    """Applies the pages whose secrets and keys are there; tells of the others what they wait for.

    The sandbox fills in its pages itself. Raises as ``apply_pages`` does.
    """
    if env == FILLED_IN:
        return
    files = read_folder(env, root)
    with connected() as client:
        holdings = read_holdings(client, env)
        lacking = {
            system: [str(r) for r in references(file.entries).values() if holdings.document(r) is None]
            for system, file in files.items()
        }
        ready = [system for system in files if not lacking[system]]
        done = {a.page.system: a.done for a in apply_pages(env, files, ready)} if ready else {}
    for system, wanting in lacking.items():
        outcome: Outcome = "unchanged"
        match done.get(system):
            case "created" | "updated" | "left" as outcome:
                pass
        name = f"{system}-{env}"
        yield ("waits", f"{name} for {', '.join(wanting)}") if wanting else (outcome, name)
