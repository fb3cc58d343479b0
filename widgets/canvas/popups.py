"""The fields and popups that open over the canvas; at most one is open at a time."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from graph.layers.catalogue import catalogue
from widgets.canvas.layer_search import SearchPopup
from widgets.canvas.name_field import NameField
from widgets.canvas.note_field import NoteField
from widgets.canvas.problem_popup import ProblemPopup
from widgets.canvas.wire_legend import WireLegend
from widgets.look.theme import Theme


class Popups:
    """Fields for names and for notes, the search for layers, a layer's problems and the legend of the wires.

    The widget that they lie over gets the keyboard back when one closes, unless it went on to something else.
    """

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        self.name_field = NameField(parent)
        self.note_field = NoteField(parent)
        self.search = SearchPopup(catalogue().values(), theme, parent)
        self.problems = ProblemPopup(parent)
        self.legend = WireLegend(parent)
        editing = (self.name_field.editing, self.note_field.editing)
        for popup in (*editing, self.search, self.problems, self.legend):
            popup.freed.connect(parent.setFocus)

    def place(self) -> None:
        """Have an open field follow what it edits."""
        for editing in (self.name_field.editing, self.note_field.editing):
            editing.follow()

    def dismiss(self) -> None:
        """Close what is open; nothing that was typed is kept."""
        self.name_field.editing.dismiss()
        self.note_field.editing.dismiss()
        self.search.close_search()
        self.problems.dismiss()
        self.legend.dismiss()
