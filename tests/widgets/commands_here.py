"""Verbs of the command line that a window asks for, run within the test's process, which has loaded torch already."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO

from PySide6.QtCore import QProcess, QTimer

from widgets.training.command_process import NO_REASON, CommandProcess


def start_here(process: CommandProcess, arguments: Sequence[str]) -> None:
    """Stands for `CommandProcess.start`: the verb runs in the next turn of the event loop, unless it is called off."""
    process.close()
    process._lines, process._rest = [], b""
    process._process = waiting = QProcess(process)
    QTimer.singleShot(0, process, partial(_run, process, waiting, list(arguments)))


def _run(process: CommandProcess, waiting: QProcess, arguments: list[str]) -> None:
    """Run the verb and tell what it printed, as of a process of its own, whose warnings nobody sees."""
    if process._process is not waiting:
        return
    from app.cli.command import Screen, run  # few tests with windows need it

    printed, complained = StringIO(), StringIO()
    with redirect_stdout(printed), redirect_stderr(complained), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = run(arguments, Screen(lambda file: 1, lambda folder: 1))
    process._process = None
    waiting.deleteLater()
    for line in filter(None, map(str.rstrip, printed.getvalue().splitlines())):
        process._lines.append(line)
        process.printed.emit(line)
    errors = complained.getvalue().strip().splitlines()
    last = " ".join(process._lines[1:]) if code == 0 else errors[-1] if errors else NO_REASON
    process.ended.emit(code == 0, last)
