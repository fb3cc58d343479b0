"""How weights and gradients spread in every layer, over the course of training."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.protocol.watch import Watch
from widgets.charts.weight_histograms import HistogramStack
from widgets.look.labels import text_label
from widgets.look.layouts import hbox, vbox
from widgets.look.theme import ThemeSource
from widgets.understand.filters_tab import when_of
from widgets.understand.subject import Inside, Subject
from widgets.understand.understand_tab import Tab


class WeightsTab(Tab):
    """Two stacks of histograms, one ridge per parameter; gradients exist only while training."""

    title = "Weights"
    place = 4
    sentence = "How weights and gradients spread, layer by layer"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.weights = HistogramStack(source, "Weights", "Press Train to see how the weights spread in every layer.")
        self.gradients = HistogramStack(source, "Gradients", "Gradients are shown while a network trains.")
        self.step = text_label("", self, look="faint")
        self.bar.addStretch(1)
        self.bar.addWidget(self.step)
        self._sides: dict[str, QWidget] = {}
        for title, stack in (("Weights", self.weights), ("Gradients", self.gradients)):
            heading = text_label(title, self, look="heading", indent=12)
            box = QWidget(self)
            vbox(heading, (stack, 1), parent=box)
            self._sides[title] = box
        self.column.addLayout(hbox(*((box, 1) for box in self._sides.values())), 1)
        self._run: object = None
        self._show_sides()

    def _show_sides(self) -> None:
        """Gradients exist only while training; until they come the weights have all the room."""
        self._sides["Gradients"].setVisible(not self.gradients.is_empty() or self.subject.live)

    def subscription(self) -> Watch:
        """Histograms, twice a second at most."""
        return Watch(histograms=True, every=1.0)

    def on_subject(self) -> None:
        """Begin anew for another run."""
        run = self.subject.run
        path = run.path if run is not None else None
        if path != self._run:
            self._run = path
            self.weights.clear()
            self.gradients.clear()
            self.step.clear()
        self._show_sides()

    def on_inside(self, inside: Inside) -> None:
        """Add the histograms of a moment."""
        views = inside.views
        for stack, histograms in ((self.weights, views.weights), (self.gradients, views.gradients)):
            for name, histogram in histograms.items():
                stack.push(name, inside.step, histogram.edges, histogram.counts)
                self.step.setText(when_of(inside))
        self._show_sides()
