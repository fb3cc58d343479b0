"""CTC: its loss and metrics held against their definitions, what does not fit, and what a run says about lines."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.data.dataset import FieldInfo
from app.inference.evaluate import evaluate
from app.inference.predict import predict
from app.insight.ctc_alignment import ctc_alignment
from app.insight.predictions import predict_samples
from app.training.heads import Head
from app.training.sequence.ctc import check_fit, ctc_loss
from app.training.sequence.label_metrics import LabelTally
from app.training.sequence.transcripts import collapse, edit_distances, row_of
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin
from graph.errors import NetloomError
from graph.project import Project
from graph.shapes import tokens, vector
from tests.app.training.projects import chain

LINES = {"source": "lines", "options": {"samples": 60, "longest": 3}}
LABELS = FieldInfo("row", tokens(3), vocabulary=("(blank)", "a", "b"))


def lines(plan: dict[str, Any], *pools: tuple[str, str, dict[str, Any]], columns: int | None = 40) -> Project:
    """Short lines of digits, and a network that scores each column alone."""
    network = chain(
        ("input1", "input", {"shape": {"kind": "sequence", "sizes": [columns, 10]}}),
        *pools,
        ("score", "time_distributed_dense", {"units": 11}),
        ("output1", "output", {}),
    )
    return Project(network, {"data": LINES, "plan": {"epochs": 1, "loss": "ctc", "device": "cpu", **plan}})


@pytest.mark.parametrize("row", [(1,), (1, 2), (1, 1), (2, 1, 2)])
def test_the_loss_is_the_chance_of_all_paths_that_spell_the_row(row: tuple[int, ...]) -> None:
    scores = torch.randn(1, 5, 3, generator=torch.Generator().manual_seed(len(row)))
    chances = scores.softmax(2)[0].tolist()
    whole = sum(
        math.prod(chances[step][label] for step, label in enumerate(path))
        for path in product(range(3), repeat=5)
        if collapse(path) == row
    )
    target = torch.tensor([[*row, *(0,) * (3 - len(row))]])
    assert ctc_loss(scores, target, "").item() == pytest.approx(-math.log(whole) / len(row), rel=1e-5)
    assert ctc_loss(scores.softmax(2), target, "softmax").item() == pytest.approx(-math.log(whole) / len(row), rel=1e-5)


def test_a_row_that_has_too_few_steps_keeps_no_other_from_learning() -> None:
    scores = torch.randn(2, 2, 3, requires_grad=True)
    loss = ctc_loss(scores, torch.tensor([[1, 1, 1], [2, 0, 0]]), "")
    loss.backward()  # type: ignore[no-untyped-call]
    assert torch.isfinite(loss)
    assert scores.grad is not None
    assert not scores.grad[0].any() and scores.grad[1].any()


def test_training_is_refused_where_rows_need_more_steps_than_there_are() -> None:
    pool = ("pool1", "max_pool1d", {"kernel_size": 20, "stride": 20})
    with pytest.raises(NetloomError, match=r"2 steps are too few for \d+ of 42 training samples"):
        Model.build(lines({}, pool))


@pytest.mark.parametrize("columns", [40, None])
def test_equal_neighbours_count_where_the_data_alone_says_how_many_steps_there_are(columns: int | None) -> None:
    project = lines({}, ("pool1", "max_pool1d", {"kernel_size": 13, "stride": 13}), columns=columns)
    with pytest.raises(NetloomError, match=r"3 steps are too few for \d+ of 42 training samples"):
        Model.build(project, judged=True)


@pytest.mark.parametrize(
    ("field", "sizes", "said"),
    [
        (FieldInfo("y", vector(3)), (5, 3), "is a vector"),
        (LABELS, (3,), "needs a sequence with 3 scores"),
        (LABELS, (5, 4), "the blank’s and those of 2 labels"),
    ],
)
def test_what_does_not_fit_is_told(field: FieldInfo, sizes: tuple[int, ...], said: str) -> None:
    with pytest.raises(NetloomError, match=said):
        check_fit("output1", field, sizes)


def test_metrics_are_edits_per_label_and_rows_without_an_edit() -> None:
    head = Head("output1", LABELS, "ctc", 1.0, "", lambda answers, targets: answers.sum())
    sums = LabelTally(head)
    paths = torch.tensor([[1, 1, 0, 2], [0, 0, 0, 0], [2, 0, 2, 0]])
    targets = torch.tensor([[1, 2, 0], [1, 2, 1], [2, 2, 1]])
    sums.add(torch.nn.functional.one_hot(paths[:2], 3).float(), targets[:2])
    sums.add(torch.nn.functional.one_hot(paths[2:], 3).float(), targets[2:])
    assert sums.values() == pytest.approx([(0 + 3 + 1) / (2 + 3 + 3), 1 / 3])


@pytest.mark.parametrize("beams", [1, 4])
def test_a_run_reads_lines_everywhere_alike(beams: int, tmp_path: Path) -> None:
    session = begin(lines({"label_beams": beams, "learning_rate": 0.05, "epochs": 3}), out=tmp_path / "run")
    events = list(train(session))
    assert events
    found = evaluate(tmp_path / "run")
    said, true = found.predictions.predicted, found.predictions.true
    edits = edit_distances(said, true)
    assert found.task == "transcription"
    assert found.metrics["label_error"] == pytest.approx(edits.sum() / (true != 0).sum())
    assert found.metrics["sequence_accuracy"] == pytest.approx((edits == 0).mean())
    assert found.worst.loss.tolist() == sorted(edits.tolist(), reverse=True)[: len(said)]
    model = session.model
    test = model.prepared.parts["test"]
    predicted = predict_samples(model, test.indices)
    assert predicted.tokens is not None
    by_place = dict(zip(predicted.index.tolist(), map(row_of, predicted.tokens), strict=True))
    listed = dict(zip(found.predictions.index.tolist(), map(row_of, said), strict=True))
    own = model.prepared.undo("line", np.asarray(test.arrays["line"]))
    told = predict(tmp_path / "run", {"line": own})
    vocabulary = model.objective.heads[0].field.vocabulary
    assert [one["words"] for one in told] == [[vocabulary[label] for label in listed[int(at)]] for at in test.indices]
    assert sorted(predicted.texts) == sorted(one["text"] for one in told)
    assert found.worst.words.predicted == tuple(
        tuple(vocabulary[at] for at in row_of(row)) for row in found.worst.predicted
    )
    assert set(by_place) == set(listed)


def test_an_alignment_tells_chances_path_and_likeliest_rows() -> None:
    model = Model.build(lines({}))
    found = ctc_alignment(model, 3)
    assert found.probabilities.shape == (40, 11)
    assert np.allclose(found.probabilities.sum(1), 1, atol=1e-5)
    assert found.input.shape == (40, 10)
    assert found.decoded == collapse(found.path.tolist())
    likely = [row.probability for row in found.transcripts]
    assert len(likely) == 3 and likely == sorted(likely, reverse=True)
    assert all(1 <= label <= 10 for label in found.label)


def test_where_no_output_is_taught_by_ctc_there_is_no_alignment() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [4]}}),
        ("dense1", "dense", {"units": 3}),
        ("output1", "output", {}),
    )
    model = Model.build(Project(network, {"data": {"source": "iris"}}))
    with pytest.raises(NetloomError, match="taught by CTC"):
        ctc_alignment(model, 0)
