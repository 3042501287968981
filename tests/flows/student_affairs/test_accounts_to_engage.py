"""Engage's account import file: the header, the encoding, and the completion file that starts the import."""

from collections.abc import Callable

from flows.student_affairs.accounts_to_engage import accounts_to_engage
from tests.conftest import Sandbox

FOLDER = "CollegiateLink/Users"


def test_the_delivered_file_is_as_it_was_when_somebody_last_read_it(
    sandbox: Sandbox, golden: Callable[[str, bytes], None]
) -> None:
    """Prevents a change of the query or the shape that nobody meant."""
    accounts_to_engage()
    day = f"{sandbox.campus.today:%Y%m%d}"
    golden("accounts.csv", sandbox.received("engage-sftp")[f"{FOLDER}/accounts_{day}.csv"])


def test_the_done_file_names_the_data_file_with_its_extension(sandbox: Sandbox) -> None:
    """Engage processes nothing without it."""
    accounts_to_engage()
    day = f"{sandbox.campus.today:%Y%m%d}"
    received = sandbox.received("engage-sftp")
    assert set(received) == {f"{FOLDER}/accounts_{day}.csv", f"{FOLDER}/accounts_{day}.DONE"}
    assert received[f"{FOLDER}/accounts_{day}.DONE"] == f"accounts_{day}.csv\n".encode()


def test_the_required_columns_come_first_and_the_action_is_update(sandbox: Sandbox) -> None:
    """The template's headers have to be there, unchanged and in order."""
    receipt = accounts_to_engage()
    [content] = [c for path, c in sandbox.received("engage-sftp").items() if path.endswith(".csv")]
    lines = content.decode("utf-8").split("\r\n")
    assert lines[0].startswith("Action,Username,")
    assert all(line.startswith("Update,") for line in lines[1:-1])
    assert lines[-1] == ""
    assert len(lines) - 2 == receipt.rows
