"""A process that is killed and takes its time outlives its owner without a complaint of Qt."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QProcess
from pytestqt.qtbot import QtBot

from widgets.training.ending import kill, wait_for_killed


def started(owner: QObject) -> QProcess:
    process = QProcess(owner)
    process.start(sys.executable, ["-c", "import time; time.sleep(60)"])
    assert process.waitForStarted()
    return process


def test_what_is_gone_in_time_goes_with_its_owner(qtbot: QtBot) -> None:
    owner = QObject()
    process = started(owner)
    kill(process, wait_ms=5000)
    assert process.state() == QProcess.ProcessState.NotRunning
    assert process.parent() is owner


def test_what_takes_longer_is_kept_until_it_is_gone(qtbot: QtBot) -> None:
    owner = QObject()
    process = started(owner)
    gone: list[object] = []
    process.destroyed.connect(lambda: gone.append(True))
    kill(process, wait_ms=0)
    owner.deleteLater()
    del owner
    qtbot.waitUntil(lambda: bool(gone), timeout=10_000)  # and Qt has said nothing: pytest-qt would fail


def test_the_program_waits_at_its_end_for_what_it_killed(qtbot: QtBot) -> None:
    owner = QObject()
    process = started(owner)
    kill(process, wait_ms=0)
    wait_for_killed(10_000)
    assert process.state() == QProcess.ProcessState.NotRunning
