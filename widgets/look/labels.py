"""Labels as one call: a QLabel with what the style sheet and the layout should know of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from widgets.look.plain_text import Markup, caption, plain_tip
from widgets.look.terms import definition


class Label(QLabel):
    """A label that shows its text as it is. Qt's own would guess whether it is HTML, which can load files."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


class MarkupLabel(Label):
    """A label that shows HTML of our own besides plain text."""

    def show_text(self, text: str | Markup) -> None:
        """Show a text as it is, or `Markup` as what it means."""
        rich = isinstance(text, Markup)
        self.setTextFormat(Qt.TextFormat.RichText if rich else Qt.TextFormat.PlainText)
        self.setText(text)


def text_label(
    text: str = "",
    parent: QWidget | None = None,
    *,
    look: str = "",
    wrap: bool = False,
    selectable: bool = False,
    hidden: bool = False,
    indent: int = 0,
    buddy: QWidget | None = None,
) -> Label:
    """A label that looks as the style sheet says: ``faint``, ``heading``, ``unit``, or a tone: ``ok``, ``warning``,
    ``error``.

    ``indent`` is in pixels: without one all labels stand at the same place, also those that the style sheet pads.
    ``buddy`` is the field that the label names: its tooltip then defines the term that it is.
    """
    label = Label(text if buddy is None else caption(text), parent)
    if look in ("faint", "heading", "unit"):
        label.setProperty(look, True)
    elif look:
        label.setProperty("tone", look)
    if selectable:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if buddy is not None:
        label.setBuddy(buddy)
        label.setToolTip(plain_tip(definition(text)))
    label.setWordWrap(wrap)
    label.setIndent(indent)
    if hidden:
        label.hide()
    return label


def set_look(widget: QWidget, name: str, value: object) -> None:
    """Set a property by which the style sheet knows how a widget looks, such as its ``tone``, and draw it so."""
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def empty_page(sentence: str, parent: QWidget | None = None) -> Label:
    """A page that has nothing to show but a sentence in its middle, which says why."""
    label = text_label(sentence, parent, look="faint", wrap=True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
