"""A question with one answer: choices to pick from, or a field for a number, and what is said of the answer."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)

from app.lessons.schema import LessonQuestion
from widgets.look.flow import flow
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import discard, hbox, vbox

EMPTY, NO_NUMBER = "Answer first.", "Type a number, such as 16 or 0.25."
WRONG = "Not quite. Try again, or have the answer shown."


def read_number(text: str) -> float | None:
    """A number as people type it: with a comma or a point, thousands grouped by commas or spaces."""
    plain = text.strip().replace("\u00a0", "").replace(" ", "").replace("−", "-")
    head, comma, tail = plain.rpartition(",")
    grouped = comma and len(tail) == 3 and tail.isdigit() and head.lstrip("+-").replace(",", "") not in ("", "0")
    plain = plain.replace(",", "" if grouped or plain.count(",") > 1 or "." in plain else ".")
    try:
        return float(plain)
    except ValueError:
        return None


class Choice(QWidget):
    """A choice to pick, whose words go on in the next line where the column is narrow; a click on them picks it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.button = QRadioButton()
        self.button.setAccessibleName(text)
        self.label = text_label(text, wrap=True)
        self.setFocusProxy(self.button)
        hbox((self.button, 0, Qt.AlignmentFlag.AlignTop), (self.label, 1), parent=self, margins=(0, 0, 8, 0), spacing=4)

    def sizeHint(self) -> QSize:
        """All words in one line."""
        metrics, button = self.label.fontMetrics(), self.button.sizeHint()
        wide = button.width() + 14 + metrics.horizontalAdvance(self.text)
        return QSize(wide, max(button.height(), metrics.height()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.button.setFocus(Qt.FocusReason.MouseFocusReason)
        self.button.click()


class QuestionBox(QWidget):
    """What is said of an answer; the question and where it is answered are in `entry`, a widget beside it.

    ``answered`` carries a number, or the number of a choice from 1; ``told`` says that the verdict is another.
    """

    answered = Signal(float)
    told = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lessonQuestion")
        self.entry = QWidget()
        """It stands outside of what scrolls, so that it is always in sight."""
        self.entry.setObjectName("lessonEntry")
        self.ask = text_label(look="heading", wrap=True)
        self.field = QLineEdit()
        self.field.setObjectName("lessonAnswer")
        self.field.setAccessibleName("Your answer")
        self.field.setMaximumWidth(140)
        self.unit = text_label(look="faint")
        self.check = QPushButton("Check answer")
        self.check.setObjectName("lessonCheck")
        self.give_up = QPushButton("Show the answer")
        self.give_up.setObjectName("lessonShowAnswer")
        self.revealed = False
        """Whether the answer was shown without having been found."""
        self.verdict = text_label(wrap=True)
        self.verdict.setObjectName("lessonVerdict")
        self.group = QButtonGroup(self)
        self.choices: list[Choice] = []
        self._question: LessonQuestion | None = None
        self._assemble()
        self.check.clicked.connect(self._check)
        self.give_up.clicked.connect(self._reveal)
        self.field.returnPressed.connect(self._check)

    def _assemble(self) -> None:
        vbox(self.verdict, parent=self)
        self._offered = QWidget()
        self._flow = flow(parent=self._offered, spacing=6)
        typed = QWidget()
        flow(self.field, self.unit, self.check, self.give_up, parent=typed, spacing=6)
        vbox(self.ask, self._offered, typed, parent=self.entry, spacing=6)

    def show_parts(self, shown: bool) -> None:
        """Show the question and where it is answered, or neither."""
        self.setVisible(shown)
        self.entry.setVisible(shown)

    def show_question(self, question: LessonQuestion, answered: bool) -> None:
        """Show a question; one that was answered shows its answer."""
        self._question = question
        self.revealed = False
        self.give_up.hide()
        self.ask.setText(question.ask)
        self.field.setAccessibleName(question.ask)
        self.field.clear()
        self.field.setVisible(not question.choices)
        self.unit.setText(question.unit)
        self.unit.setVisible(bool(question.unit) and not question.choices)
        self._offered.setVisible(bool(question.choices))
        self._offer(question.choices)
        self.say("", "")
        if answered:
            self.show_answer()

    def _offer(self, choices: list[str]) -> None:
        for choice in self.choices:
            self.group.removeButton(choice.button)
        discard(self._flow, self.choices)
        self.choices = [Choice(text) for text in choices]
        for number, choice in enumerate(self.choices, 1):
            self.group.addButton(choice.button, number)
            self._flow.addWidget(choice)

    def show_answer(self) -> None:
        """Fill the right answer in and say why it is right."""
        question = self._question
        if question is None:
            return
        self.give_up.hide()
        if question.number is not None:
            self.field.setText(f"{question.number:,}")
        elif question.answer is not None:
            self.choices[question.answer - 1].button.setChecked(True)
        self.say(f"Right. {question.because}".strip(), "ok")

    def refuse(self) -> None:
        """Say that the answer is not right, and offer to show the right one."""
        self.give_up.show()
        self.say(WRONG, "warning")

    def _reveal(self) -> None:
        """Show the right answer and why; the step stays to be done."""
        question, self.revealed = self._question, True
        if question is None:
            return
        self.check.setFocus()
        self.show_answer()
        self.say(f"The answer is {self._answer()}. {question.because}".strip(), "")

    def _answer(self) -> str:
        question = self._question
        if question is None or question.number is None:
            return f"“{self.choices[self.group.checkedId() - 1].text}”"
        return f"{question.number:,} {question.unit}".strip()

    def say(self, text: str, tone: str) -> None:
        """Say something about the answer."""
        self.verdict.setText(text)
        set_look(self.verdict, "tone", tone)
        self.verdict.setVisible(bool(text))
        if text:
            self.told.emit()

    def _check(self) -> None:
        if self._question is None:
            return
        if self._question.choices:
            if self.group.checkedId() < 1:
                self.say(EMPTY, "warning")
            else:
                self.answered.emit(float(self.group.checkedId()))
            return
        number = read_number(self.field.text())
        if number is None:
            self.say(NO_NUMBER if self.field.text().strip() else EMPTY, "warning")
        else:
            self.answered.emit(number)
