"""The palette: every kind of layer, by family, searched by typing and dragged onto the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QByteArray,
    QEvent,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QDrag, QKeyEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QMenu,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from graph.editing.layer_phrases import read_search, unknown_layer
from graph.errors import NetloomError
from graph.layers.base import Family, Layer, needs
from graph.layers.catalogue import catalogue
from widgets.fields.checked_names import CheckedNames
from widgets.look import icons
from widgets.look.focus_ring import FocusRing
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.plain_text import Markup, markup, plain_tip
from widgets.look.theme import Themed, ThemeSource

MIME = "application/x-netloom-layer"
"""Type of what is dragged out of the palette: the layer's kind as UTF-8."""

HINTS = ("Search, or dense 32, relu, dropout", "Search, or dense 32, relu", "Search, or conv, relu", "Search layers")
"""What the empty field says, by the room that it has."""
SEARCHED = (
    "A name, with settings if you like, or several with commas between: dense 32, relu, dropout. Enter adds them."
)
NOTHING = "Try a shorter word, or several layers with commas between: dense 32, relu, dropout."

_KIND = Qt.ItemDataRole.UserRole
_BLOCK = Qt.ItemDataRole.UserRole + 2

BLOCK_MIME = "application/x-netloom-block"
"""Type of a block of one's own that is dragged out of the palette: its name as UTF-8."""


class Palette(Themed, QWidget):
    """A search field above the families, and above them the user's own blocks.

    ``chosen`` carries the kind that a double-click or Return picked, ``row_chosen`` layers or kinds that were typed
    with settings or one behind another, ``block_chosen`` the name of a block of one's own; ``failed`` a sentence.
    """

    chosen = Signal(str)
    row_chosen = Signal(object)
    block_chosen = Signal(str)
    failed = Signal(str)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.search = QLineEdit()
        self.search.setObjectName("paletteSearch")
        self.search.setAccessibleName("Search layers")
        self.search.setAccessibleDescription(SEARCHED)
        self.search.setToolTip(plain_tip(SEARCHED))
        self.search.setClearButtonEnabled(True)
        self.tree = _Tree(self._rename_block)
        self.nothing = text_label("", look="faint", wrap=True, hidden=True)
        """What is said in place of the list: that nothing is found, or what Return adds."""
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        vbox(self.search, self.nothing, (self.tree, 1), parent=self, margins=(8, 8, 8, 8), spacing=8)
        self._families: list[tuple[Family, QTreeWidgetItem]] = []
        self._row: tuple[Layer | type[Layer], ...] = ()
        self._fill()
        self._own = QTreeWidgetItem(["Your blocks"])
        self._own.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.follow(themes)
        self.show_library()
        self.theme_changed()
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._choose_current)
        self.search.installEventFilter(self.tree)
        self.tree.itemActivated.connect(self._choose)
        self.tree.deleted.connect(self.delete_block)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._show_menu)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As much of what can be typed as the field has room for."""
        super().resizeEvent(event)
        self._hint()

    def _hint(self) -> None:
        metrics = self.search.fontMetrics()
        room = self.search.width() - 4 * metrics.averageCharWidth()
        fitting = (hint for hint in HINTS if metrics.horizontalAdvance(hint) <= room)
        self.search.setPlaceholderText(next(fitting, HINTS[-1]))

    def _fill(self) -> None:
        for family in Family:
            kinds = [kind for kind in catalogue().values() if kind.family is family]
            if not kinds:
                continue
            top = QTreeWidgetItem([str(family)])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.tree.addTopLevelItem(top)
            self._families.append((family, top))
            for kind in kinds:
                top.addChild(_item(kind))
            top.setExpanded(True)

    def show_library(self) -> None:
        """Look at the user's library again."""
        from app.project import block_library

        self._own.takeChildren()
        for name, summary in block_library.summaries().items():
            self._own.addChild(_block_item(name, summary))
        if self._own.childCount() and self._own.treeWidget() is None:
            self.tree.insertTopLevelItem(0, self._own)
            self._families.insert(0, (Family.STRUCTURE, self._own))
        elif not self._own.childCount() and self._own.treeWidget() is not None:
            self.tree.takeTopLevelItem(self.tree.indexOfTopLevelItem(self._own))
            self._families.pop(0)
        self._own.setExpanded(True)
        self.theme_changed()

    def _show_menu(self, at: QPoint) -> None:
        item = self.tree.itemAt(at)
        if item is None or not item.data(0, _BLOCK):
            return
        menu = QMenu(self.tree)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename", lambda: self.tree.editItem(item, 0))
        menu.addAction("Delete from your blocks", lambda: self.delete_block(str(item.data(0, _BLOCK))))
        menu.popup(self.tree.viewport().mapToGlobal(at))

    def name_block(self, name: str) -> None:
        """Let the name of a block of one's own be edited in place."""
        for item in _children(self._own):
            if item.data(0, _BLOCK) == name:
                self.tree.scrollToItem(item)
                self.tree.setCurrentItem(item)
                self.tree.setFocus()
                self.tree.editItem(item, 0)

    def delete_block(self, name: str) -> None:
        """Keep a block no longer; networks that use it have copies of their own."""
        from app.project import block_library

        self._attempt(lambda: block_library.delete(name))

    def _rename_block(self, old: str, new: str) -> str:
        from app.project import block_library

        try:
            block_library.rename(old, new)
        except NetloomError as error:
            return str(error)
        QTimer.singleShot(0, self, self.show_library)
        return ""

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except NetloomError as error:
            self.failed.emit(str(error))
        # Rebuilt later: the item whose edit brought us here must outlive the edit.
        QTimer.singleShot(0, self, self.show_library)

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        self._hint()
        for family, top in self._families:
            top.setFont(0, self.theme.font(small=True, bold=True))
            top.setForeground(0, self.theme.faint)
            for item in _children(top):
                item.setIcon(0, icons.family_icon(family, self.theme))

    # SweepActions

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        first: QTreeWidgetItem | None = None
        for _, top in self._families:
            fitting = 0
            for item in _children(top):
                fits = all(word in item.data(0, _KIND + 1) for word in words)
                item.setHidden(not fits)
                fitting += fits
                first = first or (item if fits else None)
            top.setHidden(not fitting)
            top.setExpanded(True)
        row, said = ((), "") if first is not None else _typed(text)
        self._row = row
        self.nothing.setText(said or f"{unknown_layer(catalogue().values(), text)} {NOTHING}")
        self.nothing.setVisible(first is None)
        self.tree.setVisible(first is not None)
        chosen = self._beginning_with(text.lower()) or first
        if words and chosen is not None:
            self.tree.setCurrentItem(chosen)
        else:
            self.tree.setCurrentIndex(QModelIndex())

    def _beginning_with(self, text: str) -> QTreeWidgetItem | None:
        """The layer whose title begins with ``text``, if there is one."""
        items = (item for _, top in self._families for item in _children(top))
        return next((item for item in items if item.text(0).lower().startswith(text)), None)

    def _choose_current(self) -> None:
        item = self.tree.currentItem()
        if self._row:
            self.row_chosen.emit(self._row)
        elif item is not None and self.tree.isVisibleTo(self):
            self._choose(item)

    def _choose(self, item: QTreeWidgetItem) -> None:
        kind, block = item.data(0, _KIND), item.data(0, _BLOCK)
        if block:
            self.block_chosen.emit(block)
        elif kind:
            self.chosen.emit(kind)


def _typed(text: str) -> tuple[tuple[Layer | type[Layer], ...], str]:
    """What Return adds where layers are typed with settings or one behind another, and what is said of it.

    Nothing is added, nor said, where no layer is understood.
    """
    reading = read_search(catalogue().values(), text)
    results = [step.result for step in reading.steps] or list(reading.results[:1])
    found = [result for result in results if result is not None]
    problem = reading.problem or next((result.problem for result in found if result.problem), "")
    if problem or not found:
        return (), problem
    row = tuple(result.layer or result.kind for result in found)
    named = [(result.kind.title, result.layer.summary() if result.layer else "") for result in found]
    titles = [f"{title} ({settings})" if settings else title for title, settings in named]
    return row, f"Enter adds {', then '.join(titles)}."


def _children(top: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = (top.child(row) for row in range(top.childCount()))
    return [item for item in children if item is not None]


def _item(kind: type[Layer]) -> QTreeWidgetItem:
    item = QTreeWidgetItem([kind.title])
    item.setData(0, _KIND, kind.kind)
    words = (kind.title, kind.kind, kind.kind.replace("_", " "), str(kind.family), *kind.aliases)
    item.setData(0, _KIND + 1, " ".join(words).lower())
    item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, first_sentence(kind))
    item.setToolTip(0, plain_tip(tooltip(kind)))
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)
    return item


def _block_item(name: str, summary: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([name])
    item.setData(0, _BLOCK, name)
    item.setData(0, _KIND + 1, f"{name} block {summary}".lower())
    item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, f"Block of your own: {summary}")
    item.setToolTip(0, plain_tip(f"{summary}\nF2 renames it, Del deletes it"))
    item.setFlags(
        Qt.ItemFlag.ItemIsEnabled
        | Qt.ItemFlag.ItemIsSelectable
        | Qt.ItemFlag.ItemIsDragEnabled
        | Qt.ItemFlag.ItemIsEditable
    )
    return item


def first_sentence(kind: type[Layer]) -> str:
    """The sentence with which a layer's help begins."""
    return kind.help().split("\n\n", maxsplit=1)[0].replace("\n", " ")


def tooltip(kind: type[Layer]) -> Markup:
    """Title, what it does, and what it takes."""
    stated = kind().input_ports() and len(kind.accepts) < 5
    takes = markup("<br><i>Takes {}.</i>", needs(kind.accepts)) if stated else ""
    return markup("<p style='max-width: 320px'><b>{}</b><br>{}{}</p>", kind.title, first_sentence(kind), takes)


class _Tree(QTreeWidget):
    """Families and their layers, without branches drawn."""

    deleted = Signal(str)

    def __init__(self, rename: Callable[[str, str], str]) -> None:
        super().__init__()
        self.setObjectName("paletteTree")
        FocusRing(self)
        self.setAccessibleName("Layers by family")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setDragEnabled(True)
        self.setDragDropMode(QTreeWidget.DragDropMode.DragOnly)
        self.setUniformRowHeights(False)
        self.setIconSize(QSize(18, 18))
        self.setExpandsOnDoubleClick(False)
        self.names = _Rows(rename, self)
        self.setItemDelegate(self.names)
        self.setEditTriggers(QTreeWidget.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet("QTreeView { border: none; background: transparent; }")

    def mimeData(self, items: object) -> QMimeData:
        data = QMimeData()
        item = self.currentItem()
        if item is not None and item.data(0, _BLOCK):
            data.setData(BLOCK_MIME, QByteArray(str(item.data(0, _BLOCK)).encode()))
            return data
        data.setData(MIME, QByteArray(str(item.data(0, _KIND)).encode() if item else b""))
        return data

    def startDrag(self, supported: Qt.DropAction) -> None:
        item = self.currentItem()
        if item is None or not (item.data(0, _KIND) or item.data(0, _BLOCK)):
            return
        drag = QDrag(self)
        drag.setMimeData(self.mimeData(None))
        drag.setPixmap(self._ghost(item))
        drag.exec(Qt.DropAction.CopyAction)

    def _ghost(self, item: QTreeWidgetItem) -> QPixmap:
        """What hangs at the pointer while dragging: the row of the palette."""
        ratio = self.devicePixelRatioF()
        size = QSize(self.fontMetrics().horizontalAdvance(item.text(0)) + 44, 28)
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.palette().mid().color())
        painter.setBrush(self.palette().base())
        painter.drawRoundedRect(QRect(0, 0, size.width() - 1, size.height() - 1), 6, 6)
        item.icon(0).paint(painter, QRect(8, 5, 18, 18))
        painter.setPen(self.palette().text().color())
        painter.drawText(QRect(34, 0, size.width() - 34, size.height()), Qt.AlignmentFlag.AlignVCenter, item.text(0))
        painter.end()
        return pixmap

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Delete and item is not None and item.data(0, _BLOCK):
            self.deleted.emit(str(item.data(0, _BLOCK)))
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: object, event: object) -> bool:
        """Let the arrow keys of the search field move in the list."""
        arrows = (Qt.Key.Key_Down, Qt.Key.Key_Up)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in arrows:
            self.keyPressEvent(event)
            return True
        return False


class _Rows(CheckedNames):
    """Rows of layers, and quiet headings for the families."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(
            size.width(), size.height() + (6 if not (index.data(_KIND) or index.data(_BLOCK)) and index.row() else 0)
        )
