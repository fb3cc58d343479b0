"""The losses that can be chosen: the field's name of each, and what it does in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from graph.layers.settings import ChoiceName

NAMED: Mapping[str, ChoiceName] = {
    "cross_entropy": ChoiceName(
        "cross-entropy (cross_entropy)",
        "For one class of several: how improbable the network finds the true class. It makes probabilities of the "
        "scores by a softmax of its own.",
    ),
    "bce": ChoiceName(
        "binary cross-entropy (bce)",
        "For yes or no, several labels at a time, and masks: each value is a probability by itself, by a sigmoid.",
    ),
    "mse": ChoiceName(
        "mean squared error (mse)",
        "For numbers: the mean of the squared errors. Large errors count most.",
    ),
    "half_squares": ChoiceName(
        "half the squared errors (half_squares)",
        "For numbers: half the sum of the squared errors of a sample, as textbooks write it, so that its derivative is "
        "the error itself.",
    ),
    "mae": ChoiceName(
        "mean absolute error (mae)",
        "For numbers with outliers: the mean of the errors without their signs, each as much as it is large.",
    ),
    "huber": ChoiceName(
        "Huber loss (huber)",
        "For numbers with outliers: small errors count squared, large ones only as much as they are large.",
    ),
    "ctc": ChoiceName(
        "connectionist temporal classification (ctc)",
        "For a row of labels, such as the letters of a written line, whose places in the sequence nobody knows.",
    ),
    "hinge": ChoiceName(
        "hinge loss (hinge)",
        "For classes, as in a support vector machine: the score of the true class has to lead by 1. It gives scores "
        "and no probabilities.",
    ),
    "yolo": ChoiceName(
        "boxes on a grid (yolo)",
        "For bounding boxes: each cell of a grid says whether the centre of a box is in it, where, how large and what.",
    ),
}
"""By the name that files hold; ``auto`` means another thing where another setting is chosen."""

SUITED = ChoiceName(
    "automatic (auto)",
    "What suits the target: cross-entropy for classes, binary cross-entropy for labels, mean squared error for "
    "numbers.",
)
AS_SET = ChoiceName(
    "as in Train (auto)",
    "The loss that is chosen in Train, Training settings. Where that is automatic too, it is the one that suits the "
    "target: cross-entropy for classes, binary cross-entropy for labels, mean squared error for numbers.",
)
