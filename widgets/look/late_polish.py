"""Polishing of widgets out of sight: after a switch of the look, each is polished when it is shown next.

Nearly all widgets of the window stand in workspaces, tabs and lists out of sight, and Qt polishes every widget twice
for a new style sheet. It passes over those that it does not hold for polished, as over those that never were shown.
Font and palette reach all widgets at once, so that a page out of sight is measured with the size of text in force.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

_POLISHED, _OWN_STYLE = Qt.WidgetAttribute.WA_WState_Polished, Qt.WidgetAttribute.WA_SetStyle
_STYLED = _POLISHED, Qt.WidgetAttribute.WA_SetPalette, Qt.WidgetAttribute.WA_SetFont
"""One of them is set where a style has left its mark, be it by a property that the style sheet asks for."""

_FONT_BEFORE = "_q_styleSheetWidgetFont"
"""Where Qt keeps the font that was given to a widget, to go back to it when the widget is polished."""


class LatePolish(QObject):
    """Polishes widgets that were left out when the look was switched, each before it is painted."""

    def leave_out(self, widget: QWidget) -> None:
        """Take the style in force off a widget out of sight, and polish it when it is shown."""
        widget.style().unpolish(widget)
        widget.setAttribute(_POLISHED, False)
        if widget.property(_FONT_BEFORE) is not None:
            widget.setProperty(_FONT_BEFORE, None)  # else polishing takes back a font that is given while out of sight
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            self._polish(watched)
        return False

    def _polish(self, widget: QWidget) -> None:
        widget.removeEventFilter(self)
        if widget.testAttribute(_POLISHED):
            return
        around = widget.parentWidget()  # polished first: children inherit its font; Qt shows them before it
        if around is not None and around.isVisible():
            self._polish(around)
        widget.style().polish(widget)
        widget.setAttribute(_POLISHED)
        QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def _of(app: QApplication) -> LatePolish:
    return app.findChild(LatePolish) or LatePolish(app)


@contextmanager
def only_in_sight(app: QApplication) -> Iterator[None]:
    """Within it, another style sheet of the program polishes no widget out of sight, and tells none of a new style."""
    late = _of(app)
    hidden = [widget for widget in app.allWidgets() if not widget.isVisible()]
    for widget in hidden:
        if any(widget.testAttribute(mark) for mark in _STYLED):
            late.leave_out(widget)
    untold = [widget for widget in hidden if not widget.testAttribute(_OWN_STYLE)]
    for widget in untold:
        widget.setAttribute(_OWN_STYLE)
    try:
        yield
    finally:
        for widget in untold:
            widget.setAttribute(_OWN_STYLE, False)
