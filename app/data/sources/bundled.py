"""Bundled data sets: digits, iris, wine, breast cancer and diabetes of scikit-learn."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from app.data.dataset import Array, Dataset, DatasetInfo, FieldInfo, Task
from app.data.sources.sklearn_data import read_digits, read_table
from app.data.sources.source import Source
from graph.layers.settings import called_empty, setting
from graph.shapes import Shape, image, sequence, vector

DIGITS = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
"""Pictures of each digit."""


class Digits(Source):
    """1,797 handwritten digits as 8 × 8 grey pictures, of ten classes.

    From scikit-learn (the test set of the UCI optical recognition data). They can be enlarged for networks that
    expect bigger pictures, or read as a sequence of rows by a recurrent network.
    """

    kind: ClassVar[str] = "digits"
    title: ClassVar[str] = "Handwritten digits"
    rank: ClassVar[int] = 10

    size: int = setting(
        8, "Height and width of a picture; larger than 8 is interpolated", minimum=8, maximum=64, unit="pixels"
    )
    layout: Literal["image", "rows", "vector"] = setting(
        "image", "How a picture reaches the network: whole, row after row, or as a plain list of pixels"
    )
    digits: tuple[int, ...] = called_empty(
        setting((), "Which digits, such as 5, 6, 7, 8, 9; empty for all", minimum=0, maximum=9), "all"
    )
    per_class: int = called_empty(
        setting(
            0,
            "Of each digit only so many pictures to learn from, and all others for the test; 0 divides by the shares",
            minimum=0,
            maximum=100,
            unit="pictures",
            label="of each digit",
        ),
        "all",
    )

    def info(self, base: Path | None = None) -> DatasetInfo:
        """Facts of the digits in the chosen size and layout."""
        fields = (
            FieldInfo(self._input_name, self._shape),
            FieldInfo("digit", vector(len(self._kept)), classes=tuple(map(str, self._kept))),
        )
        samples = sum(DIGITS[digit] for digit in self._kept)
        return DatasetInfo(
            self.kind, self.title, Task.CLASSIFICATION, samples, fields, (self._input_name,), "digit", self.summary()
        )

    def load(self, base: Path | None = None) -> Dataset:
        """The pictures with grey values from 0 to 1, and their digits."""
        pictures, digits = read_digits()
        kept = np.isin(digits, self._kept)
        pictures, classes = pictures[kept], np.searchsorted(self._kept, digits[kept]).astype(np.int64)
        if self.size != 8:
            pictures = np.stack([_resized(picture, self.size) for picture in pictures])
        values = pictures.reshape(len(pictures), *(size or 1 for size in self._shape.sizes))
        return self.info().with_values({self._input_name: values, "digit": classes}, given=self._given(classes))

    def _given(self, classes: Array) -> Array | None:
        """The first pictures of each class are to learn from, all others for the test, uint8 (N,); None for shares."""
        if not self.per_class:
            return None
        given = np.full(len(classes), 2, np.uint8)
        for number in range(len(self._kept)):
            given[np.flatnonzero(classes == number)[: self.per_class]] = 0
        return given

    @property
    def _kept(self) -> tuple[int, ...]:
        return tuple(sorted(set(self.digits))) or tuple(range(10))

    @property
    def _input_name(self) -> str:
        return {"image": "image", "rows": "rows", "vector": "pixels"}[self.layout]

    @property
    def _shape(self) -> Shape:
        if self.layout == "image":
            return image(1, self.size, self.size)
        return sequence(self.size, self.size) if self.layout == "rows" else vector(self.size**2)


class _Table(Source):
    """A table of scikit-learn's: a vector of named measurements and one target."""

    files: ClassVar[tuple[str, ...]]
    """Their columns, side by side, are the measurements and then the target."""
    samples: ClassVar[int]
    features: ClassVar[tuple[tuple[str, str], ...]]
    """Name and unit of each measurement; the unit is empty where there is none."""
    target: ClassVar[FieldInfo]

    def info(self, base: Path | None = None) -> DatasetInfo:
        """Facts of the table."""
        names, units = zip(*self.features, strict=True)
        measured = FieldInfo("measurements", vector(len(names)), names=names, units=units)
        task = Task.CLASSIFICATION if self.target.classes else Task.REGRESSION
        fields = (measured, self.target)
        return DatasetInfo(
            self.kind, self.title, task, self.samples, fields, ("measurements",), self.target.name, self.summary()
        )

    def load(self, base: Path | None = None) -> Dataset:
        """The measurements in their own units, and the target."""
        table = np.hstack([read_table(name) for name in self.files])
        targets = table[:, -1].astype(np.int64) if self.target.classes else table[:, -1:].astype(np.float32)
        return self.info().with_values({"measurements": table[:, :-1].astype(np.float32), self.target.name: targets})


class Iris(_Table):
    """150 iris flowers of three species, by four lengths of their sepals and petals."""

    kind: ClassVar[str] = "iris"
    title: ClassVar[str] = "Iris flowers"
    rank: ClassVar[int] = 20
    files: ClassVar[tuple[str, ...]] = ("iris.csv",)
    samples: ClassVar[int] = 150
    features: ClassVar[tuple[tuple[str, str], ...]] = (
        ("sepal length", "cm"),
        ("sepal width", "cm"),
        ("petal length", "cm"),
        ("petal width", "cm"),
    )
    target: ClassVar[FieldInfo] = FieldInfo("species", vector(3), classes=("setosa", "versicolor", "virginica"))


class Wine(_Table):
    """178 wines from one region in Italy, of three cultivars (kinds of vine), by thirteen chemical measurements."""

    kind: ClassVar[str] = "wine"
    title: ClassVar[str] = "Wines"
    rank: ClassVar[int] = 30
    files: ClassVar[tuple[str, ...]] = ("wine_data.csv",)
    samples: ClassVar[int] = 178
    features: ClassVar[tuple[tuple[str, str], ...]] = (
        ("alcohol", "%"),
        ("malic acid", ""),
        ("ash", ""),
        ("alkalinity of ash", ""),
        ("magnesium", ""),
        ("total phenols", ""),
        ("flavanoids", ""),
        ("nonflavanoid phenols", ""),
        ("proanthocyanins", ""),
        ("colour intensity", ""),
        ("hue", ""),
        ("OD280/OD315", ""),
        ("proline", ""),
    )
    # The field is called as in the first version, since fingerprints of runs hold the names of fields.
    target: ClassVar[FieldInfo] = FieldInfo("grower", vector(3), classes=("cultivar 1", "cultivar 2", "cultivar 3"))


_CELL = "radius|texture|perimeter|area|smoothness|compactness|concavity|concave points|symmetry|fractal dimension"


def _cell_features() -> tuple[tuple[str, str], ...]:
    return tuple((f"{kind} {name}", "") for kind in ("mean", "error of", "worst") for name in _CELL.split("|"))


class BreastCancer(_Table):
    """569 breast tumours, malignant or benign, by thirty measurements of cell nuclei in a microscope picture."""

    kind: ClassVar[str] = "breast_cancer"
    title: ClassVar[str] = "Breast cancer"
    rank: ClassVar[int] = 40
    files: ClassVar[tuple[str, ...]] = ("breast_cancer.csv",)
    samples: ClassVar[int] = 569
    features: ClassVar[tuple[tuple[str, str], ...]] = _cell_features()
    target: ClassVar[FieldInfo] = FieldInfo("diagnosis", vector(2), classes=("malignant", "benign"))


class Diabetes(_Table):
    """442 diabetes patients: how far the disease has advanced a year later, from age, sex, build and blood.

    The target is a score from 25 to 346. Even good models err by about 55: the measurements do not say more.
    """

    kind: ClassVar[str] = "diabetes"
    title: ClassVar[str] = "Diabetes"
    rank: ClassVar[int] = 50
    files: ClassVar[tuple[str, ...]] = ("diabetes_data_raw.csv.gz", "diabetes_target.csv.gz")
    samples: ClassVar[int] = 442
    features: ClassVar[tuple[tuple[str, str], ...]] = (
        ("age", "years"),
        ("sex", ""),
        ("body mass index", "kg/m²"),
        ("blood pressure", "mmHg"),
        ("total cholesterol", "mg/dl"),
        ("low-density lipoproteins", "mg/dl"),
        ("high-density lipoproteins", "mg/dl"),
        ("cholesterol ratio", ""),
        ("log of triglycerides", ""),
        ("blood sugar", "mg/dl"),
    )
    target: ClassVar[FieldInfo] = FieldInfo("progression", vector(1), names=("progression",), units=("points",))


def _resized(picture: Array, size: int) -> Array:
    """``picture`` (H, W) with values 0 to 1, at ``size`` x ``size``; bicubic overshoot is cut off."""
    from PIL import Image

    larger = Image.fromarray(picture, mode=None).resize((size, size), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(larger, dtype=np.float32), 0.0, 1.0)
