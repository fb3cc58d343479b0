"""How long it takes from a file to arrays that can be trained on, beside pandas.read_csv alone, in one run.

    python -m benchmarks.data

Both read the same file of 1,000,000 rows and 20 columns in turn, and each one's best of several turns counts, because
other work on the machine only ever adds time.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.data.choice import DataChoice
from app.data.prepare import prepare
from app.data.sources import files, parsing

ROWS, COLUMNS, TURNS = 1_000_000, 20, 5


def written(file: Path) -> None:
    """A table of numbers with five decimals, the last column to be predicted."""
    import pandas as pd

    values = np.random.default_rng(0).normal(size=(ROWS, COLUMNS)).round(5)
    names = [f"sensor {number}" for number in range(1, COLUMNS)] + ["target"]
    pd.DataFrame(values, columns=pd.Index(names)).to_csv(file, index=False)


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def forget() -> None:
    """Let nothing be remembered from the turn before."""
    files._loaded.cache_clear()
    parsing._remembered.cache_clear()


def main() -> None:
    """Print the figure."""
    import pandas as pd

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        written(file)
        choice = DataChoice.of("table", path=str(file), target="target")
        alone, whole = [], []
        for _ in range(TURNS):
            alone.append(seconds(lambda: pd.read_csv(file)))
            whole.append(seconds(lambda: prepare(choice)))
            forget()
    print(
        f"data: {min(whole) / min(alone):.2f}x (CSV of {ROWS:,} rows x {COLUMNS} columns from file to training arrays, "
        f"{min(whole):.2f} s, against pandas.read_csv alone, {min(alone):.2f} s)"
    )


if __name__ == "__main__":
    main()
