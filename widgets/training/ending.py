"""Ending a process of one's own, however long the system takes for it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QProcess

KILL_MS = 400
"""How long the window waits for the system to end a process that is killed; on a busy machine it may take longer."""


END_MS = 1500
"""How long the program waits at its end for what was killed and is not gone yet."""


def kill(process: QProcess, wait_ms: int = KILL_MS) -> None:
    """Kill ``process`` and let go of it; what is not gone after ``wait_ms`` outlives its owner, not the program."""
    process.kill()
    if process.state() == QProcess.ProcessState.NotRunning or process.waitForFinished(wait_ms):
        process.deleteLater()
        return
    process.setParent(QCoreApplication.instance())
    process.finished.connect(process.deleteLater)


def wait_for_killed(wait_ms: int = END_MS) -> None:
    """Wait at the end of the program for what `kill` has let go of: Qt complains of processes that outlive it."""
    program = QCoreApplication.instance()
    for process in program.findChildren(QProcess) if program is not None else ():
        if process.parent() is program:
            process.waitForFinished(wait_ms)
