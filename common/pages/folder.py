"""The folders of page files, one for each environment."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from common.blocks import FileStorePage, HttpPage
from common.errors import ConfigError
from common.pages.entries import Entries, kind_of
from common.pages.files import PageFile, parse_page_file
from common.pages.references import NAME
from common.spelling import nearest

__all__ = ["FILLED_IN", "PAGES", "read_folder"]

PAGES = Path(__file__).resolve().parents[2] / "deployments" / "pages"
FILLED_IN = "sandbox"
"""The environment whose pages only its running sandbox can complete."""


def read_folder(env: str, root: Path = PAGES) -> dict[str, PageFile]:
    """Every page file of an environment, by system.

    Raises ConfigError with all that is wrong: in the files, or with a page that leads to another environment's system.
    """
    if env == FILLED_IN:
        raise ConfigError(
            f"The pages of {FILLED_IN} are filled in by the sandbox when it starts: campus sandbox up. "
            "Set CAMPUS_ENV to the environment that is meant."
        )
    folder = root / env
    if not folder.is_dir():
        known = sorted(path.name for path in root.glob("*/"))
        raise ConfigError(f"There is no folder {root.name}/{env}{nearest(env, known)}: CAMPUS_ENV names it.")
    files, problems = {}, []
    for path in sorted(folder.iterdir()):
        try:
            if _is_page(path):
                files[path.stem] = parse_page_file(path)
        except ConfigError as error:
            problems.append(str(error))
    problems += _strays(env, files, root)
    if problems:
        raise ConfigError("\n".join(_told(problems)))
    return files


def _is_page(path: Path) -> bool:
    where = f"{path.parent.name}/{path.name}"
    if path.suffix == ".yml":
        raise ConfigError(f"{where}: a page file ends in .yaml.")
    if path.suffix != ".yaml":
        return False
    if not re.fullmatch(NAME, path.stem):
        raise ConfigError(
            f"{where}: a system is named in lower-case letters and digits, with - between words."
        )
    return True


def _strays(env: str, files: dict[str, PageFile], root: Path) -> Iterator[str]:
    """Pages that deliver where another environment's page does: the usual slip when a page is copied."""
    for path in sorted(root.glob("*/*.yaml")):
        other, file = path.parent.name, files.get(path.stem)
        if file is None or other in (env, FILLED_IN):
            continue
        try:
            twin = parse_page_file(path)
        except ConfigError:
            continue  # whoever applies that environment is told
        place = _delivered_to(file.entries)
        if place and place == _delivered_to(twin.entries):
            yield f"{file.where}: it leads to the same place as {twin.where}, {place}: give it one of its own."


def _delivered_to(entries: Entries) -> str:
    """Where a page delivers to; "" for kinds that deliver nothing that could be taken for another's."""
    kind = kind_of(entries)
    if not issubclass(kind, FileStorePage | HttpPage):
        return ""
    whole = {name: field.default for name, field in kind.model_fields.items() if field.default}
    whole |= entries
    login = f"{whole['username']}@" if "username" in whole else ""
    return f"{login}{kind.place(whole)} {whole.get('path', '')}".rstrip()


def _told(problems: Iterable[str]) -> Iterator[str]:
    lines = list(problems)
    yield f"{len(lines)} {'page is' if len(lines) == 1 else 'things are'} wrong; nothing was changed."
    yield from (f"  {number}. {line}" for number, line in enumerate(lines, 1))
