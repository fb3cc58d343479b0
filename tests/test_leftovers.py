"""The watch over windowed tests sees what is left behind, and says nothing of what is not."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QProcess, QThread, QTimer
from PySide6.QtWidgets import QMainWindow

from tests.leftovers import Watch

pytestmark = pytest.mark.usefixtures("qapp")


def test_nothing_left_nothing_said() -> None:
    with Watch() as watch:
        timer = QTimer()
        timer.start(1000)
        timer.stop()
        window = QMainWindow()
        window.show()
        window.close()
        window.deleteLater()
    assert watch.leftovers == []


def test_a_window_that_only_waits_for_the_collector_is_not_left_behind() -> None:
    with Watch() as watch:
        window = QMainWindow()
        window.own = window  # type: ignore[attr-defined]
        del window
    assert watch.leftovers == []


def test_a_running_timer_is_named_with_its_place_and_stopped() -> None:
    with Watch() as watch:
        timer = QTimer(objectName="pulse")  # type: ignore[call-arg]
        timer.start(1000)
    assert len(watch.leftovers) == 1
    assert "QTimer 'pulse'" in watch.leftovers[0]
    assert "test_leftovers.py:" in watch.leftovers[0]
    assert not timer.isActive()


def test_a_running_thread_is_named_and_stopped() -> None:
    with Watch() as watch:
        thread = QThread()
        thread.start()
    assert ["QThread" in line for line in watch.leftovers] == [True]
    assert not thread.isRunning()


def test_a_running_process_is_named_and_stopped() -> None:
    with Watch() as watch:
        process = QProcess()
        process.start(sys.executable, ["-c", "input()"])
        assert process.waitForStarted()
    assert ["QProcess" in line for line in watch.leftovers] == [True]
    assert process.state() == QProcess.ProcessState.NotRunning


def test_an_open_window_is_named_by_its_title() -> None:
    with Watch() as watch:
        window = QMainWindow()
        window.setWindowTitle("Forgotten")
        window.show()
    assert ["Forgotten" in line for line in watch.leftovers] == [True]


def test_starting_works_as_before_once_the_watch_has_ended() -> None:
    before = QTimer.start
    with Watch():
        assert QTimer.start is not before
    assert QTimer.start is before
