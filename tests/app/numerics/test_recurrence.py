"""What is said about a gradient on its way back, and which layers are recurrent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numerics.recurrence import QUANTITIES, quantity, recurrent_layers, times, verdict
from app.project.presets import preset


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([1e-9, 1e-6, 1e-3, 1.0], "shrinks 10⁹-fold: it vanishes"),
        ([1.0, 0.1, 0.0003], "grows 3,300-fold: it explodes"),
        ([0.05, 0.3, 1.0], "shrinks 20-fold: it fades"),
        ([0.5, 1.0, 1.2], "within a factor of 2.4"),
        ([0.0, 0.0, 1.0], "exactly 0"),
        ([0.0, 0.0, 0.0], "No gradient reaches rnn1 at step 3: the loss does not depend on it"),
        ([1.0, 1.2, 0.0, 0.0], "From step 2 back to step 1 the gradient of rnn1 keeps its size"),
        ([1.0, 1.2, 0.0, 0.0], "On later steps the loss does not depend."),
        ([float("nan"), 1.0], "leaves the range of numbers"),
        ([1.0], "one step only"),
    ],
)
def test_the_verdict_tells_what_is_seen(sizes: list[float], words: str) -> None:
    assert words in verdict(sizes, "rnn1")


def test_backwards_the_way_is_told_from_the_other_end() -> None:
    assert verdict([1.0, 0.1, 1e-3], "rnn1", back=True).startswith("From step 1 back to step 3")


WORDS = {"keeps": (0.1, 10), "fades": (1e-3, 0.1), "swells": (10, 1e3), "vanishes": (0, 1e-3), "explodes": (1e3, 1e9)}


@given(st.floats(1e-6, 1e6), st.integers(2, 200), st.booleans())
def test_what_shrinks_fades_or_vanishes_and_what_grows_explodes_whichever_way_it_is_read(
    factor: float, steps: int, back: bool
) -> None:
    sizes = np.geomspace(factor, 1.0, steps)[:: -1 if back else 1].tolist()
    words = verdict(sizes, "rnn1", back=back)
    [told] = [word for word in WORDS if word in words]
    low, high = WORDS[told]
    assert 0.99 * low <= factor <= 1.01 * high


@pytest.mark.parametrize(
    ("factor", "words"), [(12.3, "12-fold"), (3249, "3,200-fold"), (1e12, "10¹²-fold"), (999_999, "1,000,000-fold")]
)
def test_factors_are_told_with_two_figures(factor: float, words: str) -> None:
    assert times(factor) == words


def test_recurrent_layers_are_found_and_their_gates_named() -> None:
    assert list(recurrent_layers(preset("seasons_lstm").project.network)) == ["lstm1"]
    assert recurrent_layers(preset("digits_mlp").project.network) == {}
    assert quantity("forget") is QUANTITIES["forget"]
    assert quantity("memory").title == "memory"
