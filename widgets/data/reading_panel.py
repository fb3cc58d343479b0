"""Reading panel: how the project's table is written, what each column holds, and what a file leaves open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, Signal
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QTableView,
    QWidget,
)

from app.data.readers.recipe import ColumnRecipe, Dialect, ReadingRecipe
from app.data.sources.table_source import TableSource
from app.protocol.data_values import ColumnReading, Question, TableReading
from graph.layers.settings import Setting
from widgets.data.column_editor import ColumnEditor
from widgets.data.question_box import QuestionBox
from widgets.data.read_as import ReadAs
from widgets.data.recipe_requests import WRITING
from widgets.data.recipe_table import RecipeModel, dialect_sentence
from widgets.fields.form_grid import FormColumns
from widgets.fields.forms import SettingsForm
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import Stretch, boxed, hbox, vbox
from widgets.look.scrolled import scrolled
from widgets.look.theme import ThemeSource

LEAVE, BACK = "Leave this file", "Back to the last reading"
SETTLED = "How this file is read is settled. What you chose can be changed at the right, or undone."
OTHERWISE = "If the file is written otherwise than it was read, say so below."
LINES = 6
"""Lines of a file that are seen at once."""
ROWS = 7
"""Columns that are seen at once."""


class ReadingPanel(QWidget):
    """`written(name, value)` carries a setting of how the file is written, `column_changed(name, changes)`,
    `left_out(name, out)` and `found_again(name)` what was chosen for a column, `kind_wanted(kind)` as what an
    unread file is to be read, `renew_wanted` that the newest rules are asked for, `given_up` that an unread file is
    left alone, `again_wanted` that it is read again as it is now. `answered(changes)` carries settings of a source that
    is no table, which answer what was asked.
    """

    written = Signal(str, object)
    column_changed = Signal(str, object)
    left_out = Signal(str, bool)
    found_again = Signal(str)
    kind_wanted = Signal(str)
    renew_wanted = Signal()
    given_up = Signal()
    answered = Signal(object)
    again_wanted = Signal()

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Reading")
        self._recipe: ReadingRecipe | None = None
        self._reading = TableReading()
        self._questions: Sequence[Question] = ()
        self._left_out: Collection[str] = ()
        self._may_leave = False
        self.found = text_label(parent=self, wrap=True)
        columns = FormColumns()
        self.read_as, self.form = ReadAs(self, columns), SettingsForm(self, columns)
        self.form.setAccessibleName("How the file is written")
        self.head = QPlainTextEdit(self)
        self.renew = QPushButton("Read it by today's rules", self)
        self.again, self.give_up = QPushButton("Try again", self), QPushButton(LEAVE, self)
        self.again.setToolTip("Read the file again, once it was changed")
        self.question, self.editor = QuestionBox(source, self), ColumnEditor(self)
        self.settled = text_label(SETTLED, self, look="faint", wrap=True, hidden=True)
        self.model, self.table = RecipeModel(self), QTableView(self)
        self._set_up()
        self._lay_out()
        self._connect()

    def changeEvent(self, event: QEvent) -> None:
        """Another size of the text asks for other room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_head()

    def _fit_head(self) -> None:
        self.head.setFixedHeight(LINES * self.head.fontMetrics().lineSpacing() + 30)

    def _set_up(self) -> None:
        self.head.setReadOnly(True)
        self.head.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        fixed = QFont()  # of its own family alone, so that it grows with the text around it
        fixed.setFamilies(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families())
        self.head.setFont(fixed)
        self.head.setAccessibleName("First lines of the file")
        self._fit_head()
        self.table.setModel(self.model)
        self.table.setAccessibleName("Columns as they are read")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.horizontalHeader().setStretchLastSection(True)
        line = self.table.verticalHeader().defaultSectionSize()
        self.table.setMinimumHeight((ROWS + 1) * line)

    def _lay_out(self) -> None:
        self._file, self._columns, self._rest = QWidget(self), QWidget(self), QWidget(self)
        self._rest.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        file_heading = text_label("How the file is written", self, look="heading")
        self._ways = boxed(hbox(self.renew, self.again, self.give_up, Stretch(1)))
        rows = (file_heading, self.found, self._ways, self.head, self.read_as, self.form, Stretch(1))
        vbox(*rows, parent=self._file, spacing=6)
        heading = text_label("What its columns hold", self, look="heading")
        vbox(heading, (self.table, 1), self.editor, parent=self._columns, spacing=6)
        inside = QWidget(self)
        vbox(
            (self._file, 0),
            self.settled,
            self.question,
            (self._columns, 1),
            self._rest,
            parent=inside,
            margins=(8, 8, 8, 8),
            spacing=14,
        )
        self.area = scrolled(inside, self)
        hbox(self.area, parent=self)

    def _connect(self) -> None:
        self.form.edited.connect(self.written)
        self.read_as.wanted.connect(self.kind_wanted)
        self.renew.clicked.connect(self.renew_wanted)
        self.give_up.clicked.connect(self.given_up)
        self.again.clicked.connect(self.again_wanted)
        self.editor.changed.connect(self.column_changed)
        self.editor.left_out.connect(self.left_out)
        self.editor.found_again.connect(self.found_again)
        self.question.chosen.connect(self._take_answer)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_column())

    # What is shown

    def show_source(self, source: TableSource, left_out: Collection[str], may_leave: bool) -> None:
        """Show how a table is read; ``left_out`` are columns that the network does not see, if that can be chosen."""
        recipe = source.how_read().recipe
        self._show_table(True)
        self._recipe, self._left_out, self._may_leave = recipe, left_out, may_leave
        self._show_settings(source)
        self.read_as.hide()
        for button in (self.again, self.give_up):
            button.hide()
        self.renew.setVisible(source.rules == 1)
        self._ways.setVisible(source.rules == 1)
        self._say(dialect_sentence(recipe.dialect) if recipe else "", "")
        self._columns.setVisible(recipe is not None)
        self._show_columns()

    def show_refused(self, source: TableSource, reason: str, back: str = LEAVE, kept: str = "") -> None:
        """Offer a way on, and ``back``, for a file that could not be read as ``source`` says, for this ``reason``.

        ``kept`` says what the project trains on meanwhile.
        """
        self._show_table(True)
        self._recipe = None
        self.question.ask(None)
        self._show_settings(source)
        self.read_as.show_source(source)
        self.renew.hide()
        self.give_up.setText(back)
        for widget in (self._ways, self.again, self.give_up):
            widget.show()
        self._say(" ".join(filter(None, (reason, OTHERWISE, kept))), "error")
        self._columns.hide()

    def show_reading(self, reading: TableReading) -> None:
        """Show how the columns may be read."""
        self._reading = reading
        self._show_automatic()
        self.show_head(reading.lines)
        self._show_columns()

    def show_questions(self, questions: Sequence[Question]) -> None:
        """Show what a file that is no table leaves open."""
        self._show_table(False)
        self._recipe, self._reading, self._questions = None, TableReading(), questions
        self.settled.setVisible(not questions)
        self._ask(None)

    def _show_table(self, wanted: bool) -> None:
        """Whether it is a table of which the panel speaks."""
        self._file.setVisible(wanted)
        self._columns.setVisible(wanted)
        self._rest.setVisible(not wanted)
        if wanted:
            self._questions = ()
            self.settled.hide()

    def show_head(self, lines: Sequence[str]) -> None:
        """Show the first lines of the file."""
        text = "\n".join(lines)
        if text != self.head.toPlainText():
            self.head.setPlainText(text)
        self.head.setPlaceholderText("This file is no text, or empty.")

    def refuse_column(self, name: str, sentence: str) -> bool:
        """Say why a column cannot be read as was chosen, and show how it is read; what was typed stays.

        Returns False, and says nothing, where another column is on show by now.
        """
        if self.editor.column != name:
            return False
        self.editor.refuse(sentence)
        self._show_column()
        return True

    def refuse_setting(self, name: str, sentence: str) -> None:
        """Say why the file cannot be read with the setting ``name`` as was chosen."""
        self.form.refuse(name, sentence)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is still open: about columns of a table, or about other data."""
        known = self._recipe.by_name if self._recipe else {}
        columns = (column for column in self._reading.columns if column.name in known)
        return (*self._questions, *(column.question for column in columns if column.question is not None))

    def go_to(self, question: Question) -> None:
        """Show what is asked, with the keys on the first answer, and the column that it is about."""
        if question.column:
            self.table.selectRow(self.model.row_of(question.column))
            self.area.ensureWidgetVisible(self.editor)
        self.area.ensureWidgetVisible(self.question)
        (self.question.answers[0] if self.question.question is not None else self.table).setFocus()

    def _show_settings(self, source: TableSource) -> None:
        specs = writing_settings(source)
        self.form.show_settings(specs, {spec.name: getattr(source, spec.name) for spec in specs})
        self._show_automatic()

    def _show_automatic(self) -> None:
        """Say how many lines of names, and above and below the table, were found."""
        dialect = self._recipe.dialect if self._recipe else None
        counts = {}
        if dialect is not None:
            names = dialect.names if dialect.header else 0
            counts = {"skip": dialect.skip, "footer": self._reading.below, "header_rows": names}
        for name in ("skip", "footer", "header_rows"):
            self.form.show_automatic(name, str(counts.get(name, "")))

    def _say(self, sentence: str, tone: str) -> None:
        self.found.setText(sentence)
        self.found.setVisible(bool(sentence))
        set_look(self.found, "tone", tone)

    def _show_columns(self) -> None:
        columns: Sequence[ColumnRecipe] = self._recipe.columns if self._recipe else ()
        fresh = [column.name for column in columns] != [column.name for column in self.model.columns]
        self.model.set_columns(columns, {one.name: one for one in self._reading.columns}, self._left_out)
        if fresh and columns:
            self.table.resizeColumnsToContents()
            for section in range(self.model.columnCount()):
                self.table.setColumnWidth(section, min(self.table.columnWidth(section), 220))
            self.table.selectionModel().setCurrentIndex(
                self.model.index(0, 0),
                QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
            )
        self._show_column()

    def _show_column(self) -> None:
        row = max(self.table.currentIndex().row(), 0)
        columns = self.model.columns
        column = columns[row] if row < len(columns) else None
        reading = self._reading_of(column.name) if column is not None else None
        dialect = self._recipe.dialect if self._recipe else Dialect()
        out = column is not None and column.name in self._left_out
        self.editor.show_column(column, reading, dialect, out, self._may_leave)
        self._ask(reading)

    def _ask(self, reading: ColumnReading | None) -> None:
        """Ask about the column that is shown, or else the first question that is open."""
        question = reading.question if reading is not None else None
        held = any(answer.hasFocus() for answer in self.question.answers)
        self.question.ask(question or next(iter(self.questions), None))
        if held and self.question.question is None:
            (self.table if self._recipe is not None else self).setFocus()

    def _take_answer(self, question: Question, changes: Mapping[str, Any]) -> None:
        if question.column:
            self.column_changed.emit(question.column, changes)
        else:
            self.answered.emit(changes)

    def _reading_of(self, name: str) -> ColumnReading | None:
        return next((column for column in self._reading.columns if column.name == name), None)


def writing_settings(source: Any) -> list[Setting]:
    """The settings of a source that say how its table is written."""
    return [spec for spec in source.shown() if spec.name in WRITING]
