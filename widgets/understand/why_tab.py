"""Why an answer: what in a sample speaks for it, by several ways side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QSlider, QWidget

from app.protocol.attribution_messages import (
    ExplainByGradients,
    GradCam,
    GradCamMap,
    GradientExplanation,
    IntegratedGradients,
    IntegrateGradients,
    Occlude,
    Occlusion,
)
from app.protocol.messages import Array
from graph.checking.check import Checker
from graph.document import Document
from graph.layers.io import Input, Output
from graph.network import Network
from graph.shapes import Kind
from widgets.charts.attribution_tiles import Heat, HeatTiles, as_floats
from widgets.charts.sample_painting import occurring
from widgets.data.sample_views import still_values
from widgets.fields.number_field import NumberBox
from widgets.look.flow import flow
from widgets.look.labels import Label, text_label
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip
from widgets.look.terms import definition
from widgets.look.theme import ThemeSource
from widgets.plots.ticks import number
from widgets.understand.filters_tab import when_of
from widgets.understand.name_picker import NamePicker
from widgets.understand.output_text import outputs_of, sentence_of
from widgets.understand.piecewise_request import PiecewiseRequest
from widgets.understand.sample_picker import SamplePicker
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

PICK = "Pick a sample to see what in it speaks for the prediction."
ORDER = ("saliency", "product", "integrated", "occlusion", "grad_cam")
NEVER_SEEN = "categories that no training sample has are left out"
STEPS = 64
"""Points on the way along which gradients are integrated."""


class WhyTab(Tab):
    """Samples to pick from beside the one picked, covered by what speaks for an answer of the user's choice."""

    title = "Why"
    place = 4
    sentence = "What in a sample speaks for a prediction"
    shows_layers = "only layers that keep the grid of the input have a Grad-CAM"
    no_run = "Train the network, then pick a sample to see what in it speaks for the prediction."
    shows_probabilities = True
    group = Group.PREDICTIONS

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.gallery = SamplePicker(source, subject, PICK, "Samples to explain", self)
        self.tiles = HeatTiles(source, "Why this prediction", PICK, self)
        self.tiles.setObjectName("reasons")
        self.answer = QComboBox(self)
        self.answer.setAccessibleName("Prediction to explain")
        self.answer.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.answer.setMinimumContentsLength(17)
        self.layer = NamePicker("Grad-CAM of", self)
        self.patch, self.stride = (NumberBox(True, 1, 256, parent=self) for _ in range(2))
        self.overlay = QSlider(Qt.Orientation.Horizontal, self)
        self.again = QPushButton("Look again", self)
        self.says = Label("", self)
        self.integrated = PiecewiseRequest(subject, self)
        self.occlusion = PiecewiseRequest(subject, self)
        self._heats: dict[str, Heat] = {}
        self._requests: dict[str, int | None] = {}
        self._answers: list[str] = []
        self._shape: tuple[int, ...] = ()
        self._kept: list[int] | None = None
        """Places of the features of a table that are shown, where some never occur."""
        self._stale = True
        self._describe()
        self._lay_out()
        self._connect()
        self._show_controls(False)

    def _describe(self) -> None:
        for box, name, words in (
            (self.patch, "Occluded patch", "Side of the patch that is covered, in pixels or time steps"),
            (self.stride, "Stride of occlusion", "How far the patch moves from one place to the next"),
        ):
            box.setAccessibleName(name)
            box.setToolTip(plain_tip(words))
            box.setFixedWidth(54)
        self.overlay.setRange(0, 100)
        self.overlay.setValue(60)
        self.overlay.setFixedWidth(80)
        self.overlay.setAccessibleName("Opacity of the colours over the sample")
        self.overlay.setToolTip("How much the colours cover the sample")
        self.again.setToolTip("Explain with the weights as they are now")
        self.says.setProperty("faint", True)
        self.says.setWordWrap(True)
        self.says.setContentsMargins(12, 2, 12, 2)
        self.says.setToolTip(plain_tip(definition("mean input")))

    def _lay_out(self) -> None:
        self.controls = QWidget(self)
        row = flow(parent=self.controls)
        named = {"Explain": self.answer, "Occlude": self.patch, "every": self.stride, "Overlay": self.overlay}
        self._labels = {}
        for words, widget in named.items():
            self._labels[words] = text_label(words, self.controls, look="faint", buddy=widget)
            row.addWidget(self._labels[words])
            row.addWidget(widget)
            if words == "Explain":
                row.addWidget(self.layer)
        self.bar.addWidget(self.controls)
        self.bar.addStretch(1)
        self.bar.addWidget(self.again)
        right = QWidget(self)
        vbox(self.says, (self.tiles, 1), parent=right, spacing=0)
        self.column.addWidget(self.gallery.beside(right, (220, 900)), 1)

    def _connect(self) -> None:
        self.gallery.sample_picked.connect(self._on_sample)
        self.answer.activated.connect(self._explain)
        self.layer.picked.connect(self._ask_cam)
        self.patch.entered.connect(self._occlude)
        self.stride.entered.connect(self._occlude)
        self.overlay.valueChanged.connect(lambda percent: self.tiles.set_opacity(percent / 100))
        self.again.clicked.connect(self._explain)
        self.integrated.grown.connect(self._on_integrated)
        self.occlusion.grown.connect(self._on_occlusion)
        for work in (self.integrated, self.occlusion):
            work.failed.connect(self._on_refusal)

    # What the panel says

    def layer_picker(self) -> NamePicker:
        """The layers whose maps Grad-CAM can weigh."""
        return self.layer

    def on_subject(self) -> None:
        """Another run, or the end of one in progress."""
        self._cancel()
        self._stale, self._answers = True, []
        self.answer.clear()
        layers, preferred = map_layers(self.subject.network)
        self.layer.offer(layers, preferred)
        if self.isVisible():
            self.on_shown()

    def on_shown(self) -> None:
        """Ask for the samples, and explain the one picked unless that was done."""
        if not self.subject.ready:
            self._show_nothing(PICK)
            return
        self.gallery.ask()
        if self._stale and self.gallery.position is not None:
            self._explain()

    def hideEvent(self, event: object) -> None:
        """What nobody sees is not made."""
        self._stale = self._stale or self.integrated.running or self.occlusion.running
        self._cancel()

    # Asking

    def _on_sample(self, _position: int) -> None:
        self._stale = True
        if self.isVisible():
            self._explain()

    def _cancel(self) -> None:
        self.integrated.cancel()
        self.occlusion.cancel()
        for request in self._requests.values():
            if request is not None:
                self.subject.drop(request)
        self._requests.clear()

    @property
    def _sample(self) -> int:
        """The sample that is explained."""
        return self.gallery.position or 0

    @property
    def _output(self) -> int | None:
        """The output that is explained; None for the one that the network prefers."""
        return self.answer.currentIndex() - 1 if self.answer.currentIndex() > 0 else None

    def _explain(self) -> None:
        self._cancel()
        if not self.subject.ready or self.gallery.position is None:
            return
        self._stale, self._heats = False, {}
        self.again.setVisible(self.subject.live)
        request = ExplainByGradients(sample=self._sample, output=self._output)
        self._requests["gradients"] = self.subject.request(request, self._on_gradients, self._on_refusal)

    def _ask_cam(self) -> None:
        if self._shape and self.layer.chosen and not self._stale:
            request = GradCam(sample=self._sample, output=self._output, layer=self.layer.chosen)
            self._requests["cam"] = self.subject.request(request, self._on_cam, self._on_no_cam)

    def _occlude(self) -> None:
        if self._shape and not self._stale:
            patch, stride = int(self.patch.value() or 1), int(self.stride.value() or 1)
            self.occlusion.begin(Occlude(sample=self._sample, output=self._output, patch=patch, stride=stride))

    # Showing

    def _show_controls(self, shown: bool) -> None:
        self.controls.setVisible(shown)
        self.again.setVisible(shown and self.subject.live)

    def _show_nothing(self, words: str) -> None:
        self._shape = ()
        self.tiles.set_sample(np.empty(0), np.empty(0))
        self.tiles.set_heats({})
        self.tiles.set_empty_text(words)
        self.says.clear()
        self._show_controls(False)

    def _show(self, name: str, heat: Heat) -> None:
        self._heats[name] = heat
        self.tiles.set_heats({key: self._heats[key] for key in ORDER if key in self._heats})

    def _on_refusal(self, reason: str) -> None:
        self._cancel()
        self._show_nothing(reason)

    def _on_gradients(self, explanation: GradientExplanation) -> None:
        field = explanation.input_field
        values, away = (still_values(array[None])[0] for array in (explanation.input, explanation.deviations))
        self._offer_answers(outputs_of(explanation.explained, field.decimal))
        self._offer_patch(values.shape)
        self._show_controls(True)
        note = "bar: standard deviations from the mean" if values.ndim == 1 else ""
        kept = occurring(field.names, values) if values.ndim == 1 else []
        self._kept = kept if len(kept) < len(field.names) and values.ndim == 1 else None
        names, units = (self._of_kept(texts) for texts in (field.names, field.units))
        self.tiles.set_sample(self._told(values), self._told(away), names, units, note, decimal=field.decimal)
        table = values.ndim == 1
        self._show("saliency", Heat("Saliency", self._told(explanation.saliency), table, "slope of the score"))
        self._show("product", Heat("Gradient × input", self._told(explanation.product), True, "× (input − mean)"))
        left_out = f"  ·  {NEVER_SEEN}" if self._kept is not None else ""
        self.says.setText(f"{sentence_of(explanation.explained, field.decimal)}  ·  {when_of(explanation)}{left_out}")
        self.integrated.begin(IntegrateGradients(sample=self._sample, output=self._output, steps=STEPS))
        self._occlude()
        self._ask_cam()

    def _told(self, values: Array) -> NDArray[np.float64]:
        """Values as they are painted: of a table (F,) those of features that occur."""
        return as_floats(values) if self._kept is None else as_floats(values)[self._kept]

    def _of_kept(self, texts: Sequence[str]) -> Sequence[str]:
        return texts if self._kept is None or not texts else [texts[place] for place in self._kept]

    def _on_integrated(self, integrated: IntegratedGradients) -> None:
        if integrated.attribution is not None:
            note = f"adds up to {number(integrated.attribution_sum, 3)}"
            self._show("integrated", Heat("Integrated gradients", self._told(integrated.attribution), True, note))

    def _on_occlusion(self, occlusion: Occlusion) -> None:
        note = "fall of the score" if occlusion.complete else f"{occlusion.done:,} of {occlusion.total:,} patches"
        self._show("occlusion", Heat("Occlusion", self._told(occlusion.attribution), True, note))

    def _on_cam(self, cam: GradCamMap) -> None:
        self._show("grad_cam", Heat("Grad-CAM", as_floats(cam.attribution), False, f"maps of {self.layer.chosen}"))

    def _on_no_cam(self, reason: str) -> None:
        """A layer without an influence on the answer has no map; the other ways stand."""
        self._heats.pop("grad_cam", None)
        self.tiles.set_heats({key: self._heats[key] for key in ORDER if key in self._heats})
        self.says.setText(reason)

    def _offer_answers(self, answers: list[str]) -> None:
        """List the answers with what the network says of each; the one chosen stays chosen."""
        chosen = max(self.answer.currentIndex(), 0) if len(answers) == self.answer.count() else 0
        self.answer.blockSignals(True)
        self.answer.clear()
        self.answer.addItems(answers)
        self.answer.setCurrentIndex(chosen)
        for widget in (self._labels["Explain"], self.answer):
            widget.setVisible(len(answers) > 1)
        self.answer.blockSignals(False)

    def _offer_patch(self, shape: tuple[int, ...]) -> None:
        """A patch of about a fifth of a sample of another shape, half of it from one place to the next."""
        if shape == self._shape:
            return
        self._shape = shape
        labels = [self._labels[words] for words in ("Occlude", "every", "Overlay")]
        for widget in (*labels, self.patch, self.stride, self.overlay):
            widget.setVisible(len(shape) > 1)  # features of a table are covered one by one, and have bars
        side = min(shape[1:]) if len(shape) == 3 else shape[0]
        patch = max(1, round(side / 5))
        self.patch.set_value(patch)
        self.stride.set_value(max(1, patch // 2))


def map_layers(network: Network | None) -> tuple[list[str], str]:
    """Ids of the layers whose maps lie on the grid of the first input, in order, and the last convolution of them."""
    if network is None:
        return [], ""
    checker = Checker(Document(network))
    first = next((node.layer.shape.kind for node in network if isinstance(node.layer, Input)), None)
    if first not in (Kind.IMAGE, Kind.SEQUENCE):
        return [], ""
    shapes = {id_: next(iter(checker.layer_info(id_).outputs.values()), None) for id_ in network.ordered()}
    layers = [
        id_
        for id_, shape in shapes.items()
        if shape is not None and shape.kind is first and not isinstance(network.layer(id_), Input | Output)
    ]
    convolutions = [id_ for id_ in layers if network.layer(id_).has_filters]
    return layers, (convolutions or layers or [""])[-1]
