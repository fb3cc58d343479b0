"""Two boxes of the inspector: whether training leaves a layer as it is, and whether it begins with fresh weights."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QWidget

from app.training.start_edits import begin_anew, freeze, has_weights, start_of
from graph.checking.check import Checker
from graph.document import Document
from graph.structure.inner_document import InnerDocument
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip

FROZEN = (
    "Training leaves these weights as they are, and the running averages of batch normalisation; "
    "dropout inside is off. Weights that learn are called trainable."
)
FRESH = "This layer begins with weights drawn at random, also where training starts from the weights of a run."


class StartBoxes(QWidget):
    """Hidden for layers without weights, and inside a block, which is frozen as a whole."""

    def __init__(self) -> None:
        super().__init__()
        self._document: Document | None = None
        self._id = ""
        self.frozen, self.fresh = QCheckBox("Freeze weights"), QCheckBox("Begin with fresh weights")
        self.frozen.setObjectName("freezeLayer")
        self.fresh.setObjectName("freshLayer")
        self.frozen.setToolTip(plain_tip(FROZEN))
        self.fresh.setToolTip(plain_tip(FRESH))
        self.frozen.clicked.connect(self._freeze)
        self.fresh.clicked.connect(self._begin_anew)
        vbox(self.frozen, self.fresh, parent=self, margins=(0, 4, 0, 0), spacing=4)

    def show_layer(self, document: Document, checker: Checker, id_: str) -> None:
        """Show how the layer ``id_`` begins."""
        self._document, self._id = document, id_
        self.setVisible(not isinstance(document, InnerDocument) and has_weights(document, checker, id_))
        start = start_of(document.sections)
        self.frozen.setChecked(id_ in start.frozen)
        self.fresh.setChecked(id_ in start.fresh)
        self.fresh.setVisible(bool(start.weights) or id_ in start.fresh)

    def _freeze(self, on: bool) -> None:
        if self._document is not None:
            freeze(self._document, [self._id], on)

    def _begin_anew(self, on: bool) -> None:
        if self._document is not None:
            begin_anew(self._document, [self._id], on)
