"""The name of a layer in the inspector: a line edit that keeps a refused name, with the reason, to be corrected."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from graph.document import Document
from graph.errors import NetloomError
from graph.naming import check_name, typed_name
from widgets.fields.field import mark
from widgets.look.floating import FieldFault


class LayerName(QLineEdit):
    """Renames the layer on show. What was refused comes back with its layer, for as long as it would be refused."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("layerName")
        self.setAccessibleName("Name of the layer")
        self.setToolTip("Name of the layer, in files and in exported code")
        self.fault = FieldFault(self, "layerNameFault")
        self._document: Document | None = None
        self._id = ""
        self._refused: dict[str, str] = {}
        self.editingFinished.connect(self.commit)

    def show_layer(self, document: Document | None, id_: str) -> None:
        """Show the name of the layer ``id_``, or what was typed for it and refused."""
        if document is not self._document:
            self._refused.clear()
        self._document, self._id = document, id_
        typed = self._refused.get(id_, "")
        reason = self._reason_against(typed) if typed else ""
        self.setText(typed if reason else id_)
        self.say(reason)

    def say(self, reason: str) -> None:
        """Say why the name is refused; an empty reason takes that away."""
        self.fault.say(reason)
        mark(self, bool(reason))

    def commit(self) -> None:
        """Take over what is being typed."""
        typed, old = typed_name(self.text()), self._id
        if self._document is None or old not in self._document.network:
            return
        reason = "" if typed == old else self._rename(self._document, old, typed)
        self._refused.pop(old, None)
        if reason:
            self._refused[old] = typed
        self.say(reason)

    def _rename(self, document: Document, old: str, new: str) -> str:
        """Rename the layer; returns why it is refused, or nothing."""
        self._id = new  # whoever shows the layer again because of this edit finds it under its new name
        try:
            with document.transaction(f"Rename {old} to {new}"):
                document.rename(old, new)
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
