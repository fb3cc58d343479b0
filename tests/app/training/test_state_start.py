"""A project begins with what its layers take of somebody's state dict, and trains on from there."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from app.protocol.start_messages import FitState
from app.training.checkpoints import read
from app.training.state_start import NOTHING, fit_state, kept_beside, starting_from_state
from app.training.training_session import begin
from app.training.weight_fit import ASKED
from app.worker.start_requests import take_state
from graph.errors import NetloomError
from graph.project import Project, project_json
from tests.app.training.projects import cnn, mlp, project


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of a network of the MLP's layers, but for its last."""
    torch.manual_seed(3)
    module = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 1000))
    path = tmp_path_factory.mktemp("state") / "theirs.pth"
    torch.save({"epoch": 2, "model": module.state_dict()}, path)
    return path


def test_what_goes_where_and_what_is_left_over_is_told(state: Path) -> None:
    fit = fit_state(project(), state)
    assert [(each.layer, each.source, each.how, each.reason) for each in fit.layers] == [
        ("dense1", "1", "by shape and order", ""),
        ("norm1", "2", "by shape and order", ""),
        ("dense2", "", "", NOTHING),
    ]
    assert (fit.anew, fit.left) == (("dense2",), ("4.weight", "4.bias"))
    asked = Project(mlp(), {**project().sections, "start": {"fresh": ["norm1"]}})
    assert fit_state(asked, state).layers[1].reason == ASKED


def test_a_training_begins_with_it(state: Path, tmp_path: Path) -> None:
    made = project(epochs=1)
    fit = fit_state(made, state)
    kept = fit.keep(kept_beside(state, "digits.netloom", tmp_path))
    assert kept == tmp_path / "digits-from-theirs.safetensors"
    session = begin(starting_from_state(made, fit, kept, ("dense1",)), tmp_path, tmp_path / "run")
    own, theirs = session.model.module.state_dict(), torch.load(state, weights_only=True)["model"]
    assert own["dense1.weight"].equal(theirs["1.weight"])
    assert own["norm1.running_var"].equal(theirs["2.running_var"])
    assert "dense1.weight" not in session.weights.names and "dense2.weight" in session.weights.names


def test_a_dense_layer_that_lies_turned_over_is_turned(tmp_path: Path) -> None:
    theirs = {"dense1.weight": torch.randn(64, 16), "dense1.bias": torch.randn(16)}
    torch.save(theirs, tmp_path / "turned.pt")
    fit = fit_state(project(), tmp_path / "turned.pt")
    assert fit.layers[0].how == "by name, turned over"
    assert fit.tensors["dense1.weight"].equal(theirs["dense1.weight"].T)


def test_other_weights_of_before_are_never_written_over(state: Path, tmp_path: Path) -> None:
    fit, place = fit_state(project(), state), tmp_path / "a.safetensors"
    place.write_bytes(b"others")
    assert [fit.keep(place).name for _ in range(2)] == ["a-2.safetensors", "a-2.safetensors"]
    assert place.read_bytes() == b"others"


def test_a_file_of_which_nothing_fits_is_not_kept(state: Path, tmp_path: Path) -> None:
    fit = fit_state(project(cnn()), state)
    with pytest.raises(NetloomError, match="No layer of the project takes weights"):
        fit.keep(tmp_path / "none.safetensors")
    assert not list(tmp_path.iterdir())


def test_the_worker_tells_first_and_keeps_what_is_taken_when_it_is_asked_to(state: Path, tmp_path: Path) -> None:
    given = project_json(project())
    told = take_state(FitState(project=given, base=tmp_path, name="digits", file=state))
    assert (told.weights, told.left, len(told.layers)) == ("", ("4.weight", "4.bias"), 3)
    assert not list(tmp_path.iterdir())
    kept = take_state(FitState(project=given, base=tmp_path, name="digits", file=state, keep=True))
    assert (kept.weights, len(kept.sha256)) == ("digits-from-theirs.safetensors", 64)
    tensors, _ = read(tmp_path / kept.weights)
    assert set(tensors) == {"dense1.weight", "dense1.bias", *(f"norm1.{kind}" for kind in
        ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"))}  # fmt: skip
