"""Recurrent cells and sequences of unequal length, with what was measured when they were trained."""

from __future__ import annotations

from collections.abc import Mapping

from app.data.sources.synthetic.reviews import VOCABULARY
from graph.layers.recurrent import Embedding, Gru, Lstm, Rnn
from tools.drawing import dense
from tools.preset_list import Recipe
from tools.preset_sequences import (
    EACH,
    SIGMOID,
    addition_mlp,
    elman_by_hand,
    jordan_by_hand,
    side_by_side,
    stepwise,
    told_lengths,
)

LONGER = {"samples": 3000, "bits": 20, "shortest": 2, "trained": 8}
"""Numbers of up to 8 digits to train on, and those of 9 to 20 as the test."""
BRACKETS = {"samples": 4000, "longest": 40, "shortest": 4, "trained": 20}
MARKED = {"samples": 4000, "steps": 30, "shortest": 15}
CLIPPED = {"learning_rate": 0.01, "schedule": "one_cycle", "clip": 1.0}
WORDS = Embedding(vocabulary=len(VOCABULARY), size=16)

SEQUENCES: Mapping[str, Recipe] = {
    "elman_addition": Recipe(
        "Elman RNN adds binary numbers",
        "Two digits arrive per step, the digit of the sum leaves, and the carry is what the state must remember (many "
        "to many, step by step). Trained on numbers of up to 8 digits, it is tested on those of 9 to 20.",
        ("S22", "S28", "S30"),
        stepwise(Rnn(hidden_size=16, output_mode="sequence"), EACH, SIGMOID),
        "binary_addition",
        "100 % of the digits of longer numbers (9 to 20 digits) after 30 epochs on short ones",
        0.05,
        options=LONGER,
        plan={"epochs": 30, **CLIPPED},
    ),
    "elman_by_hand": Recipe(
        "Elman network drawn by hand",
        "a = tanh(W_h a + W_x x) and y = W_y a, drawn as a loop: open the block to see how the hidden vector of one "
        "step comes back in the next.",
        ("S22",),
        elman_by_hand(16),
        "binary_addition",
        "100 % of the digits of longer numbers (9 to 20 digits) after 30 epochs on short ones",
        0.05,
        options=LONGER,
        plan={"epochs": 30, **CLIPPED},
    ),
    "jordan_network": Recipe(
        "Jordan network drawn by hand",
        "The same cell, but what comes back is the answer of the step before, not the hidden vector: one number in "
        "place of sixteen. What was not said is forgotten.",
        ("S23",),
        jordan_by_hand(16),
        "binary_addition",
        "about 93 % of the digits of short numbers and 90 % of longer ones after 30 epochs, where an Elman network "
        "has all right",
        0.05,
        options=LONGER,
        plan={"epochs": 30, **CLIPPED},
    ),
    "addition_mlp": Recipe(
        "An MLP adds, but only numbers of one length",
        "Nine pairs of digits as a list of 18 numbers: each place has weights of its own, so the rule of the carry is "
        "learned nine times over, and a tenth digit has no place at all.",
        ("S30",),
        addition_mlp(64),
        "binary_addition",
        "about 97 % of the digits after 60 epochs, and no answer at all to longer numbers",
        0.05,
        options={"samples": 3000},
        plan={"epochs": 60, "learning_rate": 0.01, "schedule": "one_cycle"},
    ),
    "brackets_lstm": Recipe(
        "LSTM checks brackets",
        "Round and square brackets: does each that opens close again, in the right order? The LSTM reads a string to "
        "its own end. Trained on up to 20 brackets, it is tested on 22 to 40.",
        ("S30", "S31", "S28"),
        told_lengths(Embedding(vocabulary=5, size=8), Lstm(hidden_size=32, lengths=True), dense(2)),
        "brackets",
        "about 98 % of the longer strings (22 to 40 brackets) after 40 epochs on short ones",
        0.1,
        options=BRACKETS,
        plan={"epochs": 40, **CLIPPED},
    ),
    "gru_and_lstm": Recipe(
        "GRU against LSTM",
        "Both read the same numbers, two of them marked, and must give the sum of these at the end. Equally wide, the "
        "GRU has 2,016 parameters and the LSTM 2,688; each has an output and an error of its own.",
        ("S24", "S26", "S31"),
        side_by_side(gru=Gru(hidden_size=24, lengths=True), lstm=Lstm(hidden_size=24, lengths=True)),
        "adding",
        "a test error (RMSE) of about 0.02 for the GRU and 0.034 for the LSTM after 15 epochs, where always answering "
        "1 gives 0.41",
        0.15,
        options=MARKED,
        plan={"epochs": 15, **CLIPPED},
    ),
    "lstm_peephole": Recipe(
        "LSTM with peepholes",
        "The gates see the cell itself, not only what the show gate lets out of it: 72 more weights, three for each of "
        "the 24 units.",
        ("S25",),
        told_lengths(Lstm(hidden_size=24, peephole=True, lengths=True), dense(1)),
        "adding",
        "a test error (RMSE) of about 0.031 after 15 epochs, where always answering 1 gives 0.41",
        0.2,
        options=MARKED,
        plan={"epochs": 15, **CLIPPED},
    ),
    "lstm_coupled": Recipe(
        "LSTM with coupled gates",
        "What is not kept is written: i = 1 - f. One gate less leaves 2,016 parameters of 2,688, as many as a GRU has.",
        ("S25",),
        told_lengths(Lstm(hidden_size=24, coupled=True, lengths=True), dense(1)),
        "adding",
        "a test error (RMSE) of about 0.024 after 15 epochs, where always answering 1 gives 0.41",
        0.15,
        options=MARKED,
        plan={"epochs": 15, **CLIPPED},
    ),
    "reviews_lstm": Recipe(
        "LSTM reads reviews",
        "Many to one: an embedding gives each word a vector, an LSTM reads them to the last word of each text, and a "
        "dense layer says whether its writer was glad or sorry. Works with a text column of your own CSV file.",
        ("S35", "S28", "S31"),
        told_lengths(WORDS, Lstm(hidden_size=24, lengths=True), dense(2)),
        "reviews",
        "about 100 % test accuracy after 12 epochs; real reviews are harder than made-up ones",
        0.05,
        plan={"epochs": 12, **CLIPPED},
    ),
    "reviews_stacked": Recipe(
        "Stacked, bidirectional GRU",
        "Two recurrent layers, each with cells that read forwards and cells that read backwards. The way back begins "
        "at each text's own last word, and the upper layer sees both directions of the lower at every word.",
        ("S27", "S35"),
        told_lengths(WORDS, Gru(hidden_size=16, layers=2, bidirectional=True, dropout=0.2, lengths=True), dense(2)),
        "reviews",
        "about 100 % test accuracy after 10 epochs",
        0.1,
        plan={"epochs": 10, **CLIPPED},
    ),
}
