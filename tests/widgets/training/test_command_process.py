"""A process of the window that is asked to stop ends, whatever state it is in."""

from __future__ import annotations

import os
import signal
import sys

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from widgets.training.command_process import NO_REASON, CommandProcess

SLEEPER = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process by a signal")
def test_a_stopped_process_is_killed_where_it_does_not_end(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("widgets.training.command_process.STOP_MS", 200)
    owner = QWidget()
    qtbot.addWidget(owner)
    process = CommandProcess(owner, [sys.executable])
    with qtbot.waitSignal(process.printed, timeout=20_000):
        process.start(["-c", SLEEPER])
    os.kill(int(process.lines[0]), signal.SIGSTOP)
    with qtbot.waitSignal(process.ended, timeout=20_000) as ended:
        process.stop()
    assert ended.args == [False, NO_REASON]
