"""Measure one editor with one network: ``python -m benchmarks.editors NAME LAYERS`` prints one JSON object.

Times are in milliseconds, memory in MB. Movements of more than `PATIENCE` seconds end early.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from benchmarks.editors.network import PER_ROW, drawn
from benchmarks.editors.peers import PEERS, Peer, middle, shown

LEVELS = (0.2, 0.4, 1.0)
FRAMES, WARM_UP = 120, 10
PATIENCE = 4.0


def memory() -> float:
    """The most memory that this process had so far, in MB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(most) / (2**20 if sys.platform == "darwin" else 2**10)


def timed(step: Callable[[int], object]) -> list[float]:
    """Median and 99th percentile of a movement's frames: each is a step and the painting that it asks for."""
    times, begun = list[float](), time.perf_counter()
    for frame in range(FRAMES + WARM_UP):
        begin = time.perf_counter()
        step(frame)
        QApplication.processEvents()
        if frame >= WARM_UP:
            times.append((time.perf_counter() - begin) * 1000)
        if len(times) > WARM_UP and time.perf_counter() - begun > PATIENCE:
            break
    return [statistics.median(times), sorted(times)[int(len(times) * 0.99)]]


def moved(peer: Peer, layers: int, ids: tuple[str, ...]) -> dict[str, list[float]]:
    """Frame times of every movement at every level of zoom, by ``drag at 20%`` and the like."""
    found: dict[str, list[float]] = {}
    card = ids[len(ids) // 2 + PER_ROW // 2]
    for level in LEVELS:
        settle(peer, layers, level)
        peer.grasp(card)
        found[f"drag at {level:.0%}"] = timed(lambda frame: peer.drag(frame * 3, frame))
        peer.let_go()
        settle(peer, layers, level)
        found[f"pan at {level:.0%}"] = timed(lambda frame: peer.pan(9 if frame % 80 < 40 else -9))
    settle(peer, layers, 0.2)
    found["zoom from 20%"] = timed(lambda frame: peer.zoom(1.06 if frame % 60 < 30 else 1 / 1.06))
    return found


def settle(peer: Peer, layers: int, level: float) -> None:
    """Show the middle, and let what is put off to idle moments be done."""
    peer.look(middle(layers), level)
    for _ in range(20):
        QApplication.processEvents()


def main(name: str, layers: int) -> None:
    """Open, measure, print."""
    app = QApplication([])
    peer, document = PEERS[name](), drawn(layers)
    peer.prepare()
    before, begin = memory(), time.perf_counter()
    peer.fill(document)
    shown(peer, layers, LEVELS[0])
    opened = (time.perf_counter() - begin) * 1000
    after = memory()
    frames = moved(peer, layers, document.network.ids)
    print(json.dumps({"open": opened, "memory": after - before, "frames": frames}), flush=True)
    app.processEvents()
    os._exit(0)  # some editors end with faults of their own, which tell nothing of what was measured


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
