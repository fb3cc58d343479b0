"""The outline: the network as a list from inputs to outputs, for the keyboard and for screen readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from graph.check import Checker
from graph.document import Document
from graph.facts import Facts, Severity
from graph.layers.base import ShapeError
from graph.network import Node
from graph.shapes import Shape
from widgets import icons
from widgets.theme import Themed, ThemeSource

_ID = Qt.ItemDataRole.UserRole
_PATH = Qt.ItemDataRole.UserRole + 1


class Outline(Themed, QTreeWidget):
    """Each layer with its shape; under it where its inputs come from and its outputs go.

    ``picked`` carries the ids that the user selected here, ``opened`` the one that was activated, ``removed`` those
    to delete, ``named`` an id and the name it shall have, ``dived`` the blocks to open and the layer in
    them that was activated.
    """

    picked = Signal(object)
    opened = Signal(str)
    removed = Signal(object)
    named = Signal(str, str)
    dived = Signal(object, str)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outline")
        self.setAccessibleName("Outline of the network")
        self.setHeaderLabels(["Layer", "Result"])
        self.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.setUniformRowHeights(True)
        self.setStyleSheet("QTreeView { border: none; background: transparent; }")
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.setIndentation(14)
        self._document: Document | None = None
        self._checker: Checker | None = None
        self._stops: tuple[Callable[[], None], ...] = ()
        self._rows: dict[str, QTreeWidgetItem] = {}
        self._quiet = False
        self._stale = True
        self._chosen: list[str] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.rebuild)
        self.follow(themes)
        self.itemSelectionChanged.connect(self._on_selection)
        self.itemActivated.connect(self._on_activation)
        self.itemChanged.connect(self._on_edit)

    def set_document(self, document: Document, checker: Checker) -> None:
        """Mirror another document."""
        self.close_document()
        self._document, self._checker = document, checker
        self._stops = (document.subscribe(lambda _: self._soon()), checker.subscribe(lambda _: self._soon()))
        self._quiet = True
        self._rows, self._chosen = {}, []
        self.clear()
        self._quiet = False
        self._soon()

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        self.rebuild()

    def _soon(self) -> None:
        """Rebuild once after a burst of news; while nobody looks, not before somebody does."""
        self._stale = True
        if self.isVisible() and not self._later.isActive():
            self._later.start(0)

    def rebuild(self) -> None:
        """Show the network as it is now."""
        if self._document is None or self._checker is None:
            return
        self._stale = False
        network = self._document.network
        self._quiet = True
        self.clear()
        self._rows = {}
        for id_ in network.ordered():
            item = self._layer_item(network.node(id_), self._checker.facts(id_))
            self._rows[id_] = item
            self.addTopLevelItem(item)
            for port, connection in network.into(id_).items():
                item.addChild(_link(f"{port}: from {connection.source}", connection.source))
            for connection in network.out_of(id_):
                item.addChild(_link(f"{connection.source_port}: to {connection.target}", connection.target))
            self._nest(item, network.node(id_), self._checker.facts(id_).inputs, ())
        self._quiet = False
        self.show_selection(self._chosen)

    def _nest(self, item: QTreeWidgetItem, node: Node, inputs: Mapping[str, Shape], path: tuple[str, ...]) -> None:
        """Put the layers inside a block below it; they are gone to by activating them."""
        from graph.blocks import Block

        if not isinstance(node.layer, Block):
            return
        facts: Mapping[str, Facts] = {}
        with suppress(ShapeError, KeyError):  # what is wrong inside is told at the block
            facts = node.layer.turns(inputs)[0]
        body, inside = node.layer.body.network, (*path, node.id)
        for id_ in body.ordered():
            known = facts.get(id_, Facts())
            child = self._layer_item(body.node(id_), known)
            child.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            child.setData(0, _ID, inside[0])
            child.setData(0, _PATH, [*inside, id_])
            item.addChild(child)
            self._nest(child, body.node(id_), known.inputs, inside)

    def _on_activation(self, item: QTreeWidgetItem) -> None:
        path = item.data(0, _PATH)
        if path:
            self.dived.emit((*self._depth(), *path[:-1]), str(path[-1]))
        else:
            self.opened.emit(str(item.data(0, _ID)))

    def _depth(self) -> tuple[str, ...]:
        """Blocks that the network on show is inside of."""
        return getattr(self._document, "path", ())

    def _layer_item(self, node: Node, facts: Facts) -> QTreeWidgetItem:
        shape = ", ".join(str(shape) for shape in facts.outputs.values())
        wrong = [problem for problem in facts.problems if problem.severity is Severity.ERROR]
        item = QTreeWidgetItem([node.id, "problem" if wrong else shape])
        item.setData(0, _ID, node.id)
        item.setIcon(0, icons.family_icon(node.layer.family, self.theme))
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        spoken = [f"{node.id}, {node.layer.title}", node.layer.summary(), f"gives {shape}" if shape else ""]
        spoken += [problem.message for problem in facts.problems]
        text = ", ".join(part for part in spoken if part)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, text)
        item.setToolTip(0, text)
        if wrong:
            item.setForeground(1, self.theme.error)
        return item

    def show_selection(self, ids: list[str]) -> None:
        """Select these layers here, because they are selected elsewhere."""
        self._chosen = ids
        if self._stale or [item.data(0, _ID) for item in self.selectedItems()] == ids:
            return
        self._quiet = True
        self.clearSelection()
        for id_ in ids:
            if id_ in self._rows:
                self._rows[id_].setSelected(True)
        self._quiet = False

    def _on_selection(self) -> None:
        if not self._quiet:
            self._chosen = list(dict.fromkeys(str(item.data(0, _ID)) for item in self.selectedItems()))
            self.picked.emit(self._chosen)

    def _on_edit(self, item: QTreeWidgetItem, column: int) -> None:
        old, new = item.data(0, _ID), item.text(0).strip()
        if not self._quiet and column == 0 and new != old:
            self._quiet = True
            item.setText(0, old)
            self._quiet = False
            self.named.emit(old, new)

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
