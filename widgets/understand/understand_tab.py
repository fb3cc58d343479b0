"""What every view of the Understand workspace is, and the groups they stand in."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.protocol.watch import Watch
from graph.network import Network
from widgets.look.flow import FlowLayout
from widgets.look.layouts import vbox
from widgets.understand.name_picker import NamePicker
from widgets.understand.subject import Inside, Subject

NO_WEIGHTS = "This run has no weights yet: train it for at least one epoch."


class Group(Enum):
    """What a view is about; the value is the group's name on screen."""

    TRY = "Try it"
    INSIDE = "Look inside"
    PREDICTIONS = "Predictions"
    STEPS = "Step by step"
    TIME = "Over time"

    @property
    def icon(self) -> str:
        """The name of the group's icon."""
        return {"TRY": "pencil", "INSIDE": "search", "PREDICTIONS": "answers", "STEPS": "stairs", "TIME": "over_time"}[
            self.name
        ]

    @property
    def says(self) -> str:
        """What is found there, in one sentence."""
        return {
            "TRY": "Give the network a sample of your own, and see what it predicts",
            "INSIDE": "What the layers have learned: filters, maps, units and weights",
            "PREDICTIONS": "What the network predicts, where it errs, and why",
            "STEPS": "The arithmetic of a layer and of a training step, number by number",
            "TIME": "What happens from one time step to the next: gates, states and gradients",
        }[self.name]


class Tab(QWidget):
    """One way of looking at a run. `subscription_changed` says that `subscription` is not what it was.

    A view that shows one layer follows the card that is selected on the canvas. Where it cannot show that layer,
    ``remark`` says why, with the words of ``shows_layers``; `remark_changed` says that it is another one.

    ``sentence`` tells what is seen; ``group`` and ``place`` in it where the view is found. ``no_run`` says instead of
    the view that a network has to be trained first; it is empty for what works without a run. A class with a
    title registers itself; it is made with a `ThemeSource` and a `Subject` when it is first looked at. What is asked
    before that, `lacks` answers without one.
    """

    registered: ClassVar[list[type[Tab]]] = []
    title = ""
    place = 0
    sentence = ""
    group = Group.INSIDE
    no_run = ""
    shows_layers = ""
    shows_probabilities = False
    """Whether per cent are shown that are no probabilities where the loss is a hinge."""
    subscription_changed = Signal()
    remark_changed = Signal()

    def __init__(self, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.subject = subject
        self.remark = self._selected = self._followed = ""
        self.bar = FlowLayout(margins=(12, 6, 12, 2), spacing=8)
        self.column = vbox(self.bar, parent=self, spacing=2)

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if cls.title:
            Tab.registered.append(cls)

    @classmethod
    def reason_against(cls, subject: Subject) -> str:
        """Why there is nothing to see of the network that a subject brings, as a sentence; empty where there is."""
        return ""

    @classmethod
    def lacks(cls, subject: Subject) -> str:
        """Why the view cannot show anything of a subject now, as a sentence; empty where it can."""
        reason = cls.reason_against(subject)
        if reason or not cls.no_run:
            return reason
        if subject.run is None:
            return subject.work or cls.no_run
        return "" if subject.ready else NO_WEIGHTS

    def subscription(self) -> Watch:
        """What the worker should send while this tab is on screen."""
        return Watch()

    def on_subject(self) -> None:
        """Another run is looked at, or it has ended."""

    def layer_picker(self) -> NamePicker | None:
        """The choice among layers that follows the card selected on the canvas; None where there is none."""
        return None

    def choose_layer(self, path: str) -> bool:
        """Choose a layer, or the block that it is in; False where neither is offered."""
        picker = self.layer_picker()
        offered = "" if picker is None else next((part for part in with_blocks(path) if picker.offers(part)), "")
        if picker is not None and offered:
            picker.choose(offered)
        return bool(offered)

    def follow_layer(self, path: str) -> None:
        """Choose the layer that is selected on the canvas, if it is offered; once, for another may be chosen then.

        Empty where no single layer is selected.
        """
        self._selected = path
        if path != self._followed:
            self._followed = path if path and self.choose_layer(path) else ""
        self.show_remark()

    def show_remark(self) -> None:
        """Say why the selected layer is not shown, or nothing."""
        remark = self._reason_without(self._selected) if self._selected else ""
        if remark != self.remark:
            self.remark = remark
            self.remark_changed.emit()

    def _reason_without(self, path: str) -> str:
        picker, network = self.layer_picker(), self.network_shown
        if picker is None or not picker.box.count() or picker.offers(path):
            return ""
        if network is not None and path.split(".", maxsplit=1)[0] not in network:
            return f"{path} is selected, but the network of this run has no such layer"
        block = next((part for part in with_blocks(path) if picker.offers(part)), "")
        return f"{path} is selected, but {f'{block} is shown as a whole' if block else self.shows_layers}"

    @property
    def network_shown(self) -> Network | None:
        """The network whose layers are offered."""
        return self.subject.drawn

    def on_inside(self, inside: Inside) -> None:
        """Show what the subscription brings."""

    def on_shown(self) -> None:
        """The tab has come to the screen."""


def with_blocks(path: str) -> tuple[str, ...]:
    """The path of a layer and of the blocks that it is in, the innermost first: ``a.b.conv1``, ``a.b``, ``a``."""
    parts = path.split(".")
    return tuple(".".join(parts[:end]) for end in range(len(parts), 0, -1))
