"""Backpropagation by hand: one training step, layer by layer, on a copy of the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from app.protocol.backprop_messages import BackpropStepTaken, TakeBackpropStep
from app.protocol.messages import RR, ModelRequest, OpenProject
from app.system.number_format import counted
from app.training.plan import OPTIMISERS
from graph.layers.base import Layer
from graph.network import Network
from graph.project import project_json
from widgets.look.elided_label import ElidedLabel
from widgets.look.flow import flow
from widgets.look.layouts import hsplit
from widgets.look.plain_text import plain_tip
from widgets.look.scrolled import scrolled
from widgets.look.theme import ThemeSource
from widgets.plots.ticks import number
from widgets.understand.backprop.backprop_diagram import StepDiagram
from widgets.understand.backprop.backprop_sheets import sheet
from widgets.understand.backprop.backprop_table import NOTHING, SheetView
from widgets.understand.backprop.nudging import Nudging
from widgets.understand.backprop.phase_bar import PhaseBar
from widgets.understand.backprop.recorded_step import BY_HAND, Phase, StepSeen, Stop
from widgets.understand.name_picker import NamePicker
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

SIZES = (1, 4, 16)
"""Samples in a batch that are offered, besides the plan's own."""

EMPTY = "Open a project with data to go through its training one step at a time."
WORKING = "Going through the step…"
FRESH, OWN = "Fresh weights", "Weights of the run"
_starts = count(1)


class BackpropTab(Tab):
    """A drawing that fills as one goes on, and beside it the numbers of where one has stopped.

    Nothing here trains a run: the worker takes the steps on a copy, from the weights of a run or from fresh ones.
    """

    title = "Backpropagation"
    place = 2
    sentence = "One training step in every number, forwards and back"
    group = Group.STEPS

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.setObjectName("backprop")
        self._step: StepSeen | None = None
        self._at = 0
        self._number = 0
        self._start = next(_starts)
        self._asked: int | None = None
        self._stale = True
        self._fresh: tuple[OpenProject, Mapping[str, Layer]] | None = None
        self.diagram = StepDiagram(source, EMPTY, self)
        self.sheet = SheetView(source, self)
        self.area = scrolled(self.diagram, self, sideways=True, by_keys=False, framed=True)
        self.weights_of, self.batch, self.sample = QComboBox(self), QComboBox(self), QSpinBox(self)
        self.picker = NamePicker("Weights", self)
        self.nudging = Nudging(subject, self)
        self.back, self.on = QPushButton("◀ Back", self), QPushButton("Step ▶", self)
        self.next, self.again = QPushButton("Next batch", self), QPushButton("Start again", self)
        self.phase_bar = PhaseBar(source, self)
        self.phases = self.phase_bar.group
        self.about = ElidedLabel(self, look="faint")
        self._soon = QTimer(self, singleShot=True, interval=200)
        self._soon.timeout.connect(self._restart_if_seen)
        self._lay_out()
        self._connect()
        self._offer()
        self._refresh()

    # Building

    def _lay_out(self) -> None:
        for box, name, tip in (
            (
                self.weights_of,
                "Where to begin",
                "With fresh weights of the open project, or with those of the run",
            ),
            (self.batch, "Samples in a batch", "How many samples the gradient is averaged over"),
        ):
            box.setAccessibleName(name)
            box.setToolTip(plain_tip(tip))
        self.sample.setAccessibleName("Sample of the batch to look at")
        self.sample.setPrefix("sample ")
        self.bar.addWidget(self.back)
        self.bar.addWidget(self.phase_bar)
        self.bar.addWidget(self.on)
        self.bar.addStretch(1)
        self.bar.addWidget(self.next)
        self.bar.addWidget(self.again)
        for button, tip in (
            (self.back, "Go back by one layer (Left, in the drawing)"),
            (self.on, "Go on by one layer (Right, in the drawing)"),
            (self.next, "Train on the next batch (N, in the drawing)"),
            (self.again, "Begin again with the first batch"),
        ):
            button.setToolTip(plain_tip(tip))
        panes = hsplit((self.area, 3), (self.sheet, 2), sizes=(780, 460), least=(240, 260))
        self.column.addWidget(panes, 1)
        self.about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        foot = (self.weights_of, self.batch, self.sample, (self.about, 1), self.picker, self.nudging)
        self.column.addLayout(flow(*foot, margins=(12, 2, 12, 4), spacing=8))

    def _connect(self) -> None:
        self.back.clicked.connect(lambda: self.step_by(-1))
        self.on.clicked.connect(lambda: self.step_by(1))
        self.next.clicked.connect(self.next_batch)
        self.again.clicked.connect(self.restart)
        self.phases.idClicked.connect(lambda number_: self.go_to_phase(tuple(Phase)[number_]))
        self.diagram.moved.connect(self.step_by)
        self.diagram.picked.connect(self._pick)
        self.diagram.next_wanted.connect(self.next_batch)
        self.weights_of.currentIndexChanged.connect(lambda _: self.restart())
        self.batch.currentIndexChanged.connect(lambda _: self.restart())
        self.sample.valueChanged.connect(lambda _: self._refresh())
        self.picker.picked.connect(lambda _: self._refresh())
        self.nudging.toggled.connect(lambda _: self._show_sheet())
        self.nudging.answered.connect(self._show_sheet)
        self.subject.edited.connect(self._on_edit)
        self.area.viewport().installEventFilter(self)

    # What there is to go through

    def on_subject(self) -> None:
        """Another run is looked at: begin again with it."""
        self._offer()
        self._forget()

    def choose_layer(self, path: str) -> bool:
        """Stop at a layer, once there is a step."""
        reached = self._step is not None and path in self._step.record.layers
        if reached:
            self._pick(path)
        return reached

    def on_shown(self) -> None:
        """Take the first step as soon as somebody looks."""
        if self._stale:
            self.restart()

    def _on_edit(self) -> None:
        """The open project is another one, or was edited."""
        self._offer()
        if not self._own:
            self._stale = True
            self._soon.start()

    def _restart_if_seen(self) -> None:
        project = self.subject.open_project()
        same = self._fresh is not None and project is not None and project_json(project[0]) == self._fresh[0].project
        if self._stale and self.isVisible() and not same:
            self.restart()

    def _forget(self) -> None:
        self._stale, self._step = True, None
        self._refresh()
        if self.isVisible():
            self.restart()

    def _offer(self) -> None:
        """Offer the run's weights where there is a run, and the plan's batch size."""
        wanted = [OWN, FRESH] if self.subject.run is not None else [FRESH]
        if [self.weights_of.itemText(row) for row in range(self.weights_of.count())] != wanted:
            self.weights_of.blockSignals(True)
            self.weights_of.clear()
            self.weights_of.addItems(wanted)
            self.weights_of.blockSignals(False)
        self.weights_of.setVisible(len(wanted) > 1)
        sizes = sorted({*SIZES, self._planned()})
        known = [self.batch.itemData(row) for row in range(self.batch.count())]
        if known != sizes:
            chosen = self.batch.currentData()
            self.batch.blockSignals(True)
            self.batch.clear()
            for size in sizes:
                self.batch.addItem(f"{counted(size, 'sample')} a batch", size)
            self.batch.setCurrentIndex(max(self.batch.findData(chosen), 0))
            self.batch.blockSignals(False)

    def _planned(self) -> int:
        """The batch size of the plan, as far as it can be shown."""
        run, opened = self.subject.run, self.subject.open_project()
        project = run.project if run is not None else opened[0] if opened is not None else None
        plan = project.sections.get("plan") if project is not None else None
        size = plan.get("batch_size", 32) if isinstance(plan, Mapping) else 32
        return size if isinstance(size, int) and 1 <= size <= 256 else 32

    @property
    def _own(self) -> bool:
        """Whether one begins with the weights of the run."""
        return self.weights_of.currentText() == OWN

    # Going on

    @property
    def stop(self) -> Stop | None:
        """Where one has stopped, None without a step."""
        return self._step.stops[self._at] if self._step is not None else None

    def step_by(self, by: int) -> None:
        """Go on (or back) by some stops."""
        if self._step is not None:
            self._at = min(max(self._at + by, 0), len(self._step.stops) - 1)
            self._refresh()

    def go_to_phase(self, phase: Phase) -> None:
        """Go to the end of a part of the step."""
        if self._step is not None:
            stops = self._step.stops
            self._at = max(at for at, stop in enumerate(stops) if stop.phase is phase)
        self._refresh()

    def _pick(self, layer: str) -> None:
        """A click on a layer: its values, its gradients, or its weights, whichever one is at."""
        step, stop = self._step, self.stop
        if step is None or stop is None:
            return
        if not layer:
            self._at = step.stops.index(Stop(Phase.LOSS))
        elif stop.phase is Phase.UPDATE and step.record.layers[layer].weights:
            self.picker.choose(step.record.layers[layer].weights[0])
            return
        else:
            back = stop.phase in (Phase.BACKWARD, Phase.UPDATE)
            self._at = step.stops.index(Stop(Phase.BACKWARD if back else Phase.FORWARD, layer))
        self._refresh()

    def next_batch(self) -> None:
        """Train on the batch after this one, and begin to go through it."""
        if self._step is not None and self._asked is None:
            self._number += 1
            self._ask()

    def restart(self) -> None:
        """Begin again: with the first batch, and the weights as they are where one begins."""
        self._start = next(_starts)
        self._number = 0
        opened = self.subject.open_project()
        self._fresh = None
        if opened is not None:
            project, base = opened
            self._fresh = OpenProject(project=project_json(project), base=base), _layers(project.network)
        if self._asked is not None:
            self.subject.drop(self._asked)
            self._asked = None
        self._ask()

    def _ask(self) -> None:
        self._stale = False
        self.nudging.forget()
        self._asked = self._send(self._request, self._on_step, self._on_refusal)
        if self._asked is not None and self._step is None:
            self.diagram.set_empty_text(WORKING)
        self._enable()

    @property
    def _request(self) -> TakeBackpropStep:
        return TakeBackpropStep(number=self._number, size=self.batch.currentData() or 1, start=self._start)

    def _send(
        self, request: ModelRequest[RR], on_reply: Callable[[RR], None], on_refused: Callable[[str], None]
    ) -> int | None:
        """Ask about the weights of the run, or about fresh ones of the project."""
        if self._own:
            return self.subject.request(request, on_reply, on_refused)
        if self._fresh is None:
            return None
        return self.subject.request_worker(replace(request, project=self._fresh[0]), on_reply, on_refused)

    def _on_step(self, reply: BackpropStepTaken) -> None:
        self._asked = None
        network = self.subject.network if self._own else None
        drawn = _layers(network) if network is not None else self._fresh[1] if self._fresh is not None else {}
        self._step = StepSeen(reply.record, drawn, of_run=self._own)
        self._at = 0
        self.sample.blockSignals(True)
        self.sample.setRange(1, self._step.samples)
        self.sample.setSuffix(f" of {self._step.record.size}")
        self.sample.blockSignals(False)
        names = list(self._step.record.weights)
        self.picker.offer(names)
        self._refresh()
        if self._selected != self._followed:
            self.follow_layer(self._selected)

    def _on_refusal(self, reason: str) -> None:
        self._asked, self._step = None, None
        self.diagram.set_empty_text(reason)
        self._refresh()

    # Showing

    def _refresh(self) -> None:
        step, stop = self._step, self.stop
        self.sample.setVisible(step is not None and step.samples > 1)
        self._draw()
        if stop is not None:
            self.phases.button(list(Phase).index(stop.phase)).setChecked(True)
            place = self.diagram.place_of(self._looked_at(stop))
            self.area.ensureVisible(round(place.center().x()), round(place.center().y()), round(place.width()), 40)
        self.about.setText(self._summary())
        self.about.say_also(BY_HAND if step is not None and step.of_run else "")
        self._show_sheet()
        self._enable()

    @property
    def _shown_sample(self) -> int:
        return min(self.sample.value() - 1, self._step.samples - 1) if self._step is not None else 0

    def _show_sheet(self) -> None:
        step, stop = self._step, self.stop
        updates = stop is not None and stop.phase is Phase.UPDATE
        self.picker.setVisible(updates)
        self.nudging.setVisible(updates and bool(self.picker.chosen))
        if step is None or stop is None:
            self.sheet.show_sheet(NOTHING)
        elif updates and self.nudging.isChecked() and self.picker.chosen:
            self.sheet.show_sheet(self.nudging.sheet(self._request, self.picker.chosen, self._send))
        else:
            self.sheet.show_sheet(sheet(step, stop, self._shown_sample, self.picker.chosen))

    def _summary(self) -> str:
        """Which step it is, and what it does to the loss."""
        step = self._step
        if step is None:
            return ""
        record, rule = step.record, step.record.rule
        summary = ""
        if self.stop is not None and self.stop.phase is Phase.UPDATE:
            summary = f"Loss of this batch {number(record.loss, 4)}, after the step {number(record.loss_after, 4)}  ·  "
        summary += step.place
        summary += f"  ·  {OPTIMISERS[rule.optimiser]}, learning rate {number(rule.lr, 3)}"
        summary += f"  ·  gradient {number(record.gradient_norm, 3)} long"
        return summary

    def _enable(self) -> None:
        step = self._step
        last = len(step.stops) - 1 if step is not None else 0
        self.back.setEnabled(step is not None and self._at > 0)
        self.on.setEnabled(step is not None and self._at < last)
        self.next.setEnabled(step is not None and self._asked is None)
        self.again.setEnabled(self._asked is None and not self._stale)
        for button in self.phases.buttons():
            button.setEnabled(step is not None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The drawing stands in the middle of the room it has."""
        if event.type() == QEvent.Type.Resize and isinstance(event, QResizeEvent):
            self._draw()
        return super().eventFilter(watched, event)

    def _draw(self) -> None:
        stop = self.stop
        self.diagram.show_step(self._step, self._shown_sample, self._at, self._looked_at(stop) if stop else "")

    def _looked_at(self, stop: Stop) -> str:
        """The layer that the numbers are about; empty for the loss."""
        if stop.phase is not Phase.UPDATE or self._step is None:
            return stop.layer
        owners = [layer.id for layer in self._step.record.layers.values() if self.picker.chosen in layer.weights]
        return owners[0] if owners else ""


def _layers(network: Network) -> dict[str, Layer]:
    return {node.id: node.layer for node in network}
