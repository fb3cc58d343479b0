"""The glossary beside the canvas: the terms of the field, each in plain sentences, with a field to find one."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLineEdit, QWidget

from app.system.guide_pages import GLOSSARY, anchor
from widgets.description.description_panel import Reader
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.theme import ThemeSource


class GlossaryPanel(QWidget):
    """The page of terms. Its links lead to other terms on it; what is typed above leads to the term that fits best."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("glossary")
        self.setAccessibleName("Glossary")
        self.search, self.reader = QLineEdit(), Reader(themes)
        self.search.setPlaceholderText("Find a term")
        self.search.setAccessibleName("Find a term")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._find)
        self.nothing = text_label(look="faint", wrap=True, hidden=True)
        self.reader.setAccessibleName("Terms")
        self.reader.linked.connect(lambda address: self.show_term(address.removeprefix("#")))
        self.setFocusProxy(self.search)
        vbox(self.search, self.nothing, (self.reader, 1), parent=self, margins=(14, 12, 8, 10))

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 80)

    def load(self) -> None:
        """Read the page, unless it is there already."""
        if self.reader.document().isEmpty():
            self.reader.show_text(GLOSSARY.read_text("utf-8"))

    def show_term(self, name: str) -> bool:
        """Bring a term to the top by its anchor; False where there is none of this name."""
        return self.reader.show_heading(name)

    @property
    def term(self) -> str:
        """The term at the cursor, as it is written in its heading."""
        return self.reader.textCursor().block().text()

    def _find(self, text: str) -> None:
        """Go to the first term that begins with ``text``, else the first that holds it; say so where there is none."""
        typed, names = anchor(text.strip()), list(self.reader.headings)
        fitting = [name for name in names if typed in name]
        self.nothing.setText(f"No term holds “{text.strip()}”.")
        self.nothing.setHidden(bool(fitting))
        if typed and fitting:
            self.show_term(min(fitting, key=lambda name: (not name.startswith(typed), names.index(name))))
