"""Fast paths: chosen by network and device, kept in the run, and the same training but for rounding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from app.protocol.events import Points, Started
from app.training.fast_paths import BEFORE, FAST_PATHS, kept_fast_paths
from app.training.runs import ENVIRONMENT
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import TrainingSession, begin, begin_like, load_model, resume
from graph.modules.recurrent import FastGru
from graph.network import Network
from graph.project import Project
from tests.app.training.projects import DIGITS, chain, mlp, project

SERIES: dict[str, Any] = {
    "source": "sine",
    "options": {"window": 12},
    "split": {"train": 0.4, "validation": 0.1, "test": 0.5},
}
Layer = tuple[str, str, dict[str, Any]]
IMAGE: Layer = ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}})
SEQUENCE: Layer = ("input1", "input", {"shape": {"kind": "sequence", "sizes": [12, 1]}})
FLAT: Layer = ("flatten1", "flatten", {})
OUTPUT: Layer = ("output1", "output", {})


def recurrent(kind: str) -> Network:
    return chain(SEQUENCE, ("layer1", kind, {"hidden_size": 6}), ("dense1", "dense", {"units": 1}), OUTPUT)


def dense() -> Network:
    layers: tuple[Layer, ...] = (
        ("dense1", "dense", {"units": 12}),
        ("tanh1", "tanh", {}),
        ("dense2", "dense", {"units": 10}),
    )
    return chain(IMAGE, FLAT, *layers, OUTPUT)


def pictures() -> Network:
    conv: Layer = ("conv1", "conv2d", {"filters": 6, "padding": "same"})
    behind: tuple[Layer, ...] = (
        ("relu1", "relu", {}),
        ("pool1", "max_pool2d", {}),
        FLAT,
        ("dense1", "dense", {"units": 10}),
    )
    return chain(IMAGE, conv, *behind, OUTPUT)


NETWORKS: dict[str, tuple[Network, dict[str, Any], tuple[str, ...]]] = {
    "gru": (recurrent("gru"), SERIES, ("recurrent",)),
    "rnn": (recurrent("rnn"), SERIES, ("recurrent",)),
    "lstm": (recurrent("lstm"), SERIES, ()),
    "dense": (dense(), DIGITS, ("dense_chain",)),
    "cnn": (pictures(), DIGITS, ("max_pool", "channels_last")),
    "batch norm": (mlp(), DIGITS, ()),
}


def of(name: str, **plan: Any) -> Project:
    network, data, _ = NETWORKS[name]
    return project(network, data, **{"threads": 1, **plan})


def losses(session: TrainingSession, steps: int) -> list[float]:
    """The training losses of the first ``steps`` batches."""
    found: list[float] = []
    for event in train(session):
        found += event.loss.tolist() if isinstance(event, Points) else []
        if len(found) >= steps:
            session.control.stop()
    return found[:steps]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_takes_those_that_it_has_a_place_for(name: str) -> None:
    assert Model.build(of(name)).fast_paths == NETWORKS[name][2]
    assert Model.build(of(name), paths=()).fast_paths == ()
    assert set(NETWORKS[name][2]) <= set(FAST_PATHS)


@pytest.mark.parametrize("name", [name for name, (_, _, paths) in NETWORKS.items() if paths])
def test_losses_of_fifty_steps_are_those_of_pytorchs_own_modules(tmp_path: Path, name: str) -> None:
    fast = losses(begin(of(name, epochs=20, batch_size=32), None, tmp_path / "fast"), 50)
    plain = losses(begin(of(name, epochs=20, batch_size=32), None, tmp_path / "plain", paths=()), 50)
    assert len(fast) == len(plain) == 50
    assert fast[0] > fast[-1]
    np.testing.assert_allclose(fast, plain, rtol=1e-5)


def test_the_reference_is_made_of_pytorchs_own_modules_alone(tmp_path: Path) -> None:
    session = begin(of("gru"), None, tmp_path / "run", paths=())
    assert [type(part) for part in session.model.module.children()] == [nn.GRU, nn.Linear]
    assert type(begin(of("gru"), None, tmp_path / "fast").model.module.get_submodule("layer1")) is FastGru


def test_a_run_keeps_them_and_goes_on_with_them(tmp_path: Path) -> None:
    run = tmp_path / "run"
    session = begin(of("cnn", epochs=1), None, run, paths=("max_pool",))
    started, *_ = [event for event in train(session) if isinstance(event, Started)]
    assert started.fast_paths == ("max_pool",)
    environment = json.loads((run / ENVIRONMENT).read_text("utf-8"))
    assert environment["fast_paths"] == ["max_pool"]
    again = resume(run, epochs=2)
    assert (again.model.fast_paths, again.model.channels_last) == (("max_pool",), False)
    assert load_model(run)[1].fast_paths == ("max_pool",)


def test_a_run_that_kept_none_goes_on_as_runs_did_then(tmp_path: Path) -> None:
    run = tmp_path / "run"
    list(train(begin(of("gru", epochs=1), None, run)))
    kept = run / ENVIRONMENT
    environment = json.loads(kept.read_text("utf-8"))
    del environment["fast_paths"]
    kept.write_text(json.dumps(environment), "utf-8")
    again = resume(run, epochs=2)
    assert again.model.fast_paths == ("recurrent_from_zeros",)
    assert not again.model.channels_last
    assert kept_fast_paths(environment) == tuple(name for name in FAST_PATHS if name in BEFORE)


@pytest.mark.parametrize("kept", [None, 3, "none", ["unheard of"], {"recurrent": 1}, []])
def test_what_anybody_wrote_into_an_environment_is_no_fault(kept: Any) -> None:
    assert kept_fast_paths({"fast_paths": kept}) == ()


@pytest.mark.parametrize("name", ["gru", "dense"])
@pytest.mark.parametrize("paths", [None, ()], ids=["fast", "reference"])
def test_a_run_like_another_is_it_to_the_last_bit(tmp_path: Path, name: str, paths: tuple[str, ...] | None) -> None:
    first = begin(of(name, epochs=1), None, tmp_path / "first", paths=paths)
    list(train(first))
    second = begin_like(tmp_path / "first", of(name, epochs=1), None, tmp_path / "second")
    list(train(second))
    assert second.model.fast_paths == first.model.fast_paths
    for key, value in first.model.module.state_dict().items():
        assert torch.equal(value, second.model.module.state_dict()[key])
