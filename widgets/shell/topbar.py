"""The thin bar on top: menu and file on the left, the four workspaces in the middle, training on the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent, QPen, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from widgets.look import icons
from widgets.look.elided_label import ElidedLabel
from widgets.look.labels import Label
from widgets.look.layouts import Gap, Stretch, hbox
from widgets.look.menus import add_entry, give_menu
from widgets.look.plain_text import plain_tip, spoken
from widgets.look.terms import definition
from widgets.look.theme import Themed, ThemeSource
from widgets.shell.action_registry import Actions
from widgets.shell.workspace_tabs import WorkspaceTabs

MARGINS = (8, 4, 8, 5)
GAP = 4
APART = "     "
"""Between what is said of costs."""
AUTO = "auto"
"""The id of the device that the worker chooses."""
TITLE = 120
"""Pixels that the name of the file keeps before the word on Train goes."""


class MenuButton(Themed, QToolButton):
    """Opens all menus; drawn as three lines."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("menuButton")
        self.setAccessibleName("Menu")
        self.setToolTip("Menu (F10)")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.follow(themes)

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(30), self.theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QPen(self.theme.text, 1.5 * self.theme.scale))
        middle, half, apart = self.rect().center(), self.theme.px(7), self.theme.px(5)
        for step in (-apart, 0, apart):
            painter.drawLine(middle.x() - half, middle.y() + step, middle.x() + half, middle.y() + step)
        painter.end()


class Title(Themed, QWidget):
    """Name of the file and whether it is saved; a long name is cut in its middle."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("fileTitle")
        self._name, self._state = "Netloom", ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.follow(themes)

    def say(self, name: str, state: str, more: str = "") -> None:
        """Show a name and a state such as ``unsaved``; ``more`` of it is told in the tooltip."""
        self._name, self._state = name, state
        self.setAccessibleName(f"{name}, {state}" if state else name)
        self.setAccessibleDescription(more)
        self.setToolTip(plain_tip("\n".join(filter(None, (self.accessibleName(), more)))))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.theme.font(bold=True))
        metrics = painter.fontMetrics()
        dot = 18 if self._state else 0
        shown = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, max(self.width() - dot, 20))
        painter.setPen(self.theme.text)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
        end = metrics.horizontalAdvance(shown) + 8
        if self._state:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.warning)
            painter.drawEllipse(QRectF(end, self.height() / 2 - 3, 6, 6))
        painter.setFont(self.theme.font(small=True))
        if self._state and self.width() - end - 14 > painter.fontMetrics().horizontalAdvance(self._state):
            painter.setPen(self.theme.faint)
            painter.drawText(self.rect().adjusted(end + 14, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._state)
        painter.end()


class DeviceButton(QToolButton):
    """Names the device, and keeps room for what ``auto`` is expected to come to, in whatever font it has."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("deviceButton")
        self.setText(AUTO)
        self.setToolTip("Where to train")
        self.setAccessibleName("Device: auto")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        give_menu(self, QMenu(self))
        self._expected = "cpu"

    def expect(self, automatic: str) -> None:
        """Keep room for this device in brackets."""
        self._expected = automatic
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint, advance = super().sizeHint(), self.fontMetrics().horizontalAdvance
        missing = advance(f"{AUTO} ({self._expected})") - advance(self.text())
        return hint + QSize(max(missing, 0), 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class TopBar(Themed, QWidget):
    """The bar. ``workspace`` carries the name of a workspace that was clicked, ``device`` the id of a device."""

    workspace = Signal(str)
    device = Signal(str)

    def __init__(self, actions: Actions, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self._actions = actions
        self.menu = MenuButton(themes)
        menu = QMenu(self.menu)
        self.submenus = actions.menus(menu)
        give_menu(self.menu, menu)
        self.menu.setShortcut("Alt+M")
        QShortcut(QKeySequence("F10"), self).activated.connect(self.open_menu)
        self.title = Title(themes)
        self.spaces = WorkspaceTabs()
        self.spaces.chosen.connect(self.workspace)
        self._frame = QFrame()
        self._frame.setProperty("segments", True)
        hbox(self.spaces, parent=self._frame, margins=(2, 2, 2, 2))
        self.train = self._train_button()
        self.pause = self._button("pause", "pauseButton", "Pause")
        self.step = self._button("step", "stepButton", "Train on one batch")
        self.stop = self._button("stop", "stopButton", "Stop")
        self.devices = DeviceButton()
        self._offered: tuple[tuple[tuple[str, str], ...], str] | None = None
        self._left, self._right = QWidget(), QWidget()
        self._assemble()
        self.follow(themes)
        self.theme_changed()

    def _assemble(self) -> None:
        buttons = (self.train, self.pause, self.step, self.stop, self.devices)
        hbox(self.menu, Gap(4), (self.title, 1), parent=self._left, spacing=4)
        hbox(Stretch(1), *buttons, parent=self._right, spacing=4)
        hbox((self._left, 1), self._frame, (self._right, 1), parent=self, margins=MARGINS, spacing=12)

    def _train_button(self) -> QToolButton:
        """Train has an icon of its own, in the colour that reads on the accent."""
        button, action = QToolButton(), self._actions["train"]
        button.setObjectName("trainButton")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.clicked.connect(action.trigger)

        def follow() -> None:
            button.setText(action.text())
            button.setEnabled(action.isEnabled())
            self._retitle(button, action)

        action.changed.connect(follow)
        follow()
        return button

    def _button(self, command: str, name: str, title: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        action = self._actions[command]
        button.setDefaultAction(action)
        button.setAccessibleName(title)
        action.changed.connect(lambda: self._retitle(button, action))
        self._retitle(button, action)
        return button

    @staticmethod
    def _retitle(button: QToolButton, action: QAction) -> None:
        button.setAccessibleName(spoken(action.text()))
        usual = f"{spoken(action.text())} ({action.shortcut().toString()})"
        button.setToolTip(plain_tip(action.property("why") or usual))

    def show_devices(self, offered: Sequence[tuple[str, str]], chosen: str, automatic: str = "") -> None:
        """Offer devices as ``(id, title)`` and mark the chosen one; ``found`` is what ``auto`` comes to, if known."""
        if self._offered == (tuple(offered), chosen):
            return
        self._offered = (tuple(offered), chosen)
        shown = f"{AUTO} ({automatic})" if chosen == AUTO and automatic else chosen
        menu = self.devices.menu()
        menu.clear()
        for name, title in offered:
            action = add_entry(menu, title)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _=False, name=name: self.device.emit(name))
        self.devices.setText(shown)
        self.devices.setAccessibleName(f"Device: {shown}")

    def show_workspace(self, name: str) -> None:
        """Mark the workspace that is open."""
        self.spaces.show_workspace(name)

    def open_menu(self) -> None:
        """Open the menu by the keyboard."""
        self.menu.menu().popup(self.menu.mapToGlobal(self.menu.rect().bottomLeft()))

    def show_working(self, working: bool) -> None:
        """Show workspaces and training, or leave them away on the start page."""
        self._frame.setVisible(working)
        for button in (self.train, self.pause, self.step, self.stop, self.devices):
            button.setVisible(working)

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        fill, ink = self.theme.accent.name(), self.theme.accent_text.name()
        self._actions.paint(self.theme)
        self.train.setIcon(icons.icon("play", self.theme, self.theme.accent_text))
        self.train.setStyleSheet(
            f"QToolButton {{ background: {fill}; color: {ink}; font-weight: 600; padding: 4px 10px 4px 8px; }}"
            f"QToolButton:hover {{ background: {self.theme.accent_hover.name()}; }}"
            f"QToolButton:focus {{ border-color: {self.theme.text.name()}; }}"
            f"QToolButton:disabled {{ background: {self.theme.hover.name()}; color: {self.theme.faint.name()}; }}"
        )
        side = self.theme.px(16)
        for button in (self.train, self.pause, self.step, self.stop):
            button.setIconSize(QSize(side, side))

    def expect_device(self, automatic: str) -> None:
        """Keep room for what ``auto`` came to the last time, so that Train stands still when the worker tells it."""
        self.devices.expect(automatic)

    def _needed(self, *, words: bool) -> int:
        """Pixels that the bar needs with or without the word on Train, and without the title."""
        buttons = [button for button in (self.pause, self.step, self.stop, self.devices) if not button.isHidden()]
        widths = [self.menu.sizeHint().width(), *(button.sizeHint().width() + GAP for button in buttons)]
        if not self.train.isHidden():
            word = self.train.fontMetrics().horizontalAdvance(self.train.text()) + 2 * GAP if words else 0
            widths += [self.train.iconSize().width() + 24 + GAP + word, self._frame.sizeHint().width() + 24]
        return sum(widths) + GAP + MARGINS[0] + MARGINS[2]

    def minimumSizeHint(self) -> QSize:
        """What its buttons need without the word on Train: never more because the bar got more."""
        return QSize(self._needed(words=False), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < self._needed(words=True) + self.theme.px(TITLE)
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        self.train.setToolButtonStyle(style)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.surface)
        painter.setPen(self.theme.border)
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()


class StatusLine(Themed, QWidget):
    """The line at the bottom: problems to go to, what the network costs, and where training stands."""

    asked = Signal()

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("statusLine")
        self.problems = QToolButton()
        self.problems.setObjectName("problemCount")
        self.problems.setToolTip("Go to the next problem (F8)")
        self.problems.clicked.connect(self.asked)
        self.costs, self.training = Label(), ElidedLabel(look="state")
        self._parts: Sequence[str] = ()
        self.costs.setObjectName("costs")
        self.training.setObjectName("trainingState")
        texts = (self.problems, self.costs, Stretch(1), self.training)
        self._row = hbox(*texts, parent=self, margins=(8, 1, 12, 1), spacing=16)
        self.follow(themes)

    def show_problems(self, text: str, tone: str) -> None:
        """Show how many problems there are; ``tone`` is ``error``, ``warning``, ``ok``, or ``idle`` without data."""
        self.problems.setText(text)
        self.problems.setAccessibleName(f"{text}; go there" if tone != "ok" else text)
        hues = {"error": self.theme.error, "warning": self.theme.warning, "idle": self.theme.faint}
        hue = hues.get(tone, self.theme.ok)
        self.problems.setToolTip("Choose data" if tone == "idle" else "Go to the next problem (F8)")
        self.problems.setStyleSheet(f"QToolButton {{ color: {hue.name()}; padding: 2px 6px; }}")

    def show_costs(self, parts: Sequence[str]) -> None:
        """Show what the network costs, each part with its unit."""
        self._parts = parts
        self._fit()

    def _fit(self) -> None:
        """Show of the costs what there is room for beside the rest: the last are left out first, and none is cut."""
        others = [widget for widget in (self.problems, self.training) if not widget.isHidden()]
        taken = sum(widget.sizeHint().width() + self._row.spacing() for widget in others) + 2 * self._row.spacing()
        room, advance = self.width() - taken - 20, self.costs.fontMetrics().horizontalAdvance
        shown = (APART.join(self._parts[:count]) for count in range(len(self._parts), -1, -1))
        text = next(each for each in shown if not each or advance(each) <= room)
        if text != self.costs.text():
            self.costs.setText(text)
            whole = APART.join(self._parts)
            meanings = map(definition, self._parts)
            self.costs.setToolTip(plain_tip("\n".join(filter(None, ("" if text == whole else whole, *meanings)))))

    def event(self, event: QEvent) -> bool:
        """Words of another length, or another width, leave other room."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.surface)
        painter.setPen(self.theme.border)
        painter.drawLine(0, 0, self.width(), 0)
        painter.end()
