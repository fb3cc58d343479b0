"""Text that was typed and refused: whatever goes out of sight with its fault is told, with the way back to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget
from shiboken6 import isValid

from widgets.look.current_only_stack import CurrentOnlyStack
from widgets.look.floating import FieldFault
from widgets.shell.banners import Notice
from widgets.shell.context import Context

if TYPE_CHECKING:
    from widgets.inspector.inspector_panel import Place

KEY = "refused text"
CORRECT = "Correct it"


class RefusedTexts:
    """Says what was refused where it is not seen beside its field any more, for as long as it waits to be corrected."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._aside: dict[Place, str] = {}
        context.workbench.inspector.left_refused.connect(self._tell_layer)

    @property
    def standing(self) -> str:
        """What is refused in fields of the project at present, on show or not; empty where nothing is."""
        return " ".join((*map(_said, self._faults()), *self._waiting().values()))

    def correct(self) -> None:
        """Go to the first field that is refused."""
        fault = next(iter(self._faults()), None)
        if fault is not None:
            self._show(fault.field)
        elif waiting := self._waiting():
            self._show_layer(next(iter(waiting)))

    def _waiting(self) -> dict[Place, str]:
        """What was refused for layers that are not on show."""
        page = self._context.workbench.inspector.layer
        return {place: sentence for place, sentence in self._aside.items() if page.is_aside(place)}

    def on_hidden(self, fault: FieldFault) -> None:
        """A field went out of sight with its fault; it is told once what hides it is done."""
        QTimer.singleShot(0, fault, lambda: self._tell(fault))

    def _faults(self) -> list[FieldFault]:
        faults, workbench = self._context.window().findChildren(FieldFault), self._context.workbench
        standing = (fault for fault in faults if fault.text() and not fault.field.isHidden())
        return [fault for fault in standing if workbench.isAncestorOf(fault.field)]

    def _tell(self, fault: FieldFault) -> None:
        if _is_out_of_sight(fault):
            self._say(_said(fault), partial(self._show, fault.field), partial(_is_out_of_sight, fault))

    def _tell_layer(self, place: Place, sentence: str) -> None:
        page = self._context.workbench.inspector.layer
        self._aside[place] = sentence
        self._say(sentence, partial(self._show_layer, place), partial(page.holds_aside, place))

    def _say(self, sentence: str, back: Callable[[], object], holds: Callable[[], bool]) -> None:
        choices = ((CORRECT, back),)
        self._context.say(Notice(sentence, "warning", choices, KEY, of_project=True, holds=holds))

    def _show_layer(self, place: Place) -> None:
        path, id_ = place
        workbench = self._context.workbench
        if workbench.workspace not in ("network", "train"):
            self._context.show_workspace("network")
        workbench.dive_if_there(path, id_)
        workbench.side_panel.select((id_,))
        workbench.inspector.layer.correct()

    def _show(self, field: QWidget) -> None:
        """Bring whatever a field stands in to the front, and give it the keyboard."""
        self._context.show_workspace(self._context.workbench.workspace_of(field))
        inside = field
        while (around := inside.parentWidget()) is not None and around is not self._context.workbench:
            _bring(around, inside)
            inside = around
        field.setFocus()


def _bring(around: QWidget, inside: QWidget) -> None:
    if isinstance(around, CurrentOnlyStack):
        around.bring(inside)
    elif isinstance(around, QStackedWidget):
        tabs = around.parentWidget()
        tabs.setCurrentWidget(inside) if isinstance(tabs, QTabWidget) else around.setCurrentWidget(inside)


def _said(fault: FieldFault) -> str:
    name = fault.field.accessibleName()
    return f"{name[:1].upper()}{name[1:]}: {fault.text()}" if name else fault.text()


def _is_out_of_sight(fault: FieldFault) -> bool:
    """Whether a fault still stands and is not seen; not where its field is gone."""
    there = isValid(fault) and isValid(fault.field)
    return there and bool(fault.text()) and not fault.field.isVisible()
