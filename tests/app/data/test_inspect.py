"""Looking at a file: its kind, its columns, what is wrong, and a choice that a project can keep."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.data.data_choice import DataChoice
from app.data.inspect import inspect, suggest
from app.data.prepare import prepare
from app.data.readers import file_access
from app.data.readers.file_access import content_hash
from app.data.sources.file_source import _loaded
from app.data.sources.table import Table
from app.system.progress import Progress, Steps
from graph.errors import NetloomError
from tests.app.conftest import Write, idx

TABLE = "id,size,colour,class\n" + "\n".join(
    f"{row},{row * 1.5},{('red', 'blue')[row % 2]},{('x', 'y', 'z')[row % 3]}" for row in range(60)
)
SERIES = "date,load\n" + "\n".join(f"2024-{1 + row // 28:02d}-{1 + row % 28:02d},{row % 7}" for row in range(200))
TEXT = "text,label\n" + "\n".join(f"this is a sentence number {row},{('a', 'b')[row % 2]}" for row in range(60))


@pytest.mark.parametrize(
    ("content", "kind", "target", "task"),
    [
        (TABLE, "table", "class", "classification"),
        (SERIES, "series", "load", "forecasting"),
        (TEXT, "text", "label", "classification"),
    ],
)
def test_the_kind_of_a_text_file_is_found(write: Write, content: str, kind: str, target: str, task: str) -> None:
    found = inspect(write("data.csv", content)).to_json()
    assert (found["kind"], found["target"], found["task"]) == (kind, target, task)


def test_columns_are_described(write: Write) -> None:
    found = inspect(write("data.csv", TABLE)).to_json()
    assert found["columns"][2] == {"name": "colour", "type": "category", "missing": 0, "unique": 2, "example": "red"}
    assert [column["type"] for column in found["columns"]] == ["number", "number", "category", "category"]
    assert found["problems"] == ["Column “id” only numbers the rows and is left out."]
    assert (found["samples"], found["classes"], found["shape"]) == (60, ["x", "y", "z"], [4])


def test_kind_and_target_can_be_said(write: Write) -> None:
    path = write("data.csv", TABLE)
    assert inspect(path, kind="series", target="size").source.kind == "series"
    assert inspect(write("t.csv", TABLE), target="size").info.task == "regression"
    with pytest.raises(NetloomError, match="no column “weight”; it has “id”, “size”"):
        inspect(write("t.csv", TABLE), target="weight")
    with pytest.raises(
        NetloomError,
        match="no kind of data “digits”; choose one of table, series, sequences, recordings, sounds, images",
    ):
        inspect(path, kind="digits")


def test_folders_and_arrays_are_found(tmp_path: Path, write: Write) -> None:
    for name in [f"{kind}/{number}.png" for kind in "ab" for number in range(5)]:
        (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (5, 5)).save(tmp_path / "p" / name)
    assert inspect(tmp_path / "p").source.kind == "images"
    np.savez(tmp_path / "a.npz", x=np.zeros((30, 2)), y=np.arange(30) % 2)
    assert inspect(tmp_path / "a.npz").source.kind == "arrays"
    assert inspect(write("x-ubyte", idx(np.zeros((30, 9, 9))))).info.samples == 30


def test_a_choice_is_kept_relative_with_its_hash(write: Write, tmp_path: Path) -> None:
    path = write("deep/data.csv", TABLE)
    project = tmp_path / "projects"
    choice = suggest(path, base=project)
    options = choice.to_json()["options"]
    assert options["path"] == "../deep/data.csv"
    assert options["sha256"] == content_hash(path)
    assert options["ignore"] == ["id"]
    again = DataChoice.parse(choice.to_json())
    assert again == choice
    assert prepare(again, project).dataset.samples == 60


def test_too_little_to_divide_is_said_at_once(write: Write) -> None:
    with pytest.raises(NetloomError, match="would be empty"):
        inspect(write("s.csv", "v\n1\n2\n3\n"))
    with pytest.raises(NetloomError, match="one column only"):
        inspect(write("t.csv", "v\n1\n2\n3\n"), kind="table")


def test_a_table_with_few_rows_is_taken_without_a_test_set(write: Write) -> None:
    rows = "name;weight;price;grade\na;1,5;3;good\nb;;4;bad\nc;2,5;x;good\nd;3,1;6;bad\ne;4,2;7;good\n"
    found = inspect(write("few.csv", rows))
    assert found.problems[0] == "5 samples are too few for three sets, so there is no test set."
    prepared = prepare(found.choice())
    assert [part.samples for part in prepared.parts.values()] == [3, 2, 0]


def test_a_folder_has_a_hash_of_all_it_holds(write: Write, tmp_path: Path) -> None:
    write("f/a.txt", "one")
    before = content_hash(tmp_path / "f")
    assert content_hash(tmp_path / "f") == before
    write("f/b.txt", "two")
    assert content_hash(tmp_path / "f") != before


def test_what_is_known_of_a_file_is_told_without_reading_it(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("data.csv", TABLE)
    choice = suggest(path)
    assert isinstance(choice.source, Table)
    info = choice.source.load().info

    def refuse(*_: object) -> None:
        raise AssertionError("the file was read")

    _loaded.cache_clear()
    with monkeypatch.context() as context:
        context.setattr(Table, "read", refuse)
        assert choice.source.known_info() == choice.source.info() == info
        assert choice.source.changed(target="size").known_info() is None
    write("data.csv", TABLE + "\n61,1.5,red,x")
    assert choice.source.known_info() is None
    assert choice.source.info().samples == info.samples + 1


def read_again(*_: object) -> Steps[str]:
    """Stands for reading files once more."""
    yield Progress("Reading", 1, 1)
    return "read again"


def test_the_hash_of_much_data_is_remembered_until_it_changes(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_access, "LARGE", 1)
    path = write("a/one.csv", "1,2\n")
    first, folder = file_access.content_hash(path), file_access.content_hash(path.parent)
    with monkeypatch.context() as context:
        context.setattr(file_access, "_hashed", read_again)
        assert (file_access.content_hash(path), file_access.content_hash(path.parent)) == (first, folder)
        write("a/two.csv", "1,2\n")
        assert file_access.content_hash(path.parent) == "read again"
        write("a/one.csv", "1,25\n")
        assert file_access.content_hash(path) == "read again"
    assert file_access.content_hash(write("b/one.csv", "1,2\n")) == first
