"""What the battery has done so far: one line of JSON for each round, so that it can be stopped and gone on with."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPENT = "seconds.txt"
"""The file of a run that says how long it has taken."""


@dataclass(frozen=True)
class Played:
    """One round that was played: its cases, its seconds, and what broke, if anything did."""

    round: int
    cases: int
    seconds: float
    broken: str = ""


def read(file: Path) -> list[Played]:
    """The rounds in ``file``; the last line is left out where the battery was killed while it wrote."""
    return list(_lines(file)) if file.exists() else []


def _lines(file: Path) -> Iterator[Played]:
    for line in file.read_text("utf-8").splitlines():
        try:
            yield Played(**json.loads(line))
        except ValueError:
            continue


def add(file: Path, played: Played) -> None:
    """Write one round down."""
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(asdict(played)) + "\n")


def spent(folder: Path) -> float:
    """Seconds that a run took until it was stopped."""
    try:
        return float((folder / SPENT).read_text("utf-8"))
    except (OSError, ValueError):
        return 0.0


def keep_spent(folder: Path, seconds: float) -> None:
    """Write down how long a run has taken."""
    (folder / SPENT).write_text(f"{seconds:.1f}\n", encoding="utf-8")


def usual_folder(seed: int) -> Path:
    """Where rounds are kept, for each state of the code and each seed: rounds prove nothing of other code."""
    commit = _git("rev-parse", "--short", "HEAD") or "unknown"
    changed = "-changed" if _git("status", "--porcelain", "--untracked-files=no") else ""
    return ROOT / ".battery" / f"{commit}{changed}-{seed}"


def _git(*arguments: str) -> str:
    answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else ""
