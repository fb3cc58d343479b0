"""What the presets are: network, data, plan, and what was measured when they were trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.layers.recurrent import Gru, Lstm, Rnn
from tools.drawing import conv, dense, layer
from tools.preset_cells import lstm_by_hand
from tools.preset_networks import (
    FLATTEN,
    POOL,
    RELU,
    TANH,
    Draw,
    autoencoder,
    chain,
    layer_pattern,
    mlp,
    residual,
    two_branches,
    vgg,
)


@dataclass(frozen=True)
class Recipe:
    """A preset before it is drawn. ``expect`` and ``minutes`` were measured with `main.py train preset:ID`."""

    title: str
    summary: str
    textbook: tuple[str, ...]
    draw: Draw
    source: str
    expect: str
    minutes: float
    options: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    """Of the choice of data what is not the source's."""
    plan: Mapping[str, Any] = field(default_factory=dict)
    dismissed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Hints that do not count here, because the network is as it was published or is meant so: rules with layers."""


DIGITS_PLAN = {"epochs": 20, "learning_rate": 0.003, "schedule": "one_cycle"}

RECIPES: Mapping[str, Recipe] = {
    "xor_mlp": Recipe(
        "XOR with one hidden layer",
        "Two numbers decide together, neither alone: the problem that a single layer of neurons cannot solve.",
        ("S02",),
        mlp(8, 2, activation=TANH),
        "xor",
        "about 93 % test accuracy after 100 epochs; the rest are points that strayed over a border",
        0.05,
        plan={"epochs": 100, "learning_rate": 0.02},
    ),
    "mlp_3_3_1": Recipe(
        "The smallest MLP",
        "Three inputs, three hidden units, one output: 3 x 3 + 3 and 3 + 1 make 16 parameters, few enough to follow "
        "each by hand. It forecasts a noisy sine from its last three values.",
        ("S02", "S03"),
        mlp(3, 1, activation=TANH, flatten=True),
        "sine",
        "a test error (RMSE) of about 0.15 after 40 epochs, where the noise alone makes 0.1",
        0.05,
        options={"window": 3},
        plan={"epochs": 40, "learning_rate": 0.01},
    ),
    "step_mlp": Recipe(
        "Step units do not learn",
        "The first artificial neurons jumped from 0 to 1. The slope of a step is zero everywhere, so no gradient comes "
        "back and the loss stays where it is. Replace the steps by sigmoids and watch it fall.",
        ("S01",),
        chain(dense(8), layer("step"), dense(2), layer("step")),
        "circles",
        "no learning: the loss stays exactly where it began, and the test accuracy near 50 %",
        0.05,
        plan={"epochs": 20, "learning_rate": 0.01},
    ),
    "iris_softmax": Recipe(
        "Softmax regression on iris flowers",
        "One dense layer gives each species a score, and the loss compares them through a softmax: no hidden layer, "
        "so the borders between species are straight.",
        ("S01",),
        chain(dense(3)),
        "iris",
        "about 97 to 100 % test accuracy (22 flowers) after 60 epochs",
        0.05,
        plan={"epochs": 60, "learning_rate": 0.03, "batch_size": 16},
    ),
    "iris_mlp": Recipe(
        "MLP on iris flowers",
        "Four lengths in centimetres, three species: the smallest real classification.",
        ("S02", "S28", "S39"),
        mlp(16, 3),
        "iris",
        "about 95 to 100 % test accuracy (22 flowers) after 60 epochs",
        0.05,
        plan={"epochs": 60, "learning_rate": 0.01, "batch_size": 16},
    ),
    "wine_mlp": Recipe(
        "MLP on wines",
        "Thirteen chemical measurements name the grower. Standardising them matters: proline is counted in hundreds, "
        "hue around one.",
        ("S02", "S39"),
        mlp(16, 3),
        "wine",
        "about 100 % test accuracy (27 wines) after 40 epochs",
        0.05,
        plan={"epochs": 40, "learning_rate": 0.01, "batch_size": 16},
    ),
    "diabetes_mlp": Recipe(
        "MLP on diabetes",
        "Regression: one linear output, squared error. The error in points tells more than the loss does, and more "
        "units help little, because the measurements do not say more.",
        ("S02", "S39"),
        mlp(16, 1),
        "diabetes",
        "a test error (RMSE) of about 56 points after 60 epochs; the best weights come early",
        0.05,
        plan={"epochs": 60, "learning_rate": 0.003, "weight_decay": 0.01, "optimiser": "adamw"},
    ),
    "breast_cancer_mlp": Recipe(
        "MLP with dropout on breast cancer",
        "Thirty measurements, 569 patients. Dropout silences half of the hidden units at random while training, so "
        "that the network does not learn single patients by heart.",
        ("S02", "S40"),
        mlp(32, 16, 2, dropout=0.5),
        "breast_cancer",
        "about 98 % test accuracy after 40 epochs",
        0.05,
        plan={"epochs": 40, "learning_rate": 0.003},
    ),
    "spirals_mlp": Recipe(
        "MLP on two spirals",
        "A straight line parts nothing here. Watch how hidden layers bend the plane until the spirals come apart.",
        ("S02",),
        mlp(32, 32, 2, activation=TANH),
        "spirals",
        "about 100 % test accuracy after 200 epochs",
        0.05,
        options={"samples": 1000},
        plan={"epochs": 200, "learning_rate": 0.01},
    ),
    "digits_mlp": Recipe(
        "MLP on digits",
        "The baseline for pictures: all 64 pixels as a plain list, so the network does not know which are neighbours.",
        ("S02", "S39"),
        mlp(32, 10, flatten=True),
        "digits",
        "about 98 % test accuracy after 30 epochs",
        0.05,
        plan={"epochs": 30, "learning_rate": 0.003},
    ),
    "digits_cnn": Recipe(
        "CNN on digits",
        "Convolution, ReLU, pool, twice; flatten; dense. The same small filters look everywhere in the picture.",
        ("S07", "S21", "S39"),
        chain(conv(16), RELU, POOL, conv(32), RELU, POOL, FLATTEN, layer("dropout", rate=0.3), dense(10)),
        "digits",
        "about 99 % test accuracy after 20 epochs",
        0.1,
        plan=DIGITS_PLAN,
    ),
    "lenet": Recipe(
        "LeNet-style CNN",
        "After LeCun's network of 1998: two stages of 5 x 5 convolution, tanh and average pooling, then dense layers. "
        "The digits are enlarged to 28 x 28.",
        ("S07", "S21"),
        chain(
            conv(6, 5),
            TANH,
            layer("average_pool2d"),
            conv(16, 5, padding="valid"),
            TANH,
            layer("average_pool2d"),
            FLATTEN,
            dense(120),
            TANH,
            dense(84),
            TANH,
            dense(10),
        ),
        "digits",
        "about 99 % test accuracy after 20 epochs",
        0.2,
        options={"size": 28},
        plan={"epochs": 20, "learning_rate": 0.006, "schedule": "one_cycle", "batch_size": 64},
    ),
    "layer_pattern_cnn": Recipe(
        "CNN by a pattern of layers",
        "[[convolution, ReLU] x 2, pool] x 2, [dense, ReLU] x 1, dense. Stacked 3 x 3 kernels see as far as large "
        "ones with fewer weights: compare the receptive fields along the chain.",
        ("S08",),
        layer_pattern(2, 2, 1),
        "digits",
        "about 99 % test accuracy after 20 epochs",
        0.1,
        plan=DIGITS_PLAN,
    ),
    "vgg_style": Recipe(
        "VGG-style CNN",
        "Nothing but stacks of 3 x 3 convolutions; after each pool the maps are half as large and twice as many.",
        ("S18", "S08"),
        vgg(8, 16, 32),
        "digits",
        "about 99.5 % test accuracy after 12 epochs",
        0.2,
        options={"size": 16},
        plan={"epochs": 12, "learning_rate": 0.005, "schedule": "one_cycle", "batch_size": 64},
    ),
    "two_branch_cnn": Recipe(
        "CNN with two branches",
        "One branch looks through 3 x 3 windows, the other through 5 x 5, and their maps are joined: fine and coarse "
        "structure side by side.",
        ("S07",),
        two_branches,
        "digits",
        "about 99 % test accuracy after 20 epochs",
        0.1,
        plan=DIGITS_PLAN,
    ),
    "residual_cnn": Recipe(
        "Residual CNN",
        "Each block learns what to add to its input, and the shortcut carries the gradient past it. Batch "
        "normalisation keeps the sums in range.",
        ("S17", "S40"),
        residual,
        "digits",
        "about 99.5 % test accuracy after 15 epochs",
        0.1,
        plan={"epochs": 15, "learning_rate": 0.01, "schedule": "one_cycle", "batch_size": 64},
    ),
    "digits_autoencoder": Recipe(
        "Autoencoder on digits",
        "A picture has to pass through 16 numbers and come out again; its target is itself. What the 16 numbers keep "
        "is what pictures of digits have in common.",
        ("S19",),
        autoencoder(16),
        "digits",
        "a test error (RMSE) of about 0.09, where a pixel goes from 0 to 1, after 40 epochs",
        0.1,
        plan={"epochs": 40, "learning_rate": 0.003, "schedule": "one_cycle"},
        dismissed={"no_activation": ("dense1",)},
    ),
    "digits_rnn": Recipe(
        "Elman RNN reads digits row by row",
        "The picture arrives as eight rows, one per time step; the state must remember the rows above.",
        ("S22", "S28"),
        chain(Rnn(hidden_size=48), dense(10)),
        "digits",
        "about 97 % test accuracy after 30 epochs",
        0.05,
        options={"layout": "rows"},
        plan={"epochs": 30, "learning_rate": 0.005, "schedule": "one_cycle", "clip": 1.0},
    ),
    "digits_gru": Recipe(
        "GRU reads digits row by row",
        "Two gates decide what to forget and what to renew; only the state after the last row is read (many to one).",
        ("S26", "S28"),
        chain(Gru(hidden_size=48), dense(10)),
        "digits",
        "about 97 to 99 % test accuracy after 20 epochs",
        0.1,
        options={"layout": "rows"},
        plan={"epochs": 20, "learning_rate": 0.01, "schedule": "one_cycle"},
    ),
    "digits_bilstm": Recipe(
        "Bidirectional LSTM on rows of digits",
        "One set of cells reads the rows downwards, another upwards, and both last states are joined.",
        ("S27", "S24"),
        chain(Lstm(hidden_size=32, bidirectional=True), dense(10)),
        "digits",
        "about 98.5 to 100 % test accuracy after 20 epochs",
        0.1,
        options={"layout": "rows"},
        plan={"epochs": 20, "learning_rate": 0.01, "schedule": "one_cycle"},
    ),
    "lstm_by_hand": Recipe(
        "LSTM drawn by hand",
        "Gates, products and sums in a loop over the rows of digits: open the block to see the cell. It equals the "
        "built-in layer.",
        ("S24",),
        lstm_by_hand(32, 10),
        "digits",
        "about 98 % test accuracy after 20 epochs",
        0.1,
        options={"layout": "rows"},
        plan={"epochs": 20, "learning_rate": 0.01, "schedule": "one_cycle"},
    ),
    "digits_cnn_lstm": Recipe(
        "CNN-LSTM on rows of digits",
        "A convolution over neighbouring rows finds strokes, an LSTM reads them in their order.",
        ("S24", "S28"),
        chain(layer("conv1d", filters=32), RELU, Lstm(hidden_size=48), layer("dropout", rate=0.3), dense(10)),
        "digits",
        "about 99 % test accuracy after 20 epochs",
        0.1,
        options={"layout": "rows"},
        plan={"epochs": 20, "learning_rate": 0.01, "schedule": "one_cycle"},
    ),
    "seasons_lstm": Recipe(
        "LSTM forecaster",
        "Reads 48 hours of a load and forecasts the next one. Scaling is fitted on the training part only, and the "
        "error is told in megawatts.",
        ("S24", "S32"),
        chain(Lstm(hidden_size=32), dense(1)),
        "seasons",
        "a test error (RMSE) of about 0.63 MW after 25 epochs, where the noise alone makes 0.5",
        0.1,
        plan={"epochs": 25, "learning_rate": 0.005, "schedule": "one_cycle", "clip": 1.0},
    ),
    "seasons_cnn1d": Recipe(
        "1-D CNN forecaster",
        "The same forecast by convolutions along time, which see all hours at once and train faster than an LSTM.",
        ("S14", "S32"),
        chain(
            layer("conv1d", filters=16, kernel_size=5),
            RELU,
            layer("max_pool1d"),
            layer("conv1d", filters=32, kernel_size=5),
            RELU,
            layer("max_pool1d"),
            FLATTEN,
            dense(1),
        ),
        "seasons",
        "a test error (RMSE) of about 0.6 MW after 25 epochs, where the noise alone makes 0.5",
        0.05,
        plan={"epochs": 25, "learning_rate": 0.003, "schedule": "one_cycle"},
    ),
    "seasons_mlp": Recipe(
        "MLP forecaster",
        "The baseline that every recurrent network should beat, and often does not: the 48 hours as a plain list.",
        ("S32", "S39"),
        mlp(32, 1, flatten=True),
        "seasons",
        "a test error (RMSE) of about 0.61 MW after 25 epochs, where the noise alone makes 0.5",
        0.05,
        plan={"epochs": 25, "learning_rate": 0.003, "schedule": "one_cycle"},
    ),
}
