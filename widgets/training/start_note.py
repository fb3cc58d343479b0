"""What is said above the training settings of where a training begins: with the weights of a run, frozen layers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from app.training.start_edits import few, start_of
from app.training.start_section import SECTION, StartSection
from graph.document import Commit, Document
from widgets.look.labels import text_label
from widgets.look.layouts import vbox


def words(start: StartSection) -> str:
    """A sentence or a few; empty where a training begins with random weights, all of which it changes."""
    said = [f"Starts with the weights of {start.source}."] if start.weights else []
    if start.weights and start.fresh:
        said.append(f"Begins anew: {few(start.fresh)}.")
    if start.frozen:
        said.append(f"Frozen: {few(start.frozen)}.")
    return " ".join(said)


class StartNote(QWidget):
    """Follows a document, and takes the weights of a run back; hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("startNote")
        self._document: Document | None = None
        self._stop: Callable[[], object] = lambda: None
        self.text = text_label(parent=self, wrap=True)
        self.random = QPushButton("Start from random weights", self)
        self.random.setProperty("compact", True)
        self.random.setToolTip("Forget the weights of the run; frozen layers stay frozen")
        self.random.clicked.connect(self._forget)
        vbox(self.text, (self.random, 0, Qt.AlignmentFlag.AlignLeft), parent=self, margins=(0, 8, 0, 0), spacing=6)
        self.hide()

    def set_document(self, document: Document | None) -> None:
        """Follow another document, or none."""
        self._stop()
        self._document = document
        self._stop = document.subscribe(self._on_commit) if document is not None else lambda: None
        self._show()

    def _on_commit(self, commit: Commit) -> None:
        if commit.sets(SECTION):
            self._show()

    def _show(self) -> None:
        start = start_of(self._document.sections) if self._document is not None else StartSection()
        said = words(start)
        self.text.setText(said)
        self.random.setVisible(bool(start.weights))
        self.setVisible(bool(said))

    def _forget(self) -> None:
        if self._document is not None:
            start_from_random_weights(self._document)


def start_from_random_weights(document: Document) -> None:
    """Forget the weights that training starts from, in a transaction of its own."""
    with document.transaction("Start from random weights"):
        document.set_section(SECTION, start_of(document.sections).from_random_weights().section())
