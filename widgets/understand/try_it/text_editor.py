"""Typing a text for a network."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.protocol.inference_values import InputForm, NewSample
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.understand.try_it.sample_editor import SampleEditor


class TextEditor(SampleEditor):
    """A field for a text."""

    def __init__(self, form: InputForm, parent: QWidget | None = None) -> None:
        super().__init__(form, parent)
        self.field = QPlainTextEdit(self)
        self.field.setObjectName("tryText")
        self.field.setAccessibleName(f"Text for “{form.field.name}”")
        self.field.setPlaceholderText("Type a text; the prediction follows.")
        self.field.setTabChangesFocus(True)
        self.field.setAcceptDrops(False)  # the editor takes files that are dropped
        self._known = ""
        caption = text_label(form.field.name, self, look="faint", buddy=self.field)
        vbox(caption, (self.field, 1), parent=self, margins=(12, 4, 8, 8), spacing=4)
        self.field.textChanged.connect(self._on_text)

    def show_sample(self, sample: NewSample) -> None:
        """Show the text of a sample."""
        self._known = sample.texts.get(self.form.field.name, "")
        if self.field.toPlainText() != self._known:
            self.field.setPlainText(self._known)

    def texts(self) -> Mapping[str, str]:
        """The text."""
        return {self.form.field.name: self.field.toPlainText()}

    def is_blank(self) -> bool:
        """Whether there is no text."""
        return not self.field.toPlainText().strip()

    def _on_text(self) -> None:
        text = self.field.toPlainText()
        if text != self._known:
            self._known = text
            self.edited.emit()
