"""Presets on clips: the same network on every frame, and what reads the frames."""

from __future__ import annotations

from collections.abc import Mapping

from graph.layers.base import Layer
from graph.layers.recurrent import Lstm
from graph.structure.blocks import Block
from graph.structure.time_distributed import frame_of, on_every_frame
from tools.drawing import Drawing, block, conv, dense, layer
from tools.preset_list import Recipe
from tools.preset_networks import FLATTEN, POOL, RELU, Draw


def eye_and(*behind: Layer) -> Draw:
    """A small CNN on every frame, and layers that read what it says about the frames."""

    def draw(drawing: Drawing) -> None:
        assert drawing.info is not None
        frame = frame_of(drawing.info.shape)
        eye = block("Small CNN", frame, lambda inner, start: inner.chain(start, *EYE))
        assert isinstance(eye, Block)
        drawing.output(drawing.chain(drawing.input(), ("frames1", on_every_frame(eye)), *behind))

    return draw


EYE = (conv(8), RELU, POOL, conv(16), RELU, POOL, FLATTEN, dense(32), RELU)

PLAN = {"epochs": 25, "learning_rate": 0.005, "schedule": "one_cycle"}

CLIPS: Mapping[str, Recipe] = {
    "clips_cnn_lstm": Recipe(
        "CNN-LSTM on clips",
        "The same small CNN looks at every frame, and an LSTM reads what it saw, frame by frame: which way does the "
        "shape move? No single frame tells.",
        ("S37", "S24"),
        eye_and(Lstm(hidden_size=32), dense(4)),
        "clips",
        "about 99 to 100 % test accuracy (90 clips) after 25 epochs",
        0.1,
        plan=PLAN,
    ),
    "clips_bag_of_frames": Recipe(
        "Frames without their order",
        "The baseline for clips: the same CNN on every frame, then the mean over all frames. It knows along which line "
        "the shape moved, but not which way.",
        ("S37",),
        eye_and(layer("global_pool1d"), dense(4)),
        "clips",
        "about 50 % test accuracy (90 clips) after 25 epochs; guessing gives 25 %",
        0.1,
        plan=PLAN,
    ),
}
