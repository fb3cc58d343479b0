"""Every kind of repair: the first that is offered for a faulty network, and the network after it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.checking.check import Checker
from graph.checking.layer_info import DataSpec, Problem, Severity
from graph.checking.lost_steps import hands_on
from graph.document import Document
from graph.layers import usual_layers
from graph.layers.base import Layer
from graph.shapes import Shape, image, sequence, tokens, vector, video
from tests.graph.networks import chain, layer

SERIES, ROW, PICTURE = sequence(9, 2), vector(6), image(3, 8, 8)
LAST, EVERY = layer("lstm", hidden_size=4), layer("lstm", hidden_size=4, output_mode="sequence")
CONV = layer("conv2d", filters=5)


def dense(units: int = 4) -> Layer:
    return layer("dense", units=units)


def each(units: int = 4) -> Layer:
    return layer("time_distributed_dense", units=units)


def target(wanted: Shape, binary: bool = False) -> DataSpec:
    """Data whose target has the shape ``wanted``; any input fits."""
    return DataSpec({}, {"y": wanted}, "x", "y", binary=frozenset({"y"} if binary else ()))


Case = tuple[Shape, list[Layer], DataSpec | None, str, list[str]]
CASES: dict[str, Case] = {
    "lstm behind a last step": (
        SERIES,
        [LAST, LAST, dense()],
        None,
        "Let lstm1 give all steps",
        ["lstm sequence", "lstm last", "dense"],
    ),
    "lstm behind a last step and dropout": (
        SERIES,
        [LAST, layer("dropout"), LAST],
        None,
        "Let lstm1 give all steps",
        ["lstm sequence", "dropout", "lstm last"],
    ),
    "convolution behind Last step": (
        SERIES,
        [EVERY, layer("last_step"), layer("conv1d", filters=3)],
        None,
        "Take last1 out",
        ["lstm sequence", "conv1d"],
    ),
    "lstm behind a global pool": (
        SERIES,
        [layer("conv1d", filters=3), layer("global_pool1d"), LAST],
        None,
        "Take pool1 out",
        ["conv1d", "lstm last"],
    ),
    "lstm on a row": (ROW, [LAST], None, "Insert Reshape to a sequence 6 × 1", ["reshape", "lstm last"]),
    "lstm on tokens": (tokens(7), [LAST], None, "Insert Embedding", ["embedding", "lstm last"]),
    "lstm on a picture": (
        PICTURE,
        [LAST],
        None,
        "Insert Reshape to a sequence 24 × 8, its rows one after another",
        ["reshape", "lstm last"],
    ),
    "dense on a picture": (PICTURE, [dense()], None, "Insert Flatten", ["flatten", "dense"]),
    "dense on a sequence": (
        SERIES,
        [EVERY, dense()],
        None,
        "Insert Last step",
        ["lstm sequence", "last_step", "dense"],
    ),
    "dense at every step of a row": (ROW, [each()], None, "Use Dense", ["dense"]),
    "flatten of open length": (
        sequence(None, 2),
        [layer("flatten"), dense()],
        None,
        "Replace by Last step",
        ["last_step", "dense"],
    ),
    "convolution on a row": (vector(64), [CONV], None, "Insert Reshape to an image 1 × 8 × 8", ["reshape", "conv2d"]),
    "convolution on a video": (video(4, 3, 8, 8), [CONV], None, "Run conv1 on every frame", ["every_frame"]),
    "channel dropout of a row": (ROW, [layer("channel_dropout"), dense()], None, "Use Dropout", ["dropout", "dense"]),
    "group norm whose groups do not divide": (
        ROW,
        [layer("group_norm", groups=4), dense()],
        None,
        "Use 3 groups",
        ["group_norm", "dense"],
    ),
    "group norm of single values": (
        ROW,
        [layer("group_norm", groups=6), dense()],
        None,
        "Use 1 group",
        ["group_norm", "dense"],
    ),
    "too few units for the target": (ROW, [dense(2)], target(vector(3)), "Set dense1 to 3 units", ["dense"]),
    "too few units behind a softmax": (
        ROW,
        [dense(2), layer("softmax")],
        target(vector(3)),
        "Set dense1 to 3 units",
        ["dense", "softmax"],
    ),
    "pictures for classes": (
        PICTURE,
        [CONV],
        target(vector(3)),
        "Insert Flatten, Dense",
        ["conv2d", "flatten", "dense"],
    ),
    "one answer for a target at every step": (
        SERIES,
        [LAST, dense(1)],
        target(sequence(9, 1)),
        "Let lstm1 give all steps, and predict at each",
        ["lstm sequence", "time_distributed_dense"],
    ),
    "one state for a target at every step": (
        SERIES,
        [LAST],
        target(sequence(9, 3)),
        "Let lstm1 give all steps, and predict at each",
        ["lstm sequence", "time_distributed_dense"],
    ),
    "too many features at every step": (
        SERIES,
        [EVERY, each(4)],
        target(sequence(9, 3)),
        "Set step_dense1 to 3 units",
        ["lstm sequence", "time_distributed_dense"],
    ),
    "states for features at every step": (
        SERIES,
        [EVERY],
        target(sequence(9, 3)),
        "Insert TimeDistributedDense with 3 units",
        ["lstm sequence", "time_distributed_dense"],
    ),
    "too many maps for a mask": (
        PICTURE,
        [CONV, layer("sigmoid")],
        target(image(1, 8, 8)),
        "Set conv1 to 1 filter",
        ["conv2d", "sigmoid"],
    ),
    "a pooled mask": (
        PICTURE,
        [CONV, layer("max_pool2d")],
        target(image(1, 8, 8)),
        "Insert Upsample2d, Conv2d",
        ["conv2d", "max_pool2d", "upsample2d", "conv2d"],
    ),
    "too large a mask": (
        PICTURE,
        [CONV],
        target(image(5, 4, 4)),
        "Insert AdaptivePool2d",
        ["conv2d", "adaptive_pool2d"],
    ),
    "channels of a mask behind a pool": (
        PICTURE,
        [CONV, layer("upsample2d"), layer("max_pool2d")],
        target(image(2, 8, 8)),
        "Insert Conv2d with 2 filters of 1 × 1",
        ["conv2d", "upsample2d", "max_pool2d", "conv2d"],
    ),
    "a row for a mask": (ROW, [dense(4)], target(image(1, 2, 2)), "Insert Reshape", ["dense", "reshape"]),
}


def kinds(document: Document) -> list[str]:
    """The layers between the ends, recurrent ones with what leaves them."""
    found = [document.network.layer(id_) for id_ in document.network.ordered()][1:-1]
    return [f"{one.kind} {one.values()['output_mode']}" if one.is_recurrent else one.kind for one in found]


def faults(document: Document, spec: DataSpec | None, arriving: Shape) -> list[Problem]:
    known = None if spec is None else replace(spec, inputs={"x": arriving})
    checker = Checker(document, known)
    checker.close()
    return [problem for problem in checker.problems if problem.severity is Severity.ERROR]


@pytest.mark.parametrize("name", CASES)
def test_the_first_repair_is_the_right_one(name: str) -> None:
    arriving, layers, spec, title, after = CASES[name]
    document = chain([layer("input", shape=arriving), *layers, layer("output")])
    (fault,) = faults(document, spec, arriving)
    assert fault.fixes[0].title == title, [fix.title for fix in fault.fixes]
    fault.fixes[0].apply(document)
    assert kinds(document) == after
    assert faults(document, spec, arriving) == []
    document.undo()
    assert [problem.message for problem in faults(document, spec, arriving)] == [fault.message]


def test_features_are_never_offered_as_steps_where_steps_were_dropped() -> None:
    for name in ("lstm behind a last step", "convolution behind Last step", "lstm behind a global pool"):
        arriving, layers, spec, _, _ = CASES[name]
        (fault,) = faults(chain([layer("input", shape=arriving), *layers, layer("output")]), spec, arriving)
        assert not any("Reshape" in fix.title for fix in fault.fixes)


def test_a_layer_whose_state_others_read_too_keeps_its_last_step() -> None:
    document = chain([layer("input", shape=SERIES), LAST, LAST, layer("output")])
    with document.transaction("Branch"):
        other = document.add(layer("output"))
        document.connect(replace(document.network.into("lstm2")["in"], target=other))
    (fault,) = faults(document, None, SERIES)
    assert [fix.title for fix in fault.fixes] == ["Insert Reshape to a sequence 4 × 1"]


def test_layers_that_hand_on_their_shape_are_told_from_others() -> None:
    assert hands_on(layer("relu")) and hands_on(usual_layers.dropout())
    assert not hands_on(dense()) and not hands_on(usual_layers.flatten())
