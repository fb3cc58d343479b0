"""The tab in which a convolution or a pooling is worked out by hand, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QComboBox, QFrame, QWidget

from app.insight.value_ranges import value_ranges
from app.numerics.window_sums import Case
from app.protocol.messages import Array
from app.protocol.window_messages import FollowedLayer
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.catalogue import parse_layer
from graph.layers.io import InputLike
from graph.layers.value_range import Range
from graph.layers.window_rule import shape_of
from graph.network import Network
from widgets.look.flow import flow
from widgets.look.labels import text_label
from widgets.look.layouts import boxed, hsplit, vbox
from widgets.look.segments import segments
from widgets.look.theme import ThemeSource
from widgets.understand.by_hand.arithmetic_sheet import WorkingSheet
from widgets.understand.by_hand.by_hand_requests import Asker
from widgets.understand.by_hand.count_box import CountBox
from widgets.understand.by_hand.example_bar import ExampleBar
from widgets.understand.by_hand.player import Player
from widgets.understand.by_hand.sample_box import SampleBox
from widgets.understand.by_hand.scene import ScenePart, Spot
from widgets.understand.by_hand.sliding_window import SlidingPicture
from widgets.understand.filters_tab import when_of
from widgets.understand.name_picker import NamePicker
from widgets.understand.subject import ChosenSample, Subject
from widgets.understand.understand_tab import Group, Tab

NETWORK, EXAMPLES = 0, 1
NO_LAYER = "This network has no convolution or pooling layer. The worked examples need none: choose Examples."
NO_NETWORK = "Draw a network with a convolution, or choose Examples."
WORKING = "Being worked out…"


class ByHandTab(Tab):
    """A layer of the open project or of a run, or a worked example, with one value's arithmetic at a time."""

    title = "By hand"
    place = 1
    sentence = "How a layer works out one number"
    group = Group.STEPS
    shows_layers = "only convolutions and pooling layers are worked out here"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.setObjectName("byHand")
        self.asker = Asker(subject, self)
        self.picker = NamePicker("Layer", self)
        self.sample = SampleBox(source, self.asker.ask_about_samples, self)
        self.weights = QComboBox(self)
        self.weights.setAccessibleName("Weights")
        self.weights.setToolTip("Whose weights: those of the run, or those that training starts from")
        self.only = text_label("", self, look="faint")
        self.examples = ExampleBar(self)
        self.picture, self.sheet = SlidingPicture(source), WorkingSheet(source)
        self.player = Player(source)
        self.map, self.channel = CountBox("Map"), CountBox("Channel")
        self.says = text_label("", self, look="faint", wrap=True)
        self.says.setContentsMargins(12, 0, 12, 0)
        self._shown = False
        self._moment = ""
        """Of which moment of a training the weights are that are worked with."""
        self._lay_out()
        self._connect()
        self._on_mode()

    # Building

    def _lay_out(self) -> None:
        self.bar.addWidget(self._make_modes())
        self.network_bar = QWidget(self)
        flow(self.picker, self.sample, self.weights, self.only, parent=self.network_bar, spacing=12)
        self.bar.addWidget(self.network_bar)
        self.bar.addWidget(self.examples)
        self.bar.addStretch(1)
        left = boxed(vbox(self.says, (self.picture, 1), self.player, spacing=2))
        for box in (self.map, self.channel):
            self.player.row.addWidget(box)
        self.column.addWidget(hsplit((left, 3), (self.sheet, 2), sizes=(640, 400)), 1)

    def _make_modes(self) -> QFrame:
        named = (("byHandMyNetwork", "My network"), ("byHandExamples", "Examples"))
        frame, self.modes = segments(named, self, margin=2)
        for button in self.modes.buttons():
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setAccessibleName(f"Work out: {button.text()}")
        return frame

    def _connect(self) -> None:
        self.modes.idClicked.connect(lambda _: self._on_mode())
        self.picker.picked.connect(self._on_layer)
        self.sample.picked.connect(self._on_sample)
        self.weights.activated.connect(lambda row: self.asker.prefer(bool(self.weights.itemData(row))))
        self.examples.changed.connect(self._show_example)
        self.asker.changed.connect(self._offer)
        self.asker.followed.connect(self._on_operands)
        self.asker.refused.connect(self._refuse)
        self.picture.moved.connect(self._on_move)
        self.picture.typed.connect(self._on_number)
        self.picture.play.connect(self.player.toggle)
        self.player.stepped.connect(self._step)
        self.player.ended.connect(self._go_to_end)
        self.player.started.connect(self._start)
        self.player.halted.connect(self._halt)
        self.map.picked.connect(self._on_map)
        self.channel.picked.connect(self._on_channel)

    # What the window and the panel say

    def set_document(self, document: Document, base: Path | None) -> None:
        """Work out layers of this project; ``base`` is where its relative paths start."""
        self.asker.set_document(document, base)

    def on_subject(self) -> None:
        """Another run is looked at, or the one in progress has ended."""
        self._moment = ""
        self.asker.on_subject()

    def on_shown(self) -> None:
        """Catch up; a network without a layer to work out makes room for the examples."""
        self.asker.wanted = True
        self.asker.refresh()
        if not self._shown and not self.asker.layers():
            self.show_examples()
        self._shown = True
        chosen = self.subject.sample
        another = chosen is not None and chosen.position != self.sample.sample
        if chosen is not None and another:
            self.sample.choose(chosen.position)
        if self.mode == NETWORK and (another or self.picture.case is None):
            self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """What nobody sees is not asked for."""
        super().hideEvent(event)
        self.asker.wanted = False

    @property
    def mode(self) -> int:
        """Whether one's own network is worked out, or an example."""
        return self.modes.checkedId()

    def layer_picker(self) -> NamePicker | None:
        """The layers that can be worked out; none beside examples."""
        return self.picker if self.mode == NETWORK else None

    @property
    def network_shown(self) -> Network | None:
        """The network whose layers are worked out."""
        return self.asker.network

    def choose_layer(self, path: str) -> bool:
        """Work out a layer, if it is one that can be; a layer inside blocks is called ``block1.conv1``."""
        if not self.asker.seek(path):
            return False
        self._shown = True
        self.modes.button(NETWORK).setChecked(True)
        self.picker.choose(path)
        self._on_mode()
        return True

    def go(self, spot: Spot) -> None:
        """Stand at a spot, or as near to it as the case has one."""
        self.picture.go(spot)
        self._show_spot()

    def show_examples(self, id: str = "") -> None:
        """Work out an example: the one called ``id``, or the one that was chosen last."""
        self._shown = True
        if id:
            self.examples.choose(id)
        self.modes.button(EXAMPLES).setChecked(True)
        self._on_mode()

    # Which case

    def _on_mode(self) -> None:
        examples = self.mode == EXAMPLES
        self.player.halt()
        self.examples.setVisible(examples)
        self.network_bar.setVisible(not examples)
        self.says.setVisible(examples)
        self.picture.show_case(None)
        if examples:
            self._show_example()
        else:
            self._offer()
            self._show(None)
            self._ask()
        self.show_remark()

    def _offer(self) -> None:
        """Offer the layers and the weights there are."""
        sources = self.asker.sources
        self.weights.blockSignals(True)
        self.weights.clear()
        for trained in sources:
            self.weights.addItem(f"Weights: {self._whose(trained)}", trained)
        self.weights.setCurrentIndex(max(self.weights.findData(self.asker.trained), 0))
        self.weights.blockSignals(False)
        self.weights.setVisible(len(sources) > 1)
        self._say_when()
        layers = self.asker.layers()
        self.picker.offer(layers)
        self.sample.setVisible(bool(layers))
        if self.mode == NETWORK and not layers:
            self._refuse(NO_LAYER if self.asker.network is not None and len(self.asker.network) else NO_NETWORK)

    def _whose(self, trained: bool) -> str:
        """Which weights these are: those that a training works at are not trained yet."""
        return "before training" if not trained else "in training" if self.subject.live else "trained"

    def _say_when(self) -> None:
        """Say which weights there are where there is no choice, and of which moment of a training they are."""
        sources = self.asker.sources
        lone = f"Weights {self._whose(sources[0])}" if len(sources) == 1 else ""
        self.only.setText(", ".join(filter(None, (lone, self._moment if self.asker.trained else ""))))

    def _on_layer(self, _layer: str) -> None:
        if self.mode == NETWORK:
            self._show(None)
            self._ask()

    def _on_sample(self, position: int) -> None:
        self.subject.choose_sample(ChosenSample(position))
        self._ask()

    def _ask(self) -> None:
        if self.picker.chosen and self.picture.case is None:
            self.picture.set_empty_text(WORKING)
        self.asker.ask(self.picker.chosen, self.sample.sample)

    def _on_operands(self, reply: FollowedLayer) -> None:
        if self.mode != NETWORK:
            return
        operands = reply.operands
        live = self.subject.live and self.asker.trained and reply.epoch
        self._moment = when_of(reply) if live else ""
        self._say_when()
        layer = parse_layer(operands.kind, operands.settings, reply.layer)
        rule = layer.window_rule(shape_of(layer.accepts, operands.values.shape))
        if rule is None:
            return
        self.sample.show_sample(operands)
        case = Case(
            rule,
            values=operands.values.astype(np.float64),
            output=operands.output.astype(np.float64),
            weights=_doubles(operands.weights),
            scale=_doubles(operands.scale),
            bias=_doubles(operands.bias),
        )
        self._show(case, "standardised" if operands.standardised else "", self._editable(), self._can_be())

    def _can_be(self) -> dict[ScenePart, Range]:
        """The ranges of what enters and leaves the layer; a sample that enters is shown as a sample."""
        network, id_ = self.asker.network, self.picker.chosen
        if network is None or id_ not in network:
            return {}
        known, wire = value_ranges(network), network.at(id_, "in")
        found = {ScenePart.OUTPUT: known[id_]}
        if wire is not None and not isinstance(network.layer(wire.source), InputLike):
            found |= {ScenePart.INPUT: known[wire.source], ScenePart.WINDOW: known[wire.source]}
        return found

    def _editable(self) -> frozenset[ScenePart]:
        """The kernel of a hand-set convolution can be typed over, that of each channel too, while it is not trained."""
        layer = self._typed_layer()
        return frozenset({ScenePart.KERNEL} if layer is not None else ())

    def _typed_layer(self) -> Layer | None:
        document, id_ = self.asker.document, self.picker.chosen
        if document is None or self.asker.trained or id_ not in document.network:
            return None
        layer = document.network.layer(id_)
        return layer if layer.typed_kernel() is not None else None

    def _refuse(self, reason: str) -> None:
        if self.mode == NETWORK:
            self.picture.set_empty_text(reason)
            self._show(None)

    def _show_example(self) -> None:
        if self.mode == EXAMPLES:
            self.says.setText(self.examples.chosen.says)
            self._show(self.examples.case(), "", self.examples.editable())

    def _show(
        self,
        case: Case | None,
        note: str = "",
        editable: frozenset[ScenePart] = frozenset(),
        can_be: Mapping[ScenePart, Range] = MappingProxyType({}),
    ) -> None:
        self.picture.show_case(case, note, editable, can_be)
        self._show_spot()

    # Typing over numbers

    def _on_number(self, part: ScenePart, row: int, column: int, value: float) -> None:
        if self.mode == EXAMPLES:
            self.examples.type_over(part, (self.picture.spot.channel, row, column), value)
            return
        layer, document = self._typed_layer(), self.asker.document
        if layer is None or document is None:
            return
        channel = self.picture.spot.channel
        rows = [list(numbers) for numbers in layer.typed_kernel(channel) or ()]
        rows[row][column] = value
        id_ = self.picker.chosen
        changed = layer.with_kernel(tuple(tuple(numbers) for numbers in rows), channel)
        try:
            with document.transaction(f"Set kernel of {id_}", merge=f"{id_}.numbers"):
                document.set_layer(id_, changed)
        except NetloomError as error:
            self._refuse(str(error))

    # Where one stands

    def _show_spot(self) -> None:
        """Bring arithmetic, buttons and numbers up to date with the spot."""
        case, step, spot = self.picture.case, self.picture.step, self.picture.spot
        self.sheet.show_step(step)
        self.player.setEnabled(step is not None)
        for box in (self.map, self.channel):
            box.hide()
        if case is None or step is None:
            self.player.halt()
            self.player.show_place(0, 1)
            return
        self.player.show_place(spot.number(case), case.rule.steps)
        shown, total = len(case.output), case.rule.filters
        more = f" (of {total:,} in all)" if shown < total else ""
        self.map.show_index(spot.filter, shown, more)
        channels = len(step.working.patches) if not case.rule.along_time else 1
        self.channel.show_index(spot.channel, case.rule.channels if channels > 1 else 1)

    def _on_move(self) -> None:
        self.player.halt()
        self._show_spot()

    def _go_to_end(self, which: int) -> None:
        case = self.picture.case
        if case is not None:
            self.player.halt()
            self.go(self.picture.spot.stepped(case, which * case.rule.steps))

    def _step(self, steps: int) -> None:
        case = self.picture.case
        if case is None:
            return
        self.picture.go(self.picture.spot.stepped(case, steps))
        if self.picture.spot.number(case) == case.rule.steps - 1:
            self.player.halt()
        self._show_spot()

    def _start(self) -> None:
        """Run from here, or from the first step where this is the last."""
        case = self.picture.case
        if case is None:
            return
        self.picture.unfolding = True
        if self.picture.spot.number(case) == case.rule.steps - 1:
            self.go(self.picture.spot.stepped(case, -case.rule.steps))

    def _halt(self) -> None:
        self.picture.unfolding = False
        self.picture.update()

    def _on_map(self, index: int) -> None:
        self.go(self.picture.spot_of_map(index))

    def _on_channel(self, index: int) -> None:
        self.picture.show_channel(index)
        self._show_spot()


def _doubles(numbers: Array | None) -> Array | None:
    return numbers.astype(np.float64) if numbers is not None else None
