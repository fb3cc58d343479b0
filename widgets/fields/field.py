"""What every field of a form is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.look.labels import set_look
from widgets.look.plain_text import plain_tip


class FormField(QWidget):
    """Edits one value.

    ``edited`` carries a value that the user chose; ``mistaken`` a sentence about what was typed instead. Neither is
    sent for values that the program shows.
    """

    edited = Signal(object)
    mistaken = Signal(str)

    def show_value(self, value: object) -> None:
        """Show ``value`` without saying that it was edited."""
        raise NotImplementedError

    def editor(self) -> QWidget:
        """The widget that takes the keyboard."""
        return self

    def show_automatic(self, shown: str) -> None:
        """Say what holds as long as no value is chosen, where the field can; empty where that is not known."""

    def show_empty(self, word: str) -> None:
        """Say in the empty field what it stands for, where the field can."""

    def commit(self) -> None:
        """Take over what has been typed so far, as leaving the field would."""

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands in the field's lines of text, whether it is taken over or not."""
        return tuple(line.text() for line in self.findChildren(QLineEdit))

    @property
    def is_typed_in(self) -> bool:
        """Whether something was typed that is not taken over yet."""
        return any(line.isModified() for line in self.findChildren(QLineEdit))

    def retype(self, texts: Sequence[str]) -> None:
        """Put `texts` of before back, as typed and not taken over."""
        for line, text in zip(self.findChildren(QLineEdit), texts, strict=False):
            if line.text() != text:
                line.setText(text)
                line.setModified(True)

    def describe(self, name: str, help_line: str) -> None:
        """Name the field for screen readers and explain it."""
        for widget in (self, self.editor()):
            widget.setAccessibleName(name)
            widget.setAccessibleDescription(help_line)
        self.setToolTip(plain_tip(help_line))

    def mark(self, wrong: bool) -> None:
        """Outline the field as refused, or as in order."""
        mark(self.editor(), wrong)


def automatic(shown: str) -> str:
    """What an empty field says of the value that holds."""
    return f"auto ({shown})" if shown else "auto"


def mark(widget: QWidget, wrong: bool) -> None:
    """Set the property by which the style sheet outlines a refused field."""
    if bool(widget.property("invalid")) != wrong:
        set_look(widget, "invalid", wrong)
