"""Painting of search results: page and heading above an excerpt, with the words that were looked for marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets.look.plain_text import Markup, joined, markup
from widgets.look.text_page import RichDocument
from widgets.look.theme import ThemeSource

MARKUP = Qt.ItemDataRole.UserRole + 1
"""The role of a result's rich text; other rows have none and are painted as usual."""
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class RichText:
    """What a row holds: Qt would make a plain string of the markup itself."""

    markup: Markup


def set_result(item: QListWidgetItem, text: Markup) -> None:
    """Give a row its rich text."""
    item.setData(MARKUP, RichText(text))


def marked(text: str, words: Sequence[str], colour: str) -> Markup:
    """Text as rich text, in which the words, in any case, stand on ``colour``."""
    if not words:
        return markup("{}", text)
    pattern = re.compile("(" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")", re.IGNORECASE)
    parts = pattern.split(text)
    templates = ("{}", f"<span style='background-color: {colour}'>{{}}</span>")
    return joined(markup(templates[place % 2], part) for place, part in enumerate(parts))


class FoundSections(QStyledItemDelegate):
    """Paints rich text in rows of a list that have it, as wide as the list."""

    def __init__(self, themes: ThemeSource, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._themes, self._view = themes, view

    def _document(self, index: Index) -> RichDocument | None:
        text = index.data(MARKUP)
        if not isinstance(text, RichText):
            return None
        theme, document = self._themes.theme, RichDocument()
        document.setDefaultFont(self._view.font())
        document.setDefaultStyleSheet(f"body {{ color: {theme.text.name()} }} .page {{ color: {theme.faint.name()} }}")
        document.show_markup(text.markup)
        document.setTextWidth(self._view.viewport().width() - 12)
        return document

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for all lines at the width of the list."""
        document = self._document(index)
        return super().sizeHint(option, index) if document is None else document.size().toSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row's ground, then its rich text."""
        document = self._document(index)
        if document is None:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        option.text = ""
        self._view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, self._view)
        painter.save()
        painter.translate(QPointF(option.rect.topLeft()))
        document.drawContents(painter)
        painter.restore()
