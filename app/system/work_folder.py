"""Temporary folders that no killed process leaves behind: what is nobody's is removed when the next one is made."""

from __future__ import annotations

import tempfile
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from graph.atomic_write import draft_folder, remove_lost_drafts


def work_folder() -> AbstractContextManager[Path]:
    """A folder of the system's for files that are needed for a while; held, so that it is known whose it is.

    Raises
    ------
    OSError
        if it cannot be made.
    """
    return draft_folder(Path(tempfile.gettempdir()))


def remove_lost_folders() -> None:
    """Remove the folders of processes that were killed."""
    remove_lost_drafts(Path(tempfile.gettempdir()))


class WorkFolder:
    """A `work_folder` that is there until `close`, or until nobody knows this object any more."""

    def __init__(self) -> None:
        self._held = ExitStack()
        self.path = self._held.enter_context(work_folder())

    def close(self) -> None:
        """Remove it; doing it twice is harmless."""
        self._held.close()

    def __del__(self) -> None:
        """Remove it with this object."""
        self.close()
