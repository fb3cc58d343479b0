"""Looking into a network: filters, feature maps, histograms, and nothing about the network changes."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from app.insight.layer_arrays import BINS, MOST_FILTERS, biases, feature_maps, filters, histograms, sample_of, snapshot
from app.project.presets import preset
from app.protocol.watch import Watch
from app.training.trainable import Model
from graph.checking.check import Checker
from graph.document import Document
from graph.modules.fixed_conv import FixedConv2d
from graph.structure.grouping import group
from tests.app.training.projects import chain, cnn, mlp, project


def test_feature_maps_are_what_the_layers_give_to_that_sample() -> None:
    model = Model.build(project(cnn()))
    views = snapshot(model, Watch(maps=("input1", "conv1", "relu1", "dense1", "gone"), sample=17))
    assert set(views.maps) == {"input1", "conv1", "relu1", "dense1"} and not views.filters and not views.weights
    with torch.no_grad():
        x = torch.from_numpy(views.input)[None]
        conv = model.module.get_submodule("conv1")(x)[0].numpy()
    assert np.allclose(views.maps["conv1"], conv, atol=1e-6)
    assert np.array_equal(views.maps["relu1"], np.maximum(views.maps["conv1"], 0))
    assert views.maps["dense1"].shape == (10,)


def test_the_sample_is_the_one_at_that_position_whatever_its_part() -> None:
    model = Model.build(project())
    for part in model.prepared.parts.values():
        position = int(part.indices[1])
        shown = sample_of(model, position).inputs[0][0].numpy()
        assert np.array_equal(shown, part.arrays["image"][1])
    beyond = sample_of(model, 10**9).inputs[0]
    assert beyond.shape == (1, 1, 8, 8)


def test_looking_changes_neither_mode_nor_weights_nor_random_numbers() -> None:
    model = Model.build(project(mlp()))
    model.module.train()
    before, state = torch.get_rng_state(), {k: v.clone() for k, v in model.module.state_dict().items()}
    first = snapshot(model, Watch(maps=("drop1", "norm1"), histograms=True))
    second = snapshot(model, Watch(maps=("drop1", "norm1"), histograms=True))
    assert all(np.array_equal(first.maps[name], second.maps[name]) for name in first.maps)
    assert all(np.array_equal(first.weights[name].counts, second.weights[name].counts) for name in first.weights)
    assert model.module.training
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one, state[name]) for name, one in model.module.state_dict().items())


def test_filters_are_listed_by_the_map_they_make() -> None:
    module = nn.ModuleDict({"a": nn.Conv2d(3, 5, 2), "b": nn.ConvTranspose2d(3, 5, 2), "c": nn.Conv1d(2, 300, 1)})
    found = {name: filters(module, name) for name in module}
    assert [None if one is None else one.shape for one in found.values()] == [
        (5, 3, 2, 2),
        (5, 3, 2, 2),
        (MOST_FILTERS, 2, 1),
    ]
    assert found["b"] is not None
    assert np.array_equal(found["b"][4, 2], module.state_dict()["b.weight"][2, 4].numpy())
    assert filters(nn.ModuleDict({"d": nn.Linear(2, 2)}), "d") is None
    assert filters(module, "gone") is None


def test_biases_stand_beside_filters() -> None:
    model = Model.build(project(cnn()))
    views = snapshot(model, Watch(filters=("conv1",)))
    bias = dict(model.module.named_parameters())["conv1.bias"]
    np.testing.assert_array_equal(views.biases["conv1"], bias.detach().numpy())
    assert len(views.biases["conv1"]) == len(views.filters["conv1"])
    assert biases(nn.Sequential(nn.Conv2d(1, 2, 3, bias=False)), "0") is None
    transposed = biases(nn.Sequential(nn.ConvTranspose2d(3, 5, 2)), "0")
    assert transposed is not None and transposed.shape == (5,)
    assert biases(nn.Sequential(nn.Linear(3, 2)), "0") is None


def test_kernels_that_were_typed_are_filters_too() -> None:
    typed = ((1.0, 2.0), (3.0, 4.0))
    found = filters(nn.ModuleDict({"k": FixedConv2d((typed,), channels=2)}), "k")
    assert found is not None
    assert found.tolist() == [[[list(row) for row in typed]]] * 2


def test_a_layer_that_shares_weights_shows_those_of_their_owner() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("conv1", "conv2d", {"filters": 1}),
        ("conv2", "conv2d", {"filters": 1}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )
    document = Document(network)
    with document.transaction("Share"):
        document.tie("conv2", "conv1")
    views = snapshot(Model.build(project(document.network)), Watch(filters=("conv1", "conv2")))
    assert np.array_equal(views.filters["conv1"], views.filters["conv2"])


def test_histograms_count_every_finite_value() -> None:
    values = torch.tensor([0.0, 1.0, 2.0, float("nan"), float("inf")])
    found = histograms({"w": values, "none": torch.full((3,), float("nan"))})
    assert found["w"].counts.sum() == 3
    assert found["none"].counts.sum() == 0
    assert found["w"].edges.shape == (BINS + 1,)
    assert found["w"].edges[[0, -1]].tolist() == [0.0, 2.0]


def test_a_huge_feature_map_is_cut() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("conv1", "conv2d", {"filters": 40_000, "kernel_size": [1, 1]}),
        ("conv2", "conv2d", {"filters": 1, "kernel_size": [1, 1]}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )
    model = Model.build(project(network))
    shown = feature_maps(model, ("conv1",), sample_of(model, 0))["conv1"]
    assert shown.shape == (2**20 // 64, 8, 8)


def test_layers_inside_a_block_on_every_frame_are_looked_into() -> None:
    model = Model.build(preset("clips_cnn_lstm").project)
    views = snapshot(model, Watch(filters=("frames1.conv1",), maps=("frames1", "frames1.conv1", "frames1.flatten1")))
    assert views.filters["frames1.conv1"].shape == (8, 1, 3, 3)
    assert views.maps["frames1"].shape == (8, 32)
    assert views.maps["frames1.flatten1"].shape == (8, 256)
    conv = model.module.get_submodule("frames1.body.conv1")
    with torch.no_grad():
        frames = conv(torch.from_numpy(views.input)).numpy()
    assert np.allclose(views.maps["frames1.conv1"], frames, atol=1e-6)


def test_layers_inside_a_block_that_runs_once_are_looked_into() -> None:
    document = Document(cnn())
    with document.transaction("Group"):
        group(document, Checker(document), ["conv1", "relu1"], "eye")
    model = Model.build(project(document.network))
    views = snapshot(model, Watch(maps=("eye", "eye.conv1")))
    assert np.array_equal(views.maps["eye"], np.maximum(views.maps["eye.conv1"], 0))
