"""Coverage by room, held by a ratchet: ``make coverage``. With ``--raise``, the floor rises to what was measured.

The floor is ``tools/coverage_floor.json``: per cent of lines and branches that tests meet, worker processes included.
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

FLOOR = Path(__file__).resolve().with_name("coverage_floor.json")
LEAST = 20


def measured(report: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Lines and branches that were met, and that there are, for every room of a report of ``coverage json``."""
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, file in report["files"].items():
        met, there = counts(file["summary"])
        room = rooms[Path(name).parts[0]]
        room[0] += met
        room[1] += there
    return {room: (met, there) for room, (met, there) in rooms.items()}


def counts(summary: dict[str, int]) -> tuple[int, int]:
    """Lines and branches met, and there, in one file."""
    return (
        summary["covered_lines"] + summary["covered_branches"],
        summary["num_statements"] + summary["num_branches"],
    )


def main(arguments: list[str]) -> int:
    """0 where every room stands at its floor or above."""
    report = json.loads(Path(arguments[0]).read_text("utf-8"))
    floor: dict[str, float] = json.loads(FLOOR.read_text("utf-8"))
    shares = {room: 100 * met / max(1, there) for room, (met, there) in measured(report).items()}
    missed = {name: counts(file["summary"]) for name, file in report["files"].items()}
    for name, (met, there) in sorted(missed.items(), key=lambda item: item[1][0] - item[1][1])[:LEAST]:
        print(f"{there - met:5} not met, {100 * met / max(1, there):5.1f} %  {name}")
    for room, share in sorted(shares.items()):
        print(f"{room}: {share:.2f} % (floor {floor[room]:.1f} %)")
    if "--raise" in arguments:
        raised = {room: max(floor[room], math.floor(10 * share) / 10) for room, share in shares.items()}
        FLOOR.write_text(json.dumps(raised, indent=2) + "\n", encoding="utf-8")
        return 0
    fallen = [room for room, share in shares.items() if share < floor[room]]
    if fallen:
        print(f"Coverage fell below its floor in {', '.join(fallen)}.", file=sys.stderr)
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
