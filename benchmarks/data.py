"""How long it takes from a user's files to training, beside what others do with the same files, in one run.

    python -m benchmarks.data [--pictures 20000] [--large 6000] [--only table|32|224]

- A table of 1,000,000 rows and 20 columns, and one of 60 rows and 6,000 columns with a class, against pandas.read_csv
  alone: read, with what its columns hold; from the file to training arrays; and looked into and loaded, which is all
  that is done when it is chosen, with what is told about it. All read the same file in turn, and each one's best of
  several turns counts, because other work on the machine only ever adds time.
- A folder of pictures at 32 x 32 and at 224 x 224 (``--large`` of them): epochs with the same network, once all are
  decoded. Held as numbers, as bytes, or left in their file, each against tensors that are in memory already; left in
  their file also against torch's DataLoader with two workers, which decodes them as it goes. Best of several turns.
- What training takes in memory beyond the same training on a few pictures, against the budget that was set.
"""

from __future__ import annotations

import argparse
import gc
import io
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from app.data.data_choice import DataChoice
from app.data.inspect import inspect
from app.data.prepare import prepare
from app.data.readers import table_file
from app.data.readers.table_file import read_table
from app.data.sources import file_source
from app.system.memory_budget import installed
from benchmarks.common import alternate, say

ROWS, COLUMNS, TURNS = 1_000_000, 20, 7
WIDE = (60, 6000)
"""Rows and columns of a table such as gene expression gives."""
CLASSES, DIFFERENT, BATCH, ROUNDS = 4, 200, 64, 5
NUMBERS, BYTES, FILE = "64", "bytes", "0.02"
"""Budgets in GB: all pictures fit as numbers; only as bytes (worked out from their size); only a few batches fit."""
ROOT = Path(__file__).resolve().parents[1]


def written(file: Path) -> None:
    """A table of numbers with five decimals, the last column to be predicted."""
    import pandas as pd

    values = np.random.default_rng(0).normal(size=(ROWS, COLUMNS)).round(5)
    names = [f"sensor {number}" for number in range(1, COLUMNS)] + ["target"]
    pd.DataFrame(values, columns=pd.Index(names)).to_csv(file, index=False)


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def forget() -> None:
    """Let nothing be remembered from the turn before."""
    file_source._loaded.cache_clear()
    table_file._LAST.clear()


def table(folder: Path) -> None:
    """Print the figures for a long table."""
    file = folder / "table.csv"
    written(file)
    of_table("table", file, f"CSV of {ROWS:,} rows x {COLUMNS} columns")


def wide_table(folder: Path) -> None:
    """Print the figures for a table of few rows and many columns."""
    import pandas as pd

    file = folder / "wide.csv"
    values = np.random.default_rng(0).normal(size=WIDE).round(5)
    frame = pd.DataFrame(values, columns=pd.Index([f"gene {number}" for number in range(WIDE[1])]))
    frame.assign(target=["a", "b", "c"] * (WIDE[0] // 3)).to_csv(file, index=False)
    of_table("wide table", file, f"CSV of {WIDE[0]} rows x {WIDE[1]:,} columns")


def of_table(name: str, file: Path, what: str) -> None:
    """Print what is done with a table against pandas.read_csv alone, in turn; each one's best turn counts."""
    import pandas as pd

    choice = DataChoice.of("table", path=str(file), target="target")
    ways: dict[str, Callable[[], object]] = {
        "alone": lambda: pd.read_csv(file),
        "read, its columns found": lambda: read_table(file),
        "from file to training arrays": lambda: prepare(choice),
        "looked into and loaded": lambda: inspect(file),
    }
    found: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(TURNS):
        for way, work in ways.items():
            forget()
            found[way].append(seconds(work))
    alone = min(found.pop("alone"))
    for way, taken in found.items():
        text = f"{what} {way}, {min(taken):.2f} s, against pandas.read_csv alone, {alone:.2f} s"
        say(name, min(taken) / alone, text)


def pictures(folder: Path, count: int, size: int) -> Path:
    """A folder for each class with ``count`` JPEG files in all, copies of `DIFFERENT` different pictures."""
    from PIL import Image

    rng = np.random.default_rng(0)
    different = []
    for _ in range(DIFFERENT):
        small = Image.fromarray(rng.integers(0, 256, (8, 8, 3)).astype(np.uint8))
        stream = io.BytesIO()
        small.resize((size, size), Image.Resampling.BICUBIC).save(stream, "JPEG", quality=90)
        different.append(stream.getvalue())
    for number in range(count):
        place = folder / f"pictures{size}x{count}" / f"class{number % CLASSES}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:06}.jpg").write_bytes(different[number % DIFFERENT])
    return place.parent


def project_of(folder: Path, size: int) -> dict[str, Any]:
    """A small convolutional network on the pictures, as the JSON form of a project."""
    layers: list[tuple[str, str, dict[str, Any]]] = [
        ("input1", "input", {"shape": {"kind": "image", "sizes": [3, size, size]}}),
        ("conv1", "conv2d", {"filters": 8, "stride": [2, 2], "padding": "valid"}),
        ("relu1", "relu", {}),
        ("conv2", "conv2d", {"filters": 16, "stride": [2, 2], "padding": "valid"}),
        ("relu2", "relu", {}),
        ("pool1", "global_pool2d", {}),
        ("dense1", "dense", {"units": CLASSES}),
        ("output1", "output", {}),
    ]
    ids = [id_ for id_, _, _ in layers]
    return {
        "netloom": 1,
        "data": {"source": "images", "options": {"path": str(folder), "height": size, "width": size}},
        "plan": {"batch_size": BATCH, "device": "cpu"},
        "network": {
            "layers": [{"id": id_, "kind": kind, "settings": settings} for id_, kind, settings in layers],
            "connections": [f"{a}.out -> {b}.in" for a, b in itertools.pairwise(ids)],
        },
    }


class Learner:
    """The network and its data, and how long an epoch takes with samples from anywhere."""

    def __init__(self, folder: Path, size: int) -> None:
        import torch

        from app.training.trainable import Model
        from graph.project import parse_project

        self.model = Model.build(parse_project(project_of(folder, size)))
        self.part = self.model.prepared.train
        self.optimiser = torch.optim.Adam(self.model.module.parameters(), lr=1e-3)
        self.files = [one for place in sorted(folder.iterdir()) for one in sorted(place.iterdir())]
        self.size = size

    def feed(self, budget: str) -> Callable[[], float]:
        """Epochs of Netloom's own, with so many GB for the data."""
        pixels = self.part.arrays["image"]
        os.environ["NETLOOM_MEMORY"] = str(1.2 * pixels.size / 2**30 / 0.7) if budget == BYTES else budget
        feed = self.model.feed(self.part)
        return lambda: self.epoch(feed.epoch(0, 1, BATCH))

    def tensors(self) -> Callable[[], float]:
        """Epochs of the same samples as tensors that are in memory already, put in order batch by batch."""
        import torch

        from app.training.batches import Feed

        arrays = {name: np.asarray(values) for name, values in self.part.arrays.items()}
        feed = Feed(replace(self.part, arrays=arrays), ["image"], ["class"], torch.device("cpu"), True)
        inputs, targets = (feed._columns[name].values for name in ("image", "class"))  # type: ignore[union-attr]

        def batches() -> Iterator[Any]:
            from app.training.batches import Batch

            for order in torch.split(torch.randperm(len(inputs)), BATCH):
                yield Batch((inputs[order],), (targets[order],))

        return lambda: self.epoch(batches())

    def loader(self) -> Callable[[], float]:
        """Epochs of torch's DataLoader with two workers, which decode the pictures."""
        import torch
        from torch.utils.data import DataLoader, Dataset

        from app.data.readers.picture_file import picture_array

        rows, size, listed = self.part.indices, self.size, self.files
        labels = np.asarray(self.part.arrays["class"])

        class Folder(Dataset[Any]):
            def __len__(self) -> int:
                return len(rows)

            def __getitem__(self, index: int) -> Any:
                pixels = picture_array(listed[rows[index]], (size, size), True, "stretch")
                return torch.from_numpy((pixels - 0.5) / 0.25), int(labels[index])

        loader = DataLoader(Folder(), BATCH, shuffle=True, num_workers=2)

        def batches() -> Iterator[Any]:
            from app.training.batches import Batch

            for pixels, classes in loader:
                yield Batch((pixels.contiguous(memory_format=torch.channels_last),), (classes,))

        return lambda: self.epoch(batches())

    def epoch(self, batches: Iterable[Any]) -> float:
        """Seconds for an epoch's steps on these batches."""
        start = time.perf_counter()
        for batch in batches:
            self.optimiser.zero_grad(set_to_none=True)
            loss, _ = self.model.loss(batch)
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimiser.step()
        return time.perf_counter() - start


def folder_of(folder: Path, count: int, size: int) -> None:
    """Print the figures for pictures of one size."""
    place = pictures(folder, count, size)
    start = time.perf_counter()
    learner = Learner(place, size)
    decoding = time.perf_counter() - start
    name, what = f"pictures {size}", f"epoch of {len(learner.part.indices):,} pictures of {size} x {size}"
    whole = 3 * size * size * count / 2**30
    for title, amount in (("as numbers", NUMBERS), ("as bytes", BYTES), ("in their file", FILE)):
        if 4 * whole > installed() / 3 / 2**30:
            print(f"    as numbers they would take {4 * whole:.1f} GB, so they are not held {title} beside tensors")
            continue
        found = alternate({"ours": learner.feed(amount), "tensors": learner.tensors()}, ROUNDS)
        ratio = min(found["ours"]) / min(found["tensors"])
        say(name, ratio, f"{what} held {title}, {min(found['ours']):.2f} s, against tensors in memory")
    found = alternate({"loader": learner.loader(), "ours": learner.feed(FILE)}, 2)
    ratio = min(found["loader"]) / min(found["ours"])
    say(name, ratio, f"as many samples per second, left in their file, as DataLoader with 2 workers; {what}")
    print(f"    decoding them once took {decoding:.1f} s")
    few = pictures(folder, 16 * BATCH, size)  # enough for tests of the same size at a time
    for share in (0.3, 1.3):
        budget = share * whole
        taken = peak(place, size, budget) - peak(few, size, budget)
        say(name, taken / budget, f"memory that training takes, {taken:.2f} GB, against a budget of {budget:.2f} GB; "
            f"the pictures are {whole:.2f} GB as bytes")  # fmt: skip


def peak(place: Path, size: int, budget: float) -> float:
    """GB of memory that two epochs and a test take at most, in a process of their own."""
    environment = os.environ | {"NETLOOM_MEMORY": str(budget)}
    command = [sys.executable, "-m", "benchmarks.data", "--peak", str(place), "--size", str(size)]
    return float(subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout)


def measured(place: Path, size: int) -> None:
    """Train and test, and print the GB that this process took at most."""
    learner = Learner(place, size)
    feed = learner.model.feed(learner.part)
    for number in range(2):
        learner.epoch(feed.epoch(0, number, BATCH))
    learner.model.measure(learner.model.feed(learner.model.prepared.test))
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**20)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.data")
    parser.add_argument("--pictures", type=int, default=20_000, help="pictures of 32 x 32")
    parser.add_argument("--large", type=int, default=6000, help="pictures of 224 x 224")
    parser.add_argument("--only", choices=["table", "32", "224"], help="one of the three alone")
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.peak:
        measured(asked.peak, asked.size)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NETLOOM_HOME"] = str(Path(folder) / "home")
        if asked.only in (None, "table"):
            table(Path(folder))
            wide_table(Path(folder))
        if asked.only in (None, "32"):
            folder_of(Path(folder), asked.pictures, 32)
        if asked.only in (None, "224"):
            folder_of(Path(folder), asked.large, 224)


if __name__ == "__main__":
    main()
