"""Trash of deleted run folders: they lie beside the runs for 30 days, and can be put back until they are discarded.

A deleted run keeps the name of its folder, in a folder of its own below `TRASH`, so that two of one name fit in.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from app.system.home import free_path, make_folder
from app.system.locks import try_lock
from app.training.runs import ENVIRONMENT, LOCK, PROJECT
from graph.errors import NetloomError

TRASH = ".deleted"
"""The folder among the runs that holds the deleted ones; it is no run itself, so no list shows it."""
DAYS = 30
"""How long a deleted run is kept."""


@dataclass(frozen=True)
class DeletedRun:
    """A run in the trash: where it lies in ``path``, where it was in ``original``, and when it was deleted.

    ``when`` is in seconds since 1970.
    """

    path: Path
    original: Path
    when: float


def trash_run(run: Path) -> DeletedRun:
    """Move the folder of a run, which must look like one, to the trash beside it.

    Raises
    ------
    NetloomError
        if it does not look like a run, is in training, or cannot be moved.
    """
    if run.is_symlink() or not any((run / part).is_file() for part in (PROJECT, ENVIRONMENT)):
        raise NetloomError(f"{run} does not look like a run; delete it with your file manager if it is to go.")
    _refuse_in_training(run)
    trash = run.parent / TRASH
    make_folder(trash, "Allow Netloom to write beside the run.")
    try:
        place = Path(tempfile.mkdtemp(prefix="run-", dir=trash))
        return DeletedRun(run.rename(place / run.name), run, time.time())
    except OSError as error:
        _tidy(trash)
        raise NetloomError(f"{run} cannot be deleted: {_reason(error)}.") from None


def restore_run(deleted: DeletedRun) -> Path:
    """Put a deleted run back; returns its path, with a number where its name has been given again meanwhile.

    Raises
    ------
    NetloomError
        if it is no longer in the trash, or cannot be moved.
    """
    first = deleted.original
    try:
        run = deleted.path.rename(free_path(first))
    except FileNotFoundError:
        raise NetloomError(f"The run “{first.name}” cannot be put back: it is no longer in the trash.") from None
    except OSError as error:
        raise NetloomError(f"The run “{first.name}” cannot be put back: {_reason(error)}.") from None
    _tidy(first.parent / TRASH)
    return run


def deleted_runs(folder: Path) -> list[DeletedRun]:
    """The deleted runs of a folder of runs, the last deleted first."""
    deleted = []
    with contextlib.suppress(OSError):
        for place in (folder / TRASH).iterdir():
            with contextlib.suppress(OSError):  # another window discards it just now
                when = place.stat().st_mtime
                deleted += [DeletedRun(run, folder / run.name, when) for run in place.iterdir()]
    return sorted(deleted, key=lambda each: each.when, reverse=True)


def discard(deleted: DeletedRun) -> None:
    """Delete a run of the trash for good.

    Raises
    ------
    NetloomError
        if the disk refuses.
    """
    try:
        shutil.rmtree(deleted.path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise NetloomError(f"{deleted.path} cannot be deleted: {_reason(error)}.") from None
    _tidy(deleted.path.parent.parent)


def discard_old(folder: Path) -> None:
    """Delete for good what has been in the trash of ``folder`` for more than `DAYS`; what resists is left."""
    oldest = time.time() - DAYS * 24 * 3600
    for deleted in deleted_runs(folder):
        if deleted.when < oldest:
            with contextlib.suppress(NetloomError):
                discard(deleted)


def _refuse_in_training(run: Path) -> None:
    lock = try_lock(run / LOCK)
    if lock is None:
        raise NetloomError(
            f"The run “{run.name}” cannot be deleted: another program trains it, or its folder cannot be written. "
            "Stop that training, or change the rights of the folder."
        )
    lock.release(remove=True)


def _tidy(trash: Path) -> None:
    """Remove the places of runs that have left the trash, and the trash where nothing is left in it."""
    with contextlib.suppress(OSError):
        for place in (*trash.iterdir(), trash):
            with contextlib.suppress(OSError):  # it still holds a run
                place.rmdir()


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
