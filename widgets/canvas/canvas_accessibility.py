"""The canvas in the accessibility tree: a list whose items are the cards, with name, kind, shape and connections.

Qt asks for an interface only while a screen reader is there, so that nothing here costs anyone else. Interfaces made in
Python are kept alive until Qt has given them up, because Qt holds them by their address.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QGraphicsView

from widgets.canvas.board_items import Card
from widgets.canvas.canvas_context import CanvasContext

_interfaces: list[CanvasInterface] = []
"""Of canvases that there are; Qt deletes each with its canvas."""


def describe(canvas: CanvasContext, card: Card) -> str:
    """What a card shows beside its name and kind: settings, what leaves it, its wires, and what is wrong."""
    network = canvas.document.network
    sources = [c.source for _, c in sorted(network.into(card.id).items())]
    targets = [c.target for c in network.out_of(card.id)]
    outputs = [f"{shape.kind} {shape}" for shape in card.info.outputs.values()]
    parts = [
        card.node.layer.summary(),
        f"gives {', '.join(outputs)}" if outputs else "no shape yet",
        f"from {', '.join(sources)}" if sources else "",
        f"to {', '.join(targets)}" if targets else "",
        card.face.start,
        "leads to no output" if card.info.dead else "",
        card.sentence.replace("\n", " "),
    ]
    return "; ".join(part for part in parts if part)


class CardInterface(QAccessibleInterface):
    """A card, or what is left of one whose layer is gone."""

    def __init__(self, view: QGraphicsView, canvas: CanvasContext, id: str) -> None:
        super().__init__()
        self._view, self._canvas, self.id = view, canvas, id

    @property
    def _card(self) -> Card | None:
        return self._canvas.board.cards.get(self.id) if shiboken6.isValid(self._view) else None

    def isValid(self) -> bool:
        return self._card is not None

    def object(self) -> QObject | None:  # type: ignore[override]
        """None: a card is no object of Qt."""
        return None

    def window(self) -> Any:
        """The window that the canvas is in."""
        return self._view.window().windowHandle() if self.isValid() else None

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]
        """The canvas."""
        return QAccessible.queryAccessibleInterface(self._view) if self.isValid() else None

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """None: a card is one item."""
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def role(self) -> QAccessible.Role:
        """An item of a list."""
        return QAccessible.Role.ListItem

    def rect(self) -> QRect:
        """Where the card is on the screen."""
        card = self._card
        if card is None:
            return QRect()
        area = self._canvas.navigation.area_of(card.rect)
        return QRect(self._view.viewport().mapToGlobal(area.topLeft()), area.size())

    def text(self, kind: QAccessible.Text) -> str:
        """Name and kind, and as the description what the card shows."""
        card = self._card
        if card is None:
            return ""
        if kind == QAccessible.Text.Name:
            return f"{card.id}, {card.title}"
        return describe(self._canvas, card) if kind == QAccessible.Text.Description else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Layers are renamed on the canvas."""

    def state(self) -> QAccessible.State:
        """Whether the card is selected, has the keyboard, or is out of view."""
        state, card = QAccessible.State(), self._card
        if card is None:
            state.invalid = 1
            return state
        selected = self.id in self._canvas.selection
        state.focusable = state.selectable = 1
        state.selected = int(selected)
        state.focused = int(selected and self._view.hasFocus() and self._canvas.selection.ids[-1] == self.id)
        state.offscreen = int(not self._canvas.navigation.visible_region().intersects(card.rect))
        return state


class CanvasInterface(QAccessibleWidget):
    """The canvas: its cards as items, in the order in which data runs through them."""

    def __init__(self, view: QGraphicsView, canvas: CanvasContext) -> None:
        super().__init__(view, QAccessible.Role.List, view.accessibleName())
        self._view, self._canvas = view, canvas
        self._cards: dict[str, CardInterface] = {}
        self._registered: dict[str, int] = {}
        self._order: tuple[object, int, list[str]] = (None, -1, [])
        view.destroyed.connect(self.forget)

    @property
    def ids(self) -> Sequence[str]:
        """The layers as items, from inputs to outputs."""
        board = self._canvas.board
        if self._order[:2] != (board, board.changed):
            ids = [id_ for id_ in board.document.network.ordered() if id_ in board.cards]
            self._order = (board, board.changed, ids)
        return self._order[2]

    def card(self, id_: str) -> CardInterface:
        """The item of a layer."""
        if id_ not in self._cards:
            self._cards[id_] = CardInterface(self._view, self._canvas, id_)
            self._registered[id_] = QAccessible.registerAccessibleInterface(self._cards[id_])
        return self._cards[id_]

    def childCount(self) -> int:
        return len(self.ids)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """The card at a place in that order."""
        return self.card(self.ids[index]) if 0 <= index < len(self.ids) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return self.ids.index(child.id) if isinstance(child, CardInterface) and child.id in self.ids else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        hit = self._canvas.hit(self._view.viewport().mapFromGlobal(QPoint(x, y)))
        return self.card(hit.id) if hit.id in self._canvas.board.cards else None

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        ids = self._canvas.selection.ids
        return self.card(ids[-1]) if ids and ids[-1] in self._canvas.board.cards and self._view.hasFocus() else None

    def forget(self) -> None:
        """Have Qt give up the items, whose canvas is gone."""
        for number in self._registered.values():
            QAccessible.deleteAccessibleInterface(number)
        self._registered, self._cards = {}, {}

    # Telling

    def tell_focus(self) -> None:
        """Tell which card has the keyboard now."""
        ids = self._canvas.selection.ids
        if ids and ids[-1] in self.ids:
            event = QAccessibleEvent(self._view, QAccessible.Event.Focus)
            event.setChild(self.ids.index(ids[-1]))
            QAccessible.updateAccessibility(event)

    def tell_change(self) -> None:
        """Tell that there are other cards, or in another order."""
        QAccessible.updateAccessibility(QAccessibleEvent(self._view, QAccessible.Event.ObjectReorder))


def _interface_for(key: str, object: QObject) -> QAccessibleInterface | None:
    canvas = getattr(object, "context", None)
    if not isinstance(object, QGraphicsView) or not isinstance(canvas, CanvasContext):
        return None
    _interfaces[:] = [each for each in _interfaces if shiboken6.isValid(each)]
    interface = CanvasInterface(object, canvas)
    _interfaces.append(interface)
    canvas.selection.layersChanged.connect(interface.tell_focus)
    canvas.changed.connect(interface.tell_change)
    return interface


_installed: list[object] = []


def install() -> None:
    """Let Qt ask here for the interface of a canvas; once is enough."""
    if not _installed:
        _installed.append(_interface_for)
        QAccessible.installFactory(_interface_for)
