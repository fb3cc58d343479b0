"""A network for a project that begins with data: the one that the guide advises, fitted once the data has been read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from app.protocol.data_values import DataPreview
from graph.document import Document
from widgets.data.advice import Advice, advise, situation
from widgets.data.data_view import DataView
from widgets.data.which_network import fits_or_reason


class FirstNetwork(QObject):
    """Waits for the first preview and puts a network that suits into a document that has none.

    ``taken`` is called with the advice once it is there; nothing happens where the data asks for none that is known.
    """

    def __init__(
        self, view: DataView, document: Document, base: Path | None, taken: Callable[[Advice], object]
    ) -> None:
        super().__init__(view)
        self._view, self._document, self._base, self._taken = view, document, base, taken
        view.previewed.connect(self._take)

    def _take(self, preview: DataPreview) -> None:
        self._view.previewed.disconnect(self._take)
        self.deleteLater()
        if len(self._document.network) or self._view.document is not self._document:
            return
        advice = advise(*situation(preview.info))
        if not fits_or_reason(self._document, advice.preset, self._base):
            self._taken(advice)
