"""Testing and using a saved run: predictions, several outputs, and what does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.inference.evaluate import evaluate
from app.inference.predict import predict
from app.project.presets import preset
from app.protocol.events import Epoch, Finished
from app.training.trainer import train
from app.training.training_session import begin, load_model
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.catalogue import parse_layer
from graph.network import Connection
from graph.project import Project
from tests.app.training.projects import chain, mlp, project


def two_outputs() -> Project:
    """Digits classified and, from the same hidden units, drawn again."""
    document = Document(mlp())
    with document.transaction("Second output"):
        document.add(parse_layer("dense", {"units": 64}, "dense"), name="decode")
        shape = {"shape": {"kind": "image", "sizes": [1, 8, 8]}}
        document.add(parse_layer("reshape", shape, "reshape"), name="picture")
        document.add(parse_layer("output", {"target": "image", "weight": 0.5}, "output"), name="drawn")
        document.connect(Connection("relu1", "out", "decode", "in"))
        document.connect(Connection("decode", "out", "picture", "in"))
        document.connect(Connection("picture", "out", "drawn", "in"))
    return project(document.network, epochs=3, learning_rate=0.01)


def digits() -> np.ndarray[Any, Any]:
    """Three blank pictures and three bright ones, in the data's own units."""
    return np.concatenate([np.zeros((3, 1, 8, 8)), np.full((3, 1, 8, 8), 16.0)]).astype(np.float32)


def test_several_outputs_are_learned_weighted_and_told_apart(tmp_path: Path) -> None:
    session = begin(two_outputs(), None, tmp_path / "run")
    names = [head.output for head in session.model.objective.heads]
    assert sorted(names) == ["drawn", "output1"]
    batch = session.train.pick(0)
    with session.model.evaluating():
        answers = session.model.forward(batch.inputs)
        parts = {
            head.output: head.loss_fn(answer, target).item()
            for head, answer, target in zip(session.model.objective.heads, answers, batch.targets, strict=True)
        }
        whole = session.model.objective.loss(answers, batch.targets).item()
    assert whole == pytest.approx(parts["output1"] + 0.5 * parts["drawn"], rel=1e-5)
    events = list(train(session))
    epochs = [event for event in events if isinstance(event, Epoch)]
    assert {"loss", "output1.accuracy", "drawn.rmse", "drawn.mae", "drawn.r2"} == set(epochs[0].validation)
    assert epochs[-1].train["loss"] < epochs[0].train["loss"]
    assert isinstance(events[-1], Finished)
    said = predict(tmp_path / "run", {"image": digits()})
    assert len(said) == 6
    assert set(said[0]) == {"output1", "drawn"}
    assert np.array(said[0]["drawn"]["values"]).shape == (1, 8, 8)
    assert sum(said[0]["output1"]["probabilities"].values()) == pytest.approx(1.0)


def test_predictions_agree_with_the_evaluation_whatever_comes_along(tmp_path: Path) -> None:
    list(train(begin(project(epochs=3, learning_rate=0.01), None, tmp_path / "run")))
    found = evaluate(tmp_path / "run")
    _, model = load_model(tmp_path / "run")
    index = found.predictions.index[:20]
    values = model.prepared.dataset.field_named("image").values[index]
    together = predict(tmp_path / "run", {"image": values})
    alone = predict(tmp_path / "run", {"image": values[7:8]})
    assert [one["index"] for one in together] == found.predictions.predicted[:20].tolist()
    assert alone[0]["index"] == together[7]["index"]
    assert found.confusion is not None
    right = np.trace(found.confusion) / found.confusion.sum()
    assert found.metrics["accuracy"] == pytest.approx(right)


def test_numbers_come_back_in_their_own_units(tmp_path: Path) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [10]}}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )
    list(train(begin(project(network, {"source": "diabetes"}, epochs=30, learning_rate=0.05), None, tmp_path / "run")))
    found = evaluate(tmp_path / "run")
    true, predicted = found.predictions.true, found.predictions.predicted
    assert 20 < true.min() < true.max() < 400
    rmse = float(np.sqrt(np.square(true - predicted).mean()))
    assert found.metrics["rmse"] == pytest.approx(rmse, rel=1e-3)
    assert found.metrics["r2"] > 0.2


@pytest.mark.parametrize("loss", ["auto", "mse", "mae", "huber", "half_squares", "bce"])
@pytest.mark.parametrize("target", ["classes", "numbers"])
def test_the_losses_of_single_samples_are_those_whose_mean_was_measured(tmp_path: Path, loss: str, target: str) -> None:
    if target == "classes":
        wanted = project(epochs=1, loss=loss, threads=1)
    elif loss == "bce":
        return  # standardised numbers have none
    else:
        shape = {"shape": {"kind": "vector", "sizes": [10]}}
        network = chain(("input1", "input", shape), ("dense1", "dense", {"units": 1}), ("output1", "output", {}))
        wanted = project(network, {"source": "diabetes"}, epochs=1, loss=loss, threads=1)
    list(train(begin(wanted, None, tmp_path / "run")))
    found = evaluate(tmp_path / "run")
    assert found.losses is not None and len(found.losses) == len(found.predictions.index)
    assert float(found.losses.mean()) == pytest.approx(found.metrics["loss"], rel=1e-4)
    assert found.loss.startswith(loss) or loss == "auto"


def test_weighted_losses_and_those_of_several_outputs_are_of_no_single_sample(tmp_path: Path) -> None:
    for number, wanted in enumerate((project(epochs=1, class_weights="automatic"), two_outputs())):
        list(train(begin(wanted, None, tmp_path / f"{number}")))
        assert evaluate(tmp_path / f"{number}").losses is None


@pytest.mark.parametrize(
    ("inputs", "complaint"),
    [
        ({}, "also reads “image”"),
        ({"image": np.zeros((2, 8, 8), np.float32)}, "must be"),
        ({"image": np.zeros((2, 1, 8, 9), np.float32)}, "must be"),
    ],
)
def test_samples_that_do_not_fit_are_refused(tmp_path: Path, inputs: dict[str, Any], complaint: str) -> None:
    list(train(begin(project(epochs=1), None, tmp_path / "run")))
    with pytest.raises(NetloomError, match=complaint):
        predict(tmp_path / "run", inputs)


def test_an_output_that_is_no_number_is_refused_and_not_told_as_a_class(tmp_path: Path) -> None:
    list(train(begin(project(epochs=1), None, tmp_path / "run")))
    pictures = digits()
    pictures[1] = 3e38
    with pytest.raises(NetloomError, match="output for sample 2 is no number"):
        predict(tmp_path / "run", {"image": pictures})
    assert len(predict(tmp_path / "run", {"image": digits()})) == 6


def test_a_part_that_is_unknown_or_empty_is_refused(tmp_path: Path) -> None:
    split = {"train": 0.3, "validation": 0.7, "test": 0.0}
    list(train(begin(project(data={"source": "digits", "split": split}, epochs=1), None, tmp_path / "run")))
    with pytest.raises(NetloomError, match="no part “exam”"):
        evaluate(tmp_path / "run", "exam")
    with pytest.raises(NetloomError, match="has no samples"):
        evaluate(tmp_path / "run")


def test_loading_a_run_leaves_the_random_state_alone(tmp_path: Path) -> None:
    list(train(begin(project(epochs=1), None, tmp_path / "run")))
    before = torch.get_rng_state()
    load_model(tmp_path / "run")
    assert torch.equal(torch.get_rng_state(), before)


def test_the_worst_texts_are_told_in_words(tmp_path: Path) -> None:
    found = preset("brackets_lstm").project
    data: dict[str, Any] = dict(found.sections["data"])  # type: ignore[arg-type]
    data["options"] = {**data["options"], "samples": 40}
    made = Project(found.network, {**found.sections, "data": data, "plan": {"epochs": 1, "threads": 1}})
    for _ in train(begin(made, None, tmp_path / "run")):
        pass
    evaluation = evaluate(tmp_path / "run")
    known, length = np.array([[1, 2, 0, 0]]), np.array([[2.0]], np.float32)
    assert predict(tmp_path / "run", {"string": known, "length": length})[0]["class"] in ("no", "yes")
    for token in (-1, 99_999_999):
        with pytest.raises(NetloomError, match="knows the tokens 0 to"):
            predict(tmp_path / "run", {"string": np.where(known == 2, token, known), "length": length})
    for words, row in zip(evaluation.worst.words.input, evaluation.worst.input, strict=True):
        assert len(words) == np.count_nonzero(row)
        assert set(words) <= set("()[]")
