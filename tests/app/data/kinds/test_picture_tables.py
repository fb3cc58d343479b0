"""Pictures named in a table: without endings or folders, Kaggle's layout, amounts, several labels, boxes."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.data.dataset import Task
from app.data.inspect import inspect
from app.data.readers.label_lists import label_list
from app.data.sources.images import Images
from app.inference.new_inputs import read_samples
from graph.errors import NetloomError

CASES = Path(__file__).resolve().parents[3] / "cases"


def grey(path: Path, level: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((6, 6), level, np.uint8)).save(path)


def table(folder: Path, head: str, rows: Sequence[str], name: str = "labels.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join([head, *rows]), "utf-8")
    return folder / name


def set_of(folder: Path, names: Sequence[str]) -> Path:
    """A picture for each of ``names``, each a little brighter than the one before."""
    for number, name in enumerate(names):
        grey(folder / name, 8 * number)
    return folder


def levels(dataset_values: object) -> list[int]:
    return [round(255 * float(value)) for value in np.asarray(dataset_values)[:, 0, 0, 0]]


# The cases


@pytest.mark.parametrize("path", ["kaggle/train_labels.csv", "kaggle"])
def test_ids_without_ending_name_pictures_in_a_folder(path: str) -> None:
    found = inspect(CASES / path)
    assert found.source.values() | {"column": "id", "target": "label"} == found.source.values()
    assert (found.path, found.info.samples) == (CASES / "kaggle" / "train_labels.csv", 40)
    assert found.info.classes == ("0", "1") and found.problems == ()


def test_amounts_of_pictures_are_a_regression() -> None:
    found = inspect(CASES / "angles" / "angles.csv")
    field = found.source.load().target_field()
    assert (found.info.task, found.target, field.names) == (Task.REGRESSION, "angle", ("angle",))
    np.testing.assert_allclose(np.asarray(field.values)[:3, 0], [-17.55, -16.05, 22.15], rtol=1e-6)
    assert len(Images(path=found.source.path, rules=1).load().target_field().classes) == 158


# More of their kind


@pytest.mark.parametrize(
    ("files", "cells"),
    [
        (["train/1.png", "train/2.png", "train/3.png", "train/4.png"], ["1", "2", "3", "4"]),
        (["images/0001.jpg", "images/0002.jpg", "images/0003.jpg", "images/0004.jpg"], ["1", "2", "3", "4"]),
        (["a/x.png", "b/y.png", "c/z.png", "c/w.png"], ["x", "y", "z", "w"]),
        (["img/s/x.png", "img/s/y.png", "img/t/z.png", "img/t/w.png"], ["s/x", "s/y", "t/z", "t/w"]),
        (["all/x.png", "all/y.png", "all/z.png", "all/w.png"], ["x.png", "y.png", "z.png", "w.png"]),
        (["all/X.PNG", "all/Y.PNG", "all/Z.PNG", "all/W.PNG"], ["x.png", "y.png", "z.png", "w.png"]),
        (["x.1.png", "y.1.png", "z.1.png", "w.1.png"], ["x.1", "y.1", "z.1", "w.1"]),
        (["p/é1.png", "p/é2.png", "p/é3.png", "p/é4.png"], [unicodedata.normalize("NFD", f"é{n}.png") for n in "1234"]),
    ],
)
def test_names_without_ending_or_folder_are_found(tmp_path: Path, files: list[str], cells: list[str]) -> None:
    set_of(tmp_path, files)
    path = table(tmp_path, "image_id,label", [f"{cell},{'ab'[place % 2]}" for place, cell in enumerate(cells)])
    dataset = Images(path=str(path)).suggest(path, "").source.load()
    assert dataset.samples == 4 and levels(dataset.input_field().values) == [0, 16, 8, 24]
    assert dataset.target_field().classes == ("a", "b")


def test_of_two_folders_the_one_that_the_table_is_called_after_counts(tmp_path: Path) -> None:
    set_of(tmp_path, [*(f"train/{n}.png" for n in range(8)), *(f"test/{n}.png" for n in range(4))])
    path = table(tmp_path, "id,label", [f"{n},{'ab'[n % 2]}" for n in range(8)], "train.csv")
    new = table(tmp_path, "id,label", [f"{n},?" for n in range(4)], "test.csv")
    source = inspect(path).source
    dataset = source.load()
    assert levels(dataset.input_field().values) == [0, 16, 32, 48, 8, 24, 40, 56]
    asked = read_samples(str(new), [dataset.input_field().info], source)
    assert levels(asked.arrays["image"]) == [64, 72, 80, 88] and asked.names == ("0", "1", "2", "3")
    folder = read_samples(str(tmp_path / "test"), [dataset.input_field().info], source)
    np.testing.assert_array_equal(np.asarray(folder.arrays["image"]), np.asarray(asked.arrays["image"]))


def test_a_target_that_is_said_leaves_the_other_columns_out(tmp_path: Path) -> None:
    set_of(tmp_path, [f"{n}.png" for n in range(6)])
    path = table(tmp_path, "file,red,round", [f"{n}.png,{n % 2},{n // 3}" for n in range(6)])
    assert Images(path=str(path)).load().target_field().names == ("red", "round")
    one = Images(path=str(path), target="round").load().target_field()
    assert (one.classes, np.asarray(one.values).tolist()) == (("0", "1"), [0, 0, 0, 1, 1, 1])


def test_a_column_of_parts_is_the_split(tmp_path: Path) -> None:
    set_of(tmp_path, [f"{n}.png" for n in range(6)])
    rows = [f"{n}.png,{'ab'[n % 2]},{('train', 'test')[n > 3]}" for n in range(6)]
    source = inspect(table(tmp_path, "file,label,split", rows)).source
    assert source.values()["parts"] == "split"
    assert np.asarray(source.load().given).tolist() == [0, 0, 2, 0, 0, 2]


@pytest.mark.parametrize(
    ("cells", "classes", "said"),
    [
        ([f"{n % 3}" for n in range(30)], 3, "choose the task regression where they are amounts"),
        ([f"{n % 2}" for n in range(30)], 2, ""),
        ([f"{n // 2}" for n in range(30)], 0, "choose the task classification where they are classes"),
        ([f"{n * 7}" for n in range(30)], 0, ""),
        ([f"{n % 3 + 0.5}" for n in range(30)], 0, ""),
    ],
)
def test_whole_numbers_that_could_be_either_are_told(tmp_path: Path, cells: list[str], classes: int, said: str) -> None:
    set_of(tmp_path, [f"{n}.png" for n in range(30)])
    path = table(tmp_path, "file,count", [f"{n}.png,{cell}" for n, cell in enumerate(cells)])
    dataset = Images(path=str(path)).load()
    assert len(dataset.target_field().classes) == classes
    assert [note for note in dataset.notes if "whole numbers" in note][:1] == [
        note for note in dataset.notes if said and said in note
    ]
    assert bool(said) == any("whole numbers" in note for note in dataset.notes)


def test_the_task_decides_what_numbers_are(tmp_path: Path) -> None:
    set_of(tmp_path, [f"{n}.png" for n in range(12)])
    path = str(table(tmp_path, "file,count", [f"{n}.png,{n % 3}" for n in range(12)]))
    assert Images(path=path, task="regression").load().task is Task.REGRESSION
    assert Images(path=path, task="classification").load().target_field().classes == ("0", "1", "2")


@pytest.mark.parametrize("between", ["|", ";", " ", ", "])
def test_several_labels_in_a_cell_become_marks(tmp_path: Path, between: str) -> None:
    combinations = [["sun"], ["sea"], ["sun", "sea"], ["wood"], ["sun", "wood"], ["sea", "wood"]]
    set_of(tmp_path, [f"{n}.png" for n in range(6)])
    rows = [f'{n}.png,"{between.join(cell)}"' for n, cell in enumerate(combinations)]
    path = table(tmp_path, "file,tags", rows)
    dataset = Images(path=str(path)).load()
    field = dataset.target_field()
    assert (field.labels, field.fixed, field.names, field.classes) == (True, True, ("sea", "sun", "wood"), ())
    assert np.asarray(field.values).tolist() == [[float(n in cell) for n in field.names] for cell in combinations]
    assert any("choose the task classification where each cell is one class" in note for note in dataset.notes)
    assert len(Images(path=str(path), task="classification").load().target_field().classes) == 6


@pytest.mark.parametrize(
    "cells",
    [
        ["golden retriever", "great dane", "great dane", "poodle"],
        ["Paris, France", "Rome, Italy", "Lyon, France"],
        ["dog small", "dog large", "cat small", "cat large"],
        ["new york", "san jose", "new york"],
    ],
)
def test_names_of_several_words_stay_one_class(cells: list[str]) -> None:
    assert label_list(cells) is None


def test_words_that_could_be_labels_are_told(tmp_path: Path) -> None:
    cells = ["sea wood", "sun sea wood", "sun wood", "wood"] * 2
    set_of(tmp_path, [f"{n}.png" for n in range(8)])
    path = table(tmp_path, "file,tags", [f"{n}.png,{cell}" for n, cell in enumerate(cells)])
    dataset = Images(path=str(path)).load()
    assert len(dataset.target_field().classes) == 4
    (note,) = (note for note in dataset.notes if "choose the task labels" in note)
    assert "“sun sea wood”" in note and "“sun” and “sea” and “wood”" in note
    assert Images(path=str(path), task="labels").load().target_field().names == ("sea", "sun", "wood")


def test_columns_of_marks_are_labels_or_classes(tmp_path: Path) -> None:
    set_of(tmp_path, [f"{n}.png" for n in range(4)])
    several = table(tmp_path, "file,sun,sea", ["0.png,1,0", "1.png,1,1", "2.png,0,0", "3.png,0,1"])
    source = Images(path=str(several)).suggest(several, "").source
    assert source.values()["target"] == "sun, sea" and source.load().target_field().labels
    one = table(tmp_path, "file,sun,sea", ["0.png,1,0", "1.png,0,1", "2.png,0,1", "3.png,1,0"], "one.csv")
    assert Images(path=str(one)).load().target_field().classes == ("sun", "sea")
    with pytest.raises(NetloomError, match=r"not every row has exactly one 1 in the columns sun, sea"):
        Images(path=str(several), task="classification").load()


def test_one_box_in_each_picture_is_four_amounts(tmp_path: Path) -> None:
    set_of(tmp_path, [f"{n}.png" for n in range(5)])
    path = table(tmp_path, "file,xmin,ymin,xmax,ymax", [f"{n}.png,{n},{n + 1},{n + 3},{n + 5}" for n in range(5)] * 2)
    found = inspect(path)
    field = found.source.load().target_field()
    assert field.names == ("xmin", "ymin", "xmax", "ymax") and found.info.task is Task.REGRESSION
    assert np.asarray(field.values)[1].tolist() == [1, 2, 4, 6]
    assert any("read as one box in each picture, in the units of the table" in note for note in found.problems)


def test_rows_and_columns_that_are_not_read_are_told(tmp_path: Path) -> None:
    set_of(tmp_path, [f"{n}.png" for n in range(4)])
    rows = ["0.png,a,7", "1.png,b,8", "1.png,a,9", "2.png,,7", "3.png,a,2"]
    notes = Images(path=str(table(tmp_path, "file,label,age", rows))).load().notes
    assert "Rows without a picture or a label are left out (1 of 5)." in notes
    assert "Beside the pictures, these columns are not read: “age”." in notes
    assert any(note.startswith("1 row names a picture that an earlier row names as well") for note in notes)


def test_a_table_of_numbers_beside_pictures_stays_one(tmp_path: Path) -> None:
    set_of(tmp_path / "plots", [f"{n}.png" for n in range(9)])
    path = table(tmp_path, "width,height,kind", [f"{n},{n * 2},{'ab'[n % 2]}" for n in range(9)])
    assert inspect(path).source.kind == "table"


def test_a_path_that_leads_out_is_refused(tmp_path: Path) -> None:
    set_of(tmp_path, ["0.png", "1.png"])
    with pytest.raises(NetloomError, match="leads out of the table's folder"):
        Images(path=str(table(tmp_path / "t", "file,label", ["../0.png,a", "../1.png,b"]))).load()
