"""The name of a layer in the inspector: a line edit that keeps a refused name, with the reason, to be corrected."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from graph.document import Document
from graph.errors import NetloomError
from graph.naming import check_name, typed_name
from widgets.fields.field import mark
from widgets.look.floating import FieldFault


class LayerName(QLineEdit):
    """Renames the layer on show. Esc gives up what is typed."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("layerName")
        self.setAccessibleName("Name of the layer")
        self.setToolTip("Name of the layer, in files and in exported code")
        self.fault = FieldFault(self, "layerNameFault")
        self._document: Document | None = None
        self._id = ""
        self.editingFinished.connect(self.commit)

    def show_layer(self, document: Document | None, id_: str, typed: str = "") -> None:
        """Show the name of the layer ``id_``, or what was ``typed`` for it and would still be refused."""
        self._document, self._id = document, id_
        reason = self._reason_against(typed) if typed else ""
        self.setText(typed if reason else id_)
        self.say(reason)

    def follow(self, id_: str) -> None:
        """The layer has another name, and what is typed stays."""
        self._id = id_

    def say(self, reason: str) -> None:
        """Say why the name is refused; an empty reason takes that away."""
        self.fault.say(reason)
        mark(self, bool(reason))

    def commit(self) -> None:
        """Take over what is being typed."""
        typed, old = typed_name(self.text()), self._id
        if self._document is None or old not in self._document.network:
            return
        self.say("" if typed == old else self._rename(self._document, old, typed))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._id:
            self.show_layer(self._document, self._id)
        else:
            super().keyPressEvent(event)

    def _rename(self, document: Document, old: str, new: str) -> str:
        """Rename the layer; returns why it is refused, or nothing."""
        from graph.editing import block_edits

        self._id = new  # whoever shows the layer again because of this edit finds it under its new name
        try:
            with document.transaction(f"Rename {old} to {new}"):
                block_edits.rename_layer(document, old, new)
        except NetloomError as error:
            self._id = old
            return str(error)
        return ""

    def _reason_against(self, name: str) -> str:
        try:
            check_name(name, self._document.network if self._document is not None else ())
        except NetloomError as error:
            return str(error)
        return ""
