"""The presets about memory over many steps: the same task for a network that forgets and for one that does not."""

from __future__ import annotations

from graph.layers.recurrent import Lstm, Rnn
from tools.drawing import dense
from tools.preset_list import Recipe
from tools.preset_networks import chain

STEPS = {"samples": 4000, "steps": 100, "shortest": 100}
"""The first marked number stands 50 to 100 steps before the end."""

PLAN = {"epochs": 40, "learning_rate": 0.01, "schedule": "one_cycle", "clip": 1.0, "batch_size": 50}

TIME: dict[str, Recipe] = {
    "adding_rnn": Recipe(
        "The adding problem: an RNN forgets",
        "Two of 100 numbers are marked, and their sum is asked for at the end: too far back for a plain state.",
        ("S22", "S29"),
        chain(Rnn(hidden_size=32), dense(1)),
        "adding",
        "RMSE of 0.40, no better than always answering 1",
        0.4,
        options=STEPS,
        plan=PLAN,
    ),
    "adding_lstm": Recipe(
        "The adding problem: an LSTM remembers",
        "The same 100 numbers; a cell that is added to, not overwritten, carries the first marked one to the end.",
        ("S24", "S29"),
        chain(Lstm(hidden_size=32, forget_bias=1.0), dense(1)),
        "adding",
        "RMSE of about 0.03",
        0.7,
        options=STEPS,
        plan=PLAN,
    ),
}
