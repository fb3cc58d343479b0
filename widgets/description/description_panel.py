"""The page of a project beside the canvas: read with links that act, or written as Markdown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextBlock, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QPushButton,
    QWidget,
)

from app.system.guide_pages import anchor
from graph.document import Commit, Document
from widgets.description.markdown import show_markdown
from widgets.fields.open_editors import LongText
from widgets.look.current_only_stack import CurrentOnlyStack
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.look.text_page import TextPage
from widgets.look.theme import Themed, ThemeSource

SECTION = "notes"
KEEP_MS = 1500
"""What is written is part of the project, and so of its journal, at most this long after it was typed."""
HOW = "# Title, **bold**, - list, [link](layer:conv1). Links also lead to workspace:data, command:train, preset:lenet."
EMPTY = (
    "A description says what this network is for, what to look at and what to try. It is saved with the project and "
    "stands beside the canvas for everyone who opens it."
)


class Reader(Themed, TextPage):
    """Shows Markdown; a link that is clicked, or gone to with Tab and Return, is told by ``linked``."""

    linked = Signal(str)

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self._text = ""
        self.setProperty("page", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.anchorClicked.connect(lambda url: self.linked.emit(url.toString()))
        self.follow(themes)

    def show_text(self, text: str) -> None:
        """Show another text, from its beginning."""
        self._text = text
        show_markdown(self, text, self.theme)
        self.setTextCursor(QTextCursor(self.document()))  # text that is filled in pushes the cursor to its end
        self.verticalScrollBar().setValue(0)

    def theme_changed(self) -> None:
        """Take over the colours of another theme, where one is reading."""
        place = self.verticalScrollBar().value()
        show_markdown(self, self._text, self.theme)
        self.verticalScrollBar().setValue(place)

    @property
    def headings(self) -> dict[str, QTextBlock]:
        """The headings of the page by their anchors, in their order."""
        headings: dict[str, QTextBlock] = {}
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel():
                headings.setdefault(anchor(block.text()), block)
            block = block.next()
        return headings

    def show_heading(self, name: str) -> bool:
        """Bring a heading to the top by its anchor; False where there is none of this name."""
        block = self.headings.get(name)
        if block is None:
            return False
        self.moveCursor(QTextCursor.MoveOperation.End)  # the heading then comes to stand at the top
        self.setTextCursor(QTextCursor(block))
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + self.cursorRect().top())
        return True


class DescriptionEditor(LongText):
    """The source of the page; ``left`` says that the keyboard went elsewhere, ``done`` that Esc was pressed."""

    done = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pageSource")
        self.setAccessibleName("Description as Markdown")
        self.setTabChangesFocus(True)

    @property
    def text(self) -> str:
        """The source as it stands; Qt's own plain text would lose no-break spaces."""
        return self.document().toRawText().replace("\u2029", "\n").strip()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.done.emit()
        else:
            super().keyPressEvent(event)


class DescriptionPanel(Themed, QWidget):
    """The section ``notes`` of a document, read or written. ``linked`` carries the address of a link."""

    linked = Signal(str)

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAccessibleName("Description")
        self._document: Document | None = None
        self._stop: Callable[[], None] | None = None
        self._sitting = 0
        self._keep_soon = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._keep_soon.timeout.connect(self._keep)
        self.reader, self.writer = Reader(themes), DescriptionEditor()
        self.reader.setAccessibleName("Description of this project")
        self.how, self.empty = (text_label(text, look="faint", wrap=True) for text in (HOW, EMPTY))
        self.edit = QPushButton("Edit")
        self.edit.setObjectName("pageEdit")
        self.edit.setCheckable(True)
        self.edit.toggled.connect(self._switch)
        self.pile = CurrentOnlyStack()
        self._assemble()
        self.reader.linked.connect(self.linked)
        self.writer.left.connect(self.commit)
        self.writer.textChanged.connect(self._on_typing)
        self.writer.done.connect(lambda: self.edit.setChecked(False))
        self.follow(themes)

    def _assemble(self) -> None:
        nothing = QWidget()
        vbox(self.empty, Stretch(1), parent=nothing)
        self._nothing = nothing
        for widget in (self.reader, self.writer, nothing):
            self.pile.add(widget)
        vbox(
            (self.pile, 1),
            hbox((self.how, 1), Stretch(), (self.edit, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)),
            parent=self,
            margins=(14, 12, 8, 10),
            spacing=8,
        )
        self.how.hide()

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 80)

    @property
    def text(self) -> str:
        """The page of the document."""
        section = self._document.sections.get(SECTION) if self._document is not None else None
        return section if isinstance(section, str) else ""

    @property
    def writing(self) -> bool:
        """Whether the source is being edited."""
        return self.edit.isChecked()

    def set_document(self, document: Document) -> None:
        """Show the page of another document."""
        if document is self._document:
            return
        self.edit.setChecked(False)  # what was written belongs to the document before
        self.close_document()
        self._document, self._stop = document, document.subscribe(self._on_commit)
        self._show()

    def close_document(self) -> None:
        """Stop listening to the document."""
        self._keep_soon.stop()
        if self._stop is not None:
            self._stop()
            self._stop = None

    def commit(self) -> None:
        """Take over what was written; what is written after that is another step of undo."""
        self._keep_soon.stop()
        self._keep()
        self._sitting += 1

    def _keep(self) -> None:
        """Take over what is written so far, so that the journal has it."""
        written = self.writer.text
        if self._document is None or not self.writing or written == self.text.strip():
            return
        with self._document.transaction("Edit the description", merge=f"description {self._sitting}"):
            self._document.set_section(SECTION, f"{written}\n" if written else None)

    def _on_typing(self) -> None:
        if self.writing and not self._keep_soon.isActive():
            self._keep_soon.start()

    def _on_commit(self, commit: Commit) -> None:
        if commit.sets(SECTION):
            self._show()

    def _switch(self, writing: bool) -> None:
        if not writing:
            self._commit_and_read()
            return
        self.writer.setPlainText(self.text)
        self._bring()
        self.writer.setFocus()

    def _commit_and_read(self) -> None:
        self.edit.blockSignals(True)
        self.edit.setChecked(True)
        self.commit()
        self.edit.setChecked(False)
        self.edit.blockSignals(False)
        self._show()

    def _show(self) -> None:
        self.reader.show_text(self.text)
        if self.writing and self.writer.text != self.text.strip():
            self.writer.setPlainText(self.text)
        self._bring()

    def _bring(self) -> None:
        """Show what holds now: source, page, or the word that there is none."""
        words = "Done" if self.writing else "Edit" if self.text else "Write a description"
        self.edit.setText(words)
        self.edit.setToolTip("Back to the description (Esc)" if self.writing else "Edit the description as Markdown")
        self.how.setVisible(self.writing)
        self.pile.bring(self.writer if self.writing else self.reader if self.text else self._nothing)
