"""The JSON Schema that editors check page files with: the same rules as the reader's, and in step with them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from common.blocks import KINDS
from common.errors import ConfigError
from common.pages.files import parse_page_file
from common.pages.folder import PAGES
from common.pages.schema import SCHEMAS, json_schema

SFTP = "type: sftp\nhost: h\nusername: u\nhost_key: k\n"


def faults(text: str, *, complete: bool = True) -> list[str]:
    schema: dict[str, Any] = json_schema(complete=complete)
    return [error.message for error in Draft7Validator(schema).iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_in_the_repository_is_todays(name: str) -> None:
    """Prevents an editor that marks a new field as wrong. If this fails: campus pages schema."""
    assert json.loads((PAGES / name).read_text(encoding="utf-8")) == json_schema(complete=SCHEMAS[name])
    Draft7Validator.check_schema(json_schema(complete=SCHEMAS[name]))


@pytest.mark.parametrize(
    "text",
    [
        f"{SFTP}password: hunter2\n",
        f"{SFTP}private_key: secret:x\n",
        f"{SFTP}port: '22'\n",
        f"{SFTP}hots: x\n",
        f"{SFTP}rename: 1\n",
        "type: sftp\nhost: h\n",
        "type: stfp\n",
        "host: h\n",
        "type: rest\nurl: https://h\nconcurrency: 0\n",
    ],
)
def test_what_the_reader_refuses_the_editor_marks(tmp_path: Path, text: str) -> None:
    """Prevents a slip that is only found by apply."""
    assert faults(text)
    path = tmp_path / "dev" / "alma.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        parse_page_file(path)


def test_the_sandboxs_pages_may_leave_out_what_only_the_sandbox_knows() -> None:
    """Prevents red lines in pages that are right."""
    assert faults("type: sftp\nusername: u\n")
    assert faults("type: sftp\nusername: u\n", complete=False) == []
    assert faults("type: sftp\nuser: u\n", complete=False)


def test_an_editor_shows_what_every_field_means() -> None:
    """Prevents a field that nobody knows how to fill in."""
    forms = json_schema()["definitions"]
    assert set(forms) == {f"{word}_page" for word in KINDS}
    for form in forms.values():
        assert all(field["description"] for field in form["properties"].values())
