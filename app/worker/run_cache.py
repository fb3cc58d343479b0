"""The saved run that was looked at last, kept open: questions about it come in quick succession."""

from __future__ import annotations

from pathlib import Path

from app.training.runs import Run
from app.training.trainable import Model
from app.training.training_session import load_model
from graph.errors import NetloomError

CachedRun = tuple[Run, Model]


class RunCache:
    """Opens runs, and gives the last one again as long as its weights on disk are the same."""

    def __init__(self) -> None:
        self._key: tuple[Path, int, int] | None = None
        self._held: CachedRun | None = None

    def open(self, path: Path) -> CachedRun:
        """The run in ``path`` with the weights to use.

        Raises
        ------
        NetloomError
            if the run or its weights are missing or altered.
        """
        key = _key(path)
        if self._held is None or key != self._key:
            self.close()
            self._held, self._key = load_model(path), key
        return self._held

    def close(self) -> None:
        """Let go of what is held, and of its memory."""
        self._held = self._key = None


def _key(path: Path) -> tuple[Path, int, int]:
    weights = Run.open(path).weights
    try:
        found = weights.stat()
    except OSError:
        raise NetloomError(f"The run {path} has no weights yet; train it for at least one epoch.") from None
    return path, found.st_mtime_ns, found.st_size
