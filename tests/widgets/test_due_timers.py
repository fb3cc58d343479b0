"""Timers that are due soon do at once what they would do; all others stay as they were."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.due_timers import let_pass


def test_what_would_come_soon_comes_and_nothing_else(qtbot: QtBot) -> None:
    window, done = QWidget(), list[str]()
    qtbot.addWidget(window)
    soon, next_one, late = (QTimer(window, singleShot=True, interval=each) for each in (60_000, 50_000, 600_000))
    again = QTimer(window, interval=1_000)
    soon.timeout.connect(lambda: done.append("soon"))
    soon.timeout.connect(next_one.start)
    next_one.timeout.connect(lambda: done.append("next"))
    late.timeout.connect(lambda: done.append("late"))
    again.timeout.connect(lambda: done.append("again"))
    for timer in (late, soon, again):
        timer.start()
    let_pass(window, 100_000)
    assert done == ["soon", "next"]
    assert (soon.isActive(), next_one.isActive(), late.isActive(), again.isActive()) == (False, False, True, True)
    assert soon.interval() == 60_000
    for timer in (late, again):
        timer.stop()


def test_a_timer_that_starts_itself_again_does_not_hold_it_up(qtbot: QtBot) -> None:
    window, count = QWidget(), list[int]()
    qtbot.addWidget(window)
    timer = QTimer(window, singleShot=True, interval=50_000)
    timer.timeout.connect(lambda: count.append(1))
    timer.timeout.connect(timer.start)
    timer.start()
    let_pass(window, 100_000)
    assert 1 < len(count) < 50
    timer.stop()
