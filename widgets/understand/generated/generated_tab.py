"""What a generator made of the same noise while it learned, real samples beside it, and walks from noise to noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QPushButton, QSpinBox, QStackedWidget, QWidget

from app.protocol.gan_messages import InterpolatedSamples, InterpolateNoise, ReadRealSamples, RealSamples
from app.training.gan import snapshots
from app.training.plan import ADVERSARIAL, objective_of
from graph.errors import NetloomError
from widgets.data.sample_views import drawable_values
from widgets.look import file_dialogs
from widgets.look.labels import empty_page, text_label
from widgets.look.layouts import Stretch, boxed, hbox, hsplit, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource
from widgets.plots.plot_export import painted, save_png
from widgets.plots.plot_view import PlotView
from widgets.understand.generated.generated_views import Array, Plane, SampleSheet, WalkSheet, scale_of
from widgets.understand.generated.time_slider import Times
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

NO_GAN = "This network is no GAN: nothing in it makes samples from noise. Two of the examples are GANs."
NO_FRAMES = "This run has kept no samples yet."
PATH_STEPS, TILE_STEPS = 60, 9
"""Points on a walk in the plane, and samples on a walk that is shown in tiles."""

Walk = tuple[Path, int, int, int]
"""A run, the two ends of a walk, and the step after which it was asked for."""


class GeneratedTab(Tab):
    """Generated samples with a slider through time, real samples beside them, and a walk between two of the former."""

    title = "Generated samples"
    place = 7
    sentence = "What the generator makes of the same noise over time"
    group = Group.PREDICTIONS
    no_run = "Train the network to see what its generator makes, from the first step on."

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.generated = SampleSheet(source, "Generated samples", NO_FRAMES)
        self.real = SampleSheet(source, "Real samples", "Real samples come from the worker.")
        self.walk = WalkSheet(source)
        self.plane = Plane(source)
        self.times = Times(source, self)
        self.first, self.last = (_end(name, self) for name in ("A", "B"))
        self.other = QPushButton("Other pair", self)
        self.says = empty_page(NO_FRAMES, self)
        self.note = text_label("", self, look="faint")
        self.stack = QStackedWidget(self)
        self._run: Path | None = None
        self._asked: Walk | None = None
        self._real: Array | None = None
        self._walk: Array | None = None
        self._next_end = 0
        self._lay_out()
        self._connect()

    # Building

    def _lay_out(self) -> None:
        ways = (text_label("Way from A"), self.first, text_label("to B"), self.last, self.other, Stretch(1))
        self._ways = boxed(hbox(*ways, margins=(12, 0, 12, 0), spacing=8))
        self.other.setToolTip("Walk between two other points of noise")
        self.sheets = hsplit(
            (_headed("Generated", self.generated), 4),
            (_headed("Real, of the test set", self.real), 4),
            (boxed(vbox(self.walk)), 5),
            least=150,
            parent=self,
        )
        for page in (self.says, self.sheets, self.plane):
            self.stack.addWidget(page)
        self.bar.addWidget(self._ways)
        self.bar.addStretch(1)
        self.bar.addWidget(self.note)
        self.column.addWidget(self.stack, 1)
        self.column.addWidget(self.times)

    def _connect(self) -> None:
        self.times.changed.connect(self._show)
        self.generated.picked.connect(self._on_pick)
        for box in (self.first, self.last):
            box.valueChanged.connect(self._on_ends)
        self.other.clicked.connect(self._on_other)
        self.times.save.clicked.connect(self._save)
        self.subject.epoch_ended.connect(self._on_epoch)
        self.subject.edited.connect(self.on_subject)

    # The panel

    @classmethod
    def reason_against(cls, subject: Subject) -> str:
        """Only a GAN makes samples."""
        drawn = subject.drawn
        noise = drawn is not None and any(node.layer.draws_noise for node in drawn)
        return "" if noise else NO_GAN

    def on_subject(self) -> None:
        """Show the samples of another run, or those of one that has ended."""
        run = self.subject.run
        if run is None or run.path != self._run:
            self._run = run.path if run is not None else None
            self._real = self._walk = None
            self.times.rest()
            self.times.set_steps(())
        self._asked = None
        if self.isVisible():
            self._refresh()

    def on_shown(self) -> None:
        """Look for new samples."""
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing plays unseen."""
        self.times.rest()
        super().hideEvent(event)

    def _on_epoch(self) -> None:
        if self.isVisible():
            self._refresh()

    # Time

    def _refusal(self) -> str:
        run = self.subject.run
        if run is None or objective_of(run.project.sections.get("plan")) not in ADVERSARIAL:
            return NO_GAN
        return "" if snapshots.snapshot_steps(run.path) else NO_FRAMES

    def _refresh(self) -> None:
        reason = self._refusal()
        self.says.setText(reason)
        self.times.setVisible(not reason)
        self._ways.setVisible(not reason)
        if reason or self._run is None:
            self.stack.setCurrentWidget(self.says)
            return
        steps = snapshots.snapshot_steps(self._run)
        if tuple(steps) == self.times.steps:
            self._ask()
        self.times.set_steps(steps)

    def _show(self, step: int) -> None:
        """Show what was generated after some step."""
        if self._run is None or step < 0:
            return
        try:
            samples = snapshots.read_snapshot(self._run, step)
        except NetloomError as error:
            self.says.setText(str(error))
            self.stack.setCurrentWidget(self.says)
            return
        self._bound_ends(len(samples))
        if _is_plane(samples):
            self._show_plane(samples)
        else:
            self.stack.setCurrentWidget(self.sheets)
            scale = scale_of(self._real) if self._real is not None else None
            self.generated.show_samples(drawable_values(samples), scale)
        if self.times.at_end:
            self._ask()

    def _show_plane(self, generated: Array) -> None:
        self.stack.setCurrentWidget(self.plane)
        nothing = np.empty((0, 2))
        real = self._real if self._real is not None else nothing
        self.plane.show_all(generated, real, self._walk if self._walk is not None else nothing)

    def _save(self) -> None:
        """Ask for a file, and paint what is on show into it."""
        view = self.plane if self.stack.currentWidget() is self.plane else self.generated
        start = f"made after {self.times.step} steps.png"
        path = file_dialogs.ask_path(self, "Save the samples", start, "PNG picture (*.png)", ".png")
        if path is None:
            return
        try:
            if isinstance(view, PlotView):
                view.export(path)
            else:
                save_png(path, painted(view.size(), view.theme.surface, view.paint))
        except NetloomError as error:
            self.subject.failed.emit(str(error))

    # Real samples and walks

    def _bound_ends(self, count: int) -> None:
        for number, box in enumerate((self.first, self.last)):
            if box.maximum() != count:
                box.blockSignals(True)
                box.setRange(1, count)
                box.setValue(min(count, 1 + number))
                box.blockSignals(False)
        self._mark_ends()

    @property
    def ends(self) -> tuple[int, int]:
        """The generated samples, counted from 0, between which a walk leads."""
        return self.first.value() - 1, self.last.value() - 1

    def _mark_ends(self) -> None:
        self.generated.mark_ends(self.ends)

    def _on_pick(self, index: int) -> None:
        """A sample that was clicked becomes one end of the walk, in turns."""
        box = (self.first, self.last)[self._next_end]
        self._next_end = 1 - self._next_end
        box.setValue(index + 1)

    def _on_ends(self) -> None:
        self._mark_ends()
        self._ask()

    def _on_other(self) -> None:
        """The next pair of neighbours."""
        count = max(1, self.first.maximum())
        for box, value in ((self.first, self.last.value()), (self.last, self.last.value() % count + 1)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self._on_ends()

    def _ask(self) -> None:
        """Ask the worker for what it must calculate, unless that was asked already."""
        if self._run is None or not self.subject.ready or not self.times.steps:
            return
        wanted = (self._run, *self.ends, self.times.steps[-1])
        if wanted == self._asked:
            return
        if self._asked is None or self._asked[3] != wanted[3] or self._real is None:
            self.subject.request(ReadRealSamples(count=self.first.maximum()), self._on_real, self._on_refused)
        self._asked = wanted
        first, last = self.ends
        count = PATH_STEPS if self.stack.currentWidget() is self.plane else TILE_STEPS
        walk = InterpolateNoise(first=first, last=last, count=count)
        self.subject.request(walk, self._on_walk, self._on_refused)

    def _on_real(self, reply: RealSamples) -> None:
        if reply.run != str(self._run):
            return
        new = self._real is None
        self._real = real = reply.samples
        if reply.discriminator is None:
            self.real.show_samples(drawable_values(real), scale_of(real))
            if new:
                self._show(self.times.step)
            return
        x, y = reply.discriminator.x, reply.discriminator.y
        sides = (float(x[0]), float(x[-1]), float(y[0]), float(y[-1]))
        self.plane.show_discriminator(reply.discriminator.probability, sides)
        self.note.setText("Ground: what the discriminator, as it is now, takes for generated and for real")
        self._show(self.times.step)

    def _on_walk(self, reply: InterpolatedSamples) -> None:
        if self._asked is None or (reply.first, reply.last) != self._asked[1:3]:
            return
        self._walk = walk = reply.samples
        if _is_plane(walk):
            self._show(self.times.step)
            return
        self.note.setText("")
        scale = scale_of(self._real) if self._real is not None else None
        self.walk.show_walk(drawable_values(walk), drawable_values(reply.nearest), scale)

    def _on_refused(self, reason: str) -> None:
        if not self.subject.live:  # while training, the first weights may not be saved yet
            self.note.setText(reason)


def _end(name: str, parent: QWidget) -> QSpinBox:
    box = QSpinBox(parent)
    box.setAccessibleName(f"Generated sample at {name}")
    box.setToolTip(plain_tip(f"The generated sample at {name}; clicks on samples set A and B in turns"))
    box.setRange(1, 2)
    box.setKeyboardTracking(False)
    return box


def _headed(title: str, view: QWidget) -> QWidget:
    """A view under its heading."""
    return boxed(vbox(text_label(title, look="heading", indent=12), (view, 1), spacing=0))


def _is_plane(samples: Array) -> bool:
    return bool(samples.ndim == 2 and samples.shape[1] == 2)
