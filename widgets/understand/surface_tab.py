"""The decision surface of a classifier that reads two features, live while training."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.protocol.evaluation_messages import ComputedSurface, ComputeSurface
from widgets.look.labels import text_label
from widgets.look.theme import ThemeSource
from widgets.plots.scatter import ScatterPlot
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

WAIT_MS = 700
"""Two surfaces of a run in progress are this far apart at least: each costs training some milliseconds."""
RESOLUTION = 96
COMING = "The surface comes with the next step of the training."
NO_PLANE = "A decision surface needs a network that reads exactly two features: they are the axes of the plane."


class SurfaceTab(Tab):
    """The plane, coloured by what the network says everywhere, with the samples on it."""

    title = "Decision surface"
    place = 5
    sentence = "What the network predicts at every point of the plane"
    no_run = "Train the network to see its decision surface."
    shows_probabilities = True
    group = Group.PREDICTIONS

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.plot = ScatterPlot(source, "Decision surface", COMING)
        self.plot.setObjectName("surface")
        self.note = text_label("Colour: the likeliest class, the stronger the surer.", self, look="faint")
        self.bar.addWidget(self.note)
        self.bar.addStretch(1)
        self.column.addWidget(self.plot, 1)
        self._pause = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._pause.timeout.connect(self._go_on)
        self._asking = False
        self._stale = True
        subject.epoch_ended.connect(self._on_epoch)

    @classmethod
    def reason_against(cls, subject: Subject) -> str:
        """A plane is what two features span."""
        inputs = subject.inputs()
        fits = len(inputs) == 1 and inputs[0].shape.sizes == (2,)
        return "" if fits or not inputs else NO_PLANE

    def on_subject(self) -> None:
        """Show the surface of another run."""
        self._stale = True
        if self.isVisible():
            self._ask()

    def on_shown(self) -> None:
        """Ask for the surface if it is not the newest."""
        if self._stale:
            self._ask()

    def hideEvent(self, event: object) -> None:
        self._pause.stop()

    def _on_epoch(self) -> None:
        self._stale = True
        if self.isVisible() and not self._pause.isActive():
            self._ask()

    def _ask(self) -> None:
        run = self.subject.run
        if self._asking or run is None:
            return
        if not self.subject.live and not run.weights.is_file():
            return
        self._asking, self._stale = True, False
        self.subject.request(ComputeSurface(resolution=RESOLUTION), self._on_surface, self._on_refusal)

    def _go_on(self) -> None:
        if self._stale and self.isVisible():
            self._ask()

    def _on_surface(self, reply: ComputedSurface) -> None:
        self._asking = False
        self._pause.start()
        surface = reply.surface
        if surface.probabilities is None or surface.labels is None:
            self.note.setText("This network gives numbers, not classes: it has no decision surface.")
            return
        x, y = surface.x, surface.y
        self.plot.set_points(surface.points, surface.labels, list(reply.classes))
        self.plot.set_surface(surface.probabilities, (float(x[0]), float(x[-1]), float(y[0]), float(y[-1])))

    def _on_refusal(self, reason: str) -> None:
        self._asking = False
        if not self.subject.live:  # while training, the first weights may not be saved yet
            self.note.setText(reason)
