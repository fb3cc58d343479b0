"""Typed words become layers with settings: what is understood, what is not, and that each layer can be typed."""

from __future__ import annotations

import pytest

from graph.editing.layer_phrases import Reading, read_search, read_settings, unknown_layer
from graph.editing.matching import LooseEnd
from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from graph.shapes import Shape, image, sequence, vector

KINDS = tuple(catalogue().values())


EXAMPLES = {"int": "2", "float": "0.5", "size": "2x2", "sizes": "2x2", "shape": "3x4x4", "bool": "on"}


def end(shape: Shape) -> LooseEnd:
    return LooseEnd("input1", "out", True, shape)


def first(text: str, shape: Shape | None = None) -> Layer:
    """The layer that Enter would add."""
    result = read_search(KINDS, text, end=end(shape) if shape else None).results[0]
    assert not result.problem
    return result.layer or result.kind()


def settings(reading: Reading) -> list[tuple[str, str]]:
    """Kind and settings of each layer of a sequence."""
    layers = [(step.result.layer or step.result.kind()) for step in reading.steps if step.result]
    return [(layer.kind, layer.summary()) for layer in layers]


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("conv 6 5x5", "conv2d", {"filters": 6, "kernel_size": (5, 5)}),
        ("Conv2d 6 5", "conv2d", {"filters": 6, "kernel_size": (5, 5)}),
        ("conv 6 5x5 2", "conv2d", {"filters": 6, "kernel_size": (5, 5), "stride": (2, 2)}),
        ("conv 6 filters 5 x 5 valid", "conv2d", {"filters": 6, "kernel_size": (5, 5), "padding": "valid"}),
        ("conv2d filters=6 kernel=5×5 stride = 2", "conv2d", {"filters": 6, "kernel_size": (5, 5), "stride": (2, 2)}),
        ("conv 8 no bias", "conv2d", {"filters": 8, "bias": False}),
        ("conv 8 bias=off", "conv2d", {"filters": 8, "bias": False}),
        ("conv 8 kernel size 7", "conv2d", {"filters": 8, "kernel_size": (7, 7)}),
        ("conv 8 padding 2", "conv2d", {"filters": 8, "padding": "custom", "padding_size": (2, 2)}),
        ("max pool 2d", "max_pool2d", {}),
        ("max pool 2d 3", "max_pool2d", {"kernel_size": (3, 3)}),
        ("dense 120", "dense", {"units": 120}),
        ("fc 120 units", "dense", {"units": 120}),
        ("maxpool 3 stride 2", "max_pool2d", {"kernel_size": (3, 3), "stride": (2, 2)}),
        ("global pool2d max", "global_pool2d", {"mode": "max"}),
        (
            "lstm 64 bidirectional sequence",
            "lstm",
            {"hidden_size": 64, "bidirectional": True, "output_mode": "sequence"},
        ),
        ("lstm 64 2 dropout 0.2", "lstm", {"hidden_size": 64, "layers": 2, "dropout": 0.2}),
        ("dropout 25%", "dropout", {"rate": 0.25}),
        ("dropout .3", "dropout", {"rate": 0.3}),
        ("input 784", "input", {"shape": vector(784)}),
        ("input 1x28x28", "input", {"shape": image(1, 28, 28)}),
        ("input 50x4", "input", {"shape": sequence(50, 4)}),
        ("separable 32 5x5", "separable_conv2d", {"filters": 32, "kernel_size": (5, 5)}),
        ("depthwise 5x5", "depthwise_conv2d", {"kernel_size": (5, 5)}),
        ("conv3d 16 3x3 5", "conv3d", {"filters": 16, "kernel_size": (3, 3), "frames": 5}),
        ("fixed kernel sobel", "fixed_conv2d", {}),
        ("output mse", "output", {"loss": "mse"}),
    ],
)
def test_words_fill_settings(text: str, kind: str, values: dict[str, object]) -> None:
    layer = first(text)
    assert layer.kind == kind
    assert {name: getattr(layer, name) for name in values} == values


def test_what_arrives_chooses_among_layers_of_one_name() -> None:
    assert first("conv 8 5", image(1, 8, 8)).kind == "conv2d"
    assert first("conv 8 5", sequence(20, 4)).kind == "conv1d"
    assert first("pool 2", sequence(20, 4)).kind == "max_pool1d"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("dense 120 quick", "Dense does not understand “quick”."),
        ("dense 120 5x5", "Dense does not understand “5x5”."),
        ("dense 0", "Dense: units must be at least 1, not 0"),
        ("relu 3", "ReLU does not understand “3”."),
        ("dense units=many", "Dense does not understand “units=many”."),
    ],
)
def test_what_is_not_understood_or_allowed_is_said(text: str, problem: str) -> None:
    result = read_search(KINDS, text).results[0]
    assert problem in result.problem


def test_a_sequence_is_read_layer_by_layer_with_the_shapes_between() -> None:
    reading = read_search(KINDS, "conv 6 5x5, relu, pool, flatten, dense 120", end=end(image(1, 28, 28)))
    assert settings(reading) == [
        ("conv2d", "6 filters, 5 × 5, same"),
        ("relu", ""),
        ("max_pool2d", "2 × 2"),
        ("flatten", ""),
        ("dense", "120 units"),
    ]
    assert [str(each.leaving) for each in reading.steps] == [
        "6 × 28 × 28",
        "6 × 28 × 28",
        "6 × 14 × 14",
        "1176",
        "120",
    ]
    assert not reading.problem
    assert not reading.results


@pytest.mark.parametrize(
    "text", ["dense 8; relu", "dense 8 -> relu", "dense 8 → relu", "dense 8,relu,", " dense 8 ,relu"]
)
def test_layers_are_parted_by_commas_or_arrows(text: str) -> None:
    assert [kind for kind, _ in settings(read_search(KINDS, text))] == ["dense", "relu"]


def test_a_part_that_is_no_layer_is_named() -> None:
    reading = read_search(KINDS, "conv 6, foobar 3, dense quick")
    assert [step.problem for step in reading.steps] == [
        "",
        "No layer is called “foobar”.",
        "Dense does not understand “quick”.",
    ]
    assert reading.problem == "No layer is called “foobar”."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("dropuot 0.3", "No layer is called “dropuot”. Did you mean Dropout?"),
        ("Desne", "No layer is called “Desne”. Did you mean Dense?"),
        ("conv2f same 3x3", "No layer is called “conv2f”. Did you mean Conv2d?"),
        ("foobar 3", "No layer is called “foobar”."),
        ("3 4", "No layer is called “3 4”."),
    ],
)
def test_of_a_misspelt_layer_the_closest_is_named_without_its_settings(typed: str, said: str) -> None:
    assert unknown_layer(KINDS, typed) == said
    assert read_search(KINDS, f"{typed}, dense 5").problem == said


def test_a_name_alone_searches_as_before() -> None:
    assert read_search(KINDS, "relu").results[0].kind.kind == "relu"
    assert read_search(KINDS, "flttn").results[0].kind.kind == "flatten"  # letters may be left out
    assert len(read_search(KINDS, "").results) == len(KINDS)
    assert read_search(KINDS, "qqqq") == Reading()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_setting_of_every_layer_can_be_typed_by_its_name(kind: type[Layer]) -> None:
    for spec in kind.settings():
        typed = {"int": "2", "float": "0.5", "size": "2x2", "sizes": "2x2", "shape": "3x4x4", "bool": "on"}.get(
            spec.type
        )
        if spec.type == "choice":
            typed = spec.choices[-1].split(" ")[0]
        if typed is None:
            continue  # texts and matrices are for the form
        layer, problem = read_settings(kind, [f"{spec.name}={typed}"])
        assert not problem.startswith(f"{kind.title} does not understand"), problem
        if not problem:
            assert spec.name in kind.positional or getattr(layer, spec.name) is not None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_positional_settings_exist(kind: type[Layer]) -> None:
    assert set(kind.positional) <= {spec.name for spec in kind.settings()}


def test_behind_a_layer_that_does_not_fit_the_kind_of_shape_known_last_chooses() -> None:
    reading = read_search(KINDS, "input 1x8x8, conv 16 9x9 valid, relu, pool, conv 6")
    assert [kind for kind, _ in settings(reading)] == ["input", "conv2d", "relu", "max_pool2d", "conv2d"]
    reading = read_search(KINDS, "input 8x3, conv 16 9 valid, relu, pool")
    assert [kind for kind, _ in settings(reading)] == ["input", "conv1d", "relu", "max_pool1d"]


def test_a_layer_without_settings_is_read_as_it_will_be_added() -> None:
    """An Input has the shape of the data that is chosen, and layers behind it are held against that."""

    def fresh(kind: type[Layer]) -> Layer:
        return kind().changed(shape=image(1, 28, 28)) if kind.kind == "input" else kind()

    reading = read_search(KINDS, "input, conv 6 5x5, pool, conv 16 5x5 valid, pool", fresh=fresh)
    assert [step.leaving for step in reading.steps][-1] == image(16, 5, 5)
    assert not any(step.result.reason for step in reading.steps if step.result)
