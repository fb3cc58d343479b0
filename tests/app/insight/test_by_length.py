"""Answers by the length of samples, held against a count by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from app.data.data_choice import DataChoice
from app.data.dataset import Array
from app.insight.by_length import scores_by_length
from app.project.presets import preset
from app.training.heads import Head
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.project import Project
from tests.app.training.projects import project


def untrained(id_: str, **options: Any) -> Model:
    """The model of a preset on few samples."""
    found = preset(id_).project
    data: dict[str, Any] = dict(found.sections["data"])  # type: ignore[arg-type]
    data["options"] = {**data.get("options", {}), **options}
    DataChoice.parse(data)
    return Model.build(Project(found.network, {**found.sections, "data": data}))


def test_steps_and_whole_samples_are_counted_by_length() -> None:
    model = untrained("elman_addition", samples=120)
    told = scores_by_length(model)
    assert told.measure == "accuracy"
    assert list(told.sets) == ["training", "validation", "test"]
    assert told.sets["training"].length.max() <= 9 < told.sets["test"].length.min()
    test, part = told.sets["test"], model.prepared.test
    assert test.whole is not None
    answers = model.predict(model.feed(part))[0][..., 0] > 0.5
    true, lengths = np.asarray(part.arrays["sum"])[..., 0] > 0.5, np.asarray(part.arrays["length"])[:, 0]
    for place, length in enumerate(test.length):
        rows = lengths == length
        right = (answers == true)[rows][:, :length]
        assert test.count[place] == rows.sum()
        assert test.score[place] == pytest.approx(right.mean())
        assert test.whole[place] == pytest.approx(right.all(axis=1).mean())


def test_classes_and_numbers() -> None:
    model = untrained("brackets_lstm", samples=60)
    told = scores_by_length(model)
    counted = sum(float((told.sets[part].score * told.sets[part].count).sum()) for part in ("test",))
    accuracy = model.measure(model.feed(model.prepared.test))["accuracy"]
    assert counted / model.prepared.test.samples == pytest.approx(accuracy)
    model = untrained("lstm_coupled", samples=60)
    told = scores_by_length(model)
    assert told.measure == "rmse"
    squares = (np.square(told.sets["test"].score) * told.sets["test"].count).sum() / model.prepared.test.samples
    assert np.sqrt(squares) == pytest.approx(model.measure(model.feed(model.prepared.test))["rmse"], rel=1e-5)


def test_samples_of_one_length_are_refused() -> None:
    with pytest.raises(NetloomError, match="one length"):
        scores_by_length(Model.build(project()))


def test_rows_of_labels_are_right_where_nothing_is_misread(monkeypatch: pytest.MonkeyPatch) -> None:
    model = untrained("lines_ctc", samples=60)
    parts = [np.asarray(part.arrays["digits"]) for part in model.prepared.parts.values()]
    given = iter(parts)

    def read(head: Head, answers: torch.Tensor) -> Array:
        """Every other row as it is, of the others the last label left out."""
        rows = next(given).copy()
        assert len(rows) == len(answers)
        for row in rows[1::2]:
            row[np.flatnonzero(row)[-1]] = 0
        return rows

    monkeypatch.setattr(Head, "transcripts", read)
    told = scores_by_length(model)
    assert told.measure == "accuracy" and told.sets["test"].whole is None
    lengths = np.asarray(model.prepared.test.arrays["length"])[:, 0]
    right = np.arange(len(lengths)) % 2 == 0
    assert 0 < right.mean() < 1
    for place, length in enumerate(told.sets["test"].length):
        assert told.sets["test"].score[place] == pytest.approx(right[lengths == length].mean())
