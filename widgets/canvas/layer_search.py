"""The search that adds layers: it opens at the pointer, and typing, arrows and Enter are enough.

A layer's settings can be typed behind its name, and several layers with commas between; `graph.editing.layer_phrases`
reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from graph.editing.layer_phrases import Fresh, Reading, Step, by_default, read_search, unknown_layer
from graph.editing.matching import LooseEnd, SearchResult
from graph.layers.base import Layer
from widgets.canvas.card_painter import tight
from widgets.canvas.popup_place import open_near, spot_beside
from widgets.look import icons
from widgets.look.focus import has_keys
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import Theme, blend

WIDTH, ROWS, LEAST_ROWS, ROW = 360, 9, 3, 30
"""Width of the popup in pixels; most and fewest rows; height of a row in pixels."""

REMEMBERED = 8
"""Kinds that were lately used and come first."""

Chosen = Callable[[Sequence[Layer | type[Layer]]], object]
"""What is called with the layers to add, in the order in which they follow one another."""

HINT = "Type a name, with settings if you like, and several with commas: conv 6 5x5, relu, pool"
"""What is said before anything is typed."""

Index = QModelIndex | QPersistentModelIndex
RESULT = Qt.ItemDataRole.UserRole


class ResultList(QAbstractListModel):
    """What the search gives, for the list."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[SearchResult | Step] = ()

    def show(self, rows: Sequence[SearchResult | Step]) -> None:
        """Show other results."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What the list asks of a row."""
        row = self.rows[index.row()]
        if role == RESULT:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join(part for part in (titled(row), settled(row)) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(note_on(row))
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return note_on(row)
        return None


def result_of(row: SearchResult | Step) -> SearchResult | None:
    """The layer in a row; None for a part of a sequence that is none."""
    return row.result if isinstance(row, Step) else row


def titled(row: SearchResult | Step) -> str:
    """What a row is called."""
    result = result_of(row)
    return result.kind.title if result is not None else row.text if isinstance(row, Step) else ""


def settled(row: SearchResult | Step) -> str:
    """The settings that a layer gets, where some were typed or the layer is one of several."""
    result = result_of(row)
    if result is None or result.problem or (result.layer is None and not isinstance(row, Step)):
        return ""
    return (result.layer or result.kind()).summary()


def note_on(row: SearchResult | Step) -> str:
    """What a row has to say in a sentence or two."""
    result = result_of(row)
    if row.problem or result is None:
        return row.problem
    return result.reason or result.kind.help().split("\n\n")[0].replace("\n", " ")


def margin_of(row: SearchResult | Step) -> str:
    """The word at a row's right edge: what is wrong with it, the shape behind it, or its family."""
    result = result_of(row)
    if result is None or row.problem:
        return "not understood"
    if result.reason:
        return "does not fit"
    if isinstance(row, Step):
        return f"→ {tight(row.leaving)}" if row.leaving else ""
    return "" if result.layer is not None else str(result.kind.family)


class ResultRow(QStyledItemDelegate):
    """Paints a kind of layer: icon, title, and family or the reason why it does not fit."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        row, theme = index.data(RESULT), self.theme
        result = result_of(row)
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.selection)
            painter.drawRoundedRect(QRectF(area).adjusted(4, 1, -4, -1), 5, 5)
        painter.setOpacity(0.62 if result is None or result.reason else 1.0)
        if result is not None:
            hue = theme.family(result.kind.family)
            icons.paint_family(painter, result.kind.family, QRectF(area.left() + 12, area.top() + 7, 16, 16), hue)
        text = area.adjusted(38, 0, -14, 0)
        painter.setFont(theme.font())
        painter.setPen(theme.text)
        title = titled(row)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, title)
        text.setLeft(text.left() + QFontMetrics(theme.font()).horizontalAdvance(title) + 10)
        small = QFontMetrics(theme.font(small=True))
        painter.setFont(theme.font(small=True))
        painter.setPen(theme.error if row.problem else theme.faint)
        # The word at the edge is never cut; settings give way to it.
        note = small.elidedText(margin_of(row), Qt.TextElideMode.ElideRight, max(text.width(), 0))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)
        room = text.width() - (small.horizontalAdvance(note) + 10 if note else 0)
        settings = small.elidedText(settled(row), Qt.TextElideMode.ElideRight, max(room, 0))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, settings)
        painter.restore()


class SearchPopup(QFrame):
    """Search field and results over the canvas; says what was chosen, once, and closes.

    `freed` says that it had the keyboard when it closed, which is to go to something else.
    """

    opened = Signal()
    closed = Signal()
    freed = Signal()

    def __init__(self, kinds: Iterable[type[Layer]], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("addLayerSearch")
        self.setAccessibleName("Add a layer")
        self._kinds = list(kinds)
        self._recent: list[str] = []
        self._end: LooseEnd | None = None
        self._chosen: Chosen | None = None
        self._fresh: Fresh = by_default
        self._reading = Reading()
        self.field = QLineEdit(self)
        self.field.setAccessibleName("Search layers")
        self.field.setObjectName("addLayerField")
        self.field.installEventFilter(self)
        # A click on the list must leave the keyboard here: on the canvas it would close the search.
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self._search)
        self._results = ResultList(self)
        self.list = QListView(self)
        self.list.setModel(self._results)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName("Layers found")
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self._note = text_label("", self, wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        vbox(self.field, self.list, self._note, parent=self, margins=(8, 8, 8, 8), spacing=6)
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme."""
        self.theme = theme
        self.list.setItemDelegate(ResultRow(theme, self.list))
        edge, ground = theme.strong_border.name(), theme.raised.name()
        self.setStyleSheet(
            f"#addLayerSearch {{ background: {ground}; border: 1px solid {edge}; border-radius: 8px; }}"
            f"#addLayerSearch QListView {{ background: {ground}; border: none; }}"
            f"#addLayerSearch QLabel {{ color: {blend(theme.text, theme.raised, 0.8).name()}; border: none; }}"
        )
        self._note.setFont(theme.font(small=True))

    def open_beside(
        self,
        anchor: QRect,
        clear: Sequence[QRect],
        chosen: Chosen,
        end: LooseEnd | None = None,
        fresh: Fresh = by_default,
    ) -> None:
        """Open beside an area and over none of ``clear``, in the parent's coordinates.

        ``chosen`` is called with what is picked. ``fresh`` makes the layers to which no settings are typed, as
        they will be added. Where the popup has no room, it lists fewer rows.
        """
        self._chosen, self._end, self._fresh = chosen, end, fresh
        self.field.setPlaceholderText(self._hint())
        self.field.clear()
        self._search("")
        open_near(self, self._spot(anchor, clear))
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)
        self.opened.emit()

    def least(self) -> QSize:
        """The popup's size with the fewest rows that it lists."""
        self._list_rows(LEAST_ROWS)
        return self.size()

    def _spot(self, anchor: QRect, clear: Sequence[QRect]) -> QPoint:
        """Where the popup covers nothing that is to stay visible, with as many rows as it can list there."""
        for rows in range(min(ROWS, max(LEAST_ROWS, len(self._results.rows))), LEAST_ROWS - 1, -1):
            self._list_rows(rows)
            spot = spot_beside(self.parentWidget() or self, self.size(), anchor, clear)
            if spot is not None:
                return spot
        return anchor.topRight()

    def _list_rows(self, rows: int) -> None:
        self._note.setFixedHeight(2 * self._note.fontMetrics().lineSpacing() + 2)
        self.list.setFixedHeight(rows * ROW + 2)
        self.resize(WIDTH, self.sizeHint().height())

    def close_search(self) -> None:
        """Close without a choice."""
        if self.isVisible():
            self._chosen = None
            self._leave()

    def _leave(self) -> None:
        frees = has_keys(self)
        self.hide()
        self.closed.emit()
        if frees:
            self.freed.emit()

    def results(self) -> list[SearchResult]:
        """The layers to choose from that are listed now."""
        return list(self._reading.results)

    def steps(self) -> list[Step]:
        """The layers in a row that are listed now."""
        return list(self._reading.steps)

    def note(self) -> str:
        """What is said below the list."""
        return self._note.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.FocusOut:
            self.close_search()
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}
        key = Qt.Key(event.key())
        if key in step:
            self._select(self.list.currentIndex().row() + step[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self._choose(self.list.currentIndex().row())
        elif key == Qt.Key.Key_Escape:
            self.close_search()
        else:
            return False
        return True

    def _hint(self) -> str:
        if self._end is None:
            return "Add a layer"
        return f"Add a layer {'after' if self._end.output else 'before'} {self._end.id}"

    def _search(self, text: str) -> None:
        self._reading = read_search(self._kinds, text, self._recent, self._end, self._fresh)
        self._results.show(self._reading.steps or self._reading.results)
        self._select(0)

    def _select(self, row: int) -> None:
        rows = self._results.rows
        row = max(0, min(row, len(rows) - 1))
        if rows:
            self.list.setCurrentIndex(self._results.index(row))
        self._note.setText(self._note_on(rows[row]) if rows else unknown_layer(self._kinds, self.field.text()))

    def _note_on(self, row: SearchResult | Step) -> str:
        if self._reading.steps:
            return self._reading.problem or f"Enter adds these {len(self._reading.steps)} layers, one behind another."
        return note_on(row) if self.field.text() else HINT

    def _picked(self, row: int) -> list[SearchResult]:
        """What Enter adds: the row, or all rows of a sequence; nothing while something is not understood."""
        if self._reading.steps:
            results = [step.result for step in self._reading.steps if step.result is not None]
            return [] if self._reading.problem else results
        listed = self._reading.results[row : row + 1] if row >= 0 else ()
        return [result for result in listed if not result.problem]

    def _choose(self, row: int) -> None:
        picked, chosen = self._picked(row), self._chosen
        if not picked:
            return
        kinds = list(dict.fromkeys(result.kind.kind for result in reversed(picked)))
        self._recent = [*kinds, *(other for other in self._recent if other not in kinds)][:REMEMBERED]
        self._chosen = None
        self._leave()
        if chosen is not None:
            chosen([result.layer or result.kind for result in picked])
