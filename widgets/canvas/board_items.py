"""Cards and wires as they are shown: a layer or connection with its place, what is known of it, and its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import cast

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath

from graph.checking.layer_info import LayerInfo, Severity
from graph.drawing import cards
from graph.drawing.routing import WirePath
from graph.network import Connection, Node, Position
from graph.shapes import Shape

HALO = 14.0
"""How far port discs, rings and shadows reach beyond a card."""

EVERYWHERE = QRectF(-200_000, -200_000, 400_000, 400_000)
"""The canvas is as good as endless."""

DEAD = "dead"
"""What wires are painted as that carry values nobody uses."""

FROZEN, FRESH = "frozen", "begins with fresh weights"
"""What a badge on a card says of a layer's weights."""

Slot = tuple[str, str]
"""Layer and input port: what names a wire."""


@dataclass(frozen=True)
class Face:
    """All that is painted on a card, wherever it lies: what is not in here, a picture of the card cannot show.

    ``node`` stands at the origin; pictures are kept for as long as a card keeps its face.
    """

    node: Node
    info: LayerInfo
    title: str
    """What the card is called beside its name: the layer's kind, a block's label."""
    taken: frozenset[str]
    """Input ports that a wire arrives at."""
    start: str = ""
    """How its weights begin, where that is said: `FROZEN` or `FRESH`."""

    @property
    def id(self) -> str:
        """Id of the layer."""
        return self.node.id

    @cached_property
    def height(self) -> float:
        """Height of the card."""
        return cards.measures(self.node.layer, self.node.vertical)[2]

    @cached_property
    def severity(self) -> Severity | None:
        """The gravest of the layer's problems, hints left out."""
        if not self.info.problems:
            return None
        severities = {problem.severity for problem in self.info.problems}
        return next((level for level in (Severity.ERROR, Severity.WARNING) if level in severities), None)


@dataclass
class Card:
    """A layer as it is shown."""

    node: Node
    rect: QRectF
    face: Face
    order: int = 0
    """Cards with a higher order lie on top."""
    box: cards.Box = field(init=False)
    """The card's rectangle, as graph measures it."""

    def __post_init__(self) -> None:
        self.place(self.rect)

    @property
    def outline(self) -> cards.Box:
        """What wires go around."""
        return cards.outline(self.box)

    def place(self, rect: QRectF) -> None:
        """Show the card there."""
        self.rect, self.box = rect, cast(cards.Box, rect.getRect())

    @property
    def id(self) -> str:
        """Id of the layer."""
        return self.node.id

    @property
    def info(self) -> LayerInfo:
        """What the checker knows of the layer."""
        return self.face.info

    @property
    def title(self) -> str:
        """What the card is called beside its name."""
        return self.face.title

    @property
    def taken(self) -> frozenset[str]:
        """Input ports that a wire arrives at."""
        return self.face.taken

    @property
    def area(self) -> QRectF:
        """All that the card and the pictures below it may paint on."""
        return self.rect.adjusted(-HALO, -HALO, HALO, max(HALO, cards.STRIP + 2))

    def input_place(self, port: str) -> QPointF:
        """Centre of an input port."""
        return QPointF(*self.shown(cards.input_place(self.node, port)))

    def output_place(self, port: str) -> QPointF:
        """Centre of an output port."""
        return QPointF(*self.shown(cards.output_place(self.node, port)))

    def shown(self, place: Position) -> Position:
        """Where a place on the card is shown, which the document has elsewhere while the card is dragged."""
        (x, y), rect = self.node.position, self.rect
        return place[0] + rect.left() - x, place[1] + rect.top() - y

    @property
    def severity(self) -> Severity | None:
        """The gravest of the layer's problems, hints left out."""
        return self.face.severity

    @property
    def sentence(self) -> str:
        """What is wrong, a line for each problem; hints stay in the problems list."""
        return "\n".join(p.message for p in self.info.problems if p.severity is not Severity.HINT)


@dataclass
class Wire:
    """A connection as it is shown."""

    connection: Connection
    course: WirePath
    shape: Shape | None
    dead: bool = False
    """Whether it feeds a layer that leads to no output."""
    area: QRectF = field(default_factory=QRectF)
    _path: QPainterPath | None = None
    _lines: list[QLineF] | None = None

    @property
    def slot(self) -> Slot:
        """What names the wire."""
        return self.connection.target, self.connection.target_port

    @property
    def kind(self) -> str:
        """Kind of its shape; empty where the shape is not known."""
        return str(self.shape.kind) if self.shape else ""

    @property
    def stroke(self) -> str:
        """Which colour and stroke it is painted in: those of its kind, or of what is dead."""
        return DEAD if self.dead else self.kind

    @property
    def path(self) -> QPainterPath:
        """The wire as a curve."""
        if self._path is None:
            self._path = painter_path(self.course)
        return self._path

    @property
    def lines(self) -> list[QLineF]:
        """The wire as straight lines, as it looks from far."""
        if self._lines is None:
            corners = [self.course.start, *(curve[2] for curve in self.course.curves)]
            self._lines = [QLineF(*a, *b) for a, b in pairwise(corners)]
        return self._lines

    def follow(self, line: WirePath) -> None:
        """Take another course; what Qt needs to draw it is made when the wire comes into view."""
        left, top, width, height = line.bounds()
        self.course, self._path, self._lines = line, None, None
        self.area = QRectF(left - 6, top - 12, width + 12, height + 24)


def painter_path(line: WirePath) -> QPainterPath:
    """The course as Qt draws it."""
    path = QPainterPath(QPointF(*line.start))
    for first, second, end in line.curves:
        path.cubicTo(*first, *second, *end)
    return path
