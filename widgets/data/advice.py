"""Which network to begin with: rules of thumb, told with their reason."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.data_values import DatasetFacts

LITTLE, MUCH = 1_000, 20_000
"""Samples below which data is little, and from which on it is much."""

INPUTS = {
    "table": "A table: numbers and categories",
    "pictures": "Pictures",
    "sequence": "A sequence: text or a series",
}
ANSWERS = {"classes": "One of several classes", "number": "A number, or several"}
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


_TABLE = {
    ("classes", "little"): Advice(
        "iris_softmax",
        "One layer: softmax regression",
        "With little data a single layer is hard to beat, and its weights can be read like a table.",
    ),
    ("classes", "some"): Advice(
        "iris_mlp",
        "A multilayer perceptron",
        "A hidden layer finds how features work together; more layers rarely help.",
    ),
    ("classes", "much"): Advice(
        "breast_cancer_mlp",
        "A multilayer perceptron with dropout",
        "With much data a wider network pays; dropout keeps it from overfitting.",
    ),
    ("number", "little"): Advice(
        "diabetes_mlp",
        "A multilayer perceptron for amounts",
        "A small network with a linear output predicts an amount.",
    ),
    ("number", "some"): Advice(
        "diabetes_mlp",
        "A multilayer perceptron for amounts",
        "A small network with a linear output predicts an amount.",
    ),
    ("number", "much"): Advice(
        "diabetes_mlp",
        "A multilayer perceptron for amounts",
        "Begin small, then widen the hidden layers while validation improves.",
    ),
}
_PICTURES = {
    "little": Advice(
        "digits_cnn",
        "A small convolutional network",
        "Two small convolutions have few weights; flips and shifts make the most of them.",
    ),
    "some": Advice(
        "lenet", "LeNet", "Convolutions and pooling by turns: the classic that most later networks grew from."
    ),
    "much": Advice(
        "residual_cnn",
        "A residual network",
        "Blocks with shortcuts stay trainable when they are many, and much data fills them.",
    ),
}
_SEQUENCES = {
    ("classes", "little"): Advice(
        "digits_gru", "A GRU", "A gated layer reads step by step and remembers with few weights."
    ),
    ("classes", "some"): Advice(
        "digits_gru", "A GRU", "A gated layer reads step by step and remembers with few weights."
    ),
    ("classes", "much"): Advice(
        "digits_bilstm", "A bidirectional LSTM", "Read from both ends: every step knows what is before and after."
    ),
    ("number", "little"): Advice(
        "seasons_mlp",
        "A multilayer perceptron over all steps",
        "With little data all steps at once into a plain network do best.",
    ),
    ("number", "some"): Advice(
        "seasons_cnn1d", "Convolutions along time", "Convolutions along time find patterns wherever they are, fast."
    ),
    ("number", "much"): Advice("seasons_lstm", "An LSTM", "A layer with memory carries what matters over many steps."),
}


def advise(given: str, answer: str, amount: str) -> Advice:
    """The network to begin with, for one of `INPUTS`, one of `ANSWERS` and one of `AMOUNTS`."""
    if given == "pictures":
        return _PICTURES[amount]
    return (_TABLE if given == "table" else _SEQUENCES)[answer, amount]


def situation(info: DatasetFacts) -> tuple[str, str, str]:
    """The three answers for a data set."""
    kinds = {"vector": "table", "image": "pictures", "video": "pictures"}
    amount = "little" if info.samples < LITTLE else "much" if info.samples >= MUCH else "some"
    return kinds.get(info.input_field.kind, "sequence"), "classes" if info.classes else "number", amount
