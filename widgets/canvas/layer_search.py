"""The search that adds a layer: it opens at the pointer, and typing, arrows and Enter are enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable

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

from graph.editing.matching import LooseEnd, SearchResult, search_layers
from graph.layers.base import Layer
from widgets.canvas.popup_place import open_near
from widgets.look import icons
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.theme import Theme, blend

WIDTH, ROWS, ROW = 320, 9, 30
"""Size of the popup in pixels and in rows."""

REMEMBERED = 8
"""Kinds that were lately used and come first."""

Index = QModelIndex | QPersistentModelIndex
RESULT = Qt.ItemDataRole.UserRole


class ResultList(QAbstractListModel):
    """What the search gives, for the list."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.results: list[SearchResult] = []

    def show(self, results: list[SearchResult]) -> None:
        """Show other results."""
        self.beginResetModel()
        self.results = results
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.results)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What the list asks of a row."""
        result = self.results[index.row()]
        if role == RESULT:
            return result
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return result.kind.title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return result.reason or result.kind.help().split("\n\n")[0].replace("\n", " ")
        return None


class ResultRow(QStyledItemDelegate):
    """Paints a kind of layer: icon, title, and family or the reason why it does not fit."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        result, theme = index.data(RESULT), self.theme
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.selection)
            painter.drawRoundedRect(QRectF(area).adjusted(4, 1, -4, -1), 5, 5)
        painter.setOpacity(0.62 if result.reason else 1.0)
        hue = theme.family(result.kind.family)
        icons.paint_family(painter, result.kind.family, QRectF(area.left() + 12, area.top() + 7, 16, 16), hue)
        text = area.adjusted(38, 0, -14, 0)
        painter.setFont(theme.font())
        painter.setPen(theme.text)
        title = result.kind.title
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, title)
        room = text.width() - QFontMetrics(theme.font()).horizontalAdvance(title) - 16
        note = "does not fit" if result.reason else str(result.kind.family)
        small = QFontMetrics(theme.font(small=True))
        painter.setFont(theme.font(small=True))
        painter.setPen(theme.faint)
        note = small.elidedText(note, Qt.TextElideMode.ElideRight, max(room, 0))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)
        painter.restore()


class SearchPopup(QFrame):
    """Search field and results over the canvas; says what was chosen, once, and closes."""

    closed = Signal()

    def __init__(self, kinds: Iterable[type[Layer]], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("addLayerSearch")
        self.setAccessibleName("Add a layer")
        self._kinds = list(kinds)
        self._recent: list[str] = []
        self._end: LooseEnd | None = None
        self._chosen: Callable[[type[Layer]], None] | None = None
        self.field = QLineEdit(self)
        self.field.setAccessibleName("Search layers")
        self.field.setObjectName("addLayerField")
        self.field.installEventFilter(self)
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

    def open_at(self, place: QPoint, chosen: Callable[[type[Layer]], None], end: LooseEnd | None = None) -> None:
        """Open near ``place`` (parent's coordinates); ``chosen`` is called with the kind that is picked."""
        self._chosen, self._end = chosen, end
        self.field.setPlaceholderText(self._hint())
        self.field.clear()
        self._search("")
        self.list.setFixedHeight(min(ROWS, max(4, len(self._results.results))) * ROW + 2)
        self._note.setFixedHeight(2 * self._note.fontMetrics().lineSpacing() + 2)
        self.resize(WIDTH, self.sizeHint().height())
        open_near(self, place)
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_search(self) -> None:
        """Close without a choice."""
        if self.isVisible():
            self._chosen = None
            self.hide()
            self.closed.emit()

    def results(self) -> list[SearchResult]:
        """What is listed now."""
        return list(self._results.results)

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
        self._results.show(search_layers(self._kinds, text, self._recent, self._end))
        self._select(0)

    def _select(self, row: int) -> None:
        results = self._results.results
        row = max(0, min(row, len(results) - 1))
        if results:
            self.list.setCurrentIndex(self._results.index(row))
        self._note.setText(self._note_on(row) if results else f"No layer is called “{self.field.text()}”.")

    def _note_on(self, row: int) -> str:
        result = self._results.results[row]
        return result.reason or result.kind.help().split("\n")[0]

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self._results.results):
            return
        kind, chosen = self._results.results[row].kind, self._chosen
        self._recent = [kind.kind, *(other for other in self._recent if other != kind.kind)][:REMEMBERED]
        self._chosen = None
        self.hide()
        self.closed.emit()
        if chosen is not None:
            chosen(kind)
