"""Where file dialogs begin: the folder used last, else the user's documents; and showing what was written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from widgets.look.file_dialogs import documents, last_folder

if TYPE_CHECKING:
    from widgets.shell.context import Context
    from widgets.shell.preferences import Memory

Choice = tuple[str, Callable[[], object]]


def usual_folder(context: Context) -> Path:
    """The folder in which something was opened or saved last, else the documents."""
    return _last_of(context.memory)


def _last_of(memory: Memory) -> Path:
    kept = memory.get("folder")
    return Path(kept) if isinstance(kept, str) and kept and Path(kept).is_dir() else documents()


def begin_dialogs(memory: Memory) -> None:
    """Have every file dialog begin in the folder used last, and keep the one that is used."""
    last_folder.where = lambda: _last_of(memory)
    last_folder.keep = lambda folder: memory.put(folder=str(folder))


def proposed(context: Context, suffix: str) -> str:
    """A file called after the open project, in the folder used last."""
    return str(usual_folder(context) / f"{context.session.suggested_name}{suffix}")


def remember(context: Context, file: Path) -> None:
    """Have the next dialog begin where ``file`` was written."""
    context.memory.put(folder=str(file.absolute().parent))


def show_in_folder(file: Path) -> Choice:
    """A choice of a notice that opens the folder of ``file`` in the system's file manager."""
    return "Show in folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(file.absolute().parent)))
