"""Files that other programs wrote, of every kind: looked at, trained on and asked about from the command line."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from app.data.dataset import Array
from tests.app.cli.calling import Caller
from tests.app.conftest import idx


def rng() -> np.random.Generator:
    """The same numbers for every file, whichever tests ran before."""
    return np.random.default_rng(5)


@dataclass(frozen=True)
class Case:
    """Data in a folder: what writes it and gives its path, what is found in it, and how well it can be learned."""

    write: Callable[[Path], Path]
    kind: str
    target: str = ""
    epochs: int = 25
    accuracy: float = 0.0
    error: float = 0.0
    """Where no classes are told: the largest error (rmse), in the target's own units."""
    ask: Callable[[Path], object] = Path
    """What is asked about afterwards: a file or folder in the folder, or the input itself."""
    said: tuple[object, ...] = ()
    """What must be answered: classes, or amounts to within twice the error."""


def flowers(rows: int = 150) -> tuple[Array, list[str]]:
    """Three groups of points in four dimensions, and what each is called."""
    draw = rng()
    group = draw.integers(0, 3, rows)
    values = draw.normal(size=(rows, 4)) * 0.4 + np.array([[0, 0, 1, 3], [2, 1, 0, 0], [4, 4, 2, 1]])[group]
    return values, [("rose", "tulip", "daisy")[one] for one in group]


def table(name: str, sign: str, decimal: str = ".", encoding: str = "utf-8") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        values, names = flowers()
        lines = [sign.join(["length", "width", "höhe", "weight", "species"])]
        for row, called in zip(values, names, strict=True):
            lines.append(sign.join([*(f"{one:.3f}".replace(".", decimal) for one in row), called]))
        (folder / name).write_bytes("\r\n".join(lines).encode(encoding))
        return folder / name

    return write


def workbook(folder: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    values, names = flowers()
    book.active.append(["length", "width", "height", "weight", "species"])
    for row, called in zip(values, names, strict=True):
        book.active.append([*map(float, row), called])
    book.save(folder / "flowers.xlsx")
    return folder / "flowers.xlsx"


def prices(folder: Path) -> Path:
    """A regression: what a flat costs, with a column of categories and gaps."""
    draw = rng()
    rooms, area = draw.integers(1, 6, 300), draw.uniform(20, 150, 300)
    town = draw.choice(["Bath", "York"], 300)
    price = 3 * area + 20 * rooms + 80 * (town == "Bath") + draw.normal(size=300)
    cells = [f"{r},{'' if n % 30 == 0 else f'{a:.1f}'},{t},{p:.1f}" for n, (r, a, t, p) in
             enumerate(zip(rooms, area, town, price, strict=True))]  # fmt: skip
    (folder / "flats.csv").write_text("\n".join(["rooms,area,town,price", *cells]))
    return folder / "flats.csv"


def series(folder: Path) -> Path:
    hours = np.arange("2024-01-01", "2024-01-26", dtype="datetime64[h]")
    load = 50 + 20 * np.sin(np.arange(len(hours)) * 2 * np.pi / 24)
    lines = [f"{str(hour).replace('T', ' ')}:00,{value:.2f}" for hour, value in zip(hours, load, strict=True)]
    (folder / "load.csv").write_text("\n".join(["time,load", *lines]))
    return folder / "load.csv"


def squares() -> tuple[Array, Array]:
    """Pictures 12 x 12 with a bright square at the left or at the right, uint8 (80, 12, 12), and which (80,)."""
    side = np.arange(80) % 2
    pixels = rng().integers(0, 60, (80, 12, 12))
    for picture, right in zip(pixels, side, strict=True):
        picture[3:9, 7:11] += 180 * right
        picture[3:9, 1:5] += 180 * (1 - right)
    return pixels.astype(np.uint8), side


def pictures(folder: Path) -> Path:
    from PIL import Image

    for number, (pixels, right) in enumerate(zip(*squares(), strict=True)):
        place = folder / "squares" / ("right" if right else "left")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place / f"{number}.{('png', 'bmp', 'tiff', 'jpg')[number % 4]}")
    return folder / "squares"


def picture_table(folder: Path) -> Path:
    pictures(folder)
    files = sorted((folder / "squares").rglob("*.*"))
    lines = [f"squares/{file.parent.name}/{file.name},{file.parent.name}" for file in files]
    (folder / "squares.csv").write_text("\n".join(["file,side", *lines]))
    return folder / "squares.csv"


def npz(folder: Path) -> Path:
    values, names = flowers()
    np.savez(folder / "flowers.npz", x=values, y=np.array(names))
    return folder / "flowers.npz"


def mnist(folder: Path) -> Path:
    pixels, side = squares()
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pixels)))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(side)))
    return folder / "train-images-idx3-ubyte.gz"


def cifar(folder: Path) -> Path:
    side = np.arange(120) % 2
    pixels = rng().integers(0, 60, (120, 3, 32, 32)) + 150 * side[:, None, None, None]
    records = np.concatenate([side[:, None], pixels.reshape(120, -1)], axis=1).astype(np.uint8)
    (folder / "data_batch_1.bin").write_bytes(records[:90].tobytes())
    (folder / "test_batch.bin").write_bytes(records[90:].tobytes())
    return folder


def engines(folder: Path) -> Path:
    lines, draw = [], rng()
    for machine in range(1, 13):
        life = int(draw.integers(40, 60))
        for cycle in range(1, life + 1):
            worn = cycle / life
            sensors = [worn * (1 + place) + draw.normal() * 0.01 for place in range(21)]
            lines.append(
                " ".join([str(machine), str(cycle), "0.1", "0.2", "100.0", *(f"{one:.4f}" for one in sensors)])
            )
    (folder / "train_FD001.txt").write_text("\n".join(lines) + "\n")
    return folder / "train_FD001.txt"


WORN = np.outer(np.linspace(0.4, 1, 30), np.arange(1, 22))
"""The last cycles of a machine: sensors over time."""
GOOD, BAD = "a wonderful film, I loved it", "a dreadful film, I hated it"


def reviews(folder: Path) -> Path:
    said = [f"{(GOOD, BAD)[row % 2]} {'very ' * (row % 3)}much, said {row}" for row in range(80)]
    lines = [f'"{text}",{("good", "bad")[row % 2]}' for row, text in enumerate(said)]
    (folder / "reviews.csv").write_text("\n".join(["review,label", *lines]))
    return folder / "reviews.csv"


def letters(folder: Path) -> Path:
    for row in range(60):
        place = folder / "letters" / ("good", "bad")[row % 2]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{row}.txt").write_text(f"{(GOOD, BAD)[row % 2]} {'very ' * (row % 3)}much")
    return folder / "letters"


def written(name: str, text: str) -> Callable[[Path], Path]:
    """New rows in a file."""

    def ask(folder: Path) -> Path:
        (folder / name).write_text(text)
        return folder / name

    return ask


def sample(values: Array) -> Callable[[Path], Path]:
    def ask(folder: Path) -> Path:
        np.save(folder / "new.npy", values)
        return folder / "new.npy"

    return ask


def flower_case(write: Callable[[Path], Path], name: str) -> Case:
    return Case(write, "table", "species", accuracy=0.8, ask=lambda folder: folder / name)


CASES = {
    "csv": flower_case(table("a.csv", ","), "a.csv"),
    "tsv": flower_case(table("a.tsv", "\t"), "a.tsv"),
    "german csv": flower_case(table("a.csv", ";", ",", "latin-1"), "a.csv"),
    "workbook": flower_case(workbook, "flowers.xlsx"),
    "regression": Case(
        prices, "table", "price", 80, error=60, ask=written("new.csv", "town,area,rooms\nBath,100,4\n"), said=(460,)
    ),
    "series": Case(series, "series", "load", 30, error=3, ask=lambda folder: folder / "load.csv", said=(50,)),
    "pictures": Case(
        pictures, "images", accuracy=0.9, ask=lambda folder: folder / "squares" / "left", said=("left", "left", "left")
    ),
    "picture table": Case(
        picture_table, "images", "side", accuracy=0.9, ask=lambda f: f / "squares.csv", said=("left", "left")
    ),
    "npz": Case(npz, "arrays", accuracy=0.8, ask=lambda folder: folder / "flowers.npz"),
    "idx": Case(mnist, "arrays", accuracy=0.9, ask=mnist, said=("0", "1")),
    "cifar": Case(cifar, "cifar", epochs=6, accuracy=0.9, ask=sample(np.full((3, 32, 32), 0.1)), said=("airplane",)),
    "engines": Case(
        engines,
        "cmapss",
        epochs=30,
        error=12,
        ask=sample(np.outer(np.linspace(0.4, 1, 30), np.arange(1, 22))),
        said=(0,),
    ),
    "reviews": Case(reviews, "text", "label", accuracy=0.9, ask=lambda _: GOOD, said=("good",)),
    "letters": Case(letters, "text", accuracy=0.9, ask=lambda _: BAD, said=("bad",)),
}


@pytest.mark.parametrize("name", CASES)
def test_data_of_ones_own_from_file_to_answer(name: str, call: Caller, tmp_path: Path) -> None:
    case = CASES[name]
    path = case.write(tmp_path)
    chosen = ["--target", case.target] if case.target else []
    found = call("data", path, *chosen, "--json")
    assert found.code == 0, found.err
    assert found.json["kind"] == case.kind
    made = call("new", tmp_path / "mine.netloom", "--data", path, *chosen, "--json")
    assert made.code == 0, made.err
    run = tmp_path / "run"
    plan = ("--epochs", case.epochs, "--device", "cpu", "--out", run, "--json")
    trained = call("train", tmp_path / "mine.netloom", *plan)
    assert trained.code == 0, trained.err
    finished = trained.lines[-1]
    assert finished["status"] == "completed"
    test = finished["test"]
    assert test["accuracy"] >= case.accuracy if case.accuracy else test["rmse"] <= case.error, test
    said = call("predict", run, case.ask(tmp_path), "--json")
    assert said.code == 0, said.err
    for answer, wanted in zip(said.json["predictions"], case.said, strict=False):
        if isinstance(wanted, str):
            assert answer["class"] == wanted
        else:
            assert answer["value"] == pytest.approx(wanted, abs=2 * case.error)


def test_the_commands_of_the_textbook_train_a_published_network_on_cifar_10(call: Caller, tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "textbook.md").read_text("utf-8")
    new, train = re.findall(r"^main.py (.+)$", text.partition("## The table of Liang and Hu")[2], re.MULTILINE)
    folder = cifar(tmp_path)
    for name, first in (("data_batch_1.bin", 24), ("test_batch.bin", 8)):
        (folder / name).write_bytes((folder / name).read_bytes()[: first * 3073])
    own = {"cifar.netloom": str(tmp_path / "cifar.netloom"), "cifar-10-batches-bin": str(folder), "60": "1"}
    made = call(*(own.get(word, word) for word in new.split()), "--json")
    assert (made.code, made.json["parameters"]) == (0, 672_202), made.err
    trained = call(
        *(own.get(word, word) for word in train.split()), "--device", "cpu", "--out", tmp_path / "r", "--json"
    )
    assert (trained.code, trained.lines[-1]["status"]) == (0, "completed"), trained.err
    assert set(trained.lines[-1]["test"]) >= {"loss", "accuracy"}
