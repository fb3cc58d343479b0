"""One judge: check and training refuse the same in the same words, and the first repair makes a project train."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.project.project_check import check_project
from app.training.judge import refuse
from app.training.trainable import Model
from app.training.training_session import begin
from app.worker.process import open_session
from graph.checking.layer_info import Problem, Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.network import Connection
from graph.project import Project, project_json
from graph.shapes import image, sequence, tokens, vector
from tests.battery.promises.green_trains import faults, hold, step
from tests.battery.random_projects import Drawn
from tests.graph.networks import chain, layer

SPIRALS: dict[str, Any] = {"source": "spirals", "options": {"samples": 60}}
IRIS: dict[str, Any] = {"source": "iris"}
BRACKETS: dict[str, Any] = {"source": "brackets", "options": {"samples": 60, "longest": 6}}
ADDING: dict[str, Any] = {"source": "adding", "options": {"samples": 60, "steps": 6, "shortest": 6}}


def drawn(*layers: Layer, data: Any = SPIRALS, start: Any = None, **plan: Any) -> Document:
    """Layers between an input for ``data`` and an output."""
    offered = DataChoice.parse(data).info().shape
    sections = {"data": data, "plan": {"epochs": 1, **plan}} | ({} if start is None else {"start": start})
    return Document(chain([layer("input", shape=offered), *layers, layer("output")]).network, sections)


def tied(document: Document, id_: str, owner: str, **marks: Any) -> Document:
    with document.transaction("Mark"):
        document.tie(id_, owner)
        for name in marks.get("muted", ()):
            document.mute(name, True)
    return document


def dense(units: int = 2) -> Layer:
    return layer("dense", units=units)


def read_tokens(vocabulary: int, *layers: Layer, length: int | None = 6) -> Document:
    embedding = layer("embedding", vocabulary=vocabulary, size=3)
    made = drawn(embedding, *layers, data=BRACKETS)
    with made.transaction("Open the length"):
        made.set_layer("input1", layer("input", shape=tokens(length)))
    return made


def open_length(*layers: Layer) -> Document:
    made = drawn(*layers, data=ADDING)
    with made.transaction("Open the length"):
        made.set_layer("input1", layer("input", shape=sequence(None, 2)))
    return made


def halves() -> Document:
    """A sequence of open length times itself at half that length."""
    made = open_length(layer("average_pool1d"), layer("gru", hidden_size=4), dense(1))
    with made.transaction("Branch"):
        made.disconnect(made.network.into("gru1")["in"])
        made.add(layer("multiply"), name="multiply1")
        first, second = made.network.node("multiply1").inputs
        made.connect(Connection("input1", "out", "multiply1", first))
        made.connect(Connection("pool1", "out", "multiply1", second))
        made.connect(Connection("multiply1", "out", "gru1", "in"))
    return made


NORM = layer("batch_norm")
REFUSED: dict[str, tuple[Callable[[], Document], str, bool]] = {
    "softmax on one unit": (lambda: drawn(dense(1), layer("softmax")), "a softmax makes 1", True),
    "weights shared by other sizes": (
        lambda: tied(drawn(dense(3), dense(3), dense()), "dense2", "dense1"),
        "needs weights of other sizes",
        True,
    ),
    "weights shared of a muted layer": (
        lambda: tied(drawn(dense(2), dense(2), dense()), "dense2", "dense1", muted=("dense1",)),
        "is muted, so there are none to share",
        True,
    ),
    "batch norm on batches of one": (
        lambda: drawn(dense(4), NORM, dense(), batch_size=1),
        "but the batch size is 1",
        True,
    ),
    "batch norm on a training set of one": (
        lambda: drawn(
            dense(4), NORM, dense(), data={**SPIRALS, "split": {"train": 0.02, "validation": 0.0, "test": 0.98}}
        ),
        "the training set holds one",
        False,
    ),
    "everything frozen": (
        lambda: drawn(dense(4), dense(), start={"frozen": ["dense1", "dense2"]}),
        "Every layer with weights is frozen",
        True,
    ),
    "nothing to learn": (lambda: drawn(layer("relu")), "no layer has weights", False),
    "frozen and not there": (lambda: drawn(dense(), start={"frozen": ["gone"]}), "gone cannot be frozen", True),
    "frozen without weights": (
        lambda: drawn(dense(), start={"frozen": ["output1"]}),
        "output1 cannot be frozen: it has no weights",
        True,
    ),
    "a start that is no mapping": (lambda: drawn(dense(), start={"frozen": 3}), "start", True),
    "an empty part": (
        lambda: drawn(dense(3), data={**IRIS, "split": {"train": 0.999, "validation": 0.001, "test": 0.0}}),
        "The validation set would be empty",
        False,
    ),
    "too few token vectors": (
        lambda: read_tokens(2, layer("gru", hidden_size=4), dense()),
        "has vectors for 2 tokens",
        True,
    ),
    "branches of other lengths, where the data says how long": (halves, "multiply1", False),
}
ACCEPTED: dict[str, Callable[[], Document]] = {
    "one sigmoid for two classes": lambda: drawn(dense(1), layer("sigmoid")),
    "dropout behind the sigmoid": lambda: drawn(dense(1), layer("sigmoid"), layer("dropout")),
    "a muted layer is frozen": lambda: tied(
        drawn(dense(2), dense(2), dense(2), start={"frozen": ["dense1"]}), "dense3", "dense2", muted=("dense1",)
    ),
    "batch norm over pixels on batches of one": lambda: drawn(
        layer("conv2d", filters=2), NORM, layer("flatten"), dense(10), data={"source": "digits"}, batch_size=1
    ),
    "a frozen batch norm on batches of one": lambda: drawn(
        dense(4), NORM, dense(), start={"frozen": ["norm1"]}, batch_size=1
    ),
    "an open length": lambda: open_length(layer("gru", hidden_size=4), dense(1)),
    "as many token vectors as tokens": lambda: read_tokens(5, layer("gru", hidden_size=4), dense(), length=None),
}


def project(document: Document) -> Project:
    return Project(document.network, dict(document.sections))


def errors(document: Document) -> list[Problem]:
    problems = check_project(project(document), None).problems
    return [problem for problem in problems if problem.severity is Severity.ERROR]


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_check_refuses_does_not_train(name: str, tmp_path: Path) -> None:
    make, words, repairable = REFUSED[name]
    document = make()
    assert any(words in problem.message for problem in errors(document)), errors(document)
    hold(Drawn(project(document), tmp_path), tmp_path)
    with pytest.raises(NetloomError) as refused:
        open_session(_request(project(document), tmp_path / "worker"))
    assert str(refused.value).startswith(errors(document)[0].message)
    if repairable:
        errors(document)[0].fixes[0].apply(document)
        assert errors(document) == []
        step(project(document), tmp_path, tmp_path / "repaired")


def _request(made: Project, out: Path) -> Any:
    from app.protocol.training_messages import Train

    return Train(project=project_json(made), base=None, out=out, paused=False, weights=None)


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_the_check_passes_trains(name: str, tmp_path: Path) -> None:
    document = ACCEPTED[name]()
    assert errors(document) == []
    step(project(document), tmp_path, tmp_path / "run")


def test_batch_norm_without_running_averages_is_warned_of_and_refuses_single_rows_in_a_sentence(tmp_path: Path) -> None:
    document = drawn(dense(4), layer("batch_norm", track=False), dense(3), data=IRIS)
    (warning,) = [one for one in check_project(project(document), None).problems if one.layer == "norm1"]
    assert warning.severity is Severity.WARNING and "the samples beside it" in warning.message
    session = begin(project(document), None, tmp_path / "run")
    with session.model.evaluating(), pytest.raises(NetloomError, match="more than one sample"):
        session.model.forward(session.train.pick(0).inputs)
    warning.fixes[0].apply(document)
    assert [one for one in check_project(project(document), None).problems if one.layer == "norm1"] == []


def test_a_muted_sigmoid_makes_no_probabilities(tmp_path: Path) -> None:
    document = drawn(dense(1), layer("sigmoid"))
    with document.transaction("Mute"):
        document.mute("sigmoid1", True)
    model = Model.build(project(document))
    assert model.objective.heads[0].final_activation == ""
    step(project(document), tmp_path, tmp_path / "run")


def test_an_empty_part_is_repaired_by_other_shares(tmp_path: Path) -> None:
    np.savez(tmp_path / "few.npz", x=np.random.default_rng(0).normal(size=(3, 3)), y=np.arange(3) % 2)
    choice = {"source": "arrays", "options": {"path": "few.npz"}}
    made = chain([layer("input", shape=vector(3)), dense(), layer("output")])
    document = Document(made.network, {"data": choice})
    (problem,) = [p for p in check_project(project(document), tmp_path).problems if p.severity is Severity.ERROR]
    assert "would be empty" in problem.message
    problem.fixes[0].apply(document)
    assert faults(check_project(project(document), tmp_path)) == []
    step(project(document), tmp_path, tmp_path / "run")


def test_the_first_of_several_faults_is_said_and_that_there_are_more() -> None:
    document = drawn(dense(7), batch_size=4, start={"frozen": ["gone"]})
    prepared = Model.build(project(drawn(dense()))).prepared
    with pytest.raises(NetloomError, match="1 more: run the check for all"):
        refuse(project(document), prepared)


def test_pictures_of_one_pixel_count_as_single_values() -> None:
    norm = layer("batch_norm")
    assert norm.batch_values({"in": image(3, 1, 1)}) == 1
    assert norm.batch_values({"in": image(3, 2, 2)}) == 4
    assert norm.batch_values({"in": sequence(None, 2)}) is None
    assert layer("dense").batch_values({"in": vector(3)}) is None
