"""Fields for sizes: a pair along height and width, and the kind and sizes of a sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from graph.shapes import AXES, Kind, Shape
from widgets.fields.field import FormField, mark
from widgets.fields.number_field import Number, NumberBox
from widgets.fields.simple_fields import QuietCombo
from widgets.look.labels import text_label
from widgets.look.layouts import empty, hbox, vbox
from widgets.look.plain_text import plain_tip

if TYPE_CHECKING:
    from graph.layers.settings import Setting

AXIS_NAMES = {"C": "channels", "H": "height", "W": "width", "F": "features", "T": "time steps"}


class LinkButton(QToolButton):
    """Keeps the two numbers of a size equal while it is down; drawn as two links of a chain, apart when it is up."""

    def __init__(self) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setToolTip("Keep height and width equal")
        self.setAccessibleName("Keep height and width equal")

    def sizeHint(self) -> QSize:
        return QSize(22, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = self.palette().highlight() if self.isChecked() else self.palette().placeholderText()
        painter.setPen(QPen(role.color(), 1.5))
        gap = -1.5 if self.isChecked() else 1.5
        center = QRectF(self.rect()).center()
        for side in (-1, 1):
            link = QRectF(0, 0, 8, 5)
            link.moveCenter(center)
            link.translate(side * (4 + gap), 0)
            painter.drawRoundedRect(link, 2.5, 2.5)
        painter.end()


class PairField(FormField):
    """Two whole numbers along height and width, linked while they are equal."""

    def __init__(self, spec: Setting) -> None:
        super().__init__()
        self._shown: tuple[int | None, ...] | None = None
        self.boxes = [NumberBox(True, spec.minimum, spec.maximum, spec.optional) for _ in range(2)]
        self.link = LinkButton()
        self.link.setChecked(True)
        self._times = text_label("×", look="faint")
        hbox(self.boxes[0], self._times, self.boxes[1], self.link, parent=self, spacing=4)
        self.setFocusProxy(self.boxes[0])
        for index, box in enumerate(self.boxes):
            box.entered.connect(lambda value, index=index: self._on_edit(index, value))
            box.mistyped.connect(lambda typed: self.mistaken.emit(f"“{typed}” is not a whole number."))
        self.link.clicked.connect(lambda linked: self._on_edit(0, self.boxes[0].value()) if linked else None)

    def show_value(self, value: object) -> None:
        """Show a pair, a single number for both, or None."""
        pair: tuple[Any, Any] = (None, None)
        if isinstance(value, int):
            pair = (value, value)
        elif isinstance(value, list | tuple) and len(value) == 2:
            pair = (value[0], value[1])
        if self._shown is None or pair[0] != pair[1]:
            self.link.setChecked(pair[0] == pair[1])
        self._shown = pair
        for box, number in zip(self.boxes, pair, strict=True):
            box.set_value(number)
        self._spread()

    def show_automatic(self, shown: str) -> None:
        """Say what holds while both are empty, in one box for both as long as they are linked."""
        self.boxes[0].show_automatic(shown)
        self._spread()

    def _spread(self) -> None:
        """Show the second box where there is a number, or where the two are to differ."""
        apart = self._shown != (None, None) or not self.link.isChecked()
        self._times.setVisible(apart)
        self.boxes[1].setVisible(apart)

    def _on_edit(self, index: int, value: Number) -> None:
        other = self.boxes[1 - index]
        if self.link.isChecked():
            other.set_value(value)
        pair = tuple(box.value() for box in self.boxes)
        self._spread()
        self.edited.emit(None if None in pair else pair)

    def editor(self) -> QWidget:
        """The box of the height."""
        return self.boxes[0]

    def commit(self) -> None:
        """Take over what has been typed in either box."""
        for box in self.boxes:
            box.commit()

    def mark(self, wrong: bool) -> None:
        """Outline both boxes."""
        for box in self.boxes:
            mark(box, wrong)

    def describe(self, name: str, help_line: str) -> None:
        """Name each box after its axis."""
        super().describe(name, help_line)
        for box, axis in zip(self.boxes, ("height", "width"), strict=True):
            box.setAccessibleName(f"{name}, {axis}")
            box.setAccessibleDescription(help_line)
            box.setToolTip(plain_tip(f"{axis.capitalize()}. {help_line}"))


class ShapeField(FormField):
    """Kind and sizes of one sample."""

    def __init__(self) -> None:
        super().__init__()
        self._name, self._help = "", ""
        self._shape: Shape | None = None
        self._boxes: list[NumberBox] = []
        self.kind = QuietCombo()
        for kind in Kind:
            self.kind.addItem(kind.value, kind)
        self.kind.activated.connect(self._kind_chosen)
        self._row = QHBoxLayout()
        self._row.setSpacing(4)
        vbox(self.kind, self._row, parent=self, spacing=4)
        self.setFocusProxy(self.kind)

    def show_value(self, value: object) -> None:
        """Show a `Shape`, or its JSON form."""
        shape = _shape(value)
        if self._shape is None or shape.kind is not self._shape.kind:
            self._build(shape.kind)
        self._shape = shape
        self.kind.setCurrentIndex(list(Kind).index(shape.kind))
        for box, size in zip(self._boxes, shape.sizes, strict=True):
            box.set_value(size)

    def _build(self, kind: Kind) -> None:
        empty(self._row)
        self._boxes = []
        for axis in AXES[kind]:
            box = NumberBox(True, 1, 1_000_000, optional=axis == "T")
            box.lineEdit().setPlaceholderText("any")
            box.entered.connect(self._size_entered)
            box.mistyped.connect(lambda typed: self.mistaken.emit(f"“{typed}” is not a whole number."))
            label = text_label(axis, look="faint")
            label.setToolTip(plain_tip(AXIS_NAMES[axis]))
            self._row.addWidget(label)
            self._row.addWidget(box)
            self._boxes.append(box)
        self._name_boxes(kind)

    def _kind_chosen(self, index: int) -> None:
        kind = list(Kind)[index]
        if self._shape is None or kind is not self._shape.kind:
            self.edited.emit(converted(self._shape, kind))

    def _size_entered(self, _: object) -> None:
        sizes = tuple(box.value() for box in self._boxes)
        whole = tuple(None if size is None else int(size) for size in sizes)
        try:
            self.edited.emit(Shape(list(Kind)[self.kind.currentIndex()], whole))
        except ValueError as error:
            self.mistaken.emit(f"{str(error)[:1].upper()}{str(error)[1:]}.")

    def editor(self) -> QWidget:
        """The list of kinds."""
        return self.kind

    def commit(self) -> None:
        """Take over what has been typed in any box."""
        for box in self._boxes:
            box.commit()

    def mark(self, wrong: bool) -> None:
        """Outline the sizes."""
        for box in self._boxes:
            mark(box, wrong)

    def describe(self, name: str, help_line: str) -> None:
        """Name each box after its axis."""
        super().describe(name, help_line)
        self._name, self._help = name, help_line
        self.kind.setAccessibleName(f"{name}, kind")
        if self._shape is not None:
            self._name_boxes(self._shape.kind)

    def _name_boxes(self, kind: Kind) -> None:
        for box, axis in zip(self._boxes, AXES[kind], strict=True):
            box.setAccessibleName(f"{self._name}, {AXIS_NAMES[axis]}")
            box.setAccessibleDescription(self._help)
            box.setToolTip(plain_tip(AXIS_NAMES[axis].capitalize()))


def _shape(value: object) -> Shape:
    if isinstance(value, Mapping):
        return Shape(Kind(value["kind"]), tuple(value["sizes"]))
    return value if isinstance(value, Shape) else Shape(Kind.VECTOR, (1,))


def converted(shape: Shape | None, kind: Kind) -> Shape:
    """A shape of ``kind`` that keeps the sizes of axes that both kinds have."""
    known = dict(zip(AXES[shape.kind], shape.sizes, strict=True)) if shape is not None else {}
    usual = {"C": 1, "H": 8, "W": 8, "F": 8, "T": 16}
    return Shape(kind, tuple(known.get(axis, usual[axis]) for axis in AXES[kind]))
