"""Which layers take the weights of a run, said before, and what a training that starts from it then does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.project.project_check import check_project
from app.protocol.start_messages import FitWeights, WeightsFitted
from app.training import checkpoints
from app.training.initial_weights import InitialWeights, going_on_from, starting_from
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import begin
from app.training.weight_fit import ASKED, NEW, layer_starts
from app.worker.start_requests import fit_weights
from graph.document import Document
from graph.project import Project, project_json
from tests.app.training.projects import mlp, project


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of the MLP with ten units at its end."""
    session = begin(project(epochs=1, threads=1), None, tmp_path_factory.mktemp("runs") / "first")
    for _ in train(session):
        pass
    return session.run


def other(**start: object) -> Project:
    """Another task: twelve units at the end, and a layer more before them."""
    network = mlp(("dense3", "dense", {"units": 10}), units=12)
    return Project(network, {**project(epochs=1, weight_decay=0.1, threads=1).sections, "start": start})


def test_layers_take_weights_by_name_and_shape(run: Run) -> None:
    said = {each.layer: each.reason for each in layer_starts(other(), run.weights)}
    differs = "its shape differs: 10 × 16 there, 12 × 16 here"
    assert said == {"dense1": "", "norm1": "", "dense2": differs, "dense3": NEW}
    asked = {each.layer: each.reason for each in layer_starts(other(fresh=["dense1"]), run.weights)}
    assert asked["dense1"] == ASKED


def test_the_worker_says_so_and_names_the_file(run: Run) -> None:
    request = FitWeights(project=project_json(other()), base=run.path.parent, run=run.path)
    reply = fit_weights(request)
    assert isinstance(reply, WeightsFitted)
    assert (reply.weights, len(reply.sha256)) == ("first/weights.safetensors", 64)
    assert [each.layer for each in reply.layers] == ["dense1", "norm1", "dense2", "dense3"]


def test_frozen_weights_and_statistics_are_the_same_bit_for_bit(run: Run, tmp_path: Path) -> None:
    made = starting_from(other(), run.weights, ("dense1", "norm1"), ("dense2", "dense3"))
    session = begin(made, None, tmp_path / "second")
    given = {name: tensor.clone() for name, tensor in session.model.module.state_dict().items()}
    before = begin(project(epochs=1, threads=1), run.path.parent, tmp_path / "third").model.module.state_dict()
    for _ in train(session):
        pass
    after = session.model.module.state_dict()
    frozen = [name for name in after if name.startswith(("dense1.", "norm1."))]
    assert {"norm1.running_mean", "norm1.running_var", "norm1.num_batches_tracked", "dense1.weight"} <= {*frozen}
    assert all(after[name].equal(given[name]) for name in frozen)
    assert not given["dense1.weight"].equal(before["dense1.weight"])
    assert not any(after[name].equal(given[name]) for name in ("dense2.weight", "dense3.weight"))


def test_a_renamed_layer_takes_the_weights_that_it_had(run: Run, tmp_path: Path) -> None:
    made = starting_from(project(epochs=1, threads=1), run.weights)
    document = Document(made.network, made.sections)
    with document.transaction("Rename"):
        document.rename("dense1", "first")
    renamed = replace(made, sections=dict(document.sections))
    assert check_project(renamed, None).ok
    module = begin(renamed, None, tmp_path / "second").model.module.state_dict()
    assert module["first.weight"].equal(checkpoints.load(run.weights)[0]["dense1.weight"])


def test_going_on_takes_all_weights_also_where_layers_began_anew(run: Run) -> None:
    made = starting_from(project(epochs=1), run.weights, ("dense1",), ("dense2",))
    start = InitialWeights.of(going_on_from(made, run.weights))
    assert (start.frozen, start.fresh) == (("dense1",), ())
