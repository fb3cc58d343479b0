"""What can be said about recurrent layers without torch: which there are, what their gates are called, what fades."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from graph.layers.base import Layer
from graph.network import Network
from graph.structure.blocks import Block, Loop

STEADY, FADING = 10.0, 1000.0
"""Up to these factors between the ends of a sequence a gradient counts as steady, and as one that is still heard."""


@dataclass(frozen=True)
class Quantity:
    """A gate or state of a recurrent cell: its name, the letter that stands for it, and in a few words what it is for.

    ``share`` is true for gates, whose values lie between 0 and 1.
    """

    title: str
    letter: str
    says: str
    share: bool = False


QUANTITIES = {
    "forget": Quantity("Forget gate", "f", "how much is kept", share=True),
    "input": Quantity("Input gate", "i", "how much is written", share=True),
    "candidate": Quantity("Candidate", "g", "what could be written"),
    "output": Quantity("Output gate", "o", "how much is shown", share=True),
    "cell": Quantity("Cell state", "c", "what is remembered"),
    "hidden": Quantity("Hidden state", "h", "what is passed on"),
    "reset": Quantity("Reset gate", "r", "how much is seen", share=True),
    "update": Quantity("Update gate", "z", "how much is kept", share=True),
}


def quantity(name: str) -> Quantity:
    """The gate or state called ``name`` in answers of the worker; a state of a loop goes by the user's own name."""
    return QUANTITIES.get(name) or Quantity(name, name, "what the loop remembers")


def recurrent_layers(network: Network, before: str = "") -> dict[str, Layer]:
    """The recurrent layers by their paths, ``block1.lstm1``, in the network's order; loops are among them."""
    found: dict[str, Layer] = {}
    for id_ in network.ordered():
        node = network.node(id_)
        if node.muted or node.tied:
            continue
        if node.layer.is_recurrent or (isinstance(node.layer, Loop) and node.layer.states):
            found[f"{before}{id_}"] = node.layer
        elif isinstance(node.layer, Block) and not isinstance(node.layer, Loop):
            found |= recurrent_layers(node.layer.body.network, f"{before}{id_}.")
    return found


def verdict(sizes: Sequence[float], name: str, *, back: bool = False) -> str:
    """What becomes of a gradient on its way back through time, in a sentence.

    ``sizes`` are the gradient's sizes at the steps in the order of time; with ``back`` the last step was read first.
    """
    heard = max((at for at, size in enumerate(sizes, 1) if size != 0), default=0)
    if not back and 1 < heard < len(sizes):  # most often the sample is shorter than the longest
        return f"{verdict(sizes[:heard], name)} On later steps the loss does not depend."
    order = list(sizes)[::-1] if back else list(sizes)
    if len(order) < 2:
        return f"{name} has one step only; there is no way back through time."
    first, last = (len(order), 1) if back else (1, len(order))
    early, late = order[0], order[-1]
    way = f"From step {last:,} back to step {first:,}"
    if not all(map(math.isfinite, order)):
        return f"{way} the gradient of {name} leaves the range of numbers: it explodes."
    if late == 0:
        return f"No gradient reaches {name} at step {last:,}: the loss does not depend on it."
    if early == 0:
        return f"{way} the gradient of {name} falls to exactly 0: the first steps cannot be learned from."
    if late > STEADY * early:
        end = "it vanishes, early steps are not heard" if late > FADING * early else "it fades, but is still heard"
        return f"{way} the gradient of {name} shrinks {times(late / early)}: {end}."
    if early > STEADY * late:
        end = "it explodes, unless it is clipped" if early > FADING * late else "it swells"
        return f"{way} the gradient of {name} grows {times(early / late)}: {end}."
    return f"{way} the gradient of {name} keeps its size, within a factor of {max(late / early, early / late):.1f}."


def times(factor: float) -> str:
    """How many times, in a word: ``3,200-fold``, ``10¹²-fold``."""
    if factor >= 1e6:
        power = str(round(math.log10(factor))).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"10{power}-fold"
    digits = max(0, 1 - math.floor(math.log10(factor))) if factor < 10 else 0
    rounded = round(factor, 1 - math.floor(math.log10(factor)))
    return f"{rounded:,.{digits}f}-fold"
