"""The sheet that holds gradients by nudging weights against those of backpropagation."""

from __future__ import annotations

import numpy as np

from app.protocol.backprop_values import NudgedWeights
from app.system.number_format import counted
from widgets.plots.ticks import number
from widgets.understand.backprop.backprop_sheets import StepSheet, place_of, shown


def nudged_sheet(found: NudgedWeights) -> StepSheet:
    """Both gradients of each weight, how far they are apart, and what each of them costs."""
    pairs = np.stack([found.by_backprop, found.by_nudging], axis=1)
    apart = np.abs(pairs[:, 0] - pairs[:, 1])
    letter = "b" if "bias" in found.parameter.rpartition(".")[2] else "w"
    labels = [place_of(letter, at, found.sizes) for at in range(len(pairs))]
    rows = tuple(
        (label, float(back), float(nudged), float(gap))
        for label, (back, nudged), gap in zip(labels, pairs, apart, strict=True)
    )
    words = [
        f"Nudging: ∂E/∂w ≈ (E(w + ε) − E(w − ε)) / 2ε with ε = {found.epsilon:.5f}, all other weights as they are.",
        f"The two differ by {shown(float(apart.max(initial=0.0)))} at most (in 64 bits, on the whole batch).",
        cost(found),
    ]
    if len(rows) < found.count:
        words.append(f"The first {len(rows)} of {found.count:,} weights were nudged.")
    return StepSheet(
        f"{found.parameter}, nudged", tuple(words), ("w", "backprop", "nudging", "apart"), rows, _worked(found, labels)
    )


def cost(found: NudgedWeights) -> str:
    """How many passes through the network each way takes for all gradients."""
    whole = counted(found.trainable, "weight")
    return (
        f"Cost: nudging takes 2 passes a weight, {2 * found.trainable:,} for the {whole} of the network; "
        "backpropagation takes one forward and one backward for all of them."
    )


def _worked(found: NudgedWeights, labels: list[str]) -> tuple[str, ...]:
    """The two losses of each weight, and the slope between them."""
    return tuple(
        f"E({label} + ε) = {number(above, 8)},  E({label} − ε) = {number(below, 8)}\n"
        f"their difference {shown(above - below)} / {shown(2 * found.epsilon)} = {shown(slope)}"
        for label, above, below, slope in zip(
            labels, found.above.tolist(), found.below.tolist(), found.by_nudging.tolist(), strict=True
        )
    )
