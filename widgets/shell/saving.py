"""Where file dialogs begin: the folder used last, else the user's documents; and showing what was written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices

if TYPE_CHECKING:
    from widgets.shell.context import Context

Choice = tuple[str, Callable[[], object]]


def documents() -> Path:
    """The user's folder of documents, their home where the system names none that exists."""
    named = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(named) if named and Path(named).is_dir() else Path.home()


def usual_folder(context: Context) -> Path:
    """The folder in which something was opened or saved last, else the documents."""
    kept = context.memory.get("folder")
    return Path(kept) if isinstance(kept, str) and kept and Path(kept).is_dir() else documents()


def proposed(context: Context, suffix: str) -> str:
    """A file called after the open project, in the folder used last."""
    return str(usual_folder(context) / f"{context.session.suggested_name}{suffix}")


def remember(context: Context, file: Path) -> None:
    """Have the next dialog begin where ``file`` was written."""
    context.memory.put(folder=str(file.absolute().parent))


def show_in_folder(file: Path) -> Choice:
    """A choice of a notice that opens the folder of ``file`` in the system's file manager."""
    return "Show in folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(file.absolute().parent)))
