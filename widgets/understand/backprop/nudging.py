"""The button that has the weights of a step nudged one by one, and what came back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.protocol.backprop_messages import NudgeWeights, TakeBackpropStep, WeightsNudged
from app.protocol.backprop_values import NudgedWeights
from widgets.look.plain_text import plain_tip
from widgets.understand.backprop.backprop_sheets import StepSheet
from widgets.understand.backprop.nudged_sheet import nudged_sheet
from widgets.understand.subject import Subject

WAITING = StepSheet("Nudging…", ("Each weight is moved a little up and down, and the loss is computed anew.",), (), ())
Ask = Callable[[NudgeWeights, Callable[[WeightsNudged], None], Callable[[str], None]], int | None]
"""Sends a request to the worker, for the run or for the open project; its number, None where it cannot be asked."""


class Nudging(QPushButton):
    """While it is down, gradients by nudging stand beside those of backpropagation; ``answered``: they are there."""

    answered = Signal()

    def __init__(self, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__("Nudge each weight", parent)
        self._subject = subject
        self._key: tuple[int, int, str] | None = None
        self._asked: int | None = None
        self._found: NudgedWeights | None = None
        self._refusal = ""
        self.setCheckable(True)
        self.setToolTip(
            plain_tip(
                "Find each gradient a second time, without backpropagation: move one weight a little up and down, and "
                "see how the loss changes (finite differences)"
            )
        )

    def forget(self) -> None:
        """The step is another one."""
        if self._asked is not None:
            self._subject.drop(self._asked)
        self._key, self._asked, self._found, self._refusal = None, None, None, ""

    def sheet(self, step: TakeBackpropStep, parameter: str, ask: Ask) -> StepSheet:
        """What there is to show for a parameter at a step; the worker is asked with ``ask`` where nothing is known."""
        key = (step.start, step.number, parameter)
        if key != self._key:
            self.forget()
            self._key = key
            request = NudgeWeights(parameter=parameter, number=step.number, size=step.size, start=step.start)
            self._asked = ask(request, self._on_nudged, self._on_refusal)
        if self._refusal:
            return StepSheet(f"{parameter}, nudged", (self._refusal,), (), ())
        return WAITING if self._found is None else nudged_sheet(self._found)

    def _on_nudged(self, reply: WeightsNudged) -> None:
        self._asked, self._found = None, reply.nudged
        self.answered.emit()

    def _on_refusal(self, reason: str) -> None:
        self._asked, self._refusal = None, reason
        self.answered.emit()
