"""The outline: the network as a list from inputs to outputs, for the keyboard and for screen readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QBrush, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from graph.checking.check import Checker
from graph.checking.layer_info import LayerInfo, Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.base import ShapeError
from graph.network import Annotation, Node
from graph.shapes import Shape
from widgets.fields.checked_names import CheckedNames
from widgets.look import icons
from widgets.look.first_press import FirstPress
from widgets.look.focus_ring import FocusRing
from widgets.look.plain_text import plain_tip
from widgets.look.terms import name_columns
from widgets.look.theme import Themed, ThemeSource

_ID = Qt.ItemDataRole.UserRole
_PATH = Qt.ItemDataRole.UserRole + 1
_ANNOTATION = Qt.ItemDataRole.UserRole + 2


class OutlineRow(QTreeWidgetItem):
    """A layer of the network on show; what it says is looked up when it is painted, so that 10,000 cost little."""

    def __init__(self, outline: Outline, id: str) -> None:
        super().__init__()
        self._outline = outline
        self.id = id
        self.setFlags(self.flags() | Qt.ItemFlag.ItemIsEditable)
        self.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)

    def data(self, column: int, role: int) -> Any:
        """What the view shows, asked for what is in sight only."""
        return self._outline.cell(self.id, column, role)


class Outline(Themed, QTreeWidget):
    """Each layer with its shape; under it where its inputs come from and its outputs go.

    ``picked`` carries the ids that the user selected here, ``opened`` the one that was activated, ``removed`` those
    to delete, ``dived`` the blocks to open and the layer in
    them that was activated, ``noted`` a note or frame that was.
    """

    picked = Signal(object)
    opened = Signal(str)
    removed = Signal(object)
    dived = Signal(object, str)
    noted = Signal(str)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outline")
        FocusRing(self)
        FirstPress(self)
        self.setAccessibleName("Outline of the network")
        name_columns(self, "Layer", "Result")
        self.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.setUniformRowHeights(True)
        self.setStyleSheet("QTreeView { border: none; background: transparent; }")
        header = self.header()
        header.setStretchLastSection(False)
        header.setResizeContentsPrecision(0)  # the rows in sight decide, or every row would be measured
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.setIndentation(14)
        self.names = CheckedNames(self._keep_name, self)
        self.setItemDelegateForColumn(0, self.names)
        self._document: Document | None = None
        self._checker: Checker | None = None
        self._stops: tuple[Callable[[], None], ...] = ()
        self._rows: dict[str, OutlineRow] = {}
        self._annotations: list[Annotation] = []
        self._quiet = False
        self._stale = True
        self._chosen: list[str] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.rebuild)
        self.follow(themes)
        self.itemSelectionChanged.connect(self._on_selection)
        self.itemActivated.connect(self._on_activation)
        self.itemExpanded.connect(self._on_expansion)

    def set_document(self, document: Document, checker: Checker) -> None:
        """Mirror another document."""
        self.close_document()
        self._document, self._checker = document, checker
        self._stops = (document.subscribe(lambda _: self._soon()), checker.subscribe(lambda _: self._soon()))
        self._quiet = True
        self._rows, self._annotations, self._chosen = {}, [], []
        self.clear()
        self._quiet = False
        self._soon()

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        self.viewport().update()

    def _soon(self) -> None:
        """Follow once after a burst of news; while nobody looks, not before somebody does."""
        self._stale = True
        if self.isVisible() and not self._later.isActive():
            self._later.start(0)

    def rebuild(self) -> None:
        """Show the network as it is now."""
        if self._document is None or self._checker is None:
            return
        self._stale = False
        self._quiet = True
        order = self._document.network.ordered()
        if order != list(self._rows):
            self._reorder(order)
        for id_, row in self._rows.items():
            if row.isExpanded():
                self._fill(id_)
        self._list_annotations()
        self.viewport().update()
        self._quiet = False
        self.show_selection(self._chosen)

    def _list_annotations(self) -> None:
        """Notes and frames stand below the layers, as they are read from the top."""
        assert self._document is not None
        annotations = self._document.network.annotations.values()
        in_order = sorted(annotations, key=lambda annotation: (annotation.area[1], annotation.area[0], annotation.id))
        if in_order == self._annotations:
            return
        while self.topLevelItemCount() > len(self._rows):
            self.takeTopLevelItem(len(self._rows))
        self._annotations = in_order
        self.addTopLevelItems([self._annotation_item(annotation) for annotation in in_order])

    def _annotation_item(self, annotation: Annotation) -> QTreeWidgetItem:
        """A note or frame; activating it goes there."""
        item = QTreeWidgetItem([annotation.text.splitlines()[0] if annotation.text else "", annotation.kind.value])
        item.setData(0, _ANNOTATION, annotation.id)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{annotation.kind.value}: {annotation.text}")
        item.setToolTip(0, plain_tip(annotation.text))
        for column in (0, 1):
            item.setForeground(column, self.theme.faint)
        return item

    def _reorder(self, order: list[str]) -> None:
        """Bring the rows into another order, touching only those between where the two begin and cease to differ."""
        old = list(self._rows)
        least = min(len(old), len(order))
        start = next((index for index in range(least) if old[index] != order[index]), least)
        same = next((n for n in range(least - start) if old[-1 - n] != order[-1 - n]), least - start)
        going, coming = old[start : len(old) - same], order[start : len(order) - same]
        open_ = {id_ for id_ in going if self._rows[id_].isExpanded()}
        for _ in going:
            self.takeTopLevelItem(start)
        rows = {id_: OutlineRow(self, id_) for id_ in coming}
        self.insertTopLevelItems(start, list(rows.values()))
        kept = self._rows | rows
        self._rows = {id_: kept[id_] for id_ in order}
        for id_ in open_ & set(rows):
            self._rows[id_].setExpanded(True)

    def _on_expansion(self, item: QTreeWidgetItem) -> None:
        if isinstance(item, OutlineRow) and not item.childCount():
            self._fill(item.id)

    def _fill(self, id_: str) -> None:
        """Put below a row where its inputs come from, where its outputs go, and what it holds."""
        if self._document is None or self._checker is None:
            return
        network, row = self._document.network, self._rows[id_]
        row.takeChildren()
        arriving = [_link(f"{port}: from {c.source}", c.source) for port, c in network.into(id_).items()]
        row.addChildren([*arriving, *(_link(f"{c.source_port}: to {c.target}", c.target) for c in network.out_of(id_))])
        self._nest(row, network.node(id_), self._checker.layer_info(id_).inputs, ())

    def cell(self, id_: str, column: int, role: int) -> Any:
        """What a row says in a role of Qt's."""
        if role == _ID:
            return id_
        if self._document is None or self._checker is None or id_ not in self._document.network:
            return None
        node, facts = self._document.network.node(id_), self._checker.layer_info(id_)
        return self._shown(node, facts, column, role)

    def _shown(self, node: Node, facts: LayerInfo, column: int, role: int) -> Any:
        wrong = any(problem.severity is Severity.ERROR for problem in facts.problems)
        match column, role:
            case 0, Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return node.id
            case 1, Qt.ItemDataRole.DisplayRole:
                return "problem" if wrong else _shapes(facts)
            case 0, Qt.ItemDataRole.DecorationRole:
                return icons.family_icon(node.layer.family, self.theme)
            case 0, Qt.ItemDataRole.ToolTipRole:
                return plain_tip(_spoken(node, facts))
            case 0, Qt.ItemDataRole.AccessibleTextRole:
                return _spoken(node, facts)
            case 1, Qt.ItemDataRole.ForegroundRole:
                return QBrush(self.theme.error) if wrong else None
            case _:
                return None

    def _keep_name(self, old: str, new: str) -> str:
        """Rename a layer; returns why the name is refused, or nothing."""
        from graph.editing import block_edits

        if self._document is None or old not in self._document.network:
            return ""
        try:
            with self._document.transaction(f"Rename {old} to {new}"):
                block_edits.rename_layer(self._document, old, new)
        except NetloomError as error:
            return str(error)
        return ""

    def _nest(self, item: QTreeWidgetItem, node: Node, inputs: Mapping[str, Shape], path: tuple[str, ...]) -> None:
        """Put the layers inside a block below it; they are gone to by activating them."""
        from graph.structure.blocks import Block

        if not isinstance(node.layer, Block):
            return
        facts: Mapping[str, LayerInfo] = {}
        with suppress(ShapeError, KeyError):  # what is wrong inside is told at the block
            facts = node.layer.repetitions(inputs)[0]
        body, inside = node.layer.body.network, (*path, node.id)
        for id_ in body.ordered():
            known = facts.get(id_, LayerInfo())
            child = self._inner_item(body.node(id_), known)
            child.setData(0, _ID, inside[0])
            child.setData(0, _PATH, [*inside, id_])
            item.addChild(child)
            self._nest(child, body.node(id_), known.inputs, inside)

    def _on_activation(self, item: QTreeWidgetItem) -> None:
        path, annotation = item.data(0, _PATH), item.data(0, _ANNOTATION)
        if annotation:
            self.noted.emit(str(annotation))
        elif path:
            self.dived.emit((*self._depth(), *path[:-1]), str(path[-1]))
        else:
            self.opened.emit(str(item.data(0, _ID)))

    def _depth(self) -> tuple[str, ...]:
        """Blocks that the network on show is inside of."""
        return getattr(self._document, "path", ())

    def _inner_item(self, node: Node, facts: LayerInfo) -> QTreeWidgetItem:
        """A row for a layer inside a block."""
        item = QTreeWidgetItem()
        roles = Qt.ItemDataRole
        for column, role in (
            (0, roles.DisplayRole),
            (1, roles.DisplayRole),
            (0, roles.DecorationRole),
            (0, roles.AccessibleTextRole),
            (0, roles.ToolTipRole),
            (1, roles.ForegroundRole),
        ):
            item.setData(column, role, self._shown(node, facts, column, role))
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        return item

    def show_selection(self, ids: list[str]) -> None:
        """Select these layers here, because they are selected elsewhere."""
        self._chosen = ids
        if self._stale or [item.data(0, _ID) for item in self.selectedItems()] == ids:
            return
        self._quiet = True
        if len(ids) == len(self._rows) > 1:
            self.selectAll()
        else:
            self.clearSelection()
            for id_ in ids:
                if id_ in self._rows:
                    self._rows[id_].setSelected(True)
        self._quiet = False

    def _on_selection(self) -> None:
        if not self._quiet:
            self._chosen = list(dict.fromkeys(str(item.data(0, _ID)) for item in self.selectedItems()))
            self.picked.emit(self._chosen)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.rebuild()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit([str(item.data(0, _ID)) for item in self.selectedItems()])
        elif event.key() == Qt.Key.Key_F2 and (current := self.currentItem()) is not None:
            self.editItem(current, 0)
        else:
            super().keyPressEvent(event)

    def close_document(self) -> None:
        """Stop listening."""
        self._later.stop()
        for stop in self._stops:
            stop()
        self._stops = ()


def _link(text: str, id_: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([text, ""])
    item.setData(0, _ID, id_)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled)
    return item


def _shapes(facts: LayerInfo) -> str:
    return ", ".join(str(shape) for shape in facts.outputs.values())


def _spoken(node: Node, facts: LayerInfo) -> str:
    """A layer in words, with what is wrong with it."""
    shape = _shapes(facts)
    spoken = [f"{node.id}, {node.layer.title}", node.layer.summary(), f"gives {shape}" if shape else ""]
    spoken += [problem.message for problem in facts.problems]
    return ", ".join(part for part in spoken if part)
