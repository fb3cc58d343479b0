"""Runs every benchmark, each in a process of its own: ``python -m benchmarks``."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def benchmarks() -> list[str]:
    """Names of the modules here that define ``main``."""
    return [path.stem for path in sorted(FOLDER.glob("*.py")) if path.stem[0] != "_" and _has_main(path)]


def main() -> int:
    """Run all, one after another; returns 1 if one of them failed."""
    failed = [name for name in benchmarks() if not _succeeds(name)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _succeeds(name: str) -> bool:
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    return subprocess.run(command, cwd=FOLDER.parent, check=False).returncode == 0


def _has_main(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)


if __name__ == "__main__":
    sys.exit(main())
