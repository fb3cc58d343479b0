"""Text of files where Qt would read it as HTML, as mnemonics or as placeholders: escaped, so that it stands as it is.

Qt guesses whether a tooltip is HTML, and HTML loads pictures from the disk: what a file says of itself must never come
to that guess.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PySide6.QtGui import Qt  # the namespace with what only QtGui knows of text


class Markup(str):
    """HTML that `markup` has made, in which everything but its own tags is escaped."""

    __slots__ = ()


def markup(template: str, *values: object) -> Markup:
    """HTML from a template of our own, with ``values`` in the places of its ``{}``, escaped if they are no `Markup`."""
    return Markup(template.format(*(each if isinstance(each, Markup) else escape(str(each)) for each in values)))


def joined(parts: Iterable[Markup]) -> Markup:
    """HTML one behind the other."""
    return Markup("".join(parts))


def plain_tip(text: str) -> str:
    """A text as a tooltip: the text itself, or HTML that shows just that where Qt would take it for HTML.

    `Markup` stays what it is.
    """
    if isinstance(text, Markup) or not Qt.mightBeRichText(text):
        return text
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>"


def caption(text: str) -> str:
    """A text on a button, a tab or in a menu, where ``&`` would underline what follows it and make it a key."""
    return text.replace("&", "&&")


def spoken(caption: str) -> str:
    """What a button or an action is called: its caption without the marks of keys."""
    return "&".join(part.replace("&", "") for part in caption.split("&&"))


def window_title(text: str) -> str:
    """A text in a window's title, where ``[*]`` would stand for the mark of what is unsaved."""
    return text.replace("[*]", "[*][*]")
