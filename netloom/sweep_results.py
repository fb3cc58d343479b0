"""A search for good settings, and what it found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import NetloomError
from netloom.trained_run import Run

if TYPE_CHECKING:
    import pandas as pd

    from app.sweep.study import Search


class Sweep:
    """The trials of a search, each of which is an ordinary run."""

    def __init__(self, search: Search) -> None:
        self._search = search

    @property
    def folder(self) -> Path:
        """Where it is kept; `Project.sweep` goes on with what is there."""
        return self._search.folder

    def frame(self) -> pd.DataFrame:
        """A row for each trial, the best first: its status, what decides, its epochs, its run, and its settings."""
        import pandas as pd

        metric = self._search.space.metric
        rows = [
            {
                "trial": trial.number,
                "status": trial.status,
                metric: trial.value,
                "epochs": trial.epochs,
                "run": trial.run,
            }
            | dict(trial.values)
            for trial in self._search.trials()
        ]
        return pd.DataFrame(rows).set_index("trial") if rows else pd.DataFrame()

    def best(self) -> Run:
        """The run of the best trial.

        Raises
        ------
        NetloomError
            if no trial was trained to its end.
        """
        from app.training.runs import Run as StoredRun

        found = self._search.best()
        if found is None:
            raise NetloomError(f"No trial of {self.folder} was trained to its end; see the column “status” of frame().")
        return Run(StoredRun.open(Path(found.run)))

    def __repr__(self) -> str:
        return f"<Sweep in {self.folder}: {len(self._search.trials())} trials>"
