"""Downloadable data sets: MNIST, Fashion-MNIST, KMNIST and CIFAR-10, fetched once and kept."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from app.data import download
from app.data.dataset import Array, Dataset, DatasetInfo, FieldInfo, Task
from app.data.lazy_array import LazyArray, RowStore
from app.data.readers.array_files import read_arrays
from app.data.sources.cifar import TENS, Cifar
from app.data.sources.source import Origin, Source
from app.system.own_command import PROGRAM
from graph.errors import NetloomError
from graph.shapes import image, vector

WORN = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
KANA = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")


class Fetched(Source):
    """Pictures that must be fetched before they can be used. Subclasses name their classes."""

    origin: ClassVar[Origin] = Origin.DOWNLOADED
    classes: ClassVar[tuple[str, ...]]
    sizes: ClassVar[tuple[int, int, int]] = (1, 28, 28)
    samples: ClassVar[int] = 70_000

    def info(self, base: Path | None = None) -> DatasetInfo:
        """Facts of the pictures, whether they have been fetched or not."""
        fields = (
            FieldInfo("image", image(*self.sizes)),
            FieldInfo("class", vector(len(self.classes)), classes=self.classes),
        )
        return DatasetInfo(
            self.kind, self.title, Task.CLASSIFICATION, self.samples, fields, ("image",), "class", self.summary()
        )

    def load(self, base: Path | None = None) -> Dataset:
        """The pictures, 0 to 1; the makers' test pictures are the test set."""
        if not download.is_here(self.kind):
            size = download.KNOWN[self.kind].size / 1e6
            raise NetloomError(
                f"{self.title} has not been downloaded yet ({size:.0f} MB); press Download in the data view, or run "
                f"{PROGRAM} datasets --download {self.kind}."
            )
        pictures, labels, given = self.arrays(download.place(self.kind))
        info = self.info()
        if len(pictures) != self.samples or labels.max() >= len(self.classes):
            raise NetloomError(f"The files of {self.title} are incomplete; remove {download.place(self.kind)}.")
        return info.with_values({"image": LazyArray.of(RowStore(pictures, 1)), "class": labels}, given=given)

    def arrays(self, folder: Path) -> tuple[Array, Array, Array]:
        """Pictures uint8 (N, C, H, W), classes int64 (N,), and the part of each (N,)."""
        both = []
        for part in ("train", "t10k"):
            pictures = next(iter(read_arrays(folder / f"{part}-images-idx3-ubyte.gz").values()))
            labels = next(iter(read_arrays(folder / f"{part}-labels-idx1-ubyte.gz").values()))
            if pictures.shape[1:] != self.sizes[1:] or len(pictures) != len(labels):
                raise NetloomError(f"The files of {self.title} do not fit each other; remove {folder}.")
            both.append((pictures, labels))
        given = np.repeat(np.array([0, 2], dtype=np.uint8), [len(labels) for _, labels in both])
        pictures = np.concatenate([array for array, _ in both])[:, None].astype(np.uint8, copy=False)
        return pictures, np.concatenate([array for _, array in both]).astype(np.int64), given


class Mnist(Fetched):
    """70,000 handwritten digits of 28 × 28 pixels, 10,000 of them for the test; 12 MB to download."""

    kind: ClassVar[str] = "mnist"
    title: ClassVar[str] = "MNIST"
    rank: ClassVar[int] = 10
    classes: ClassVar[tuple[str, ...]] = tuple("0123456789")


class FashionMnist(Fetched):
    """70,000 pictures of clothes of 28 × 28 pixels, 10,000 of them for the test; 31 MB to download."""

    kind: ClassVar[str] = "fashion_mnist"
    title: ClassVar[str] = "Fashion-MNIST"
    rank: ClassVar[int] = 20
    classes: ClassVar[tuple[str, ...]] = WORN


class Kmnist(Fetched):
    """70,000 handwritten Japanese syllables of 28 × 28 pixels, 10,000 of them for the test; 21 MB to download."""

    kind: ClassVar[str] = "kmnist"
    title: ClassVar[str] = "KMNIST"
    rank: ClassVar[int] = 30
    classes: ClassVar[tuple[str, ...]] = KANA


class Cifar10(Fetched):
    """60,000 colour pictures of 32 × 32 pixels in ten classes, 10,000 of them for the test; 170 MB to download."""

    kind: ClassVar[str] = "cifar10"
    title: ClassVar[str] = "CIFAR-10"
    rank: ClassVar[int] = 40
    classes: ClassVar[tuple[str, ...]] = TENS
    sizes: ClassVar[tuple[int, int, int]] = (3, 32, 32)
    samples: ClassVar[int] = 60_000

    def arrays(self, folder: Path) -> tuple[Array, Array, Array]:
        """As the archive holds them."""
        loaded = Cifar(path=str(folder / download.KNOWN[self.kind].files[0].name)).load()
        if loaded.given is None:
            raise NetloomError(f"The files of {self.title} are incomplete; remove {folder}.")
        pictures = loaded.input_field().values
        assert isinstance(pictures, LazyArray)
        return pictures.raw(slice(None)), np.asarray(loaded.target_field().values), loaded.given
