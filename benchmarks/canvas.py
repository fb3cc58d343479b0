"""How fast the canvas drags, pans and zooms, beside a bare QGraphicsScene with as many plain items.

``python -m benchmarks.canvas`` prints frame times (median and 99th percentile) for 100, 500 and 1,000 layers, and the
ratio to plain rectangles and lines in the same view, moved in the same way, all from one run.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPen
from PySide6.QtWidgets import QApplication, QGraphicsLineItem, QGraphicsRectItem, QGraphicsScene, QGraphicsView

from graph.check import Checker
from graph.document import Document
from graph.folding import COLUMN
from graph.layers.catalogue import catalogue
from graph.layers.io import Input
from graph.network import Connection, Node
from widgets.canvas.gestures.drag import Drag
from widgets.canvas.view import CanvasView
from widgets.theme import ThemeSource

SIZES = (100, 500, 1000)
FRAMES = 120
WINDOW = (1400, 900)
PER_ROW = 25
FRAME = 1000 / 60


@dataclass(frozen=True)
class Times:
    """Frame times in milliseconds."""

    median: float
    high: float
    """99th percentile."""

    def __str__(self) -> str:
        return f"median {self.median:.2f} ms, p99 {self.high:.2f} ms"


def network(layers: int) -> Document:
    """A long chain of convolutions in rows, with a skip around every fourth."""
    kinds, document = catalogue(), Document()
    with document.transaction("Build"):
        names = [document.add(Input(), (0, 0))]
        for index in range(1, layers):
            kind = ("conv2d", "batch_norm", "relu", "add")[(index - 1) % 4]
            place = ((index % PER_ROW) * COLUMN, (index // PER_ROW) * 180.0)
            names.append(document.add(kinds[kind](), place))
            port = document.network.node(names[-1]).inputs[0]
            document.connect(Connection(names[-2], "out", names[-1], port))
            if kind == "add":
                document.connect(Connection(names[-4], "out", names[-1], "in2"))
    return document


def canvas(document: Document) -> CanvasView:
    """The product's canvas."""
    view = CanvasView(document, Checker(document), ThemeSource("light"))
    view.animated = False
    return view


class Plain(QGraphicsView):
    """A bare scene with a rectangle for each layer and a line for each connection."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.setScene(QGraphicsScene(self))
        self.boxes = {node.id: self._box(node) for node in document.network}
        self._lines = [self._line(wire) for wire in document.network.connections]
        self.scene().setSceneRect(-20_000, -20_000, 40_000, 40_000)

    def _box(self, node: Node) -> QGraphicsRectItem:
        box = self.scene().addRect(QRectF(0, 0, 176, 76), QPen(Qt.GlobalColor.gray), QBrush(Qt.GlobalColor.white))
        box.setPos(*node.position)
        return box

    def _line(self, wire: Connection) -> QGraphicsLineItem:
        start, end = self.boxes[wire.source].pos() + QPointF(176, 40), self.boxes[wire.target].pos() + QPointF(0, 40)
        return self.scene().addLine(start.x(), start.y(), end.x(), end.y(), QPen(Qt.GlobalColor.darkBlue))


def timed(view: QGraphicsView, step: Callable[[int], object]) -> Times:
    """Frame times of a movement: each frame is a step and the painting that it asks for."""
    app = QApplication.instance()
    assert app is not None
    times = []
    for frame in range(FRAMES + 10):
        begin = time.perf_counter()
        step(frame)
        app.processEvents()
        if frame >= 10:
            times.append((time.perf_counter() - begin) * 1000)
    return Times(statistics.median(times), sorted(times)[int(len(times) * 0.99)])


def pan(view: QGraphicsView) -> Times:
    """Scroll to and fro."""
    across = view.horizontalScrollBar()
    start = across.value()
    return timed(view, lambda frame: across.setValue(start + (frame % 40) * 9))


def zoom(view: QGraphicsView) -> Times:
    """Wheel in and out around the middle."""
    view.resetTransform()
    view.scale(0.2, 0.2)

    def step(frame: int) -> None:
        factor = 1.06 if frame % 60 < 30 else 1 / 1.06
        if isinstance(view, CanvasView):
            view.set_zoom(view.zoom * factor, QPoint(700, 450))
        else:
            view.scale(factor, factor)

    return timed(view, step)


def drag(view: QGraphicsView, document: Document) -> Times:
    """Move one card in the middle of the view."""
    id_ = document.network.ids[len(document.network) // 2 + PER_ROW // 2]
    if isinstance(view, CanvasView):
        place = view.board.cards[id_].rect.center()
        view.select([id_])
        view.begin(Drag(view, place, id_))
        found = timed(view, lambda frame: view.lead(place + QPointF(frame * 3, frame), Qt.KeyboardModifier.NoModifier))
        view.cancel_gesture()
        return found
    assert isinstance(view, Plain)
    x, y = document.network.node(id_).position
    box = view.boxes[id_]
    return timed(view, lambda frame: box.setPos(x + frame * 3, y + frame))


def show(view: QGraphicsView, document: Document, zoom_to: float) -> None:
    """Paint the view once at a zoom, its middle on the network's."""
    view.resize(*WINDOW)
    view.show()
    view.resetTransform()
    view.scale(zoom_to, zoom_to)
    rows = len(document.network) // PER_ROW
    view.centerOn(QPointF(PER_ROW * COLUMN / 2, rows * 90.0))
    QApplication.processEvents()


def measure(layers: int) -> None:
    """Print the figures for a network of this size."""
    document = network(layers)
    begin = time.perf_counter()
    ours = canvas(document)
    show(ours, document, 0.2)
    opened = (time.perf_counter() - begin) * 1000
    begin = time.perf_counter()
    bare = Plain(document)
    show(bare, document, 0.2)
    bare_opened = (time.perf_counter() - begin) * 1000
    print(
        f"open {layers}: {opened / bare_opened:.2f}x (canvas {opened:.0f} ms against plain items {bare_opened:.0f} ms)"
    )
    for level in (0.2, 0.4, 1.0):
        for name, move in (("drag", lambda view: drag(view, document)), ("pan", pan)):
            show(ours, document, level)
            show(bare, document, level)
            report(f"{name} {layers} at {level:.0%}", move(ours), move(bare))
    report(f"zoom {layers} from 20%", zoom(ours), zoom(bare))
    ours.close()
    bare.close()


def report(name: str, ours: Times, bare: Times) -> None:
    """Print one line."""
    held = "within" if ours.high <= FRAME else "OVER"
    print(
        f"{name}: {ours.median / bare.median:.2f}x (canvas {ours} against plain items {bare}; {held} a 60 Hz frame)",
        flush=True,
    )


def main() -> None:
    """Measure all sizes."""
    app = QApplication.instance() or QApplication([])
    for layers in SIZES:
        measure(layers)
    app.processEvents()


if __name__ == "__main__":
    main()
