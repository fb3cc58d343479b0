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

COMING = "They come with the next step of the training."


class WeightsTab(Tab):
    """Two stacks of histograms, one ridge per parameter. Gradients come while training, and stay until another run."""

    title = "Weights"
    place = 4
    sentence = "How weights spread, and while training their gradients"
    no_run = "Train the network to see how its weights and their gradients spread in every layer."

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.weights = HistogramStack(source, "Weights", COMING, whole=True)
        self.gradients = HistogramStack(source, "Gradients", COMING, whole=True)
        self.step = text_label("", self, look="faint")
        self.bar.addStretch(1)
        self.bar.addWidget(self.step)
        self.whose = text_label("Gradients", self, look="heading", indent=12)
        self._left, self._right = QWidget(self), QWidget(self)
        vbox(text_label("Weights", self, look="heading", indent=12), (self.weights, 1), parent=self._left)
        vbox(self.whose, (self.gradients, 1), parent=self._right)
        self.column.addLayout(hbox((self._left, 1), (self._right, 1)), 1)
        self._run: object = None
        self._show_sides()

    def _show_sides(self) -> None:
        """Without gradients the weights have all the room; those of a training that has ended are called so."""
        self._right.setVisible(not self.gradients.is_empty() or self.subject.live)
        self.whose.setText("Gradients" if self.subject.live else "Gradients until the training ended")

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
