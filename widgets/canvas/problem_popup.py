"""What is wrong with a layer, beside its card, with buttons that repair it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QPushButton, QWidget

from graph.checking.fixes import Fix
from graph.checking.layer_info import Problem
from widgets.canvas.popup_frame import PopupFrame
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.plain_text import caption
from widgets.look.theme import Theme

WIDTH = 300
"""Width of the popup in pixels."""


class ProblemPopup(PopupFrame):
    """Sentences and fixes of one layer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "problemPopup")
        self.setAccessibleName("Problems of the layer")
        self._column = vbox(parent=self, margins=(14, 12, 14, 12), spacing=8)

    def tell(self, place: QPoint, problems: Sequence[Problem], theme: Theme, repair: Callable[[Fix], None]) -> None:
        """Show problems near ``place`` (parent's coordinates); ``repair`` is called with the fix that is chosen."""
        self._fill(problems, repair)
        self.dress(theme)
        self.setFixedWidth(theme.px(WIDTH))
        self.open_at(place)

    def _fill(self, problems: Sequence[Problem], repair: Callable[[Fix], None]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for problem in problems:
            sentence = text_label(problem.message, self, wrap=True, selectable=True)
            self._column.addWidget(sentence)
            for fix in problem.fixes:
                self._column.addWidget(self._button(fix, repair))

    def _button(self, fix: Fix, repair: Callable[[Fix], None]) -> QPushButton:
        button = QPushButton(caption(fix.title), self)
        button.setAccessibleDescription("Repairs the problem; undo takes it back")
        button.installEventFilter(self)
        button.clicked.connect(lambda: self._choose(fix, repair))
        return button

    def _choose(self, fix: Fix, repair: Callable[[Fix], None]) -> None:
        self.dismiss()
        repair(fix)
