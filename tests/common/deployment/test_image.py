"""The one build script, and what is told of it."""

from pathlib import Path

import pytest

from common.deployment.image import build
from common.errors import ConfigError


def script(checkout: Path, text: str) -> None:
    path = checkout / "docker" / "build"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_build_tells_its_lines_as_they_come(tmp_path: Path) -> None:
    """Prevents minutes of silence."""
    script(tmp_path, 'echo "Building $1"; echo; echo done >&2')
    told: list[str] = []
    build(tmp_path, "campus-flows:1", told.append)
    assert told == ["Building campus-flows:1", "done"]


def test_a_failed_build_is_told_with_all_that_it_said(tmp_path: Path) -> None:
    """Prevents a failure whose reason is in a log that nobody has."""
    script(tmp_path, "echo no such base image; exit 3")
    with pytest.raises(ConfigError, match=r"(?s)exit code 3.*no such base image.*Nothing was changed"):
        build(tmp_path, "campus-flows:1", lambda _: None)


def test_without_the_script_the_image_has_to_be_named(tmp_path: Path) -> None:
    """Inside the image there is nothing to build one from."""
    with pytest.raises(ConfigError, match=r"docker/build is not here\..*CAMPUS_IMAGE"):
        build(tmp_path, "campus-flows:1", lambda _: None)
