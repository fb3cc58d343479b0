"""Calling the command line within the test's own process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli.command import Screen, run


@dataclass
class Result:
    """What a call gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON object on each line of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


class Caller:
    """Calls verbs; ``opened`` are the files that the window was asked for."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.opened: list[Path | None] = []

    def __call__(self, *arguments: object) -> Result:
        self._capsys.readouterr()
        code = run([str(argument) for argument in arguments], Screen(self._open, self._tour))
        out, err = self._capsys.readouterr()
        return Result(code, out, err)

    def refused(self, *arguments: object) -> str:
        """The one line that a failing call leaves on stderr, nothing being on stdout."""
        result = self(*arguments)
        assert result.code == 1, result
        assert result.out == ""
        assert result.err.count("\n") == 1, result.err
        assert "internal error" not in result.err
        assert "Traceback" not in result.err
        return result.err.strip()

    def _open(self, file: Path | None) -> int:
        self.opened.append(file)
        return 0

    def _tour(self, out: Path) -> int:
        out.mkdir(parents=True)
        (out / "01.png").touch()
        return 0
