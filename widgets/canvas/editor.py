"""Commands on what is selected: muting, sharing weights, aligning, and walking up and down the stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from PySide6.QtWidgets import QWidget

from graph.editing import edits
from graph.editing.aligning import Edge, aligned, distributed
from graph.errors import NetloomError
from graph.network import Position
from widgets.canvas.mover import Mover
from widgets.canvas.stage import Stage
from widgets.look.theme import ThemeSource


class Editor(Stage):
    """A stage whose selection can be commanded; each command is one transaction, refused by a `NetloomError`."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._mover = Mover(self)

    # Muting

    def mute_selection(self) -> None:
        """Let data pass the selected layers by; if all are muted already, let it through them again."""
        ids, network = self._chosen("mute"), self.document.network
        muted = not all(network.node(id_).muted for id_ in ids)
        with self.document.transaction(edits.counted("Mute" if muted else "Unmute", ids)):
            for id_ in ids:
                self.document.mute(id_, muted)

    def bypass_selection(self) -> None:
        """Take the selected layers out of the flow and heal the wires around them; the cards stay."""
        ids = self._chosen("bypass")
        with self.document.transaction(edits.counted("Bypass", ids)):
            edits.take_out(self.document, ids)

    # Sharing weights

    def link_selection(self) -> None:
        """Let the selected layers use the weights of the one that was selected first."""
        ids = self._chosen("share weights", 2)
        owner, *others = ids
        kinds = {self.document.network.layer(id_).kind for id_ in ids}
        if len(kinds) > 1:
            raise NetloomError("Only layers of the same kind can share weights: select layers of one kind.")
        with self.document.transaction(f"Share the weights of {owner}"):
            for id_ in others:
                self.document.set_layer(id_, self.document.network.layer(owner))
                self.document.tie(id_, owner)

    def unlink_selection(self) -> None:
        """Give the selected layers weights of their own again."""
        ids = [id_ for id_ in self._chosen("unlink") if self.document.network.node(id_).tied]
        if not ids:
            raise NetloomError("None of the selected layers uses the weights of another.")
        with self.document.transaction(edits.counted("Unlink", ids)):
            for id_ in ids:
                self.document.tie(id_, None)

    # Aligning

    def align(self, edge: Edge) -> None:
        """Bring the selected cards in line."""
        ids = self._chosen("align", 2)
        self.glide_to(f"Align {len(ids)} layers", aligned(self.document.network, ids, edge))

    def align_left(self) -> None:
        """Bring the left edges in line."""
        self.align("left")

    def align_centre(self) -> None:
        """Bring the centres in line, below one another."""
        self.align("centre")

    def align_right(self) -> None:
        """Bring the right edges in line."""
        self.align("right")

    def align_top(self) -> None:
        """Bring the top edges in line."""
        self.align("top")

    def align_middle(self) -> None:
        """Bring the middles in line, beside one another."""
        self.align("middle")

    def align_bottom(self) -> None:
        """Bring the bottom edges in line."""
        self.align("bottom")

    def distribute_across(self) -> None:
        """Make the gaps between the selected cards equal, from left to right."""
        self._distribute(0)

    def distribute_down(self) -> None:
        """Make the gaps between the selected cards equal, from top to bottom."""
        self._distribute(1)

    def glide_to(self, title: str, places: Mapping[str, Position]) -> None:
        """Move cards in one transaction, and show them on their way."""
        before = {id_: self.document.network.node(id_).position for id_ in places}
        with self.document.transaction(title):
            self.document.move(places)
        if self.moves:
            self._mover.start(before, places)

    # Selecting along the stream

    def select_upstream(self) -> None:
        """Select as well all layers that the selected ones depend on."""
        self._select_along(against=True)

    def select_downstream(self) -> None:
        """Select as well all layers that depend on the selected ones."""
        self._select_along(against=False)

    # Inside

    def _select_along(self, *, against: bool) -> None:
        ids = self._chosen("follow the data from")
        reached = edits.along(self.document.network, ids, against=against)
        self.selection.set(dict.fromkeys([*ids, *reached]))

    def _distribute(self, axis: Literal[0, 1]) -> None:
        ids = self._chosen("distribute", 3)
        self.glide_to(f"Distribute {len(ids)} layers", distributed(self.document.network, ids, axis))

    def _chosen(self, verb: str, least: int = 1) -> tuple[str, ...]:
        ids = self.selection.ids
        if len(ids) < least:
            count = "a layer" if least == 1 else f"at least {least} layers"
            raise NetloomError(f"There is too little selected to {verb}: select {count} first.")
        return ids
