"""The one text browser for rich text, and the one document: whatever a text names, no file is loaded for it."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QPixmap, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from widgets.look.plain_text import Markup


def blank() -> QPixmap:
    """One clear pixel, which stands for every picture that a text names. For less than that Qt looks on the disk."""
    pixel = QPixmap(1, 1)
    pixel.fill("transparent")
    return pixel


class RichDocument(QTextDocument):
    """Rich text that is measured and painted without a widget, and loads nothing."""

    def show_markup(self, text: Markup) -> None:
        """Take HTML of our own."""
        self.setHtml(f"<body>{text}</body>")

    def loadResource(self, type: int, name: QUrl | str) -> object:
        """Nothing."""
        return blank()


class TextPage(QTextBrowser):
    """Shows rich text and follows no link by itself; a subclass may know some `picture` of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)

    def show_markup(self, text: Markup) -> None:
        """Show HTML of our own."""
        self.setHtml(text)

    def picture(self, address: str) -> QPixmap | None:
        """The picture with an address; None where there is none, as for everything that a file names."""
        return None

    def loadResource(self, type: int, name: QUrl | str) -> object:
        """What `picture` knows; nothing else is loaded, from anywhere."""
        if type != QTextDocument.ResourceType.ImageResource.value:
            return blank()
        return self.picture(name.toString() if isinstance(name, QUrl) else name) or blank()
