"""What stands beside the drawing at each stop of a training step: a rule, and a table with the numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.protocol.backprop_values import LayerStep, UpdateRule
from graph.layers.io import InputLike, Output
from graph.layers.scalar import ScalarFunction
from widgets.plots.ticks import number
from widgets.understand.backprop.recorded_step import Floats, Phase, StepSeen, Stop

MOST_FACTORS = 6
"""Products that are written out in a sum, at most."""

Cell = str | float
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class StepSheet:
    """A heading, rules in words, a table, and for each row (or none) the sum that led to it, written out."""

    title: str
    words: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    worked: tuple[str, ...] = ()


def sheet(step: StepSeen, stop: Stop, sample: int, weight: str = "") -> StepSheet:
    """What to show at ``stop`` for one sample of the batch; ``weight`` is the parameter whose update is shown."""
    if stop.phase is Phase.LOSS:
        return _loss(step, sample)
    if stop.phase is Phase.UPDATE:
        return _update(step, weight)
    return _forward(step, stop.layer, sample) if stop.phase is Phase.FORWARD else _backward(step, stop.layer, sample)


def shown(value: float) -> str:
    """A number with three figures."""
    return number(value, 3)


# Forward


def _forward(step: StepSeen, id_: str, sample: int) -> StepSheet:
    seen, layer, values = step.record.layers[id_], step.layer(id_), step.value(id_, sample)
    title, cut = f"{id_}: {seen.title}", _cut(seen, len(values))
    if isinstance(layer, InputLike):
        return StepSheet(title, ("What enters the network for this sample.", *cut), ("#", "value"), _listed(values))
    if isinstance(layer, Output):
        return StepSheet(title, ("The network's prediction.", *cut), ("#", "output o"), _named(step, id_, values))
    inputs = _layer_input(step, id_, sample)
    curve = layer.curve()
    if curve is not None and inputs is not None and len(inputs) == len(values):
        rows = tuple((at + 1, float(z), float(a)) for at, (z, a) in enumerate(zip(inputs, values, strict=True)))
        return StepSheet(title, (f"a = f(z) = {_in_z(curve.formula)}", *cut), ("#", "z", "a = f(z)"), rows)
    if layer.is_dense and inputs is not None:
        words = ("z = Σ w · x + b: each unit adds up its inputs, each times a weight.", *cut)
        return StepSheet(title, words, ("#", "z"), _listed(values), _sums(step, id_, inputs, len(values)))
    return StepSheet(title, (f"{seen.count:,} values from what comes before.", *cut), ("#", "value"), _listed(values))


def _sums(step: StepSeen, id_: str, inputs: Floats, count: int) -> tuple[str, ...]:
    """Each unit's weighted sum, written out; nothing where not all numbers are known."""
    weights = step.matrix(f"{id_}.weight")
    if weights is None or weights.shape != (count, len(inputs)):
        return ()
    biases = step.record.weights.get(f"{id_}.bias")
    bias = biases.before if biases is not None else None
    sums = []
    for unit in range(count):
        terms = [f"{_signed(w)} · {_signed(x)}" for w, x in zip(weights[unit], inputs, strict=True)]
        if len(terms) > MOST_FACTORS:
            terms = [*terms[:MOST_FACTORS], "…"]
        total = float(weights[unit] @ inputs) + (float(bias[unit]) if bias is not None else 0.0)
        tail = "" if bias is None else f" + {_signed(float(bias[unit]))}"
        sums.append(f"z{_low(unit + 1)} = {' + '.join(terms)}{tail} = {shown(total)}")
    return tuple(sums)


# The loss


def _loss(step: StepSeen, sample: int) -> StepSheet:
    words: list[str] = []
    columns: tuple[str, ...] = ()
    rows: list[tuple[Cell, ...]] = []
    several = len(step.record.heads) > 1
    for head in step.record.heads:
        terms = head.samples[min(sample, len(head.samples) - 1)]
        words += [f"{head.output}: {terms.formula}" if several else terms.formula, terms.line]
        if several and head.weight != 1:
            words.append(f"It counts {head.weight:g} times.")
        if terms.count > len(terms.rows):
            words.append(f"The first {len(terms.rows)} of {terms.count:,} values are listed.")
        columns = ("", *terms.columns)
        names = head.names if len(head.names) == terms.count else ()
        for at, row in enumerate(terms.rows):
            rows.append((names[at] if at < len(names) else str(at + 1), *row))
    if step.record.size > 1:
        words.append(f"The batch's loss is the mean of its {step.record.size} samples: {shown(step.record.loss)}")
    return StepSheet("The loss E", tuple(words), columns, tuple(rows))


# Backward


def _backward(step: StepSeen, id_: str, sample: int) -> StepSheet:
    seen, layer, values = step.record.layers[id_], step.layer(id_), step.value(id_, sample)
    gradient, title = step.gradient(id_, sample), f"{id_}: {seen.title}"
    if gradient is None:
        return StepSheet(title, ("No gradient comes back to this layer.",), (), ())
    curve = layer.curve()
    name = "z" if layer.is_dense else "o" if isinstance(layer, Output) else "a" if curve else "value"
    words = [_arrival(step, name, sample), *_cut(seen, len(values))]
    inputs = _layer_input(step, id_, sample)
    if curve is not None and inputs is not None and len(inputs) == len(gradient):
        return _through(title, words, curve, inputs, gradient)
    if layer.is_dense and step.record.size == 1:
        words.append("It goes on to each weight: ∂E/∂w = ∂E/∂z · x; and to each input: ∂E/∂x = Σ w · ∂E/∂z.")
    pairs = zip(values, gradient, strict=True)
    rows = tuple((at + 1, float(value), float(slope)) for at, (value, slope) in enumerate(pairs))
    return StepSheet(title, tuple(words), ("#", name, f"∂E/∂{name}"), rows)


def _arrival(step: StepSeen, name: str, sample: int) -> str:
    grows = "an output" if name == "o" else "a value"
    meaning = f"∂E/∂{name}: how the loss changes when {grows} grows a little"
    return (
        f"{meaning}; of sample {sample + 1}, as its share in the mean of {step.record.size}."
        if step.record.size > 1
        else f"{meaning}."
    )


def _through(title: str, words: list[str], curve: ScalarFunction, inputs: Floats, gradient: Floats) -> StepSheet:
    """An activation: what comes back times the slope of its function is what it passes on."""
    slopes = [curve.slope(float(z)) for z in inputs]
    rows = tuple(
        (at + 1, float(z), float(back), slope, float(back) * slope)
        for at, (z, back, slope) in enumerate(zip(inputs, gradient, slopes, strict=True))
    )
    words.append(f"It passes on ∂E/∂z = ∂E/∂a · f′(z),  f′(z) = {_in_z(curve.slope_formula)}")
    if not any(slopes):
        words.append("All slopes are zero here: nothing passes on, and no layer before this one learns.")
    return StepSheet(title, tuple(words), ("#", "z", "∂E/∂a", "f′(z)", "∂E/∂z"), rows)


# New weights


def _update(step: StepSeen, weight: str) -> StepSheet:
    if weight not in step.record.weights:
        return StepSheet("New weights", ("This layer has no weights of its own.",), (), ())
    seen = step.record.weights[weight]
    old, slope, new = (part.astype(np.float64) for part in (seen.before, seen.gradient, seen.after))
    words = [rule_text(step.record.rule)]
    clip, norm = step.record.rule.clip, step.record.gradient_norm
    if clip and norm > clip:
        words.append(f"The whole gradient was {shown(norm)} long; it was shortened to {clip:g}.")
    if not seen.gradient_norm:
        words.append("The gradient is zero: these weights stay as they are." if not seen.change_norm else
                     "The gradient is zero; what moves them is memory of earlier steps, or decay.")  # fmt: skip
    if len(old) < seen.count:
        words.append(f"The first {len(old):,} of {seen.count:,} are listed.")
        words.append(f"In all, the gradient is {shown(seen.gradient_norm)} long, the step {shown(seen.change_norm)}.")
    letter = "b" if "bias" in weight.rpartition(".")[2] else "w"
    labels = [place_of(letter, at, seen.sizes) for at in range(len(old))]
    rows = tuple(
        (label, float(w), float(g), float(after - w), float(after))
        for label, w, g, after in zip(labels, old, slope, new, strict=True)
    )
    worked = _worked(step, weight, labels, (old, slope, new))
    return StepSheet(weight, tuple(words), ("w", "old", "∂E/∂w", "step", "new"), rows, worked)


def _worked(
    step: StepSeen, weight: str, labels: Sequence[str], numbers: tuple[Doubles, Doubles, Doubles]
) -> tuple[str, ...]:
    """For each weight how its gradient came about, where that is one product, and how it changed."""
    rule = step.record.rule
    plain = rule.optimiser == "sgd" and not rule.momentum and not rule.weight_decay
    products = _products(step, weight)
    lines_by_weight = []
    for at, (label, w, g, after) in enumerate(zip(labels, *numbers, strict=True)):
        moved = f"{_signed(rule.lr)} · {_signed(g)}" if plain else shown(abs(after - w))
        sign = "−" if plain or after < w else "+"
        lines = [f"∂E/∂{label} = {products[at]} = {shown(g)}"] if products else []
        lines_by_weight.append("\n".join([*lines, f"new {label} = {shown(w)} {sign} {moved} = {shown(after)}"]))
    return tuple(lines_by_weight)


def _products(step: StepSeen, weight: str) -> list[str]:
    """Each gradient of a dense layer's weights as a product, for a batch of one; empty where it is not so simple."""
    owner, _, part = weight.rpartition(".")
    if (
        step.record.size != 1
        or owner not in step.record.layers
        or not step.layer(owner).is_dense
        or step.record.rule.clip
    ):
        return []
    inputs, back = _layer_input(step, owner, 0), step.gradient(owner, 0)
    if inputs is None or back is None or len(back) < step.record.layers[owner].count:
        return []
    if part == "bias":
        return [f"∂E/∂z{_low(unit + 1)}" for unit in range(len(back))]
    return [
        f"∂E/∂z{_low(unit + 1)} · x{_low(at + 1)} = {_signed(float(slope))} · {_signed(float(x))}"
        for unit, slope in enumerate(back)
        for at, x in enumerate(inputs)
    ]


SHRINKING = ("adamw", "lion")
"""Optimisers whose weight decay is apart from the gradient."""


def rule_text(rule: UpdateRule) -> str:
    """How the optimiser turns a gradient into a step, with its numbers."""
    lr, momentum, decay = rule.lr, rule.momentum, rule.weight_decay
    shrunk = f", after {decay:g} · w is added to the gradient" if decay and rule.optimiser not in SHRINKING else ""
    shrinks = f", and w shrinks by {shown(lr * decay)} of itself" if decay and not shrunk else shrunk
    match rule.optimiser:
        case "sgd" if not momentum:
            return f"New w = w − {shown(lr)} · ∂E/∂w{shrunk}"
        case "sgd":
            return f"New w = w − {shown(lr)} · v,  v = {momentum:g} · (last v) + ∂E/∂w{shrunk}"
        case "rmsprop":
            return f"New w = w − {shown(lr)} · ∂E/∂w / √(running mean of its square){shrunk}"
        case "adagrad":
            return f"New w = w − {shown(lr)} · ∂E/∂w / √(sum of its squares so far){shrunk}"
        case "lion":
            return f"New w = w − {shown(lr)} · sign of a running mean of ∂E/∂w{shrinks}"
        case "nadam":
            means = "m, of the step to come, and s: running means of ∂E/∂w and its square (NAdam)"
        case "radam":
            means = "m and s: running means of ∂E/∂w and its square (RAdam; without √s in the first few steps)"
        case _:
            means = "m and s: running means of ∂E/∂w and its square (Adam)"
    return f"New w = w − {shown(lr)} · m / √s,  {means}{shrinks}"


# Small parts


def _layer_input(step: StepSeen, id_: str, sample: int) -> Floats | None:
    """What goes into a layer with one input, if all of it is known."""
    sources = step.before(id_)
    if len(sources) != 1:
        return None
    inputs = step.value(sources[0], sample)
    return inputs if len(inputs) == step.record.layers[sources[0]].count else None


def _listed(values: Floats) -> tuple[tuple[Cell, ...], ...]:
    return tuple((at + 1, float(value)) for at, value in enumerate(values))


def _named(step: StepSeen, id_: str, values: Floats) -> tuple[tuple[Cell, ...], ...]:
    names: Sequence[str] = next((head.names for head in step.record.heads if head.output == id_), ())
    named = names if len(names) == len(values) else [str(at + 1) for at in range(len(values))]
    return tuple((name, float(value)) for name, value in zip(named, values, strict=True))


def _cut(seen: LayerStep, known: int) -> tuple[str, ...]:
    return (f"The first {known} of {seen.count:,} values are listed.",) if known < seen.count else ()


def place_of(letter: str, at: int, sizes: tuple[int, ...]) -> str:
    """Which number of a parameter: ``w₂₁`` goes to unit 2 from input 1; of more axes the indices."""
    indices = [int(index) + 1 for index in np.unravel_index(at, sizes)] if sizes else []
    if len(sizes) < 3 and max(sizes, default=1) < 10:
        return letter + "".join(_low(index) for index in indices)
    return f"{letter} {','.join(str(index) for index in indices)}"


def _in_z(formula: str) -> str:
    """A formula in x, written in z."""
    return re.sub("(?<![a-z])x(?![a-z])", "z", formula).replace("ˣ", "ᶻ")


def _low(index: int) -> str:
    """An index as subscript figures."""
    return str(index).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _signed(value: float) -> str:
    """A factor; negative ones in brackets."""
    text = shown(float(value))
    return f"({text})" if value < 0 else text
