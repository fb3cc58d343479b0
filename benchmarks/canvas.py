"""How fast the canvas opens, drags, pans and zooms, beside other node editors and a bare scene of plain items.

``python -m benchmarks.canvas`` prints times to open and frame times (median and 99th percentile) for networks of 100,
1,000 and 3,000 layers, the same in every editor and moved in the same way, and the ratios of the canvas to each of
the others. Each editor runs in a process of its own; one that is missing, fails or takes too long is said so.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.editors.peers import PEERS

ROOT = Path(__file__).resolve().parent.parent
SIZES = (100, 1000, 3000)
LIMIT = 120
"""Seconds that one editor may take with one network."""

FRAME = 1000 / 60
"""Milliseconds of one screen frame at 60 Hz."""

AGAINST_EDITORS = ("drag at 40%", "pan at 40%", "zoom from 20%")
"""Movements that are compared with full editors; plain items stand beside all."""

Measured = dict[str, Any]


def measure(name: str, layers: int) -> Measured | str:
    """What one editor takes with a network of so many layers, or why that is not known."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.editors", name, str(layers)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return f"took more than {LIMIT} s"
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        return f"is not installed; make bench installs it ({last})" if "ModuleNotFound" in last else f"failed: {last}"
    found: Measured = json.loads(lines[-1])
    return found


def report(layers: int, found: dict[str, Measured | str]) -> None:
    """Print the figures of one size."""
    (own, ours), *others = found.items()
    if isinstance(ours, str):
        raise SystemExit(f"the canvas with {layers} layers {ours}")
    for name, theirs in others:
        if isinstance(theirs, str):
            print(f"{name} with {layers} layers {theirs}", flush=True)
            continue
        times = f"{own} {ours['open']:.0f} ms against {name} {theirs['open']:.0f} ms"
        print(f"open {layers}: {ours['open'] / theirs['open']:.2f}x ({times})")
        if theirs["memory"] > 1 and ours["memory"] > 1:
            sizes = f"{own} {ours['memory']:.0f} MB against {name} {theirs['memory']:.0f} MB"
            print(f"memory {layers}: {ours['memory'] / theirs['memory']:.2f}x ({sizes})")
        for movement in ours["frames"] if name == "plain items" else AGAINST_EDITORS:
            say(movement.replace(" ", f" {layers} ", 1), ours["frames"][movement], name, theirs["frames"][movement])


def say(movement: str, ours: list[float], name: str, theirs: list[float]) -> None:
    """Print the figure of one movement: frame times as median and 99th percentile."""
    held = "within" if ours[1] <= FRAME else "OVER"
    told = " against ".join(
        f"{who} median {times[0]:.2f} ms, p99 {times[1]:.2f} ms" for who, times in (("canvas", ours), (name, theirs))
    )
    print(f"{movement}: {ours[0] / theirs[0]:.2f}x ({told}; {held} a 60 Hz frame)", flush=True)


def main() -> None:
    """Measure all editors at all sizes."""
    for layers in SIZES:
        report(layers, {name: measure(name, layers) for name in PEERS})


if __name__ == "__main__":
    main()
