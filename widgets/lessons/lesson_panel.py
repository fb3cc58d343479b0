"""A lesson beside the canvas: one step at a time, what there is to do, and whether it is done."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QProgressBar, QPushButton, QToolButton, QWidget

from app.lessons.course import Course
from widgets.description.description_panel import Reader
from widgets.description.markdown import MARGIN, show_markdown
from widgets.lessons.number_pictures import PictureRow
from widgets.lessons.question import QuestionBox
from widgets.lessons.tasks import TaskSign
from widgets.look import icons
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.scrolled import scrolled
from widgets.look.theme import Themed, ThemeSource

NOT_YET = {
    True: "First do what is asked here. Skip goes on without.",
    False: "First answer the question. Skip goes on without.",
}
"""The tip of Next before a step is done, by whether there is something to do or to answer."""

LEAST_WIDTH, LEAST_HEIGHT = 220, 130
"""Pixels that a lesson takes at least."""

LEAST_TEXT = 36
"""Pixels of the text that are in sight at least: a line of the largest."""

READABLE = 110
"""Pixels of the text, before scaling, that can be read without scrolling for every line."""


class FittingReader(Reader):
    """As high as its text; what surrounds it scrolls."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__(themes)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())

    def show_text(self, text: str) -> None:
        """Show another text."""
        super().show_text(text)
        self._fit()

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        show_markdown(self, self._text, self.theme)

    def _fit(self) -> None:
        self.setFixedHeight(round(self.document().size().height()) + 2)


class LessonPanel(Themed, QWidget):
    """Shows a `Course`. ``linked`` carries an address; the other signals say what was pressed.

    ``moved`` carries by how many steps to go. ``resized`` says that another step, width or text needs another height.
    The text scrolls; what there is to do or to answer stands below it, in sight. Only where the panel is too low for a
    question with its choices, the question scrolls with the text.
    """

    linked = Signal(str)
    moved = Signal(int)
    answered = Signal(float)
    left = Signal()
    resized = Signal()

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("lesson")
        self.setAccessibleName("Lesson")
        self.course: Course | None = None
        self.title = text_label(look="heading", wrap=True)
        self.where = text_label(look="faint")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName("Steps done")
        self.text, self.sign, self.question = FittingReader(themes), TaskSign(themes), QuestionBox()
        self.text.setAccessibleName("What this step is about")
        self.pictures, self.results = PictureRow(themes), PictureRow(themes)
        self.hint, self.done = FittingReader(themes), FittingReader(themes)
        self.hint.setAccessibleName("Hint")
        self.done.setAccessibleName("What has been reached")
        self.ask_hint = self._button("Show a hint", "lessonHint")
        self.back, self.next = self._button("Back", "lessonBack"), self._button("Next", "lessonNext")
        self.skip = self._button("Skip", "lessonSkip")
        self.skip.setToolTip("Go on without doing this step")
        self.leave = QToolButton()
        self.leave.setObjectName("lessonLeave")
        self.leave.setAccessibleName("End lesson")
        self.leave.setToolTip("End the lesson; how far you came is kept")
        self._waiting = self._entry_scrolls = False
        self._assemble()
        self._connect()
        self.follow(themes)
        self.theme_changed()

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        self.leave.setIcon(icons.icon("close", self.theme))
        self.leave.setIconSize(QSize(14, 14))
        self.resized.emit()

    @staticmethod
    def _button(text: str, name: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        return button

    def _assemble(self) -> None:
        inner = QWidget()
        self._scrolled = vbox(
            self.text,
            self.pictures,
            self.question,
            self.results,
            self.done,
            (self.ask_hint, 0, Qt.AlignmentFlag.AlignLeft),
            self.hint,
            Stretch(1),
            parent=inner,
            margins=(0, 0, 6, 0),
            spacing=10,
        )
        self.area = scrolled(inner)
        as_text = (1 + MARGIN, 0, 0, 0)  # behind the frame, too
        self.question.setContentsMargins(*as_text)
        self.area.setMinimumHeight(LEAST_TEXT)
        self._column = vbox(
            hbox((self.title, 1), (self.leave, 0, Qt.AlignmentFlag.AlignTop), margins=as_text, spacing=8),
            hbox((self.bar, 1), self.where, margins=as_text, spacing=8),
            (self.area, 1),
            self.sign,
            self.question.entry,
            hbox(self.back, self.next, Stretch(1), self.skip, spacing=6),
            parent=self,
            margins=(14, 6, 8, 6),
            spacing=4,
        )

    def _connect(self) -> None:
        for reader in (self.text, self.hint, self.done):
            reader.linked.connect(self.linked)
        self.question.answered.connect(self.answered)
        self.question.told.connect(self._show_verdict)
        self.ask_hint.clicked.connect(self._show_hint)
        self.back.clicked.connect(lambda: self.moved.emit(-1))
        self.next.clicked.connect(lambda: self.moved.emit(1))
        self.skip.clicked.connect(lambda: self.moved.emit(1))
        self.leave.clicked.connect(self.left)

    def minimumSizeHint(self) -> QSize:
        """What there is to do or to answer is in sight whole, and at least some lines of the text above it."""
        width = max(self.width(), LEAST_WIDTH)
        height = self._column.totalMinimumHeightForWidth(width)
        if self._entry_scrolls and not self.question.isHidden():  # it is hidden and shown with its entry
            margins = self._column.contentsMargins()
            inside = width - margins.left() - margins.right()
            height += self.question.entry.heightForWidth(inside) + self._column.spacing()
        return QSize(LEAST_WIDTH, max(LEAST_HEIGHT, height))

    @property
    def readable_height(self) -> int:
        """The height in which enough of the text is in sight to read it."""
        return self._height_with(min(self._text_height, self.theme.px(READABLE)))

    @property
    def whole_height(self) -> int:
        """The height in which nothing scrolls."""
        return self._height_with(self._text_height)

    @property
    def _text_height(self) -> int:
        wrapped = self._scrolled.totalMinimumHeightForWidth(self.area.viewport().width())  # -1 where nothing wraps
        return max(LEAST_TEXT, wrapped, self._scrolled.totalMinimumSize().height())

    def _height_with(self, text: int) -> int:
        return self.minimumSizeHint().height() - LEAST_TEXT + text

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words wrap otherwise at another width, and need another height."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()
            self.resized.emit()
        self._place_entry()

    def event(self, event: QEvent) -> bool:
        """What is shown needs another height."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place_entry()
        return done

    def _place_entry(self) -> None:
        """Have the question scroll with the text where both have no room, rather than lose choices."""
        scrolls = self.height() < self.minimumSizeHint().height()
        if scrolls is self._entry_scrolls:
            return
        entry, focus = self.question.entry, QApplication.focusWidget()
        had_focus = focus is not None and entry.isAncestorOf(focus)
        self._entry_scrolls = scrolls
        if scrolls:
            self._column.removeWidget(entry)
            self._scrolled.insertWidget(self._scrolled.indexOf(self.question), entry)
        else:
            self._scrolled.removeWidget(entry)
            self._column.insertWidget(self._column.indexOf(self.sign) + 1, entry)
        entry.setVisible(not self.question.isHidden())  # Qt would show it only with the next event
        if had_focus and focus is not None:
            focus.setFocus(Qt.FocusReason.OtherFocusReason)

    # What is shown

    def show_course(self, course: Course | None) -> None:
        """Show a lesson where one stands in it; None puts it away."""
        self.course = course
        self.show_step()

    def show_step(self) -> None:
        """Show the step that one is at, from its beginning."""
        course = self.course
        if course is None:
            return
        step = course.step
        self.title.setText(f"Lesson: {course.lesson.title}")
        self.text.show_text(f"### {course.at + 1}. {step.title}\n\n{step.text}")
        self.pictures.show_pictures([picture for picture in step.pictures if not picture.after])
        self.results.show_pictures([picture for picture in step.pictures if picture.after])
        self.question.show_parts(step.question is not None)
        if step.question is not None:
            self.question.show_question(step.question, course.done)
        self.hint.show_text(step.hint)
        self.hint.hide()
        self.area.verticalScrollBar().setValue(0)
        self.show_progress()
        self.resized.emit()

    def show_progress(self) -> None:
        """Show what is done by now."""
        course = self.course
        if course is None:
            return
        step, count = course.step, len(course.lesson.steps)
        done = sum(course.progress.done)
        self.where.setText(f"Step {course.at + 1} of {count}" + (f", {done} done" if done else ""))
        self.bar.setRange(0, count)
        self.bar.setValue(done)
        self.results.setVisible(course.done and any(picture.after for picture in step.pictures))
        self.sign.setVisible(bool(step.task))
        self.sign.show_task(step.task, course.done)
        self.done.show_text(step.done)
        self.done.setVisible(course.done and bool(step.done))
        self.ask_hint.setVisible(bool(step.hint) and not course.done and not self.hint.isVisibleTo(self))
        self._show_feet(course)

    def _show_feet(self, course: Course) -> None:
        last = course.at == len(course.lesson.steps) - 1
        self._waiting = bool(course.step.goals or course.step.question) and not course.done
        self.back.setEnabled(course.at > 0)
        self.next.setText("Finish" if last else "Next")
        self.skip.setVisible(self._waiting)
        self._allow_next(course)

    def _allow_next(self, course: Course) -> None:
        """Next waits for what the step asks, unless its answer was shown; the keyboard then stays with the step."""
        allowed = not self._waiting or self.question.revealed
        if not allowed and self.next.hasFocus():
            self.text.setFocus()
        self.next.setEnabled(allowed)
        self.next.setToolTip(plain_tip("" if allowed else NOT_YET[bool(course.step.goals)]))
        set_look(self.next, "primary", not self._waiting)

    def say_wrong(self) -> None:
        """The answer was not right."""
        self.question.refuse()

    def _show_verdict(self) -> None:
        if self.course is not None:
            self._allow_next(self.course)
        self._reveal(self.question.verdict, self.results)

    def _show_hint(self) -> None:
        self.hint.show()
        self.ask_hint.hide()
        self._reveal(self.hint)

    def _reveal(self, *widgets: QWidget) -> None:
        """Scroll to what came last, once all have their places."""

        def scroll() -> None:
            for widget in widgets:
                if widget.isVisible():
                    self.area.ensureWidgetVisible(widget, 0, 8)

        QTimer.singleShot(0, self, scroll)
