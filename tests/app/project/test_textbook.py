"""Numbers that the textbook prints for whole networks, held against the presets that ship."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from app.project.presets import preset
from graph.checking.check import Checker
from graph.checking.layer_info import LayerInfo
from graph.document import Document
from graph.shapes import image, sequence, video


def facts(id_: str) -> Mapping[str, LayerInfo]:
    """Facts of every layer of a preset."""
    checker = Checker(Document(preset(id_).project.network))
    found = {name: checker.layer_info(name) for name in preset(id_).project.network.ids}
    checker.close()
    return found


def test_lenet5_layer_by_layer() -> None:
    found = facts("lenet5")
    costs = {name: (found[name].parameters, found[name].connections) for name in ("c1", "s2", "c3", "s4")}
    assert costs == {"c1": (156, 122_304), "s2": (12, 5_880), "c3": (1_516, 151_600), "s4": (32, 2_000)}
    shapes = {name: found[name].outputs["out"] for name in ("c1", "s2", "c3", "s4", "c5")}
    assert shapes == {
        "c1": image(6, 28, 28),
        "s2": image(6, 14, 14),
        "c3": image(16, 10, 10),
        "s4": image(16, 5, 5),
        "c5": image(120, 1, 1),
    }
    assert (found["c5"].parameters, found["f6"].parameters, found["rbf"].parameters) == (48_120, 10_164, 0)


def test_alexnet_kernel_by_kernel() -> None:
    found = facts("alexnet")
    kernels = [found[f"conv{number}"].parameters for number in range(1, 6)]
    assert kernels == [34_944, 307_456, 885_120, 663_936, 442_624]
    assert found["conv1"].outputs["out"] == image(96, 55, 55)
    assert [found[f"dense{number}"].parameters for number in (1, 2, 3)] == [37_752_832, 16_781_312, 4_097_000]


@pytest.mark.parametrize(
    ("id_", "parameters"),
    [
        ("mlp_3_3_1", 16),
        ("lenet5", 60_000),
        ("alexnet", 60_965_224),
        ("recurrent_cnn", 672_202),
        ("recurrent_cnn_no_dropout", 672_202),
        ("recurrent_cnn_128", 1_191_178),
        ("recurrent_cnn_160", 1_857_610),
        ("network_in_network", 966_986),
        ("maxout_network", 8_567_830),
        ("probout_network", 8_567_830),
        ("seasons_features", 1_617),
        ("stock_price_mlp", 705),
        ("learned_average", 20),
        ("resnet110", 1_727_962),
        ("frames_cnn_gru", 22_980),
        ("frames_alone", 10_660),
        ("clips_c3d", 17_684),
        ("scenes_yolo", 25_256),
        ("scenes_unet", 26_884),
        ("scenes_fcn", 8_334),
        ("scenes_recurrent_cnn", 4_424),
        ("clips_cnn_lstm", 18_052),
        ("clips_bag_of_frames", 9_604),
    ],
)
def test_parameters_of_whole_networks(id_: str, parameters: int) -> None:
    assert preset(id_).parameters() == parameters


@pytest.mark.parametrize(
    ("id_", "maps"), [("recurrent_cnn", 96), ("recurrent_cnn_128", 128), ("recurrent_cnn_160", 160)]
)
def test_recurrent_cnns_normalise_over_as_many_maps_as_liang_and_hu(id_: str, maps: int) -> None:
    layers = [node.layer for node in preset(id_).project.network if node.layer.kind == "recurrent_conv2d"]
    assert [layer.values()["norm"] for layer in layers] == 4 * [maps // 8 + 1]


def test_the_recurrent_cnn_without_dropout_differs_in_nothing_else() -> None:
    kept, left_out = (preset(id_).project for id_ in ("recurrent_cnn", "recurrent_cnn_no_dropout"))
    layers = [[node.layer for node in project.network if node.layer.kind != "dropout"] for project in (kept, left_out)]
    assert sorted(map(repr, layers[0])) == sorted(map(repr, layers[1]))
    assert len(kept.network) == len(left_out.network) + 3
    assert [kept.sections[name] for name in ("data", "plan")] == [left_out.sections[name] for name in ("data", "plan")]


@pytest.mark.parametrize("name", ["norm1", "norm2"])
def test_alexnet_normalises_by_the_formula_of_the_paper(name: str) -> None:
    """There alpha times the sum of squares over 5 maps; torch divides alpha by the 5."""
    import torch

    layer = preset("alexnet").project.network.layer(name)
    x = torch.rand(1, 7, 2, 2) * 20
    squares = torch.nn.functional.pad(x.square(), (0, 0, 0, 0, 2, 2))
    paper = x / (2 + 1e-4 * sum(squares[:, place : place + 7] for place in range(5))) ** 0.75
    module = torch.nn.LocalResponseNorm(**{key: layer.values()[key] for key in ("size", "alpha", "beta", "k")})
    torch.testing.assert_close(module(x), paper, rtol=1e-5, atol=1e-6)


def test_the_worked_example() -> None:
    found = facts("worked_cnn")
    assert (found["conv1"].parameters, found["conv1"].connections) == (260, 203_840)
    assert found["pool1"].outputs["out"] == image(10, 14, 14)
    assert found["dense1"].parameters == 392_200


def test_resnet110_is_three_cards_of_18_blocks() -> None:
    found = facts("resnet110")
    assert [found[f"stage{number}"].parameters for number in (1, 2, 3)] == [84_096, 329_472, 1_313_280]


def test_convolutions_over_frames_layer_by_layer() -> None:
    found = facts("clips_c3d")
    assert [found[f"conv{number}"].parameters for number in (1, 2, 3)] == [224, 3_472, 13_856]
    shapes = [found[name].outputs["out"] for name in ("conv1", "pool1", "conv2", "pool2", "conv3")]
    sizes = [(8, 8, 16, 16), (8, 8, 8, 8), (8, 16, 8, 8), (4, 16, 4, 4), (4, 32, 4, 4)]
    assert shapes == [video(*size) for size in sizes]


def test_the_page_of_convolutions_over_frames_has_the_cost_of_all_three_networks_on_clips() -> None:
    text = str(preset("clips_c3d").project.sections["notes"])
    for id_ in ("clips_c3d", "clips_cnn_lstm", "clips_bag_of_frames"):
        checker = Checker(Document(preset(id_).project.network))
        assert f"{checker.parameters:,}" in text
        assert f"{checker.flops:,}" in text
        checker.close()


@pytest.mark.parametrize(("frames", "same"), [(1, True), (3, False)])
def test_without_frames_in_the_filters_a_clip_gets_the_same_answer_backwards(frames: int, same: bool) -> None:
    import torch

    from graph.build.compile import compile_network

    document = Document(preset("clips_c3d").project.network)
    with document.transaction("Frames"):
        for name in ("conv1", "conv2", "conv3"):
            document.set_layer(name, document.network.layer(name).changed(frames=frames))
    module = compile_network(document.network).module.eval()
    clip = torch.rand(2, 8, 1, 16, 16)
    assert torch.allclose(module(clip), module(clip.flip(1)), atol=1e-6) == same


def test_a_label_for_every_frame_layer_by_layer() -> None:
    found = facts("frames_cnn_gru")
    assert [found[name].parameters for name in ("frames1", "gru1", "dense1", "dense2")] == [9_472, 11_808, 1_568, 132]
    places = (("frames1", "y"), ("gru1", "out"), ("dense2", "out"))
    shapes = [found[name].outputs[port] for name, port in places]
    assert shapes == [sequence(8, 32), sequence(8, 48), sequence(8, 4)]


@pytest.mark.parametrize(("id_", "before"), [("frames_cnn_gru", True), ("frames_alone", False)])
def test_an_answer_to_a_frame_depends_on_no_later_frame_and_without_recurrence_on_no_other(
    id_: str, before: bool
) -> None:
    import torch

    from graph.build.compile import compile_network

    module = compile_network(preset(id_).project.network).module.eval()
    clip, other = torch.rand(2, 8, 1, 16, 16), torch.rand(2, 1, 1, 16, 16)
    whole, changed = module(clip), module(torch.cat([clip[:, :4], other, clip[:, 5:]], dim=1))
    same = [torch.allclose(whole[:, frame], changed[:, frame], atol=1e-6) for frame in range(8)]
    assert same == [True] * 4 + [False] + [not before] * 3


def test_a_detector_gives_eight_numbers_for_each_cell_of_a_scene() -> None:
    found = facts("scenes_yolo")
    sizes = [found[name].outputs["out"] for name in ("pool1", "pool2", "pool3", "cells")]
    assert sizes == [image(16, 16, 16), image(24, 8, 8), image(32, 4, 4), image(5 + 3, 4, 4)]


def test_a_u_net_joins_maps_of_the_way_down_to_those_of_the_way_up() -> None:
    found = facts("scenes_unet")
    sizes = {name: found[name].outputs["out"] for name in ("relu2", "relu4", "relu6", "join1", "join2", "classes")}
    assert sizes == {
        "relu2": image(8, 24, 24),
        "relu4": image(16, 12, 12),
        "relu6": image(32, 6, 6),
        "join1": image(48, 12, 12),
        "join2": image(24, 24, 24),
        "classes": image(4, 24, 24),
    }
    assert found["conv7"].parameters == 16 * 48 * 9 + 16


def test_a_fully_convolutional_network_takes_pictures_of_any_size() -> None:
    import torch

    from graph.build.compile import compile_network

    module = compile_network(preset("scenes_fcn").project.network).module
    assert module(torch.zeros(1, 3, 37, 50)).shape == (1, 4, 37, 50)


@pytest.mark.parametrize("times", [1, 8, 19])
def test_the_lstm_drawn_by_hand_equals_the_built_in_one(times: int) -> None:
    import torch

    from graph.build.compile import compile_network

    network = preset("lstm_by_hand").project.network
    module = compile_network(network).module
    loop = module.get_submodule("lstm_by_hand")
    reference = torch.nn.LSTM(8, 32, batch_first=True)
    weights = dict(reference.named_parameters())
    state = module.state_dict()
    for index, gate in enumerate(("input_gate", "forget_gate", "candidate", "output_gate")):  # torch's order of gates
        rows = slice(32 * index, 32 * index + 32)
        both = torch.cat((weights["weight_ih_l0"][rows], weights["weight_hh_l0"][rows]), dim=1)
        bias = (weights["bias_ih_l0"] + weights["bias_hh_l0"])[rows]
        state[f"lstm_by_hand.cell.{gate}_sum.weight"].copy_(both.detach())
        state[f"lstm_by_hand.cell.{gate}_sum.bias"].copy_(bias.detach())
    x = torch.randn(5, times, 8)
    _, (h, c) = reference(x)
    memory, shown = loop(x)
    torch.testing.assert_close(shown, h[0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(memory, c[0], atol=1e-5, rtol=1e-5)


def test_equal_weights_of_a_convolution_give_the_moving_average() -> None:
    import torch

    from app.data.classical_forecasts import averaged, equal_weights, rising_weights
    from graph.build.compile import compile_network

    module = compile_network(preset("learned_average").project.network).module
    windows = torch.randint(-64, 64, (50, 20, 1)).float()  # sums of which are exact in 32 bits
    kernel = next(module.parameters())
    assert kernel.shape == (1, 1, 20)
    with torch.no_grad():
        kernel.fill_(1.0)
        assert torch.equal(module(windows), windows.sum(dim=1))
        for weights in (equal_weights(20), rising_weights(20)):
            kernel.copy_(torch.from_numpy(weights))
            expected = averaged(windows[..., 0].double().numpy(), weights, 1)
            torch.testing.assert_close(module(windows), torch.from_numpy(expected).float(), rtol=0, atol=1e-5)


def test_a_frozen_kernel_has_no_parameters() -> None:
    assert facts("convolution_by_hand")["cross"].parameters == 0


@pytest.mark.parametrize(
    "id_",
    ["lenet5", "jarrett_rabs_n_pa", "light_cnn", "edge_autoencoder", "fractional_cnn", "vgg_blocks", "recurrent_cnn"],
)
def test_exported_code_computes_the_same(id_: str) -> None:
    import torch

    from graph.build.code import generate
    from graph.build.compile import compile_network

    network = preset(id_).project.network
    ours = compile_network(network).module.eval()
    written: dict[str, Any] = {"__name__": "exported"}
    exec(generate(network), written)
    theirs = written["Network"]().eval()
    theirs.load_state_dict(ours.state_dict())
    x = torch.rand(2, *(size or 1 for size in network.layer("input1").infer({})["out"].sizes))
    with torch.no_grad():
        assert torch.allclose(ours(x), theirs(x), atol=1e-6)


def test_convolutions_over_words_leave_so_many_places_and_have_so_many_parameters() -> None:
    found = facts("reviews_cnn")
    convolutions = [found[f"conv{number}"] for number in (1, 2, 3)]
    assert [each.outputs["out"] for each in convolutions] == [sequence(30, 16), sequence(29, 16), sequence(28, 16)]
    assert [each.parameters for each in convolutions] == [784, 1_040, 1_296]
    assert (found["embedding1"].parameters, found["dense1"].parameters, preset("reviews_cnn").parameters()) == (
        1_648,
        98,
        4_866,
    )


@pytest.mark.parametrize("words", [5, 9, 40])
def test_convolutions_over_any_number_of_words_leave_two_three_and_four_places_fewer(words: int) -> None:
    network = preset("reviews_cnn").project.network
    lengths = [network.layer(f"conv{number}").infer({"in": sequence(words, 16)})["out"].time for number in (1, 2, 3)]
    assert lengths == [words - 2, words - 3, words - 4]


def test_convolutions_over_words_and_pooling_over_time_written_out() -> None:
    """Each filter times each window of the embedded words, its largest sum kept where positive, weighed by a layer."""
    import torch

    from graph.build.compile import compile_network

    module = compile_network(preset("reviews_cnn").project.network).module
    weights = {name: value.detach().numpy().astype(np.float64) for name, value in module.named_parameters()}
    words = np.random.default_rng(0).integers(0, 103, (6, 32))
    vectors = weights["embedding1.weight"][words]
    best = []
    for number, width in ((1, 3), (2, 4), (3, 5)):
        filters, bias = weights[f"conv{number}.weight"], weights[f"conv{number}.bias"]  # (filters, features, words)
        sums = [
            (filters[None] * vectors[:, None, place : place + width].swapaxes(2, 3)).sum((2, 3)) + bias
            for place in range(32 - width + 1)
        ]
        best.append(np.maximum(np.max(sums, axis=0), 0))
    by_hand = np.concatenate(best, axis=1) @ weights["dense1.weight"].T + weights["dense1.bias"]
    np.testing.assert_allclose(module(torch.from_numpy(words)).detach().numpy(), by_hand, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("id_", "layer", "parameters"), [("sentences_lstm", "lstm1", 23_040), ("sentences_rnn", "rnn1", 5_760)]
)
def test_language_models_differ_in_their_recurrent_layer_alone(id_: str, layer: str, parameters: int) -> None:
    found = facts(id_)
    assert (found["embedding1"].parameters, found[layer].parameters, found["dense1"].parameters) == (
        1_752,
        parameters,
        4_745,
    )
    assert preset(id_).parameters() == 1_752 + parameters + 4_745


def test_a_network_that_never_learned_is_about_as_unsure_as_a_guess_among_all_tokens() -> None:
    """Perplexity is the exponential of the loss, the cross-entropy of the next token in nats."""
    from app.training.trainable import Model

    model = Model.build(preset("sentences_lstm").project)
    measured = model.measure(model.feed(model.prepared.test))
    assert measured["perplexity"] == pytest.approx(np.exp(measured["loss"]), rel=0.02)
    assert measured["perplexity"] == pytest.approx(73, rel=0.1)
