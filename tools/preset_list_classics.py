"""The textbook's classics and the nets that show one idea each, with what was measured when they were trained."""

from __future__ import annotations

from collections.abc import Mapping

from tools.preset_classics import (
    alexnet,
    fractional,
    lenet5,
    maxout_network,
    network_in_network,
    recurrent_cnn,
    resnet,
    vgg_blocks,
)
from tools.preset_list import DIGITS_PLAN, Recipe
from tools.preset_stages import (
    all_kernels,
    by_hand,
    causal,
    columns,
    columns_apart,
    edge_autoencoder,
    jarrett,
    light,
    low_and_high,
    pooled_four_ways,
    remaining_life,
    worked,
    x_or_o,
)

STAGE = {"size": 16}
STAGE_PLAN = {"epochs": 15, "learning_rate": 0.005, "schedule": "one_cycle", "batch_size": 64}
LARGE = {"epochs": 3, "learning_rate": 0.001, "schedule": "one_cycle", "batch_size": 64}

CLASSICS: Mapping[str, Recipe] = {
    "convolution_by_hand": Recipe(
        "One convolution to follow by hand",
        "A single typed kernel, the cross 1 0 1 / 0 1 0 / 1 0 1, slides over 8 x 8 pixels without a border and leaves "
        "6 x 6. It is frozen: only the dense layer behind it learns.",
        ("S04", "S05"),
        by_hand(),
        "digits",
        "about 94 % test accuracy after 30 epochs: one kernel that nobody trained",
        0.1,
        plan={"epochs": 30, "learning_rate": 0.01, "schedule": "one_cycle"},
    ),
    "worked_cnn": Recipe(
        "The worked example of a CNN",
        "32 x 32 pixels, ten 5 x 5 filters (260 parameters, 203,840 connections), ReLU, a pool to 14 x 14 x 10, and "
        "200 units with 392,200 parameters: nearly all weights sit behind the convolution.",
        ("S04", "S07"),
        worked(),
        "digits",
        "about 98.5 % test accuracy after 8 epochs",
        0.1,
        options={"size": 32},
        plan={"epochs": 8, "learning_rate": 0.003, "schedule": "one_cycle", "batch_size": 64},
    ),
    "hand_set_kernels": Recipe(
        "Kernels set by hand",
        "Identity, edge, diagonal edge, sharpen, two blurs and Sobel's two: eight kernels that nobody trained. Look at "
        "their maps, then type your own. Only the dense layer learns to read them.",
        ("S05", "S20"),
        all_kernels(),
        "digits",
        "about 98.5 % test accuracy after 15 epochs",
        0.1,
        options=STAGE,
        plan=STAGE_PLAN,
    ),
    "low_and_high": Recipe(
        "Low and high frequencies",
        "A Gaussian blur keeps what changes slowly across the picture, an edge kernel what changes fast. Compare the "
        "spectra of both branches: convolution in space is a product in frequency.",
        ("S20", "S05"),
        low_and_high,
        "digits",
        "about 98.5 % test accuracy after 15 epochs",
        0.1,
        options=STAGE,
        plan=STAGE_PLAN,
    ),
    "pooling_four_ways": Recipe(
        "Four ways to pool",
        "The same eight maps pooled by maximum, mean, minimum and sum. Every window of 2 x 2 with stride 2 keeps one "
        "number of four and drops 75 %.",
        ("S06",),
        pooled_four_ways,
        "digits",
        "about 99 % test accuracy after 20 epochs",
        0.1,
        plan=DIGITS_PLAN,
    ),
    "lenet5": Recipe(
        "LeNet-5 of 1998, exact",
        "Trainable subsampling, the partial connection table of C3, and distances to ten drawn digits as the answer: "
        "60,000 trainable parameters. The digits are enlarged to 32 x 32.",
        ("S09",),
        lenet5,
        "digits",
        "about 97 % test accuracy after 20 epochs",
        0.4,
        options={"size": 32},
        plan={"epochs": 20, "learning_rate": 0.005, "schedule": "one_cycle", "batch_size": 32},
    ),
    "jarrett_pa": Recipe(
        "Jarrett's stage: filters and average pool",
        "F-PA: filters, tanh and a gain per map, then an average. Light and dark answers cancel in the average, and "
        "most of what the filters found is lost.",
        ("S10",),
        jarrett(),
        "digits",
        "about 96 % test accuracy after 15 epochs, the least of the four stages",
        0.1,
        options=STAGE,
        plan=STAGE_PLAN,
    ),
    "jarrett_rabs_pa": Recipe(
        "Jarrett's stage: with absolute values",
        "F-Rabs-PA: the sign is dropped before the average, so that light and dark edges add up instead of cancelling.",
        ("S10",),
        jarrett(rectified=True),
        "digits",
        "about 97.5 % test accuracy after 15 epochs, more than without the absolute value",
        0.1,
        options=STAGE,
        plan=STAGE_PLAN,
    ),
    "jarrett_rabs_n_pa": Recipe(
        "Jarrett's stage: with local contrast",
        "F-Rabs-N-PA: behind the absolute values each place is held against its neighbourhood, first by difference, "
        "then by quotient.",
        ("S10",),
        jarrett(rectified=True, normalised=True),
        "digits",
        "about 99 % test accuracy after 15 epochs, the best of the four stages",
        0.3,
        options=STAGE,
        plan=STAGE_PLAN,
    ),
    "jarrett_pm": Recipe(
        "Jarrett's stage: filters and max pool",
        "F-PM: the maximum needs no absolute value, for it keeps the strongest answer and nothing cancels.",
        ("S10",),
        jarrett(pool="max_pool2d"),
        "digits",
        "about 98 % test accuracy after 15 epochs",
        0.1,
        options=STAGE,
        plan=STAGE_PLAN,
    ),
    "alexnet": Recipe(
        "AlexNet of 2012, exact",
        "All 60,965,224 parameters, for 227 x 227 pixels and a thousand classes. Its own data does not ship, so the "
        "digits stand in, enlarged and grey, with the first ten classes; connect your own colour pictures at conv1.",
        ("S11",),
        alexnet,
        "digits",
        "about 84 % test accuracy after 1 epoch; needs 2 GB of memory, and a graphics card to go on",
        4.0,
        options={"size": 32},
        plan={"epochs": 1, "learning_rate": 0.0002, "schedule": "one_cycle", "batch_size": 16},
    ),
    "multi_column": Recipe(
        "Multi-column net",
        "Three small CNNs, each with its own view of the picture: plain, blurred, edges. Their scores are averaged, "
        "and their errors partly cancel.",
        ("S12",),
        columns,
        "digits",
        "about 99 % test accuracy after 15 epochs",
        0.3,
        options=STAGE,
        plan=STAGE_PLAN,
    ),
    "multi_column_apart": Recipe(
        "Multi-column net, trained apart",
        "The same three columns, but each learns from its own loss alone: no gradient passes the stops before the "
        "average. Compare each column's accuracy with that of all together.",
        ("S12",),
        columns_apart,
        "digits",
        "about 99 % test accuracy together after 15 epochs, where the columns alone have about 97 to 99 %",
        0.2,
        options=STAGE,
        plan=STAGE_PLAN,
    ),
    "x_or_o": Recipe(
        "X or O",
        "Letters of pixels +1 and -1, shifted, scaled, turned and thickened. Four features of 3 x 3, ReLU, pool, "
        "twice; the last layer counts the votes for X and for O.",
        ("S13",),
        x_or_o(),
        "x_or_o",
        "100 % test accuracy after 15 epochs",
        0.1,
        plan={"epochs": 15, "learning_rate": 0.01, "schedule": "one_cycle"},
    ),
    "seasons_causal": Recipe(
        "Causal 1-D CNN forecaster",
        "No step sees a later one, so the net could run on a stream. Gaps of 1, 2, 4, 8 and 16 give the last step a "
        "receptive field of 63 hours, more than the 48 that arrive, with kernels of three.",
        ("S14", "S32"),
        causal(16, 16, 16, 16, 16),
        "seasons",
        "a test error (RMSE) of about 0.6 MW after 20 epochs, where the noise alone makes 0.5",
        0.2,
        plan={"epochs": 20, "learning_rate": 0.005, "schedule": "one_cycle"},
    ),
    "remaining_life": Recipe(
        "Remaining useful life by a CNN",
        "Thirty cycles of eight sensors as a picture; the first filters see all sensors at once and slide along time. "
        "One linear output, squared error, and machines in the test that were never seen. After Sateesh Babu (2016).",
        ("S15",),
        remaining_life(),
        "fleet",
        "a test error (RMSE) of about 27 cycles on machines never seen, after 25 epochs",
        0.3,
        options={"layout": "picture"},
        plan={"epochs": 25, "learning_rate": 0.003, "schedule": "one_cycle"},
    ),
    "recurrent_cnn": Recipe(
        "Recurrent CNN with 96 maps",
        "After Liang and Hu: four recurrent convolutions, each used three times more with the same weights, 672,202 "
        "parameters in all. On CIFAR-10 it is published with about 7.37 % error with augmentation.",
        ("S16",),
        recurrent_cnn(96),
        "digits",
        "about 91 % test accuracy after 4 epochs, far from done",
        1.2,
        options=STAGE,
        plan=LARGE | {"epochs": 4, "learning_rate": 0.003, "batch_size": 32},
    ),
    "network_in_network": Recipe(
        "Network in network",
        "1 x 1 convolutions make a small network of every filter, and the mean of ten maps is the answer: 966,986 "
        "parameters and no dense layer. Published with about 8.81 % error on CIFAR-10 with augmentation.",
        ("S17",),
        network_in_network(),
        "digits",
        "about 50 % test accuracy after 3 epochs, far from done; it needs many more",
        0.9,
        options=STAGE,
        plan=LARGE,
        dismissed={"not_deeper": ("conv7",)},
    ),
    "maxout_network": Recipe(
        "Maxout network",
        "Each unit is the largest of two or five linear ones, an activation that is learned, for the price of more "
        "than 5 million parameters. Published with about 9.38 % error on CIFAR-10 with augmentation.",
        ("S17",),
        maxout_network(),
        "digits",
        "about 89 % test accuracy after 2 epochs, far from done",
        1.0,
        options=STAGE,
        plan=LARGE | {"epochs": 2},
        dismissed={"large_kernel": ("conv1", "conv2")},
    ),
    "resnet110": Recipe(
        "ResNet-110 for CIFAR",
        "Three stages of 18 residual blocks, three cards: open one to see a block. 1.7 million parameters in 110 "
        "layers, published with about 6.43 % error on CIFAR-10 with augmentation.",
        ("S17",),
        resnet(18),
        "digits",
        "about 96 % test accuracy after 2 epochs",
        1.2,
        options=STAGE,
        plan={"epochs": 2, "learning_rate": 0.003, "schedule": "one_cycle", "batch_size": 64},
    ),
    "fractional_cnn": Recipe(
        "Fractional max pooling",
        "Every pool keeps 70 % of height and width, at places drawn anew for each sample. A large net of this kind "
        "is published with about 3.47 % error on CIFAR-10 with augmentation.",
        ("S17",),
        fractional(16, 24, 32, 40),
        "digits",
        "about 95.5 % test accuracy after 10 epochs",
        0.4,
        options=STAGE,
        plan={"epochs": 10, "learning_rate": 0.005, "schedule": "one_cycle", "batch_size": 64},
        dismissed={"useless_bias": ("conv1",)},
    ),
    "vgg_blocks": Recipe(
        "VGG by repeated blocks",
        "Each stack of 3 x 3 convolutions is one card that repeats its block twice; after each pool there are twice "
        "as many maps.",
        ("S18", "S08"),
        vgg_blocks(8, 16, 32),
        "digits",
        "about 99.5 to 100 % test accuracy after 12 epochs",
        0.3,
        options=STAGE,
        plan={"epochs": 12, "learning_rate": 0.005, "schedule": "one_cycle", "batch_size": 64},
    ),
    "edge_autoencoder": Recipe(
        "Autoencoder on Sobel edges",
        "The edges of a picture pass through 16 numbers and come out again; pictures with alike codes have alike "
        "edges. The last sum turns the comparison with the picture into one with its edges.",
        ("S19", "S05"),
        edge_autoencoder(16),
        "digits",
        "a test error (RMSE) of about 0.14 of the edges after 30 epochs",
        0.3,
        plan={"epochs": 30, "learning_rate": 0.003, "schedule": "one_cycle"},
        dismissed={"no_activation": ("dense1",)},
    ),
    "light_cnn": Recipe(
        "A light CNN of good habits",
        "Batch normalisation, separable and grouped convolutions, shuffled channels, squeeze and excitation, a pyramid "
        "pool: what later nets do to reach as much with fewer weights.",
        ("S40",),
        light(),
        "digits",
        "about 99.5 % test accuracy after 15 epochs, with 5,310 parameters",
        0.2,
        options=STAGE,
        plan=STAGE_PLAN,
    ),
}
