"""A Python process in which Netloom cannot be imported: runs exported code, one program after another."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

RUNNER = """
import contextlib, io, json, os, sys, torch, traceback
sys.path.insert(0, "")
for line in sys.stdin:
    folder, source = json.loads(line)
    os.chdir(folder)
    sys.path[0] = folder
    for exported in ("net", "network"):
        sys.modules.pop(exported, None)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(source, {})
    except BaseException:
        printed = io.StringIO(json.dumps({"error": traceback.format_exc()}))
    print(printed.getvalue().strip(), flush=True)
"""


class ForeignProcess:
    """Runs programs that know nothing of Netloom; torch, which takes seconds to load, is loaded once for all of them.

    It is a context, and lives as long as that. ``folder`` is where it starts, outside the repository.
    """

    def __init__(self, folder: Path) -> None:
        command, pipe = [sys.executable, "-P", "-c", RUNNER], subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")

    def __enter__(self) -> ForeignProcess:
        self._process.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.__exit__(kind, error, trace)

    def run(self, folder: Path, program: str) -> Any:
        """What a program prints as JSON that runs in ``folder``, from where it can import an exported ``net.py`` or
        ``network.py``.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(folder), program]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert not isinstance(answer, dict) or "error" not in answer, answer["error"]
        return answer
