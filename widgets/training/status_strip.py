"""The strip that says how far training is: epoch, progress, speed, time left, latest figures."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QProgressBar, QPushButton, QSizePolicy, QWidget

from app.protocol.events import Epoch, EvaluationProgress, Started, TrainingProgress
from app.protocol.messages import Unfinished
from app.system.number_format import counted, duration
from app.training.kept_epoch import KeptEpoch
from widgets.look.labels import Label, text_label
from widgets.look.layouts import Stretch, hbox
from widgets.look.plain_text import plain_tip
from widgets.training.metric_text import primary, speed, title_of, value_of
from widgets.training.training_state import ACTIVE, State, describe_state

APART, TITLED = "     ", "  "
"""Between the figures of two quantities, and between the name of one and its figures."""

WAITED_FOR = frozenset({State.STARTING, State.STOPPING})
"""States that nobody wants to last, whose seconds are counted."""

COUNT_MS = 200
"""How often they are: seldom enough to cost nothing, and as often as on the plots below."""

PROGRESS = "Progress of the training, all epochs"
OVERFITS, OVERFITS_NOT, WORSE = "overfits", "no sign of overfitting", "overfits, by the test set"
FALLING = "still falling: more epochs may help"
COMPARED = "Told by the loss on the validation set: where a network overfits it rises, while that of training falls."


class StatusStrip(QWidget):
    """One line; what does not fit is left out, the speed first, then the epoch.

    `cancelled` says that the person does not want to wait for data any more, `errors_wanted` that a run that is over
    is to be judged sample by sample, `resume_wanted` that one which ended early is to go on.
    """

    cancelled = Signal()
    errors_wanted = Signal()
    resume_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = Label(describe_state(State.IDLE), self)
        self.epoch = Label(parent=self)
        self.bar = QProgressBar(self)
        self.speed = Label(parent=self)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.clicked.connect(self.cancelled)
        self.cancel.hide()
        self.errors = QPushButton("See its errors", self)
        self.errors.setToolTip("Understand, Predictions, Errors: what it gets wrong, how far, and the worst samples")
        self.errors.clicked.connect(self.errors_wanted)
        self.errors.hide()
        self.resume = QPushButton("Resume", self)
        self.resume.setProperty("primary", True)
        self.resume.setToolTip("Train the epochs that this run has left, from where it stopped")
        self.resume.clicked.connect(self.resume_wanted)
        self.resume.hide()
        self.outdated = text_label("", self, look="warning", hidden=True)
        self.overfitting = Label(parent=self)
        self.overfitting.setProperty("faint", True)
        self.figures = Label(parent=self)
        self._epoch = self._epochs = 0
        self._left = ""
        self.readies = ""
        """What is made ready for a training, and how far it is; empty where nothing is."""
        self._state, self._waits, self._since = State.IDLE, "", 0.0
        self._clock = QTimer(self, interval=COUNT_MS)
        self._clock.timeout.connect(self._count)
        self._figures: tuple[str, ...] = ("",)
        self.setAccessibleName("Progress of training")
        self._lay_out()

    def _lay_out(self) -> None:
        self.state.setProperty("heading", True)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setFixedWidth(160)
        self.bar.setAccessibleName(PROGRESS)
        for label, name in ((self.speed, "Speed"), (self.epoch, "Epoch and time left")):
            label.setProperty("faint", True)
            label.setAccessibleDescription(name)
        self.speed.setToolTip("Samples trained on in a second, without validation and test")
        self._row = row = hbox(
            self.state,
            self.outdated,
            self.resume,
            self.errors,
            self.bar,
            self.epoch,
            self.cancel,
            self.speed,
            self.overfitting,
            Stretch(1),
            self.figures,
            parent=self,
            margins=(12, 6, 12, 2),
            spacing=16,
        )
        self.figures.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.figures.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.figures.setMinimumWidth(120)
        self.figures.installEventFilter(self)
        row.setStretchFactor(self.figures, 4)
        row.addStrut(self.cancel.sizeHint().height())  # the line is no higher while there is something to cancel
        self._show_what_fits()

    def show_state(self, state: State, words: str = "", *, own: bool = True) -> None:
        """Say where training stands, in ``words`` if there are better ones.

        A run that is not the open project's ``own`` has no progress here.
        """
        self.cancel.hide()
        self.bar.setAccessibleName(PROGRESS)
        self._say_state(state, words or describe_state(state))
        if not own:
            self.clear()
        if state not in (State.RUNNING, State.PAUSED, State.STOPPING):
            self._show_epoch(self._epoch)
        if state not in ACTIVE and not self._epochs:
            self.epoch.clear()  # data was waited for, and no training came of it
        if state is State.STARTING:
            self.clear()
        self._show_what_fits()

    def _say_state(self, state: State, words: str) -> None:
        """Say it, and count the seconds of one that is waited for to pass."""
        if state is not self._state:
            self._since, self.readies = monotonic(), ""
            self._clock.start() if state in WAITED_FOR else self._clock.stop()
        self._state, self._waits = state, words
        self._count()

    def _count(self) -> None:
        """Say how long the wait is by now."""
        seconds = monotonic() - self._since
        counts = self._state in WAITED_FOR and seconds >= 1
        self.state.setText(f"{self._waits}{TITLED}{seconds:.0f} s" if counts else self._waits)
        self._show_what_fits()

    def clear(self) -> None:
        """Tell nothing of a run any more."""
        self._epoch = self._epochs = 0
        for label in (self.epoch, self.speed, self.figures):
            label.clear()
        self._figures = ("",)
        self.figures.setToolTip("")
        self.bar.setValue(0)
        self._show_what_fits()

    def tell_overfitting(
        self, answer: bool | None, gap: str = "", caution: str = "", samples: int = 0, falling: str = ""
    ) -> None:
        """Say of a run that is over whether it overfits; None says nothing.

        ``gap`` is the evidence that it does worse on the test set, ``caution`` what a score on few ``samples`` says,
        ``falling`` the evidence that it had too few epochs, which counts for more than that it does not overfit yet.
        """
        judged = "" if answer is None else OVERFITS if answer else FALLING if falling else OVERFITS_NOT
        few = f"only {counted(samples, 'test sample')}" if caution else ""
        self.overfitting.setText("; ".join(filter(None, (WORSE if gap else judged, few))))
        self.overfitting.setToolTip(
            plain_tip(" ".join(filter(None, (gap or falling or (judged and COMPARED), caution))))
        )
        self._show_what_fits()

    def offer_errors(self, trained: bool) -> None:
        """Lead from the score of a run that is over to its errors; its bar, which is full, has had its say."""
        self.errors.setVisible(trained)
        self._show_what_fits()

    def offer_resume(self, wanted: bool) -> None:
        """Lead on from a run that ended before its last epoch."""
        self.resume.setVisible(wanted)
        self._show_what_fits()

    def mark_outdated(self, words: str) -> None:
        """Say that what was trained is another network than the one drawn, or on other data; empty for neither."""
        self.outdated.setText(words)
        self.outdated.setVisible(bool(words))

    def on_readying(self, progress: Unfinished) -> None:
        """How far the data is that training waits for."""
        self._waits, self.readies = progress.what, progress.sentence
        self._count()
        self.bar.setAccessibleName(progress.what)
        self.epoch.setText(progress.sentence.removeprefix(progress.what).strip())
        self.bar.setValue(round(1000 * progress.done / max(1, progress.whole)))
        self.cancel.setAccessibleName(f"Cancel {progress.what.lower()}")
        self.cancel.show()
        self._show_what_fits()

    def on_start(self, event: Started) -> None:
        """A run begins or continues."""
        self._epochs = event.epochs
        self._show_epoch(event.epoch)
        self._fill(event.epoch - 1)

    def on_progress(self, progress: TrainingProgress) -> None:
        """How far the run is: the bar stands for all of its epochs."""
        self._show_epoch(progress.epoch, duration(progress.seconds_left))
        self._fill(progress.epoch - 1 + progress.step / max(progress.steps_per_epoch, 1))
        self.speed.setText(speed(progress.samples_per_second))
        self._show_what_fits()

    def on_testing(self, event: EvaluationProgress) -> None:
        """Training is over, and the network is tested."""
        self._waits = "Testing"
        self._count()
        self.bar.setAccessibleName("Progress of the test")
        self.epoch.setText(f"{event.done:,} of {event.samples:,} test samples")
        self.bar.setValue(round(1000 * event.done / max(event.samples, 1)))
        self.speed.clear()
        self._show_what_fits()

    def on_epoch(self, event: Epoch) -> None:
        """The figures of an epoch."""
        self._show_epoch(event.epoch, self._left if event.epoch < self._epochs else "")
        self._fill(event.epoch)
        self._tell_figures("Last epoch", event.train, event.validation)

    def show_kept(self, kept: KeptEpoch) -> None:
        """The figures of a run that is over: those of the epoch whose weights are kept."""
        self._tell_figures(kept.words.capitalize(), kept.train, kept.validation)

    def _tell_figures(self, which: str, train: Mapping[str, Any], validation: Mapping[str, Any]) -> None:
        whole, judged = figures_of(train, validation), figures_of({}, validation or train)
        last = judged.split(APART)[-1]
        title, *_, shown = last.split(TITLED)
        named = tuple(f"{which}:  {words}" for words in (whole, judged, last))
        self._figures = (*named, last, f"{title}{TITLED}{shown.partition(' ')[2]}" if shown else "")
        self.figures.setToolTip(plain_tip(self._figures[0]))
        self._show_what_fits()
        self._fit_figures()

    def _fit_figures(self) -> None:
        """Tell as much as there is room for: what is left out stands in the tip."""
        metrics, room = self.figures.fontMetrics(), self.figures.width()
        fitting = (words for words in self._figures if metrics.horizontalAdvance(words) <= room)
        self.figures.setText(next(fitting, ""))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As many figures as fit, whenever what stands beside them leaves another width."""
        if watched is self.figures and event.type() == QEvent.Type.Resize:
            self._fit_figures()
        return super().eventFilter(watched, event)

    def _fill(self, epochs: float) -> None:
        """Show how many epochs are done."""
        self.bar.setValue(round(1000 * epochs / max(self._epochs, 1)))

    def _show_epoch(self, epoch: int, left: str = "") -> None:
        self._epoch, self._left = epoch, left
        words = f"Epoch {epoch:,} of {self._epochs:,}" if self._epochs else ""
        self.epoch.setText(f"{words}, {left} left" if words and left else words)
        self._show_what_fits()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As much as the new width has room for."""
        super().resizeEvent(event)
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        for label in (self.epoch, self.speed, self.overfitting):
            label.setVisible(bool(label.text()))
        self.bar.setVisible(bool(self.epoch.text()) and self.errors.isHidden())
        for label in (self.speed, self.epoch, self.overfitting):  # what is missed least goes first, and none is cut
            if self._wanted() > self.width():
                label.hide()
        self._row.activate()  # at once: on a busy machine the new words would be seen in the room of the old ones

    def _wanted(self) -> int:
        """Pixels that all that is told takes, with the least room for figures."""
        offered = (self.resume, self.errors, self.cancel)
        told = (self.state, self.outdated, *offered, self.bar, self.epoch, self.speed, self.overfitting)
        shown = [widget for widget in told if not widget.isHidden()]
        widths = sum(max(widget.sizeHint().width(), widget.minimumWidth()) for widget in shown)
        edges, apart = self._row.contentsMargins(), self._row.spacing()
        least = self.figures.fontMetrics().horizontalAdvance(self._figures[-1])  # of what the figure is, at least
        return widths + len(shown) * apart + edges.left() + edges.right() + max(self.figures.minimumWidth(), least)


def figures_of(train: Mapping[str, Any], validation: Mapping[str, Any]) -> str:
    """The latest figures in one line: loss and the metric that stands for the run, on both parts."""
    metric = primary(validation or train)
    parts = []
    for name in dict.fromkeys(("loss", metric or "loss")):
        values = [
            (title, found[name]) for title, found in (("train", train), ("validation", validation)) if name in found
        ]
        if values:
            parts.append(
                TITLED.join((title_of(name), *(f"{title} {value_of(name, value)}" for title, value in values)))
            )
    return APART.join(parts)
