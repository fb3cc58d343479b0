"""Presets on lines of digits that are read without being told where each digit stands."""

from __future__ import annotations

from collections.abc import Mapping

from graph.layers.recurrent import Lstm
from tools.drawing import layer
from tools.preset_list import Recipe
from tools.preset_networks import RELU, chain

LINES: Mapping[str, Recipe] = {
    "lines_ctc": Recipe(
        "CTC reads lines of digits",
        "Lines of two to five handwritten digits, column by column. Nobody says where a digit begins: the network "
        "finds that out by itself, because every way of placing the digits counts.",
        ("S33", "S27"),
        chain(
            layer("conv1d", filters=32, kernel_size=5),
            RELU,
            Lstm(hidden_size=48, bidirectional=True, output_mode="sequence"),
            layer("time_distributed_dense", units=11),
        ),
        "lines",
        "a label error rate of about 1 % on the test lines after 15 epochs; 96 % of the lines are all right",
        0.5,
        options={"samples": 4000},
        plan={"epochs": 15, "learning_rate": 0.005, "schedule": "one_cycle", "clip": 1.0, "loss": "ctc"},
    ),
}
