"""Icons. The ones on the first screen, and those of the layer families, are drawn here as strokes on a 24-unit square.

Drawing them ourselves keeps the window's start free of an icon font (importing one costs 280 ms), keeps palette and
canvas alike, and stays crisp at every size. Rarer icons come from QtAwesome by its own names (`mdi6.download`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPainterPath, QPen, QPixmap, QTransform

from widgets.look.theme import Theme, blend, family_key

UNITS = 24.0
"""The side of the square on which every icon is drawn."""

Draw = Callable[[QPainterPath], None]


def _line(path: QPainterPath, *points: tuple[float, float]) -> None:
    path.moveTo(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(QPointF(*point))


def _disc(path: QPainterPath, x: float, y: float, radius: float) -> None:
    path.addEllipse(QPointF(x, y), radius, radius)


def _io(path: QPainterPath) -> None:
    path.addRoundedRect(QRectF(10, 4, 10, 16), 2.5, 2.5)
    _line(path, (3, 12), (15, 12))
    _line(path, (12, 9), (15, 12), (12, 15))


def _convolution(path: QPainterPath) -> None:
    path.addRoundedRect(QRectF(4, 4, 16, 16), 2, 2)
    _line(path, (4, 9.33), (20, 9.33))
    _line(path, (4, 14.66), (20, 14.66))
    _line(path, (9.33, 4), (9.33, 20))
    _line(path, (14.66, 4), (14.66, 20))


def _pooling(path: QPainterPath) -> None:
    path.addRoundedRect(QRectF(3.5, 3.5, 12, 12), 2, 2)
    _line(path, (9.5, 3.5), (9.5, 15.5))
    _line(path, (3.5, 9.5), (15.5, 9.5))
    _line(path, (18.5, 13), (20.5, 13), (20.5, 20.5), (13, 20.5), (13, 18.5))


def _dense(path: QPainterPath) -> None:
    left, right = [(5.5, 6.0), (5.5, 18.0)], [(18.5, 5.0), (18.5, 12.0), (18.5, 19.0)]
    for start in left:
        for end in right:
            _line(path, (start[0] + 2, start[1]), (end[0] - 2, end[1]))
    for x, y in left + right:
        _disc(path, x, y, 2)


def _recurrent(path: QPainterPath) -> None:
    path.arcMoveTo(QRectF(5, 5, 14, 14), 60)
    path.arcTo(QRectF(5, 5, 14, 14), 60, 300)
    _line(path, (19.8, 6.8), (19, 12), (14.4, 9.6))
    _disc(path, 12, 12, 1.6)


def _activation(path: QPainterPath) -> None:
    _line(path, (3.5, 17.5), (11, 17.5), (19.5, 5))
    _line(path, (11, 4), (11, 7))
    _line(path, (11, 20.5), (11, 20))


def _normalisation(path: QPainterPath) -> None:
    path.moveTo(3, 19)
    path.cubicTo(QPointF(9, 19), QPointF(8.5, 5), QPointF(12, 5))
    path.cubicTo(QPointF(15.5, 5), QPointF(15, 19), QPointF(21, 19))
    _line(path, (12, 10), (12, 19))


def _shape(path: QPainterPath) -> None:
    path.addRoundedRect(QRectF(3.5, 5, 7, 7), 1.5, 1.5)
    _line(path, (14, 8.5), (20, 8.5))
    _line(path, (17.5, 6), (20, 8.5), (17.5, 11))
    path.addRoundedRect(QRectF(3.5, 16, 17, 4), 1.5, 1.5)
    _line(path, (9.2, 16), (9.2, 20))
    _line(path, (14.8, 16), (14.8, 20))


def _merge(path: QPainterPath) -> None:
    for y in (5.0, 19.0):
        path.moveTo(3.5, y)
        path.cubicTo(QPointF(9, y), QPointF(8, 12), QPointF(13, 12))
    _line(path, (13, 12), (20.5, 12))
    _line(path, (17, 8.5), (20.5, 12), (17, 15.5))


def _logo(path: QPainterPath) -> None:
    _line(path, (5, 18), (5, 6), (19, 18), (19, 6))
    for x, y in ((5.0, 6.0), (5.0, 18.0), (19.0, 6.0), (19.0, 18.0)):
        _disc(path, x, y, 2.2)


def _open(path: QPainterPath) -> None:
    _line(path, (4, 18.5), (4, 5.5), (9.5, 5.5), (11.5, 8), (19, 8), (19, 10.5))
    _line(path, (4, 18.5), (7, 10.5), (21.5, 10.5), (18.5, 18.5), (4, 18.5))


def _new(path: QPainterPath) -> None:
    _line(path, (13.5, 3.5), (6, 3.5), (6, 20.5), (18, 20.5), (18, 8), (13.5, 3.5))
    _line(path, (12, 10.5), (12, 17))
    _line(path, (8.75, 13.75), (15.25, 13.75))


def _save(path: QPainterPath) -> None:
    _line(path, (4, 4), (16.5, 4), (20, 7.5), (20, 20), (4, 20), (4, 4))
    _line(path, (8, 4), (8, 9), (15, 9), (15, 4))
    _line(path, (8, 20), (8, 14), (16, 14), (16, 20))


def _play(path: QPainterPath) -> None:
    _line(path, (7.5, 5), (18.5, 12), (7.5, 19), (7.5, 5))
    path.closeSubpath()


def _pause(path: QPainterPath) -> None:
    path.addRoundedRect(QRectF(6.5, 5, 3.5, 14), 1, 1)
    path.addRoundedRect(QRectF(14, 5, 3.5, 14), 1, 1)


def _step(path: QPainterPath) -> None:
    _line(path, (6, 5.5), (14.5, 12), (6, 18.5), (6, 5.5))
    path.closeSubpath()
    path.addRoundedRect(QRectF(17, 5.5, 1.6, 13), 0.8, 0.8)


def _last(path: QPainterPath) -> None:
    for left in (3.0, 10.5):
        _line(path, (left, 6.5), (left + 6.5, 12), (left, 17.5), (left, 6.5))
        path.closeSubpath()
    path.addRoundedRect(QRectF(19, 6.5, 1.6, 11), 0.8, 0.8)


def _back(path: QPainterPath) -> None:
    _mirror(path, _step)


def _first(path: QPainterPath) -> None:
    _mirror(path, _last)


def _mirror(path: QPainterPath, draw: Draw) -> None:
    """The strokes of another icon with left and right changed."""
    mirrored = QPainterPath()
    draw(mirrored)
    path.addPath(QTransform(-1, 0, 0, 1, UNITS, 0).map(mirrored))


def _stop(path: QPainterPath) -> None:
    path.addRoundedRect(QRectF(6, 6, 12, 12), 2, 2)


def _gear(path: QPainterPath) -> None:
    for y, knob in ((6.0, 15.0), (12.0, 8.0), (18.0, 13.0)):
        _line(path, (4, y), (knob - 2.2, y))
        _line(path, (knob + 2.2, y), (20, y))
        _disc(path, knob, y, 2.2)


def _search(path: QPainterPath) -> None:
    _disc(path, 10.5, 10.5, 6)
    _line(path, (15, 15), (20, 20))


def _undo(path: QPainterPath) -> None:
    _line(path, (8.5, 4.5), (4, 9), (8.5, 13.5))
    path.moveTo(4, 9)
    path.lineTo(14.5, 9)
    path.arcTo(QRectF(9.5, 9, 10, 10), 90, -180)
    path.lineTo(9, 19)


def _redo(path: QPainterPath) -> None:
    _mirror(path, _undo)


def _fit(path: QPainterPath) -> None:
    for x, dx in ((4.0, 5.0), (20.0, -5.0)):
        for y, dy in ((4.0, 5.0), (20.0, -5.0)):
            _line(path, (x + dx, y), (x, y), (x, y + dy))
    path.addRoundedRect(QRectF(9, 9, 6, 6), 1, 1)


def _layout(path: QPainterPath) -> None:
    path.addRoundedRect(QRectF(3, 9, 5.5, 6), 1.5, 1.5)
    path.addRoundedRect(QRectF(15.5, 3.5, 5.5, 6), 1.5, 1.5)
    path.addRoundedRect(QRectF(15.5, 14.5, 5.5, 6), 1.5, 1.5)
    _line(path, (8.5, 12), (12, 12), (12, 6.5), (15.5, 6.5))
    _line(path, (12, 12), (12, 17.5), (15.5, 17.5))


def _structure(path: QPainterPath) -> None:
    """A box that holds two smaller ones."""
    path.addRoundedRect(QRectF(3.5, 5, 17, 14), 2.5, 2.5)
    path.addRoundedRect(QRectF(6.5, 10, 4, 4), 1, 1)
    path.addRoundedRect(QRectF(13.5, 10, 4, 4), 1, 1)
    _line(path, (10.5, 12), (13.5, 12))


def _close(path: QPainterPath) -> None:
    _line(path, (6, 6), (18, 18))
    _line(path, (18, 6), (6, 18))


def _pin(path: QPainterPath) -> None:
    _line(path, (9, 4), (15, 4))
    _line(path, (10, 4), (10, 10), (7, 14), (17, 14), (14, 10), (14, 4))
    _line(path, (12, 14), (12, 20))


def _add(path: QPainterPath) -> None:
    _line(path, (12, 5), (12, 19))
    _line(path, (5, 12), (19, 12))


def _warning(path: QPainterPath) -> None:
    _line(path, (12, 4), (21, 19.5), (3, 19.5), (12, 4))
    path.closeSubpath()
    _line(path, (12, 10), (12, 14))
    _line(path, (12, 16.8), (12, 16.9))


def _hint(path: QPainterPath) -> None:
    """A lamp."""
    path.moveTo(9, 16)
    path.cubicTo(9, 13.5, 6, 13, 6, 9.2)
    path.cubicTo(6, 1.8, 18, 1.8, 18, 9.2)
    path.cubicTo(18, 13, 15, 13.5, 15, 16)
    path.closeSubpath()
    _line(path, (10, 19.5), (14, 19.5))


def _download(path: QPainterPath) -> None:
    _line(path, (12, 4), (12, 15))
    _line(path, (7.5, 10.5), (12, 15), (16.5, 10.5))
    _line(path, (4.5, 16), (4.5, 20), (19.5, 20), (19.5, 16))


def _answers(path: QPainterPath) -> None:
    """Something said, and a tick."""
    _line(path, (9, 17), (4, 20.5), (4, 4.5), (20, 4.5), (20, 17), (9, 17))
    _line(path, (8.5, 10.5), (11, 13), (15.5, 8))


def _pencil(path: QPainterPath) -> None:
    _line(path, (4, 20), (5, 15.5), (16, 4.5), (19.5, 8), (8.5, 19), (4, 20))
    _line(path, (13.5, 7), (17, 10.5))


def _stairs(path: QPainterPath) -> None:
    """A way that is gone one step at a time."""
    _line(path, (3.5, 19.5), (8, 19.5), (8, 14.5), (12.5, 14.5), (12.5, 9.5), (17, 9.5), (17, 4.5), (21, 4.5))


def _over_time(path: QPainterPath) -> None:
    """One box after the other."""
    for left in (2.5, 9.5, 16.5):
        path.addRoundedRect(QRectF(left, 9.5, 5, 5), 1.2, 1.2)
    for left in (7.5, 14.5):
        _line(path, (left, 12), (left + 2, 12))
    for middle in (5.0, 12.0, 19.0):
        _line(path, (middle, 17.5), (middle, 20))
        _line(path, (middle, 4), (middle, 6.5))


def _snowflake(path: QPainterPath) -> None:
    """Frozen: three bars through the middle; forks at their ends would run together on a badge."""
    _line(path, (12, 2), (12, 22))
    _line(path, (3.3, 7), (20.7, 17))
    _line(path, (3.3, 17), (20.7, 7))


def _spark(path: QPainterPath) -> None:
    """Something new: a star of four points."""
    _line(
        path,
        (12, 2.5),
        (14.5, 9.5),
        (21.5, 12),
        (14.5, 14.5),
        (12, 21.5),
        (9.5, 14.5),
        (2.5, 12),
        (9.5, 9.5),
        (12, 2.5),
    )


FAMILIES: dict[str, Draw] = {
    "io": _io,
    "convolution": _convolution,
    "pooling": _pooling,
    "dense": _dense,
    "recurrent": _recurrent,
    "activation": _activation,
    "normalisation": _normalisation,
    "shape": _shape,
    "merge": _merge,
    "structure": _structure,
}

_DRAWN: dict[str, Draw] = FAMILIES | {
    "logo": _logo,
    "open": _open,
    "new": _new,
    "save": _save,
    "play": _play,
    "pause": _pause,
    "step": _step,
    "back": _back,
    "first": _first,
    "last": _last,
    "stop": _stop,
    "gear": _gear,
    "search": _search,
    "undo": _undo,
    "redo": _redo,
    "fit": _fit,
    "layout": _layout,
    "close": _close,
    "add": _add,
    "pin": _pin,
    "warning": _warning,
    "hint": _hint,
    "download": _download,
    "answers": _answers,
    "pencil": _pencil,
    "stairs": _stairs,
    "over_time": _over_time,
    "snowflake": _snowflake,
    "spark": _spark,
}

_FILLED = frozenset({"play", "pause", "step", "back", "first", "last", "stop"})


def names() -> list[str]:
    """Return the names of all icons that need no icon font."""
    return sorted(_DRAWN)


@lru_cache(maxsize=128)
def path(name: str) -> QPainterPath:
    """Return the strokes of an icon on the 24-unit square. Raises `KeyError` for a name that is not drawn here."""
    result = QPainterPath()
    _DRAWN[name](result)
    return result


def paint(painter: QPainter, name: str, area: QRectF, color: QColor) -> None:
    """Paint icon `name` into the square `area` in `color`, with strokes that keep to the size of the icon."""
    side = min(area.width(), area.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.center() - QPointF(side / 2, side / 2))
    painter.scale(side / UNITS, side / UNITS)
    width = max(1.6, 1.2 * UNITS / side)
    painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(color if name in _FILLED else Qt.BrushStyle.NoBrush)
    painter.drawPath(path(name))
    painter.restore()


def paint_family(painter: QPainter, family: str, area: QRectF, color: QColor) -> None:
    """Paint the icon of a layer family (its key or the `Family` member) into `area`."""
    key = family_key(family)
    paint(painter, key if key in FAMILIES else "io", area, color)


class _Engine(QIconEngine):
    """Paints one icon at whatever size Qt asks for."""

    def __init__(self, name: str, color: QColor, disabled: QColor) -> None:
        super().__init__()
        self._name, self._color, self._disabled = name, color, disabled

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Paint the icon into `rect`."""
        color = self._disabled if mode == QIcon.Mode.Disabled else self._color
        paint(painter, self._name, QRectF(rect), color)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the icon as a picture of `size` device pixels; an empty one where a button has no room for it."""
        if size.isEmpty():
            return QPixmap()
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Return a copy, as Qt asks."""
        return _Engine(self._name, self._color, self._disabled)


def icon(name: str, theme: Theme, color: QColor | None = None) -> QIcon:
    """Return an icon in the theme's text colour, or in `color`.

    `name` is one of `names()`; any other is a QtAwesome name such as `mdi6.chart-line` and loads that library.
    """
    chosen = color or theme.text
    disabled = blend(theme.faint, theme.surface, 0.5)
    if name in _DRAWN:
        return QIcon(_Engine(name, chosen, disabled))
    import qtawesome

    drawn: QIcon = qtawesome.icon(name, color=chosen.name(), color_disabled=disabled.name())
    return drawn


def family_icon(family: str, theme: Theme) -> QIcon:
    """Return the icon of a layer family in the family's hue."""
    key = family_key(family)
    return icon(key if key in FAMILIES else "io", theme, theme.family(key))
