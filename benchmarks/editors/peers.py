"""The editors, each shown and moved in its own way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPen
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsScene, QGraphicsView
from typing_extensions import override

from benchmarks.editors.network import PER_ROW, ROW
from graph.document import Document
from graph.drawing.folding import COLUMN
from graph.network import Network

WIDTH, HEIGHT = 1400, 900
"""Size of every view in pixels."""


class Peer(ABC):
    """One editor with one network in it.

    ``prepare`` imports what it needs and makes what every network would need; ``fill`` builds the network's cards and
    wires and is what counts as opening.
    """

    def __init__(self) -> None:
        self.view: QGraphicsView

    @abstractmethod
    def prepare(self) -> None:
        """Import and make what does not depend on the network."""

    @abstractmethod
    def fill(self, document: Document) -> None:
        """Build everything and set ``view``."""

    @abstractmethod
    def look(self, centre: QPointF, zoom: float) -> None:
        """Show this place of the scene at this zoom."""

    @abstractmethod
    def pan(self, pixels: int) -> None:
        """Scroll sideways."""

    @abstractmethod
    def zoom(self, factor: float) -> None:
        """Zoom around the middle."""

    @abstractmethod
    def grasp(self, id: str) -> None:
        """Begin to drag a card."""

    @abstractmethod
    def drag(self, dx: float, dy: float) -> None:
        """Show the card so far from where it was grasped."""

    def let_go(self) -> None:
        """End the drag, the card where it was."""
        self.drag(0.0, 0.0)


class Ours(Peer):
    """Netloom's canvas, with everything that it shows."""

    view: Any

    @override
    def prepare(self) -> None:
        from graph.checking.check import Checker
        from widgets.canvas.canvas_view import CanvasView
        from widgets.look.theme import ThemeSource

        self._themes = ThemeSource("light")
        self._make: Callable[[Document], Any] = lambda document: CanvasView(document, Checker(document), self._themes)
        self._make(Document()).close()  # the first view of any kind loads fonts and styles

    @override
    def fill(self, document: Document) -> None:
        self.view = self._make(document)
        self.view.navigation.animated = self.view.navigation.framed = False

    @override
    def look(self, centre: QPointF, zoom: float) -> None:
        self.view.navigation.framed = False
        self.view.resetTransform()
        self.view.scale(zoom, zoom)
        self.view.navigation.center_on(centre)

    @override
    def pan(self, pixels: int) -> None:
        self.view.navigation.scroll_to(self.view.navigation.scrolled + QPoint(pixels, 0))

    @override
    def zoom(self, factor: float) -> None:
        self.view.navigation.set_zoom(self.view.navigation.zoom * factor, QPoint(WIDTH // 2, HEIGHT // 2))

    @override
    def grasp(self, id: str) -> None:
        from widgets.canvas.gestures.drag import Drag

        self._start = self.view.board.cards[id].rect.center()
        self.view.select([id])
        self.view.context.gestures.begin(Drag(self.view.context, self._start, id))

    @override
    def drag(self, dx: float, dy: float) -> None:
        self.view.context.gestures.move(self._start + QPointF(dx, dy), Qt.KeyboardModifier.NoModifier)

    @override
    def let_go(self) -> None:
        self.view.context.gestures.cancel()


class Plain(Peer):
    """A bare QGraphicsScene with a rectangle for each layer and a line for each connection."""

    @override
    def prepare(self) -> None:
        self._boxes: dict[str, QGraphicsItem] = {}

    @override
    def fill(self, document: Document) -> None:
        self.view, scene = QGraphicsView(), QGraphicsScene()
        self.view.setScene(scene)
        scene.setParent(self.view)
        for node in document.network:
            box = scene.addRect(QRectF(0, 0, 176, 76), QPen(Qt.GlobalColor.gray), QBrush(Qt.GlobalColor.white))
            box.setPos(*node.position)
            self._boxes[node.id] = box
        for wire in document.network.connections:
            start, end = self._boxes[wire.source].pos(), self._boxes[wire.target].pos()
            scene.addLine(start.x() + 176, start.y() + 40, end.x(), end.y() + 40, QPen(Qt.GlobalColor.darkBlue))
        scene.setSceneRect(-100_000, -100_000, 200_000, 200_000)

    @override
    def look(self, centre: QPointF, zoom: float) -> None:
        self.view.resetTransform()
        self.view.scale(zoom, zoom)
        self.view.centerOn(centre)

    @override
    def pan(self, pixels: int) -> None:
        across = self.view.horizontalScrollBar()
        across.setValue(across.value() + pixels)

    @override
    def zoom(self, factor: float) -> None:
        self.view.scale(factor, factor)

    @override
    def grasp(self, id: str) -> None:
        self._card = self._boxes[id]
        self._start = self._card.pos()

    @override
    def drag(self, dx: float, dy: float) -> None:
        self._card.setPos(self._start + QPointF(dx, dy))


class Nodes(Peer):
    """NodeGraphQt with a node for each layer and a pipe for each connection."""

    view: Any

    @override
    def prepare(self) -> None:
        import NodeGraphQt

        class Layer(NodeGraphQt.BaseNode):  # type: ignore[misc]
            """A node with as many inputs as a layer may have here."""

            __identifier__ = "bench"
            NODE_NAME = "Layer"

            def __init__(self) -> None:
                super().__init__()
                for name in ("in1", "in2"):
                    self.add_input(name)
                self.add_output("out", multi_output=True)

        self._graph = NodeGraphQt.NodeGraph()
        self._graph.register_node(Layer)
        self._graph.set_acyclic(False)  # its search for circles doubles with every skip: 100 layers would take 20 s

    @override
    def fill(self, document: Document) -> None:
        nodes: dict[str, Any] = {}
        for node in document.network:
            options = {"pos": node.position, "selected": False, "push_undo": False}
            nodes[node.id] = self._graph.create_node("bench.Layer", name=node.id, **options)
        for source, target, index in _wires(document.network):
            nodes[source].output(0).connect_to(nodes[target].input(index), push_undo=False)
        self._nodes, self.view = nodes, self._graph.viewer()

    @override
    def look(self, centre: QPointF, zoom: float) -> None:
        area = QRectF(0, 0, WIDTH / zoom, HEIGHT / zoom)
        area.moveCenter(centre)
        self.view._scene_range = area
        self.view._update_scene()

    @override
    def pan(self, pixels: int) -> None:
        step = pixels * self.view._scene_range.width() / WIDTH
        self.view._scene_range.adjust(step, 0, step, 0)
        self.view._update_scene()

    @override
    def zoom(self, factor: float) -> None:
        self.view.scale(factor, factor)

    @override
    def grasp(self, id: str) -> None:
        self._card = self._nodes[id].view
        self._start = self._card.pos()

    @override
    def drag(self, dx: float, dy: float) -> None:
        self._card.setPos(self._start + QPointF(dx, dy))


class Flowchart(Peer):
    """pyqtgraph's flowchart with a node for each layer."""

    view: Any

    @override
    def prepare(self) -> None:
        from pyqtgraph import flowchart

        self._library = flowchart
        self._chart = flowchart.Flowchart(terminals={})
        self._widget = self._chart.widget()

    @override
    def fill(self, document: Document) -> None:
        terminals = {"In1": {"io": "in"}, "In2": {"io": "in"}, "Out": {"io": "out"}}
        nodes: dict[str, Any] = {}
        for node in document.network:
            nodes[node.id] = self._library.Node(node.id, terminals=terminals)
            self._chart.addNode(nodes[node.id], node.id, pos=node.position)
        for source, target, index in _wires(document.network):
            self._chart.connectTerminals(nodes[source]["Out"], nodes[target][f"In{index + 1}"])
        self._nodes, self.view = nodes, self._widget.chartWidget.view
        self.view.setParent(None)

    @override
    def look(self, centre: QPointF, zoom: float) -> None:
        area = QRectF(0, 0, WIDTH / zoom, HEIGHT / zoom)
        area.moveCenter(centre)
        self.view.setRange(area, padding=0)

    @override
    def pan(self, pixels: int) -> None:
        self.view.translate(pixels * self.view.viewRect().width() / WIDTH, 0)

    @override
    def zoom(self, factor: float) -> None:
        self.view.scale(factor, factor)

    @override
    def grasp(self, id: str) -> None:
        self._card = self._nodes[id].graphicsItem()
        self._start = self._card.pos()

    @override
    def drag(self, dx: float, dy: float) -> None:
        self._card.setPos(self._start + QPointF(dx, dy))


PEERS: dict[str, type[Peer]] = {
    "canvas": Ours,
    "plain items": Plain,
    "NodeGraphQt": Nodes,
    "pyqtgraph's flowchart": Flowchart,
}
"""All editors by the name that figures give them; the first is the one that is measured, the others stand beside it."""


def middle(layers: int) -> QPointF:
    """The middle of the network in the scene."""
    return QPointF(PER_ROW * COLUMN / 2, layers / PER_ROW * ROW / 2)


def shown(peer: Peer, layers: int, zoom: float) -> None:
    """Show the view in its size, at the middle of the network, and paint it."""
    peer.view.resize(WIDTH, HEIGHT)
    peer.view.show()
    peer.look(middle(layers), zoom)
    QApplication.processEvents()


def _wires(network: Network) -> list[tuple[str, str, int]]:
    """Source, target and the number of the input, for each connection."""
    places = {node.id: node.inputs for node in network}
    return [(c.source, c.target, places[c.target].index(c.target_port)) for c in network.connections]
