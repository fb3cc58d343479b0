"""The CSV files of ``sklearn.datasets``, read without importing scikit-learn.

That import takes a second of processor time, several times as long as a small network trains on such a file.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from app.data.dataset import Array
from graph.errors import NetloomError


def read_table(name: str) -> Array:
    """The numbers of the file ``name``, (rows, columns) as 64-bit floats."""
    path = _folder() / name
    if not path.is_file():
        raise NetloomError(f"scikit-learn has no file {name} here: install the version that Netloom's lock names.")
    delimited = not name.startswith("diabetes")
    headed = name in ("iris.csv", "wine_data.csv", "breast_cancer.csv")
    return np.loadtxt(path, delimiter="," if delimited else None, skiprows=int(headed), ndmin=2)


def read_digits() -> tuple[Array, Array]:
    """Pictures (1797, 8, 8) with grey values from 0 to 1 in 32 bits, and their digits (1797) as int64."""
    table = read_table("digits.csv.gz")
    pictures = (table[:, :-1].reshape(-1, 8, 8) / 16.0).astype(np.float32)
    return pictures, table[:, -1].astype(np.int64)


def _folder() -> Path:
    spec = find_spec("sklearn")  # finds the package without running it
    if spec is None or not spec.submodule_search_locations:
        raise NetloomError("scikit-learn is missing: the bundled data sets are its own. Install it with pip.")
    return Path(spec.submodule_search_locations[0]) / "datasets" / "data"
