"""The losses and metrics of a run as a TensorBoard event file, as a training writes it that is asked to."""

from __future__ import annotations

from pathlib import Path

from app.system.home import make_folder
from app.training.event_files import PREFIX, encoded, past_scalars
from app.training.runs import Run
from graph.atomic_write import write_atomically
from graph.errors import NetloomError

NAME_END = ".netloom"
"""How the name of the file ends, by which it is told from those of others."""


def export_event_file(run: Run, out: Path) -> Path:
    """Write what the log of a run says in numbers into the folder ``out``, which is made; returns the file.

    Raises
    ------
    NetloomError
        if there is nothing to write, ``out`` is no folder or has event files of something else, or cannot be written.
    """
    scalars = list(past_scalars(run))
    if not scalars:
        raise NetloomError(f"The run {run.path} has done no step, so it has no curves; train it on.")
    if out.is_file():
        raise NetloomError(f"{out} is a file, and TensorBoard reads folders; choose another name.")
    make_folder(out)
    begins = scalars[0].time
    file = out / f"{PREFIX}{int(begins)}{NAME_END}"
    if any(other != file for other in out.glob(f"{PREFIX}*")):
        raise NetloomError(f"{out} has TensorBoard files of another run, which would be mixed; choose another folder.")
    write_atomically(file, encoded(scalars, begins=begins))
    return file
