"""What cards show of a training: pictures of layers, and marks where they do not fare well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from app.insight.card_previews import PICTURES, SIDE, look, pictures_of
from app.insight.find_modules import walk
from app.insight.training_snapshot import inspect_session
from app.insight.value_ranges import beyond
from app.protocol.diagnostics import Diagnostic, Kind
from app.protocol.events import Snapshot
from app.protocol.framing import Decoder, encode
from app.protocol.views import NetworkViews
from app.protocol.watch import Watch
from app.training.trainable import Model
from app.training.trainer import take_snapshot, train
from app.training.weights import Weights
from graph.network import Network
from tests.app.training.projects import blocked, chain, cnn, project


def deep(activation: str, depth: int = 3) -> Network:
    layers: list[tuple[str, str, dict[str, Any]]] = [
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("flatten1", "flatten", {}),
    ]
    for number in range(1, depth + 1):
        layers += [(f"dense{number}", "dense", {"units": 12}), (f"{activation}{number}", activation, {})]
    return chain(*layers, ("last", "dense", {"units": 10}), ("output1", "output", {}))


def stepped(network: Network) -> tuple[Model, Weights]:
    """A model with gradients of one batch."""
    model = Model.build(project(network))
    weights = Weights(model.module)
    batch = next(model.feed(model.prepared.train).in_order(32))
    model.loss(batch)[0].backward()  # type: ignore[no-untyped-call]
    return model, weights


def fill(model: Model, layer: str, weight: float, bias: float) -> None:
    with torch.no_grad():
        dense = model.module.get_submodule(layer)
        assert isinstance(dense, nn.Linear)
        dense.weight.fill_(weight)
        dense.bias.fill_(bias)


# Pictures


def test_a_convolution_shows_its_filters_and_other_layers_what_they_give() -> None:
    model = Model.build(project(cnn()))
    views, _ = look(model, None, ("input1", "conv1", "conv2", "relu1", "flatten1", "dense1", "gone"))
    assert {name: (picture.shows, picture.values.shape) for name, picture in views.items()} == {
        "input1": ("picture", (1, 8, 8)),
        "conv1": ("filters", (4, 3, 3)),
        "conv2": ("filters", (6, 3, 3)),
        "relu1": ("maps", (4, 8, 8)),
        "flatten1": ("maps", (1, 1, PICTURES * SIDE)),
        "dense1": ("maps", (1, 1, 10)),
    }
    kernels = model.module.state_dict()["conv2.weight"].numpy()
    assert np.allclose(views["conv2"].values, kernels.mean(1), atol=1e-6)
    x = torch.from_numpy(model.prepared.train.arrays["image"][:1])
    with torch.no_grad():
        maps = model.module.get_submodule("conv1")(x)[0].relu().numpy()
    assert np.allclose(views["relu1"].values, maps, atol=1e-5)


def test_a_card_keeps_its_scale_from_sample_to_sample() -> None:
    """Colours of one sample go by the layer and by what it gives for the first training samples."""
    model = Model.build(project(cnn()))
    layers = ("conv1", "relu1", "dense1")
    feed = model.feed(model.prepared.train)
    first, second = (pictures_of(model, layers, feed.pick(index)) for index in (0, 5))
    assert {id_: picture.ends for id_, picture in first.items()} == {
        id_: picture.ends for id_, picture in second.items()
    }
    assert {id_: picture.ends[0] < 0 for id_, picture in first.items()} == {
        "conv1": True, "relu1": False, "dense1": True,
    }  # fmt: skip
    live, _ = look(model, None, layers)
    assert live["relu1"].ends == first["relu1"].ends
    assert beyond(first["relu1"].values, first["relu1"].ends) == (False, False)
    fill(model, "dense1", 0.0, 7.0)
    assert pictures_of(model, layers, feed.pick(0))["dense1"].ends == (-7.0, 7.0), "other weights, another scale"


def test_one_very_bright_sample_leaves_the_pictures_of_all_others_their_colours() -> None:
    model = Model.build(project(cnn()))
    plain = pictures_of(model, ("relu1",), model.feed(model.prepared.train).pick(0))["relu1"]
    images = np.array(model.prepared.train.arrays["image"])
    images[3, 0, 4, 4] = 500.0
    part = replace(model.prepared.train, arrays={**model.prepared.train.arrays, "image": images})
    bright = replace(model, prepared=replace(model.prepared, train=part))
    feed = bright.feed(part)
    first, lit = (pictures_of(bright, ("relu1",), feed.pick(index))["relu1"] for index in (0, 3))
    assert first.ends == lit.ends and first.ends[1] < 2 * plain.ends[1] < lit.values.max()
    assert beyond(lit.values, lit.ends) == (False, True)
    assert look(bright, None, ("relu1",))[0]["relu1"].ends == first.ends


def test_pictures_are_small_whatever_the_layer() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("up1", "upsample2d", {"factor": [8, 8]}),
        ("conv1", "conv2d", {"filters": 20, "kernel_size": [31, 31]}),
        ("pool1", "global_pool2d", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )
    views, _ = look(Model.build(project(network)), None, ("up1", "conv1"))
    assert views["up1"].values.shape == (1, SIDE, SIDE)
    assert views["conv1"].values.shape == (PICTURES, SIDE, SIDE)


def test_layers_inside_blocks_are_found_by_their_path() -> None:
    model = Model.build(project(blocked(3)))
    views, _ = look(model, None, ("stage", "stage.conv2", "stage.relu1"))
    assert views["stage"].values.shape == (4, 8, 8)
    assert views["stage.conv2"].values.shape == (4, 3, 3)
    assert views["stage.relu1"].values.shape == (4, 8, 8)
    paths = [path for path, _ in walk(model.module)]
    assert paths.count("stage.conv2") == 3


@pytest.mark.parametrize(("kind", "count"), [("lstm", 3), ("gru", 2)])
def test_the_gates_are_those_that_the_cell_had(kind: str, count: int) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("rows", "reshape", {}),
        ("cell", kind, {"hidden_size": 5, "output_mode": "last"}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )
    model = Model.build(project(network))
    gates = look(model, None, ("cell",))[0]["cell"].values
    assert gates.shape == (count, 5, 8)
    built = model.module.get_submodule("cell")
    assert isinstance(built, nn.LSTM | nn.GRU)
    rows = torch.from_numpy(model.prepared.train.arrays["image"][0, 0])
    cell = {"lstm": nn.LSTMCell, "gru": nn.GRUCell}[kind](8, 5)
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in built.state_dict().items()})
    state: Any = None
    for time, row in enumerate(rows):
        hidden = torch.zeros(1, 5) if state is None else state[0] if kind == "lstm" else state
        sums = row @ cell.weight_ih.T + cell.bias_ih + hidden @ cell.weight_hh.T + cell.bias_hh
        parts = torch.sigmoid(sums).reshape(-1, 5).detach().numpy()
        assert np.allclose(gates[:, :, time], parts[[0, 1, 3] if kind == "lstm" else [0, 1]], atol=1e-5)
        state = cell(row[None], state)


def test_looking_changes_nothing() -> None:
    model, weights = stepped(deep("relu"))
    model.module.train()
    state, gradients = torch.get_rng_state(), weights.gradients[0].clone()
    look(model, weights, ("relu1",))
    assert model.module.training
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(weights.gradients[0], gradients)
    assert not any(part._forward_hooks for part in model.module.modules())


# Health


def test_a_network_that_fares_well_has_no_marks() -> None:
    assert look(*stepped(cnn()), ())[1] == {}


def test_dead_units_are_counted() -> None:
    model = Model.build(project(deep("relu")))
    fill(model, "dense2", 0.0, -1.0)
    with torch.no_grad():
        model.module.get_parameter("dense2.bias")[:3] = 1.0
    ailments = look(model, None, ())[1]
    assert ailments["relu2"] == (Diagnostic(Kind.DEAD, 9, 12, 64),)
    assert "9 of 12 units gave 0 for all of 64 samples" in ailments["relu2"][0].sentence


def test_saturated_activations_are_told_but_not_answers() -> None:
    model = Model.build(project(deep("sigmoid")))
    fill(model, "dense2", 0.0, 50.0)
    assert look(model, None, ())[1]["sigmoid2"][0].sentence.startswith("100 % of its values lie at the ends")
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("sigmoid1", "sigmoid", {}),
        ("output1", "output", {}),
    )
    answering = Model.build(project(network))
    fill(answering, "dense1", 0.0, 50.0)
    assert look(answering, None, ())[1] == {}


def test_gradients_that_vanish_or_are_missing_are_told() -> None:
    vanishing = look(*stepped(deep("sigmoid", 8)), ())[1]
    assert vanishing["dense1"][0].kind is Kind.VANISHING
    assert "times smaller" in vanishing["dense1"][0].sentence
    assert "last" not in vanishing
    still = look(*stepped(deep("step")), ())[1]
    assert [found.kind for found in still["dense1"]] == [Kind.STILL]


def test_gradients_that_explode_are_told() -> None:
    model, weights = stepped(deep("relu"))
    for gradient in weights.gradients:
        gradient.mul_(1e4)
    ailments = look(model, weights, ())[1]
    assert ailments["dense1"][0].kind is Kind.EXPLODING
    assert "times as large as the weights" in ailments["dense1"][0].sentence


def test_without_a_step_gradients_are_not_judged() -> None:
    model = Model.build(project(deep("sigmoid", 8)))
    Weights(model.module)
    assert look(model, None, ())[1] == {}


def test_a_repeated_block_tells_of_its_worst_repetition() -> None:
    model = Model.build(project(blocked(2)))
    with torch.no_grad():
        model.module.get_parameter("stage.0.conv2.weight").zero_()
        model.module.get_parameter("stage.0.conv2.bias").fill_(-1.0)
    assert look(model, None, ())[1]["stage.relu1"] == (Diagnostic(Kind.DEAD, 4, 4, 64),)


@pytest.mark.parametrize("kind", list(Kind))
def test_findings_travel_and_are_sentences(kind: Kind) -> None:
    found = Diagnostic(kind, 12.0, 16, 64)
    snapshot = Snapshot(3, 1, NetworkViews(diagnostics={"conv1": (found,)}))
    (envelope,) = Decoder().feed(encode(snapshot))
    assert isinstance(envelope.message, Snapshot)
    assert envelope.message.views.diagnostics == {"conv1": (found,)}
    assert found.sentence.endswith(".")


# While training


def test_a_training_tells_what_cards_show_only_when_asked(tmp_path: Any) -> None:
    from app.training.training_session import begin

    session = begin(project(cnn(), epochs=1), None, tmp_path / "run")
    session.control.watch = Watch(cards=("conv1",), health=True, every=0.05)
    assert not session.control.watch.empty
    shown = take_snapshot(session, inspect_session)
    assert set(shown.views.cards) == {"conv1"}
    assert shown.views.diagnostics == {}
    assert take_snapshot(session, inspect_session, cards=False).views.diagnostics is None
    for _ in train(session, inspect_session):
        pass
    session.control.watch = Watch(filters=("conv1",))
    assert take_snapshot(session, inspect_session).views.diagnostics is None
