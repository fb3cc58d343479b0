"""What the layers of the classic networks compute and how many parameters and connections they have, held exactly."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from graph.errors import NetloomError
from graph.layers.activation_more import Absolute, ScaledTanh
from graph.layers.base import Layer, ShapeError
from graph.layers.bitmaps import BITMAPS
from graph.layers.channels import ChannelShuffle, ChannelSplit, Gain, Maxout, PadChannels, Slice, SqueezeExcitation
from graph.layers.contrast import DivisiveNorm, LocalResponseNorm, SubtractiveNorm
from graph.layers.convolution import Conv2d
from graph.layers.convolution_light import DepthwiseConv2d, SeparableConv2d
from graph.layers.convolution_set import LENET, FixedConv2d, TableConv2d
from graph.layers.image_kernels import KERNELS
from graph.layers.pooling_more import FractionalPool2d, MinPool2d, PyramidPool2d, Subsampling, SumPool2d
from graph.layers.rbf import Rbf
from graph.layers.recurrent_conv import RecurrentConv2d
from graph.layers.settings import matrices_text, matrix_text, read_matrix
from graph.layers.upsampling import Upsample2d
from graph.layers.video import Conv3d, Pool3d
from graph.shapes import Shape, image, vector, video
from tests.graph.layers.build import build


def applied(layer: Layer, x: Tensor, shape: Shape) -> Tensor:
    found = build(layer, {"in": shape})({"in": x})["out"]
    assert isinstance(found, Tensor)
    return found


def costs(layer: Layer, x: Shape) -> tuple[int, int]:
    inputs = {"in": x}
    return layer.parameter_count(inputs), layer.connection_count(inputs, layer.infer(inputs))


# LeNet-5, layer by layer


def test_subsampling_of_lenet() -> None:
    assert costs(Subsampling(), image(6, 28, 28)) == (12, 5_880)
    assert costs(Subsampling(), image(16, 10, 10)) == (32, 2_000)
    module = build(Subsampling(), {"in": image(1, 2, 2)})
    assert module.own is not None
    with torch.no_grad():
        module.own.weight.fill_(3.0)
        module.own.bias.fill_(0.5)
    assert module({"in": torch.tensor([[[[1.0, 2], [3, 4]]]])})["out"].item() == 30.5


def test_the_partial_connections_of_c3() -> None:
    layer = TableConv2d(connections="lenet", padding="valid")
    assert layer.infer({"in": image(6, 14, 14)})["out"] == image(16, 10, 10)
    assert costs(layer, image(6, 14, 14)) == (1_516, 151_600)
    seen = ["".join(line[each] for line in LENET).count("1") for each in range(16)]
    assert seen == [3] * 6 + [4] * 9 + [6]


def test_a_table_that_connects_all_is_a_convolution_and_a_gap_is_a_zero() -> None:
    x, shape = torch.randn(2, 2, 6, 6), image(2, 6, 6)
    table = TableConv2d.parse({"connections": "typed", "table": "1 1 / 0 1", "kernel_size": [3, 3]}, "test")
    module, reference = build(table, {"in": shape}), torch.nn.Conv2d(2, 2, 3, padding=1)
    assert module.own is not None
    with torch.no_grad():
        reference.weight.zero_()
        for weight, (each, channel) in zip(module.own.weight, [(0, 0), (1, 0), (1, 1)], strict=True):
            reference.weight[each, channel] = weight
        reference.bias.copy_(module.own.bias)  # type: ignore[union-attr]
    assert torch.allclose(module({"in": x})["out"], reference(x), atol=1e-6)
    with pytest.raises(ShapeError, match="made for 2 maps"):
        table.infer({"in": image(3, 6, 6)})


def test_the_fixed_bitmaps_answer_with_distances() -> None:
    assert [len(picture) for picture in BITMAPS] == [84] * 10
    assert len(set(BITMAPS)) == 10
    layer = Rbf(centres="digits", gives="distances")
    assert costs(layer, vector(84)) == (0, 840)
    seven = torch.tensor([[1.0 if mark == "#" else -1.0 for mark in BITMAPS[7]]])
    distances = applied(layer, seven, vector(84))[0]
    differing = [sum(a != b for a, b in zip(BITMAPS[7], other, strict=True)) for other in BITMAPS]
    assert distances.tolist() == [4.0 * count for count in differing]
    assert applied(Rbf(centres="digits"), seven, vector(84)).argmax() == 7


def test_the_scaled_tanh_meets_one_at_one() -> None:
    found = applied(ScaledTanh(), torch.tensor([[-1.0, 0.0, 1.0]]), vector(3))
    assert torch.allclose(found, torch.tensor([[-1.0, 0.0, 1.0]]), atol=1e-4)


# Kernels by hand


def test_the_known_kernels() -> None:
    assert KERNELS["edge"][1][1] == 8
    for name in ("edge", "diagonal edge", "Sobel across", "Sobel down"):
        assert sum(map(sum, KERNELS[name])) == 0
    for name in ("identity", "sharpen", "box blur", "Gaussian blur"):
        assert sum(map(sum, KERNELS[name])) == pytest.approx(1)
    x = torch.rand(1, 2, 5, 5)
    assert torch.equal(applied(FixedConv2d(choice="identity"), x, image(2, 5, 5)), x)
    assert applied(FixedConv2d(choice="all"), x, image(2, 5, 5)).shape == (1, 16, 5, 5)


def test_a_typed_kernel_on_the_notes_picture() -> None:
    rows = read_matrix("1 1 1 0 0 / 0 1 1 1 0 / 0 0 1 1 1 / 0 0 1 1 0 / 0 1 1 0 0")
    layer = FixedConv2d(choice="typed", padding="valid")
    found = applied(layer, torch.tensor([[rows]]), image(1, 5, 5))
    assert matrix_text(tuple(tuple(row) for row in found[0, 0].tolist())) == "4 3 4 / 2 4 3 / 2 3 4"
    assert costs(layer, image(1, 5, 5)) == (0, 81)
    assert costs(layer.changed(frozen=False), image(1, 5, 5)) == (9, 81)


RED_GREEN_BLUE = [
    "1 2 0 1 / 0 1 2 0 / 2 0 1 1 / 1 1 0 2",
    "0 1 1 2 / 2 0 1 0 / 1 2 0 1 / 0 1 2 1",
    "2 0 1 0 / 1 1 0 2 / 0 2 1 1 / 1 0 2 0",
]


def test_a_kernel_for_each_channel_adds_up_as_in_the_worked_example() -> None:
    layer = FixedConv2d(choice="typed per channel", bias=1.0, padding="valid")
    picture = torch.tensor([list(map(read_matrix, RED_GREEN_BLUE))])
    found = applied(layer, picture, image(3, 4, 4))
    assert found.tolist() == [[[[8, -1], [-3, 7]]]]
    assert costs(layer, image(3, 4, 4)) == (0, 4 * 28)
    assert costs(layer.changed(frozen=False), image(3, 4, 4)) == (28, 4 * 28)
    ordinary = torch.nn.Conv2d(3, 1, 3)
    ordinary.weight.data, ordinary.bias.data = torch.tensor([layer.channel_kernels]), torch.tensor([1.0])
    assert torch.equal(ordinary(picture), found)


def test_kernels_of_another_number_than_the_channels_are_mended_by_a_click() -> None:
    layer = FixedConv2d(choice="typed per channel")
    with pytest.raises(ShapeError, match="has kernels for 3 channels, but an image 1 × 8 × 8") as refused:
        layer.infer({"in": image(1, 8, 8)})
    kernels = [remedy.replace for remedy in refused.value.remedies]
    assert [each.infer({"in": image(1, 8, 8)})["out"] for each in kernels] == 2 * [image(1, 8, 8)]
    more = layer.changed(channel_kernels=layer.channel_kernels[:1])
    with pytest.raises(ShapeError, match="channels") as refused:
        more.infer({"in": image(4, 8, 8)})
    assert refused.value.remedies[0].replace.channel_kernels == 4 * more.channel_kernels


def test_kernels_of_channels_come_from_text_and_json_and_must_be_of_one_size() -> None:
    text = "1 0 / 0 1; 0 2 / 2 0"
    layer = FixedConv2d.parse({"channel_kernels": text}, "kernel1")
    assert matrices_text(layer.channel_kernels) == text
    assert FixedConv2d.parse(layer.values(), "kernel1") == layer
    for wrong in ("1 0 / 0 1; 1", "1; one", "", ";"):
        with pytest.raises(NetloomError, match=r"ordinary numbers|same (length|size)"):
            FixedConv2d.parse({"channel_kernels": wrong}, "kernel1")


def test_the_softmax_of_the_edge_kernel_is_nearly_all_centre() -> None:
    shares = torch.softmax(torch.tensor(KERNELS["edge"]).flatten(), 0)
    assert round(shares[4].item(), 4) == 0.9990


def test_a_matrix_that_is_none_is_refused_in_a_sentence() -> None:
    for wrong in ("1 0 / 1", "one", ""):
        with pytest.raises(NetloomError, match="numbers"):
            FixedConv2d.parse({"numbers": wrong}, "kernel1")


# Pooling


def test_minimum_and_sum() -> None:
    rows = torch.tensor([[[[12.0, 20, 30, 0], [8, 12, 2, 0], [34, 70, 37, 4], [112, 100, 25, 12]]]])
    assert applied(MinPool2d(), rows, image(1, 4, 4))[0, 0].tolist() == [[8, 0], [34, 4]]
    assert applied(SumPool2d(), rows, image(1, 4, 4))[0, 0].tolist() == [[52, 32], [316, 78]]


def test_fractional_pooling_varies_only_while_training() -> None:
    x, shape = torch.rand(1, 3, 20, 20), {"in": image(3, 20, 20)}
    module = build(FractionalPool2d(), shape)
    assert module({"in": x})["out"].shape == (1, 3, 14, 14)
    module.eval()
    assert torch.equal(module({"in": x})["out"], module({"in": x})["out"])


def test_a_pyramid_gives_as_many_values_for_every_size() -> None:
    layer = PyramidPool2d()
    assert layer.infer({"in": image(3, 9, 7)})["out"] == layer.infer({"in": image(3, 30, 40)})["out"] == vector(63)
    x = torch.rand(2, 3, 9, 7)
    assert torch.equal(applied(layer, x, image(3, 9, 7))[:, :3], x.amax((2, 3)))


# Normalisation


def test_contrast_normalisation_removes_what_is_the_same_all_around() -> None:
    even, shape = torch.full((1, 2, 12, 12), 3.0), image(2, 12, 12)
    assert torch.allclose(applied(SubtractiveNorm(), even, shape), torch.zeros(1, 2, 12, 12), atol=1e-5)
    x = torch.randn(1, 2, 12, 12)
    weak, strong = applied(DivisiveNorm(), x, shape), applied(DivisiveNorm(), 100 * x, shape)
    assert torch.allclose(weak, strong, atol=1e-4)


def test_local_response() -> None:
    x = torch.ones(1, 3, 1, 1)
    found = applied(LocalResponseNorm(size=3, alpha=3.0, beta=1.0, k=1.0), x, image(3, 1, 1))
    assert torch.allclose(found.flatten(), torch.tensor([1 / 3, 1 / 4, 1 / 3]))


def test_gain_and_absolute() -> None:
    assert costs(Gain(), image(6, 4, 4)) == (6, 96)
    assert applied(Absolute(), torch.tensor([[-2.0, 3.0]]), vector(2)).tolist() == [[2, 3]]


# Channels


def test_dealing_channels() -> None:
    x = torch.arange(6.0)[None]
    assert applied(ChannelShuffle(groups=2), x, vector(6)).tolist() == [[0, 3, 1, 4, 2, 5]]
    parts = build(ChannelSplit(parts=3), {"in": vector(6)})({"in": x})
    assert {port: part.tolist() for port, part in parts.items()} == {
        "out1": [[0, 1]],
        "out2": [[2, 3]],
        "out3": [[4, 5]],
    }
    assert applied(Slice(first=2, count=3), x, vector(6)).tolist() == [[2, 3, 4]]
    assert applied(PadChannels(channels=8), x, vector(6)).tolist() == [[0, 1, 2, 3, 4, 5, 0, 0]]
    assert applied(Maxout(pieces=3), x, vector(6)).tolist() == [[2, 5]]
    assert costs(SqueezeExcitation(), image(16, 4, 4))[0] == 2 * 16 * 4 + 4 + 16


def test_light_convolutions_have_few_weights() -> None:
    x = image(32, 8, 8)
    assert costs(Conv2d(filters=64, bias=False), x)[0] == 18_432
    assert costs(SeparableConv2d(filters=64, bias=False), x)[0] == 32 * 9 + 32 * 64
    assert costs(DepthwiseConv2d(bias=False), x)[0] == 32 * 9


def test_the_recurrent_convolution_is_its_formula() -> None:
    layer = RecurrentConv2d(filters=4, steps=2, norm=0)
    x, shape = torch.randn(2, 3, 5, 5), {"in": image(3, 5, 5)}
    module = build(layer, shape)
    own = module.own
    assert own is not None
    given = own.feedforward(x)
    state = torch.relu(given)
    for _ in range(2):
        state = torch.relu(given + own.recurrent(state))
    assert torch.allclose(module({"in": x})["out"], state)
    assert RecurrentConv2d(filters=96).parameter_count({"in": image(96, 8, 8)}) == 2 * 9 * 96 * 96 + 96


# Larger and longer


def test_upsampling_repeats_pixels() -> None:
    x = torch.tensor([[[[1.0, 2.0]]]])
    assert applied(Upsample2d(), x, image(1, 1, 2))[0, 0].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2]]
    assert Upsample2d(size=(227, 227)).infer({"in": image(1, 8, 8)})["out"] == image(1, 227, 227)


def test_video_layers_keep_an_unknown_time() -> None:
    clip = video(None, 3, 8, 8)
    maps = Conv3d(filters=5).infer({"in": clip})["out"]
    assert maps == video(None, 5, 8, 8)
    assert Pool3d().infer({"in": maps})["out"] == video(None, 5, 4, 4)
    assert costs(Conv3d(filters=5), video(4, 3, 8, 8)) == (27 * 3 * 5 + 5, (27 * 3 * 5 + 5) * 4 * 64)


def test_a_filter_over_frames_answers_to_what_moves_to_the_left() -> None:
    """A bright pixel that goes one to the left from frame to frame, by hand; the same clip backwards gets less."""
    layer = Conv3d(filters=1, frames=2, kernel_size=(1, 2), padding="valid", bias=False)
    moving = torch.eye(3).flip(1).view(1, 3, 1, 1, 3)
    module = build(layer, {"in": video(3, 1, 1, 3)})
    assert module.own is not None
    with torch.no_grad():
        module.own.weight.copy_(torch.tensor([[0.0, 1.0], [1.0, 0.0]]).view(1, 1, 2, 1, 2))
    left, right = (module({"in": clip})["out"].squeeze().tolist() for clip in (moving, moving.flip(1)))
    assert left == [[0, 2], [2, 0]]
    assert right == [[0, 1], [1, 0]]
