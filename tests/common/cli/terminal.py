"""The command as somebody at a terminal meets it."""

import io
import sys
from typing import NamedTuple

import pytest

from common.cli.app import main

__all__ = ["Answer", "Terminal"]


class Answer(NamedTuple):
    code: int
    output: str
    error: str


class Terminal:
    """Runs the command in this process; ``everything`` is whatever it has ever written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.everything = ""

    def __call__(self, *arguments: str, stdin: str = "") -> Answer:
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["campus", *arguments])
            patch.setattr(sys, "stdin", io.StringIO(stdin))
            with pytest.raises(SystemExit) as stopped:
                main()
        captured = self._capsys.readouterr()
        self.everything += captured.out + captured.err
        return Answer(int(stopped.value.code or 0), captured.out, captured.err)
