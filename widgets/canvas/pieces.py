"""Cards and wires as they are shown: a layer or connection with its place, its facts and its line."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath

from graph import cards
from graph.facts import Facts, Severity
from graph.network import Connection, Node
from graph.routing import Course
from graph.shapes import Shape

HALO = 14.0
"""How far port discs, rings and shadows reach beyond a card."""

EVERYWHERE = QRectF(-200_000, -200_000, 400_000, 400_000)
"""The canvas is as good as endless."""

Slot = tuple[str, str]
"""Layer and input port: what names a wire."""


@dataclass
class Card:
    """A layer as it is shown."""

    node: Node
    rect: QRectF
    facts: Facts
    version: int = 0
    """Counts up when the picture on the card changes."""
    taken: frozenset[str] = frozenset()
    """Input ports that a wire arrives at."""
    title: str = ""
    """What the card is called beside its name: the layer's kind, a block's label."""
    hang: float = 0.0
    """How far something hangs out below the card."""
    order: int = 0
    """Cards with a higher order lie on top."""

    @property
    def id(self) -> str:
        """Id of the layer."""
        return self.node.id

    @property
    def box(self) -> cards.Box:
        """The card's rectangle, as graph measures it."""
        return self.rect.left(), self.rect.top(), self.rect.width(), self.rect.height()

    @property
    def area(self) -> QRectF:
        """All that the card may paint on."""
        return self.rect.adjusted(-HALO, -HALO, HALO, HALO + self.hang)

    def input_place(self, port: str) -> QPointF:
        """Centre of an input port."""
        return self._shift() + QPointF(*cards.input_place(self.node, port))

    def output_place(self, port: str) -> QPointF:
        """Centre of an output port."""
        return self._shift() + QPointF(*cards.output_place(self.node, port))

    def _shift(self) -> QPointF:
        """How far the card is shown from where the document has it."""
        return self.rect.topLeft() - QPointF(*self.node.position)

    @property
    def severity(self) -> Severity | None:
        """The gravest of the layer's problems, hints left out."""
        found = {problem.severity for problem in self.facts.problems}
        return next((level for level in (Severity.ERROR, Severity.WARNING) if level in found), None)

    @property
    def sentence(self) -> str:
        """What is wrong, a line for each problem; hints stay in the problems list."""
        return "\n".join(p.message for p in self.facts.problems if p.severity is not Severity.HINT)


@dataclass
class Wire:
    """A connection as it is shown."""

    connection: Connection
    course: Course
    shape: Shape | None
    path: QPainterPath = field(default_factory=QPainterPath)
    area: QRectF = field(default_factory=QRectF)
    lines: list[QLineF] = field(default_factory=list)
    """The wire as straight lines, as it looks from far."""

    @property
    def slot(self) -> Slot:
        """What names the wire."""
        return self.connection.target, self.connection.target_port

    @property
    def kind(self) -> str:
        """Kind of its shape; empty where the shape is not known."""
        return str(self.shape.kind) if self.shape else ""

    def follow(self, line: Course) -> None:
        """Take another course."""
        self.course, self.path = line, painter_path(line)
        corners = [QPointF(*line.start), *(QPointF(*curve[2]) for curve in line.curves)]
        self.lines = [QLineF(corners[i], corners[i + 1]) for i in range(len(corners) - 1)]
        self.area = QRectF(*line.bounds()).adjusted(-6, -12, 6, 12)


def painter_path(line: Course) -> QPainterPath:
    """The course as Qt draws it."""
    path = QPainterPath(QPointF(*line.start))
    for first, second, end in line.curves:
        path.cubicTo(*first, *second, *end)
    return path
