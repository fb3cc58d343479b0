"""Markdown in the look of the window: two sizes of text, quiet code, links in the accent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFragment,
    QTextTable,
)

from widgets.look.text_page import TextPage
from widgets.look.theme import Theme

FEATURES = QTextDocument.MarkdownFeature(
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub.value | QTextDocument.MarkdownFeature.MarkdownNoHTML.value
)
"""GitHub's dialect, in which HTML is plain text: a page can neither load nor run anything."""

MARGIN = 6
"""Pixels around the text of a page, so that the frame of the keyboard's focus touches no letter."""

LEADING = 128
"""Height of a line, in per cent of the font's."""


def show_markdown(page: TextPage, text: str, theme: Theme) -> None:
    """Fill ``page`` with ``text``; what it names is not loaded, since a `TextPage` loads nothing."""
    document = page.document()
    document.setDefaultFont(theme.font())
    document.setMarkdown(text, FEATURES)
    document.setDocumentMargin(MARGIN)
    document.setIndentWidth(theme.px(16))
    with _one_edit(document):
        for block in _blocks(document):
            _style_block(block, theme)
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                _style_table(frame, theme)


@contextmanager
def _one_edit(document: QTextDocument) -> Iterator[None]:
    """Inside, nothing is laid out: a page would be laid out anew for each of its paragraphs and words."""
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    try:
        yield
    finally:
        cursor.endEditBlock()


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _style_block(block: QTextBlock, theme: Theme) -> None:
    cursor, layout = QTextCursor(block), QTextBlockFormat()
    level = block.blockFormat().headingLevel()
    fragments = list(_fragments(block))
    pictured = any(each.charFormat().isImageFormat() for each in fragments)
    code = _is_code(block)
    leading = 100 if pictured or code else LEADING
    layout.setLineHeight(leading, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    layout.setTopMargin(theme.px(10) if level > 1 else 0)
    tight = level or block.textList() is not None
    layout.setBottomMargin(0 if code and _is_code(block.next()) else theme.px(3) if tight else theme.px(8))
    cursor.mergeBlockFormat(layout)
    for fragment in fragments:
        letters = _letters(fragment.charFormat(), level, theme)
        if not letters.isEmpty():
            cursor.setPosition(fragment.position())
            cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(letters)


def _is_code(block: QTextBlock) -> bool:
    """Whether a block is a line of code, which the next line follows without a gap."""
    return block.isValid() and block.blockFormat().nonBreakableLines()


def _fragments(block: QTextBlock) -> Iterator[QTextFragment]:
    iterator = block.begin()
    while not iterator.atEnd():
        yield iterator.fragment()
        iterator += 1


def _letters(old: QTextCharFormat, level: int, theme: Theme) -> QTextCharFormat:
    new = QTextCharFormat()
    if level:
        new.setProperty(QTextCharFormat.Property.FontSizeAdjustment, 1 if level == 1 else 0)
        new.setFontWeight(QFont.Weight.DemiBold)
    if old.isAnchor():
        new.setForeground(theme.accent)
        new.setFontUnderline(False)
        new.setToolTip("")
    elif old.fontFixedPitch():
        new.setBackground(theme.hover)
    return new


def _style_table(table: QTextTable, theme: Theme) -> None:
    layout = table.format()
    layout.setBorder(1)
    layout.setBorderBrush(theme.border)
    layout.setBorderCollapse(True)
    layout.setCellPadding(theme.px(4))
    layout.setCellSpacing(0)
    table.setFormat(layout)
