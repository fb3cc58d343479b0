"""A terminal: runs `main.py` as a person would, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 300.0
"""Seconds after which a hanging command fails its test; no command takes a tenth of it."""


def netloom(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a verb in ``folder`` and wait for it."""
    command = [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)


def told(folder: Path, *arguments: object) -> Any:
    """What a verb that succeeds tells as JSON: the value, or the last object where there is one on each line."""
    result = netloom(folder, *arguments, "--json")
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout.splitlines()[-1])


def begun(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    """Start a verb in ``folder``."""
    command = [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
