"""Which network to begin with for which data: rules of thumb with their reasons, as a table."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.numerics.box_grid import is_grid
from app.protocol.data_values import DatasetFacts

LITTLE, MUCH = 1_000, 20_000
"""Samples below which data is little, and from which on it is much."""

INPUTS = {
    "table": "A table: numbers and categories",
    "pictures": "Pictures",
    "sequence": "A sequence: text or a series",
}
OUTPUTS = {
    "classes": "One of several classes, or several labels",
    "number": "A number, or several",
    "mask": "A class for every pixel, or another picture",
}
AMOUNTS = {
    "little": f"Little: fewer than {LITTLE:,} samples",
    "some": f"Some: {LITTLE:,} to {MUCH:,} samples",
    "much": f"Much: {MUCH:,} samples or more",
}


@dataclass(frozen=True)
class Advice:
    """The id of a preset, what kind of network it is, and why it is the one to begin with."""

    preset: str
    name: str
    why: str


_AMOUNT = Advice(
    "diabetes_mlp",
    "A multilayer perceptron for amounts",
    "A small network with a linear output predicts an amount.",
)
_GRU = Advice("digits_gru", "A GRU", "A gated layer reads step by step and remembers with few weights.")
_PICTURES = (
    Advice(
        "digits_cnn",
        "A small convolutional network",
        "Two small convolutions have few weights; flips and shifts make the most of them.",
    ),
    Advice("lenet", "LeNet", "Convolutions and pooling by turns: the classic that most later networks grew from."),
    Advice(
        "residual_cnn",
        "A residual network",
        "Blocks with shortcuts stay trainable when they are many, and much data fills them.",
    ),
)

_FCN = Advice(
    "scenes_fcn",
    "A fully convolutional network",
    "Each pixel is told by its surroundings; there are few weights, and the picture may have any size.",
)
_MASKS = (
    _FCN,
    Advice(
        "scenes_unet",
        "A U-Net",
        "It looks at the whole from afar, and shortcuts bring back where exactly an edge lies.",
    ),
    replace(_FCN, why="It is fast: see how far it gets, then try a U-Net beside it."),
)

_ADVICE = {
    ("pictures", "mask"): _MASKS,
    ("pictures", "classes"): _PICTURES,
    ("pictures", "number"): _PICTURES,
    ("table", "classes"): (
        Advice(
            "iris_softmax",
            "One layer: softmax regression",
            "With little data a single layer is hard to beat, and its weights can be read like a table.",
        ),
        Advice(
            "iris_mlp",
            "A multilayer perceptron",
            "A hidden layer finds how features work together; more layers rarely help.",
        ),
        Advice(
            "breast_cancer_mlp",
            "A multilayer perceptron with dropout",
            "With much data a wider network pays; dropout keeps it from overfitting.",
        ),
    ),
    ("table", "number"): (
        _AMOUNT,
        _AMOUNT,
        replace(_AMOUNT, why="Begin small, then widen the hidden layers while validation improves."),
    ),
    ("sequence", "classes"): (
        _GRU,
        _GRU,
        Advice(
            "digits_bilstm", "A bidirectional LSTM", "Read from both ends: every step knows what is before and after."
        ),
    ),
    ("sequence", "number"): (
        Advice(
            "seasons_mlp",
            "A multilayer perceptron over all steps",
            "With little data all steps at once into a plain network do best.",
        ),
        Advice(
            "seasons_cnn1d", "Convolutions along time", "Convolutions along time find patterns wherever they are, fast."
        ),
        Advice("seasons_lstm", "An LSTM", "A layer with memory carries what matters over many steps."),
    ),
}
"""By what goes in and what comes out: the networks for little, some and much data."""


def advise(input_kind: str, output_kind: str, amount: str) -> Advice:
    """The network to begin with, for one of `INPUTS`, one of `OUTPUTS` and one of `AMOUNTS`.

    A ``mask`` is predicted of ``pictures`` alone.
    """
    goes_in = "pictures" if output_kind == "mask" else input_kind
    return _ADVICE[goes_in, output_kind][list(AMOUNTS).index(amount)]


def situation(info: DatasetFacts) -> tuple[str, str, str]:
    """The three answers for a data set."""
    kinds = {"vector": "table", "image": "pictures", "video": "pictures"}
    target = info.target_field
    pixels = target.kind == "image" and target.name not in info.inputs and not is_grid(target.names)
    amount = "little" if info.samples < LITTLE else "much" if info.samples >= MUCH else "some"
    return (
        kinds.get(info.input_field.kind, "sequence"),
        "mask" if pixels else "classes" if info.classes or target.labels else "number",
        amount,
    )
