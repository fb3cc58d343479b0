"""The windows of the Help menu: the guide, what is known about this copy of Netloom, and a report of a problem.

None of them blocks the main window, and none of them sends anything anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QWidget,
)

from app.system.about import LICENCE, libraries, machine, netloom_version
from app.system.guide_pages import GuidePage
from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from widgets.description.description_panel import Reader
from widgets.description.guide_reader import GuideReader
from widgets.look import file_dialogs
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import Stretch, hbox, vbox

if TYPE_CHECKING:
    from widgets.look.theme import ThemeSource

COPIED = "Copied."
WHY = (
    "Say what happened at the top, and look through the rest: this is all that it holds. Netloom sends nothing; copy "
    "or save it, and hand it to whoever looks after Netloom for you."
)
REPORT_NAME = "netloom-report.txt"


def fitted(dialog: QDialog, width: int, height: int) -> None:
    """Give a dialog its size, as far as the screen has room."""
    room = dialog.screen().availableGeometry().size()
    dialog.resize(QSize(min(width, room.width() - 60), min(height, room.height() - 80)))


class GuideWindow(QDialog):
    """The guide in a window of its own. ``outside`` carries the address of a link that leads out of it."""

    outside = Signal(str)

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("guideWindow")
        self.setWindowTitle("Guide")
        self.guide = GuideReader(themes, self._made)
        self.guide.outside.connect(self.outside)
        self.guide.printed.connect(self._print)
        self._keys: GuidePage | None = None
        vbox(self.guide, parent=self)
        fitted(self, 980, 720)

    def _made(self) -> Sequence[GuidePage]:
        """The page of keys, made once."""
        from widgets.shell.keys_page import keys_page

        self._keys = self._keys or keys_page()
        return (self._keys,)

    def open_at(self, id: str = "", heading: str = "") -> None:
        """Show a page, with the keyboard in the search."""
        if id:
            self.guide.search.clear()  # what was looked for before has nothing to do with this page
        self.guide.show_guide(id, heading)
        if not self.isVisible():
            fitted(self, self.width(), self.height())  # the screen may be another one
        self.show()
        self.raise_()
        self.activateWindow()
        self.guide.search.setFocus()
        self.guide.search.selectAll()

    def _print(self, page: QTextEdit) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter()
        if QPrintDialog(printer, self).exec():
            page.print_(printer)


class AboutDialog(QDialog):
    """Version, licences and machine; all of it can be copied."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle("About Netloom")
        self._text = ""
        self.reader = Reader(themes)
        self.reader.setAccessibleName("About this copy of Netloom")
        self.copied = text_label(look="ok")
        self.copy, close = QPushButton("Copy"), QPushButton("Close")
        self.copy.setObjectName("aboutCopy")
        self.copy.clicked.connect(self._copy)
        close.clicked.connect(self.close)
        vbox((self.reader, 1), hbox(self.copied, Stretch(1), self.copy, close, spacing=8), parent=self,
             margins=(20, 16, 16, 16), spacing=12)  # fmt: skip
        fitted(self, 620, 640)

    def tell(self, devices: tuple[str, ...], text: str) -> None:
        """Show what is known; ``text`` is what is copied."""
        self._text = text
        self.copied.clear()
        machine_rows = "\n".join(f"| {name} | {value} |" for name, value in machine(devices))
        library_rows = "\n".join(f"| {each.name} | {each.version} | {each.licence} |" for each in libraries())
        claim = f"Draw a network, watch it learn, see what it learned. Licence: {LICENCE}."
        self.reader.show_text(
            f"# Netloom {netloom_version()}\n\n{claim}\n\n"
            f"## This machine\n\n| what | value |\n|---|---|\n{machine_rows}\n\n"
            f"## Libraries\n\n| library | version | licence |\n|---|---|---|\n{library_rows}\n"
        )

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self.copied.setText(COPIED)


class ReportDialog(QDialog):
    """A report that can be read, written in, copied and saved."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("report")
        self.setWindowTitle("Report a problem")
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("The report")
        self.text.setTabChangesFocus(True)
        self.done_label = text_label(wrap=True)
        self.copy, self.save, close = QPushButton("Copy"), QPushButton("Save…"), QPushButton("Close")
        self.copy.setObjectName("reportCopy")
        self.save.setObjectName("reportSave")
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._save)
        close.clicked.connect(self.close)
        feet = hbox((self.done_label, 1), self.copy, self.save, close, spacing=8)
        vbox(text_label(WHY, wrap=True), (self.text, 1), feet, parent=self, margins=(20, 16, 16, 16), spacing=12)
        fitted(self, 680, 640)

    def tell(self, report: str) -> None:
        """Show a report, with the keyboard where one writes."""
        self.text.setPlainText(report)
        self._say("", "")
        self.text.setFocus()

    def _say(self, sentence: str, tone: str) -> None:
        self.done_label.setText(sentence)
        set_look(self.done_label, "tone", tone)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self._say(COPIED, "ok")

    def _save(self) -> None:
        name, _ = file_dialogs.ask_save(self, "Save the report", REPORT_NAME, "Text (*.txt)")
        if not name:
            return
        try:
            write_atomically(Path(name), self.text.toPlainText().encode())
        except NetloomError as error:
            self._say(str(error), "error")
        else:
            self._say(f"Saved as {name}.", "ok")
