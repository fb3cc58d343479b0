"""Notices inside the window: a sentence with what can be done about it, dismissible, never a modal box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QPushButton, QSizePolicy, QToolButton, QWidget

from widgets.look import icons
from widgets.look.buttons import mark_usual
from widgets.look.labels import text_label
from widgets.look.layouts import BesideOrBelow, Stretch, hbox, vbox
from widgets.look.plain_text import caption
from widgets.look.theme import RADIUS, Themed, ThemeSource, blend
from widgets.shell.question_sheet import QuestionSheet

MOST = 3
"""Notices shown at a time; an older one gives way."""

LOOK_MS = 300
"""How often notices with a condition are looked at."""

CROSS = 40
"""About so many pixels are taken by the cross, with the room before and behind it."""

PASSING_MS = 12_000
"""How long a notice stays that asks nothing and reports no fault."""


@dataclass(frozen=True)
class Notice:
    """What to say. A notice with the ``key`` of one that is shown takes its place.

    ``tone`` is ``error``, ``warning``, ``ok`` or ``info``. Each choice is a title and what it does; any of them, and
    the cross, closes the notice.

    What went well and what is to be known (``ok``, ``info``) passes: it leaves by itself, and with the page that is on
    show; so does a warning that ``passes``, the answer to something that cannot be done. Other errors and warnings
    stay, and so does what is ``open``: a question, or work in progress. A notice that is ``of_project`` leaves with the
    project that is open, and is put aside while that is not on show; one with a condition, ``holds``, leaves as soon as
    what it says is not so any more, and then calls ``lapsed``. What was begun waits for one that ``asks``: it stands in
    the middle of the window.
    """

    text: str
    tone: str = "info"
    choices: tuple[tuple[str, Callable[[], object]], ...] = ()
    key: str = ""
    dismissed: Callable[[], object] | None = field(default=None)
    open: bool = False
    asks: bool = False
    of_project: bool = False
    passes: bool = False
    holds: Callable[[], bool] | None = None
    lapsed: Callable[[], object] | None = None

    @property
    def passing(self) -> bool:
        """Whether it leaves by itself."""
        return (self.passes or self.tone in ("ok", "info")) and not (self.open or self.asks)

    @property
    def over(self) -> bool:
        """Whether what it says is not so any more."""
        return self.holds is not None and not self.holds()


class Banner(Themed, QWidget):
    """One notice."""

    def __init__(self, notice: Notice, themes: ThemeSource, close: Callable[[Banner], None]) -> None:
        super().__init__()
        self.notice = notice
        self._close = close
        self.setObjectName(f"banner-{notice.key}" if notice.key else "banner")
        self.setAccessibleName(notice.text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        text = text_label(notice.text, wrap=True, selectable=True)
        self._choices = hbox(Stretch(1), spacing=8)
        margins = (52, 22, 20, 18) if notice.asks else (36, 6, 8, 6)
        words = BesideOrBelow(
            text, self._choices, spacing=18 if notice.asks else 8, around=margins[0] + CROSS, always=notice.asks
        )
        layout = hbox((words, 1), parent=self, margins=margins)
        for index, (title, call) in enumerate(notice.choices):
            self._add_choice(title, call, first=index == 0)
        self.cross = QToolButton()
        self.cross.setAccessibleName("Dismiss this notice")
        self.cross.setToolTip("Dismiss")
        self.cross.clicked.connect(self.dismiss)
        layout.addWidget(self.cross)
        self.cross.setHidden(notice.asks)  # one of its answers says no
        self._passing = QTimer(self, singleShot=True, interval=PASSING_MS)
        self._passing.timeout.connect(self._pass)
        if notice.passing:
            self._passing.start()
        self.follow(themes)
        self.theme_changed()

    def _pass(self) -> None:
        """Leave, unless the notice is under the mouse or has the keys: then it has its time again."""
        focus = QApplication.focusWidget()
        if self.underMouse() or (focus is not None and self.isAncestorOf(focus)):
            self._passing.start()
        else:
            self._close(self)

    def _add_choice(self, title: str, call: Callable[[], object], *, first: bool) -> None:
        button = QPushButton(caption(title))
        mark_usual(button, first)
        button.clicked.connect(lambda: self._choose(call))
        self._choices.addWidget(button)

    def _choose(self, call: Callable[[], object]) -> None:
        self._close(self)
        call()

    def dismiss(self) -> None:
        """Close without choosing."""
        self._close(self)
        if self.notice.dismissed is not None:
            self.notice.dismissed()

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        self.cross.setIcon(icons.icon("close", self.theme))
        self.cross.setIconSize(QSize(14, 14))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        hue = {"error": self.theme.error, "warning": self.theme.warning, "ok": self.theme.ok}.get(
            self.notice.tone, self.theme.accent
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        asks = self.notice.asks
        painter.setBrush(self.theme.raised if asks else blend(hue, self.theme.surface, 0.10))
        painter.setPen(QPen(self.theme.strong_border if asks else blend(hue, self.theme.surface, 0.45), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        mark = QRectF(20, 20, 20, 20) if asks else QRectF(11, self.height() / 2 - 8, 16, 16)
        icons.paint(painter, "warning" if self.notice.tone in ("error", "warning") else "logo", mark, hue)
        painter.end()


class Banners(QWidget):
    """The notices that stand at present, the latest on top; they float over what is below. `sheet` holds a question."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banners")
        self._themes = themes
        self._shown: list[Banner] = []
        self._aside: list[Notice] = []
        """What is about the project, as long as that is not on show."""
        self.sheet = QuestionSheet(themes)
        self._layout = vbox(parent=self, spacing=4)
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._look_at_conditions)
        self.hide()

    @property
    def notices(self) -> list[Notice]:
        """What is shown, the latest first."""
        return [banner.notice for banner in self._shown]

    def say(self, notice: Notice) -> None:
        """Show a notice and announce it to screen readers."""
        self.withdraw(notice.key)
        banner = Banner(notice, self._themes, self._remove)
        self._ask(banner) if notice.asks else self._put(banner)
        self._watch()
        QAccessible.updateAccessibility(QAccessibleEvent(banner, QAccessible.Event.Alert))

    def _ask(self, question: Banner) -> None:
        """Show a question, one at a time."""
        self._remove_where(lambda notice: notice.asks)
        self._shown.insert(0, question)
        self.sheet.hold(question)

    def _put(self, banner: Banner) -> None:
        while len(self._bars) >= MOST:
            self._remove(self._bars[-1])
        self._shown.insert(0, banner)
        self._layout.insertWidget(0, banner)
        self.show()
        banner.show()  # now: the layout would show it later, and until then have no room for it

    @property
    def _bars(self) -> list[Banner]:
        return [banner for banner in self._shown if not banner.notice.asks]

    def withdraw(self, key: str) -> None:
        """Take away the notice with ``key``, if it stands."""
        self._remove_where(lambda notice: bool(key) and notice.key == key)

    def leave_page(self) -> None:
        """The project goes out of view: what passes is gone, and what is about the project comes back with it."""
        kept = [notice for notice in self.notices if notice.of_project and not (notice.passing or notice.asks)]
        self._remove_where(lambda notice: notice.passing or notice.of_project)
        self._aside = [*kept, *self._aside]

    def show_project(self) -> None:
        """The project comes into view again, and what is said of it and still so."""
        aside, self._aside = self._aside, []
        for notice in reversed(aside):
            if not notice.over:
                self.say(notice)

    def leave_project(self) -> None:
        """Another project comes: what passes, and what was about the one before, is gone."""
        self._remove_where(lambda notice: notice.passing or notice.of_project)

    def _look_at_conditions(self) -> None:
        """What is not so any more is not said any more; what waited for an answer to it is begun anew."""
        over = [notice for notice in self.notices if notice.over]
        self._remove_where(lambda notice: notice.over)
        for notice in over:
            if notice.lapsed is not None:
                notice.lapsed()

    def _remove_where(self, leaves: Callable[[Notice], bool]) -> None:
        self._aside = [notice for notice in self._aside if not leaves(notice)]
        for banner in [banner for banner in self._shown if leaves(banner.notice)]:
            self._remove(banner)

    def _remove(self, banner: Banner) -> None:
        if banner in self._shown:
            self._shown.remove(banner)
            self._layout.removeWidget(banner)
            self.sheet.release(banner)
            banner.hide()
            banner.deleteLater()
        self._watch()
        self.setVisible(bool(self._bars))

    def _watch(self) -> None:
        """Look at conditions while a notice has one."""
        if any(banner.notice.holds for banner in self._shown):
            self._look.start()
        else:
            self._look.stop()
