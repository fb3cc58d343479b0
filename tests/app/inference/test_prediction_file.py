"""Predictions as a file: what the columns are called, what tells rows apart, and what has no place in a table."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from app.data.readers.table_file import read_table
from app.inference.new_inputs import Samples
from app.inference.prediction_file import FilePredictions, check_ending, file_of, frame_of, with_value
from graph.errors import NetloomError
from tests.app.conftest import Write

FLOWERS: list[dict[str, Any]] = [
    {"class": "iris", "index": 0, "probabilities": {"iris": 0.75, "rose": 0.25}},
    {"class": "rose", "index": 1, "probabilities": {"iris": 0.125, "rose": 0.875}},
]


def found(samples: Samples | None = None, **predicted: list[dict[str, Any]]) -> FilePredictions:
    """Predictions by output layer, each of which predicts what it is called without its number."""
    targets = {name: name.rstrip("0123456789") for name in predicted}
    return FilePredictions(predicted, targets, samples or Samples({}), ("A note.",))


def table(of: FilePredictions) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file_of(of, Path("out.csv")).decode())))


def test_classes_come_with_their_probabilities_after_what_tells_the_rows_apart() -> None:
    named = Samples({}, columns={"id": ("0012", "7"), "predicted species": ("old", "old")})
    assert table(found(named, species=FLOWERS)) == [
        ["id", "predicted species", "probability iris", "probability rose"],
        ["0012", "iris", "0.75", "0.25"],
        ["7", "rose", "0.125", "0.875"],
    ]
    assert [row[0] for row in table(found(species=FLOWERS))] == ["row", "1", "2"]
    pictures = Samples({}, names=("a.png", "b.png"))
    assert [row[:2] for row in table(found(pictures, species=FLOWERS))[1:]] == [["a.png", "iris"], ["b.png", "rose"]]


def test_all_columns_of_the_given_table_come_first_as_they_were_written(write: Write) -> None:
    """What rows are called by before the others, and the target where it stands."""
    file = write("new.csv", "size;when;id;species\n1.072,50;1.3.2024;0012;iris\n;NA;007;\n".encode("utf-8-sig"))
    given = read_table(file)
    unread = {"id": ("0012", "007"), "species": ("iris", "")}
    samples = Samples({}, columns=unread, table=given)
    head, *rows = table(found(samples, species=FLOWERS))
    assert head[:5] == ["id", "size", "when", "species", "predicted species"]
    assert [row[:5] for row in rows] == [
        ["0012", "1.072,50", "1.3.2024", "iris", "iris"],
        ["007", "", "NA", "", "rose"],
    ]
    few = csv.reader(io.StringIO(file_of(found(samples, species=FLOWERS), Path("out.csv"), "unread").decode()))
    assert next(few)[:3] == ["id", "species", "predicted species"]
    assert list(frame_of(found(samples, species=FLOWERS)).columns)[:3] == ["id", "species", "predicted species"]


def test_a_table_whose_file_was_changed_meanwhile_gives_the_cells_that_were_read(write: Write) -> None:
    file = write("new.csv", "size,id\n1.50,a\n2.25,b\n")
    samples = Samples({}, columns={"id": ("a", "b")}, table=read_table(file))
    write("new.csv", "size,id\n9,z\n")
    assert [row[:2] for row in table(found(samples, species=FLOWERS))[1:]] == [["a", "1.5"], ["b", "2.25"]]


def test_scores_are_not_called_probabilities() -> None:
    [head, row] = table(found(species=[FLOWERS[0] | {"scores": {"iris": 2.5, "rose": -1.0}}]))
    assert head == ["row", "predicted species", "score iris", "score rose"] and row == ["1", "iris", "2.5", "-1"]


def test_amounts_have_their_names_and_their_intervals() -> None:
    one = {"values": [1.5], "interval": {"share": 0.9, "low": [1.0], "high": [2.0]}}
    assert table(found(price=[one])) == [
        ["row", "predicted price", "price at least", "price at most"],
        ["1", "1.5", "1", "2"],
    ]
    two = {"values": [1.0, 0.1 + 0.2], "names": ["width", "height"]}
    assert table(found(targets=[two])) == [["row", "predicted width", "predicted height"], ["1", "1", "0.3"]]
    assert table(found(load=[{"values": [1.0, 2.0]}]))[0] == ["row", "predicted load 1", "predicted load 2"]


def test_labels_and_texts() -> None:
    labels = {"labels": ["red", "big"], "probabilities": {"red": 0.9, "big": 0.8}, "threshold": 0.5}
    assert table(found(tags=[labels])) == [
        ["row", "predicted tags", "probability red", "probability big"],
        ["1", "red; big", "0.9", "0.8"],
    ]
    assert table(found(caption=[{"text": "a dot", "words": ["a", "dot"], "probability": 0.5}])) == [
        ["row", "predicted caption", "probability of caption"],
        ["1", "a dot", "0.5"],
    ]


def test_several_outputs_stand_beside_each_other() -> None:
    head, *_ = table(found(species=FLOWERS, height=[{"values": [1.0]}, {"values": [2.0]}]))
    assert head[1:] == [
        "predicted species",
        "probability species = iris",
        "probability species = rose",
        "predicted height",
    ]
    head, *_ = table(found(digit1=FLOWERS, digit2=FLOWERS))  # two for one target are told apart by their layers
    assert "predicted digit1" in head and "probability digit2 = rose" in head


def test_each_box_has_a_row() -> None:
    box = {"class": "ship", "x": 0.5, "y": 0.25, "width": 0.125, "height": 0.5, "score": 0.75}
    rows = table(found(Samples({}, names=("a.png", "b.png", "c.png")), scene=[{"boxes": [box, box]}, {"boxes": []},
                                                                            {"boxes": [box]}]))  # fmt: skip
    assert rows[0] == ["input", "class", "x", "y", "width", "height", "score"]
    assert [row[0] for row in rows[1:]] == ["a.png", "a.png", "c.png"]
    assert rows[1][1:] == ["ship", "0.5", "0.25", "0.125", "0.5", "0.75"]


def test_json_has_everything_and_other_files_are_refused() -> None:
    pixels = [{"pixels": [[0, 1]], "classes": ["sky", "sea"]}]
    told = json.loads(file_of(found(mask=pixels), Path("out.JSON")))
    assert told == {"samples": 1, "predictions": pixels, "notes": ["A note."], "problems": []}
    with pytest.raises(NetloomError, match="no row of a table"):
        file_of(found(mask=pixels), Path("out.csv"))
    with pytest.raises(NetloomError, match="no row of a table"):
        file_of(found(picture=[{"values": [[1.0]]}]), Path("out.csv"))
    with pytest.raises(NetloomError, match="CSV or JSON"):
        check_ending(Path("out.txt"))


def test_the_number_that_tells_most_is_added() -> None:
    assert with_value(FLOWERS[0])["probability"] == 0.75
    assert with_value({"values": [3.0]})["value"] == 3.0
    assert with_value({"a": FLOWERS[0], "b": {"values": [3.0]}})["b"]["value"] == 3.0
    masks = {"pixels": [[0, 1]], "classes": ["sky", "sea"]}
    assert with_value(masks) == masks
