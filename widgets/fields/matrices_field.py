"""A field for matrices of the same size, such as the kernels of the channels: a line of text for each."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from widgets.fields.field import FormField, mark
from widgets.fields.undo_keys import UndoKeys
from widgets.look.layouts import vbox


class MatricesField(FormField):
    """Matrices one below the other, each as rows of numbers in a line: 1 0 1 / 0 1 0 / 1 0 1."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[QLineEdit] = []
        self._shown: tuple[str, ...] = ()
        self._name, self._help = "", ""
        self._column: QVBoxLayout = vbox(parent=self, spacing=4)
        self._fit(1)
        self.setFocusProxy(self.lines[0])

    def show_value(self, value: object) -> None:
        """Show as many lines as there are matrices."""
        from graph.layers.settings import matrix_text

        self._shown = tuple(map(matrix_text, value)) if isinstance(value, tuple) else ()
        self._fit(max(1, len(self._shown)))
        for line, text in zip(self.lines, self._shown or ("",), strict=True):
            if line.text() != text:
                line.setText(text)

    def editor(self) -> QWidget:
        """The first line."""
        return self.lines[0]

    def commit(self) -> None:
        """Take over what has been typed in any line."""
        from graph.layers.settings import read_matrix

        texts = tuple(line.text() for line in self.lines)
        if texts == self._shown:
            return
        self._shown = texts
        tables = []
        for text in texts:
            try:
                rows = read_matrix(text)
            except ValueError:
                rows = ()
            if not rows or len({len(row) for row in rows}) > 1:
                self.mistaken.emit(f"“{text}” is not rows of numbers; write, for example, 1 0 1 / 0 1 0 / 1 0 1.")
                return
            tables.append(rows)
        if len({(len(rows), len(rows[0])) for rows in tables}) > 1:
            self.mistaken.emit("All of them must have as many rows, and as many numbers in each.")
            return
        self.edited.emit(tuple(tables))

    def mark(self, wrong: bool) -> None:
        """Outline all lines."""
        for line in self.lines:
            mark(line, wrong)

    def describe(self, name: str, help_line: str) -> None:
        """Number the lines, where there are several."""
        super().describe(name, help_line)
        self._name, self._help = name, help_line
        self._number_lines()

    def _number_lines(self) -> None:
        count = len(self.lines)
        for number, line in enumerate(self.lines, 1):
            line.setAccessibleName(f"{self._name}, {number} of {count}" if count > 1 else self._name)
            line.setAccessibleDescription(self._help)

    def _fit(self, count: int) -> None:
        if count == len(self.lines):
            return
        while len(self.lines) > count:
            line = self.lines.pop()
            line.setParent(None)
            line.deleteLater()
        while len(self.lines) < count:
            line = QLineEdit()
            line.editingFinished.connect(self.commit)
            if self.lines:  # a form sees to the first, as to every field's editor
                UndoKeys(line)
            self._column.addWidget(line)
            self.lines.append(line)
        self._number_lines()
