"""What a receiver says of refused rows, without what it quotes."""

import zipfile
from pathlib import Path

import pytest

from common.connectors.rest_wording import without_values

COLUMNS = ("user_id", "full_name", "login_id", "short_name")


@pytest.fixture
def users(tmp_path: Path) -> Path:
    """What was sent; one of the people is called like a word of every complaint."""
    path = tmp_path / "users.csv"
    path.write_text("user_id,full_name\n9001,Jane Doe\n9002,þorgerðr van given\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("No short_name given for course C001", "No short_name … for course …"),
        ("Improper status 'gone' for 9002 Jane Doe, skipping", "Improper status 'gone' for …, skipping"),
        ("user þorgerðr has already claimed jdoe7's login_id", "user … has already claimed …'s login_id"),
        ("REQUIRED_FIELD_MISSING:Required fields are missing: [full_name]:full_name --", None),
        ("Robert Smith owns this login", "… owns this login"),
        ("see jane.doe@mail.example", "see …"),
        ("", ""),
    ],
)
def test_words_stay_and_values_go(said: str, shown: str | None, users: Path) -> None:
    """A message that quotes a student ends in the dashboard, in a mail and in a ticket."""
    [found] = without_values([said], users, COLUMNS)
    if shown is None:
        assert found.startswith("REQUIRED_FIELD_MISSING:Required fields are missing: [full_name]")
    else:
        assert found == shown


def test_the_same_complaint_of_many_rows_is_one_line(users: Path) -> None:
    """A thousand refusals have three reasons; a list of a thousand hides them."""
    said = [f"No short_name given for course C{number}" for number in range(1000)]
    assert without_values(said, users, COLUMNS) == {"No short_name … for course …": 1000}


def test_a_zip_is_looked_into(users: Path, tmp_path: Path) -> None:
    """Compressed, no name would be found in the file, and all would be shown."""
    packed = tmp_path / "users.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(users, "users.csv")
    assert set(without_values(["login of jane is taken"], packed, COLUMNS)) == {"login of … is taken"}
