"""Style transfer: Gram matrices and losses worked out by hand, gradients by nudging, and pictures that come closer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from app.insight.activation_maximisation import limits_of
from app.insight.activations import source_of
from app.insight.style_settings import NO_STYLE, StyleSettings, style_layers, usual_content_layer
from app.insight.style_transfer import StyleTransfer, content_loss, enlarged, gram, style_loss, total_variation
from app.insight.textures import TEXTURES, texture
from app.protocol.style_messages import PictureChoice, StyledPicture, TransferStyle
from app.training.trainable import Model
from app.worker.style_requests import transfer_style
from graph.errors import NetloomError
from graph.network import Network
from tests.app.training.projects import chain, mlp, project


def convolutions(activation: str = "tanh") -> Network:
    return chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("conv1", "conv2d", {"filters": 3}),
        ("act1", activation, {}),
        ("conv2", "conv2d", {"filters": 4}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.build(project(convolutions()))


def ask(model: Model, **fields: Any) -> StyledPicture:
    own = {name: fields.pop(name) for name in StyleSettings.model_fields if name in fields}
    usual: dict[str, Any] = {
        "content": PictureChoice(sample=3),
        "style": PictureChoice(texture="stripes"),
        "content_layer": "conv2",
        "style_layers": ("conv1", "conv2"),
        "seconds": 60.0,
    }
    return transfer_style(model, TransferStyle(**(usual | fields), settings={"steps": 12, "scale": 1} | own))


def maps(*rows: tuple[float, ...]) -> Tensor:
    """Maps of one row each, (N, 1, W)."""
    return torch.tensor(rows, dtype=torch.float64)[:, None]


# By hand


def test_a_gram_matrix_is_the_mean_over_places_of_the_products_of_two_maps() -> None:
    # (1, 2) and (3, 0): 1 · 1 + 2 · 2 = 5, 1 · 3 + 2 · 0 = 3, 3 · 3 + 0 · 0 = 9, each over 2 places.
    assert gram(maps((1, 2), (3, 0))).tolist() == [[2.5, 1.5], [1.5, 4.5]]
    # Where every place comes twice, and wherever it stands, it is the same style.
    assert gram(maps((2, 1, 1, 2), (0, 3, 3, 0))).tolist() == [[2.5, 1.5], [1.5, 4.5]]


def test_the_losses_are_those_of_gatys_with_maps_scaled_to_a_mean_square_of_1() -> None:
    made, wanted = gram(maps((1, 2), (3, 0))), torch.diag(torch.tensor([2.0, 2.0], dtype=torch.float64))
    # 0.5² + 1.5² + 1.5² + 2.5² = 11, over 4 times the squared trace, 4 · 4².
    assert float(style_loss(made, wanted)) == 11 / 64
    # The mean square is 2: with maps over its root, the paper's sum over 4 N² M² of sums over places.
    ours, theirs = maps((1, 2), (3, 0)) / 2**0.5, maps((2, 0), (0, 2)) / 2**0.5
    sums = [rows.flatten(1) @ rows.flatten(1).T for rows in (ours, theirs)]
    assert float((sums[0] - sums[1]).square().sum() / (4 * 2**2 * 2**2)) == pytest.approx(11 / 64, rel=1e-12)
    # (1, 2), (3, 0) away from (1, 0), (1, 1): 0 + 4 + 4 + 1 = 9 over twice 3.
    assert float(content_loss(maps((1, 2), (3, 0)), maps((1, 0), (1, 1)))) == 1.5
    assert float(total_variation(torch.tensor([[[0.0, 1.0], [0.0, 3.0]]]))) == (0 + 4) / 2 + (1 + 9) / 2


def test_textures_come_again_and_are_coloured() -> None:
    for name in TEXTURES:
        coloured, grey = texture(name, (3, 24, 24)), texture(name, (1, 24, 24))
        assert coloured.shape == (3, 24, 24) and grey.min() >= 0 and grey.max() <= 1 and grey.std() > 0.3
        assert np.allclose(grey[:, :12, :12], grey[:, 12:, 12:], atol=1e-6)  # two periods of 6 pixels on
        assert not np.allclose(coloured[0], coloured[2])
    with pytest.raises(NetloomError, match="no texture “wool”; choose one of stripes"):
        texture("wool", (1, 8, 8))


# Of a network


def test_the_gradient_is_that_of_nudging_every_pixel() -> None:
    model = Model.build(project(convolutions()))
    model.module.double()
    source = source_of(model)
    chance = torch.Generator().manual_seed(0)
    content, style, picture = (torch.randn((1, 8, 8), generator=chance, dtype=torch.float64) for _ in range(3))
    settings = StyleSettings(content_weight=2.0, style_weight=50.0, variation=0.3)
    transfer = StyleTransfer(
        model, source, limits_of(model, source), content, style, "conv2", ("conv1", "conv2"), settings
    )
    slope = transfer.gradient(picture)[1]
    for at in ((0, 0, 0), (0, 3, 4), (0, 7, 2)):
        nudge = torch.zeros_like(picture)
        nudge[at] = 1e-5
        up, down = (float(transfer.measure(picture + way * nudge).total(settings)) for way in (1, -1))
        assert float(slope[at]) == pytest.approx((up - down) / 2e-5, rel=1e-6)


def test_the_picture_comes_closer_and_is_the_same_however_it_is_divided(model: Model) -> None:
    whole = ask(model, style_weight=1000.0)
    total = whole.content_loss + 1000 * whole.style_loss
    assert whole.complete and whole.content_loss.shape == (13,) and total[-1] < total[0] / 2
    assert whole.grams["conv1"].shape == (2, 3, 3) and whole.grams["conv2"].shape == (2, 4, 4)
    far = np.abs(whole.grams["conv1"][0] - whole.grams["conv1"][1]).max()
    assert far < np.abs(whole.grams["conv1"][0] - ask(model, steps=1).grams["conv1"][1]).max()
    pieces = ask(model, style_weight=1000.0, seconds=0.0)
    assert pieces.done == 1
    while not pieces.complete:
        pieces = ask(model, style_weight=1000.0, seconds=0.0, so_far=pieces)
    assert np.array_equal(pieces.picture, whole.picture) and np.array_equal(pieces.style_loss, whole.style_loss)
    assert whole.picture.min() >= whole.low and whole.picture.max() <= whole.high
    assert not np.array_equal(ask(model, style_weight=1000.0, seed=1).picture, whole.picture)


def test_it_may_begin_with_the_content_and_be_larger(model: Model) -> None:
    begun = ask(model, start="content", steps=1, style_weight=0.0, variation=0.0, scale=2)
    assert begun.content_loss.tolist()[0] == 0 and begun.picture.shape == (1, 16, 16)
    source = source_of(model, 3)
    own, name = source.values[0], source.field.name
    assert np.allclose(begun.content, model.prepared.undo(name, enlarged(own, 2)[None].numpy())[0], atol=1e-5)
    assert enlarged(own, 1) is own


def test_files_are_pictures_too_and_what_is_none_is_refused(model: Model, tmp_path: Path) -> None:
    Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).save(tmp_path / "ramp.png")
    reply = ask(model, style=PictureChoice(file=tmp_path / "ramp.png"), steps=1)
    assert reply.style.shape == (1, 8, 8) and reply.style[0, 0, 0] < reply.style[0, -1, -1]
    (tmp_path / "words.png").write_text("no picture")
    refusals: dict[str, dict[str, Any]] = {
        "words.png is not a picture": {"style": PictureChoice(file=tmp_path / "words.png")},
        "gone.png cannot be opened": {"content": PictureChoice(file=tmp_path / "gone.png")},
        "samples 1 to": {"content": PictureChoice(sample=10**9)},
        "a sample, a texture or a picture file": {"style": PictureChoice()},
        "“dense1” is none of the 2-D convolutions; choose among conv1, conv2": {"content_layer": "dense1"},
        "choose a style layer": {"style_layers": ()},
        "steps must be at least 1": {"steps": 0},
        "another size; begin again": {"so_far": reply, "scale": 2},
    }
    for words, fields in refusals.items():
        with pytest.raises(NetloomError, match=words):
            ask(model, **fields)


def test_layers_are_those_of_pictures_and_dead_ones_are_refused() -> None:
    assert style_layers(convolutions()) == ["conv1", "conv2"]
    assert usual_content_layer(["a", "b", "c", "d"]) == "c" and usual_content_layer([]) == ""
    assert style_layers(mlp()) == []
    with pytest.raises(NetloomError, match=NO_STYLE[:40]):
        ask(Model.build(project(mlp())))
    model = Model.build(project(convolutions("relu")))
    with torch.no_grad():
        for parameter in model.module.get_submodule("conv1").parameters():
            parameter.zero_()
    with pytest.raises(NetloomError, match="conv1 gives only zeros, or no numbers, for the style picture"):
        ask(model)
