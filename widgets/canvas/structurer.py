"""Commands on structure: grouping into blocks, taking blocks apart, loops, entering and leaving."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF

from graph.drawing import cards
from graph.editing import edits
from graph.errors import NetloomError
from graph.naming import check_name
from graph.structure.blocks import Block, Loop
from graph.structure.grouping import ungroup
from graph.structure.inner_document import InnerDocument
from graph.structure.time_distributed import TimeDistributed, time_distribute, time_distributed
from widgets.canvas.annotator import Annotator


class Structurer(Annotator):
    """An editor of blocks."""

    def group_selection(self) -> None:
        """Put the selected layers into a block and ask for its name."""
        ids = self._chosen("group")
        key = f"group {' '.join(ids)}"
        with self.document.transaction(edits.counted("Group", ids), merge=key):
            made = edits.group_in_place(self.document, self.checker, ids)
        self.selection.set([made])

        def name(text: str) -> None:
            self.attempt(lambda: self._name(made, text, key))

        self._rename.open_over(self._name_area(made), made, name)

    def ungroup_selection(self) -> None:
        """Put what the selected blocks hold in their places."""
        blocks = [id_ for id_ in self._chosen("ungroup") if isinstance(self.document.network.layer(id_), Block)]
        if not blocks:
            raise NetloomError("None of the selected layers is a block: there is nothing to take apart.")
        made: list[str] = []
        with self.document.transaction(edits.counted("Ungroup", blocks, "blocks")):
            for id_ in blocks:
                made += ungroup(self.document, id_)
        self.selection.set(made)

    def run_on_every_frame(self) -> None:
        """Run the selected layers on every frame of a video, in a block of their own unless they are one already."""
        ids = self._chosen("run on every frame")
        only = self.document.network.layer(ids[0])
        if len(ids) == 1 and isinstance(only, TimeDistributed):
            return
        if len(ids) == 1 and type(only) is Block:
            with self.document.transaction(f"Run {ids[0]} on every frame"):
                self.document.set_layer(ids[0], time_distributed(only))
            return
        with self.document.transaction(edits.counted("Run on every frame", ids)):
            made = edits.group_in_place(self.document, self.checker, ids)
            made = time_distribute(self.document, made)
        self.selection.set([made])

    def enter_selection(self) -> None:
        """Open the one selected block."""
        ids = self.selection.ids
        if len(ids) != 1 or not isinstance(self.document.network.layer(ids[0]), Block):
            raise NetloomError("Select one block to enter it.")
        self.blockEntered.emit(ids[0])

    def leave_block(self) -> None:
        """Go back to the network that the block on show is part of."""
        if isinstance(self.document, InnerDocument):
            self.blockLeft.emit()

    def make_loop(self, id: str, states: Sequence[tuple[str, str]]) -> None:
        """Let a block run once per time step; each state is an output and the input at which it comes back.

        Raises
        ------
        NetloomError
            if the layer is no block, a state names an end that is not there, or an end is in two states.
        """
        block = self._block(id)
        outputs, inputs = [source for source, _ in states], [target for _, target in states]
        if not set(outputs) <= set(block.inner_outputs()) or not set(inputs) <= set(block.inner_inputs()):
            raise NetloomError(f"{id} has no such ends: a state leads from one of its outputs to one of its inputs.")
        if len(set(inputs)) < len(inputs):
            raise NetloomError(f"An input of {id} can hold one state only.")
        loop = Loop(label=block.label, body=block.body, states=tuple(states))
        with self.document.transaction(f"Run {id} as a loop"):
            self.document.set_layer(id, loop)

    def make_block(self, id: str) -> None:
        """Let a loop, or a block that runs on every frame, run once, as an ordinary block."""
        block = self._block(id)
        with self.document.transaction(f"Run {id} once"):
            self.document.set_layer(id, Block(label=block.label, body=block.body))

    # Inside

    def _block(self, id: str) -> Block:
        layer = self.document.network.layer(id)
        if not isinstance(layer, Block):
            raise NetloomError(f"{id} is no block: group layers first.")
        return layer

    def _name(self, id: str, name: str, key: str) -> None:
        """Take the name for the card and, where it can be one, for the block's id; one undo with the grouping."""
        with self.document.transaction(f"Group as {name}", merge=key):
            self.document.set_values(id, label=name)
            free = edits.identifier(name)
            if free and free != id and free not in self.document.network:
                check_name(free, self.document.network)
                self.document.rename(id, free)

    def _name_area(self, id: str) -> QRect:
        card = self.board.cards[id]
        self.ensureVisible(card.rect)
        strip = QRectF(card.rect.left(), card.rect.top(), cards.WIDTH, cards.HEADER)
        area = self.mapFromScene(strip).boundingRect()
        area.setHeight(max(area.height(), 26))
        area.setWidth(max(area.width(), 120))
        return area
