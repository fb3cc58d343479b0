"""Good habits: rules that notice where a network departs from them, say why, and offer the change.

A hint is no fault: the network trains as it is, and whoever knows better dismisses it. Each rule is one line of
`RULES` and one function; rules that look at data and plan too stand in `app.project.project_hints`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from graph.checking.fixes import Bypass, Edit, Fix, Insert, Join, Replace
from graph.checking.habits import HintContext
from graph.checking.layer_info import Problem, Severity
from graph.layers import usual_layers
from graph.layers.base import Layer
from graph.layers.io import InputLike
from graph.layers.lengths import LENGTHS
from graph.network import Connection, Node
from graph.shapes import Kind

L = TypeVar("L", bound=HintContext)

DEEP_SIGMOID, DEEP_SATURATING = 3, 5
"""So many sigmoids, or saturating activations of any kind, one behind the other make gradients vanish."""
HUGE_DENSE = 50_000
"""Weights behind a flatten from which it is worth shrinking the maps first."""
MANY_PLACES = 64
"""Places of a map that count as not shrunk."""


@dataclass(frozen=True)
class Hint(Problem):
    """A departure from a habit: ``rule`` is the id of its rule, ``why`` the reason in two or three sentences."""

    rule: str = ""
    why: str = ""


@dataclass(frozen=True)
class Finding:
    """Where a rule found something: the layer (None: the project), what, and what would change it."""

    layer: str | None
    message: str
    fixes: tuple[Fix, ...]


@dataclass(frozen=True)
class HintRule(Generic[L]):
    """One habit. ``title`` is its name in the list of those that are never shown."""

    id: str
    title: str
    why: str
    find: Callable[[L], Iterable[Finding]]

    def hints(self, context: L) -> Iterator[Hint]:
        """The departures from this habit."""
        for finding in self.find(context):
            yield Hint(Severity.HINT, finding.layer, None, finding.message, finding.fixes, self.id, self.why)


# Convolutions


def _large_kernels(context: HintContext) -> Iterator[Finding]:
    for node in context.nodes:
        taken_apart = node.layer.small_kernels()
        window = node.layer.window()
        if taken_apart is None or window is None:
            continue
        small, count = taken_apart
        side = window.size[0]
        message = f"{node.id}: one kernel of {side} × {side} where {_number(count)} of 3 × 3 see as far."
        yield Finding(node.id, message, (Fix(f"Use {_number(count)} of 3 × 3", _stacked(node.id, small, count)),))


def _stacked(id_: str, small: Layer, count: int) -> tuple[Edit, ...]:
    """Edits that put ``count`` small convolutions with an activation between them in the place of a large one."""
    before: list[Edit] = []
    for _ in range(count - 1):
        before += [Insert(id_, "in", small), Insert(id_, "in", usual_layers.activation())]
    return (Replace(id_, small), *before)


def _is_convolution(layer: Layer) -> bool:
    """Whether a layer slides trained filters over images and does not enlarge them."""
    window = layer.window()
    return (
        layer.weighted_sum
        and layer.has_filters
        and window is not None
        and len(window.size) == 2
        and not window.upsampling
    )


def _unshrunk(context: HintContext) -> Iterator[Finding]:
    for dense in context.those(lambda layer: layer.is_dense):
        node = context.before(dense.id)
        shape = context.arriving(node.id) if node is not None else None
        if node is None or shape is None or shape.kind is not Kind.IMAGE or not node.layer.passes_probabilities:
            continue
        high, wide = shape.size("H") or 0, shape.size("W") or 0
        weights = context.layer_info(dense.id).parameters
        start = max((shape.size("H") or 0 for shape in context.image_inputs()), default=0)
        if high * wide < MANY_PLACES or weights < HUGE_DENSE or high * 2 <= start:
            continue
        if not _behind_convolution(context, node):
            continue
        message = f"{dense.id}: {weights:,} parameters, because it reads maps that are still {high} × {wide}."
        fix = Fix(f"Pool before {node.id}", (Insert(node.id, "in", usual_layers.pool2d()),))
        yield Finding(dense.id, message, (fix,))


def _behind_convolution(context: HintContext, node: Node) -> bool:
    before = context.back(node.id, lambda layer: not (_is_convolution(layer) or isinstance(layer, InputLike)))
    return before is not None and _is_convolution(before.layer)


def _not_deeper(context: HintContext) -> Iterator[Finding]:
    stages: list[list[Node]] = []
    size = 0
    for node in context.those(_is_convolution):
        shape = context.leaving(node.id)
        high = (shape.size("H") or 0) if shape is not None else 0
        if not stages or high * 3 <= size * 2:
            stages.append([])
        elif high > size:
            return  # a decoder, or columns side by side: there is no one direction
        size = high
        stages[-1].append(node)
    most = [max(node.layer.values()["filters"] for node in stage) for stage in stages]
    if len(stages) < 2 or not (most[-1] < most[0] or (len(stages) > 2 and most[-1] == most[0])):
        return
    first = stages[-1][0]
    message = f"{first.id}: {most[-1]} maps behind the last pool, where the first stage has {most[0]}."
    filters = 2 * most[-2]
    deeper = Replace(first.id, first.layer.changed(filters=filters))
    yield Finding(first.id, message, (Fix(f"Use {filters} filters", (deeper,)),))


# Activations


def _no_activation(context: HintContext) -> Iterator[Finding]:
    for node in context.those(lambda layer: layer.weighted_sum):
        earlier = context.back(node.id, lambda layer: layer.is_linear)
        if earlier is None or not earlier.layer.weighted_sum:
            continue
        message = (
            f"{node.id}: no activation function between {earlier.id} and {node.id}, so that both together can do no "
            "more than one."
        )
        yield Finding(
            node.id,
            message,
            (Fix(f"Insert ReLU before {node.id}", (Insert(node.id, "in", usual_layers.activation()),)),),
        )


def _steps(context: HintContext) -> Iterator[Finding]:
    for node in context.those(_has_no_slope):
        message = f"{node.id}: a step has no slope, so nothing before it learns."
        yield Finding(node.id, message, (Fix("Use a sigmoid", (Replace(node.id, usual_layers.smooth_step()),)),))


def _has_no_slope(layer: Layer) -> bool:
    curve = layer.curve()
    return curve is not None and curve.extent(-4, 4)[1] == (0.0, 0.0)


def _saturating(context: HintContext) -> Iterator[Finding]:
    """The longest chain of squashing layers; additions and normalisations start it anew."""
    chains: dict[str, tuple[Node, ...]] = {}
    for node in context.nodes:
        sources = [connection.source for connection in context.network.into(node.id).values()]
        longest = max((chains.get(source, ()) for source in sources), key=len, default=())
        if node.layer.normalises or node.layer.is_shortcut:
            longest = ()
        chains[node.id] = longest if node.layer.max_slope is None else (*longest, node)
    worst = max(chains.values(), key=len, default=())
    flat = sum((node.layer.max_slope or 1) < 1 for node in worst)
    if flat < DEEP_SIGMOID and len(worst) < DEEP_SATURATING:
        return
    count, first = _number(len(worst)), worst[0].id
    message = f"{first}: {count} squashing activations follow each other, and little gradient reaches the first."
    yield Finding(
        first,
        message,
        (Fix("Use ReLU in all of them", tuple(Replace(node.id, usual_layers.activation()) for node in worst)),),
    )


def _bent_answers(context: HintContext) -> Iterator[Finding]:
    for output, node in context.final_layers():
        if node.layer.cuts_negative:
            message = f"{node.id}: behind it no value of {output.id} can be below zero, and there it stops learning."
            yield Finding(node.id, message, (Fix(f"Take {node.id} out", (Bypass(node.id),)),))


# Sequences


def _last_of_both(context: HintContext) -> Iterator[Finding]:
    for node in context.those(lambda layer: layer.takes_last_step):
        source = context.back(node.id, lambda layer: layer.drops_values or layer.normalises)
        last = source.layer.last_state() if source is not None else None
        if source is None or last is None or context.after(source.id) is None:
            continue
        edits: list[Edit] = [Replace(source.id, last), Bypass(node.id)]
        counted = context.network.at(node.id, LENGTHS.name)
        if counted is not None and not last.values()[LENGTHS.name]:
            joined = Connection(counted.source, counted.source_port, source.id, LENGTHS.name)
            edits[:1] = [Replace(source.id, last.changed(lengths=True)), Join(joined)]
        message = f"{node.id}: at the last step, the way back of {source.id} has read that step only."
        yield Finding(node.id, message, (Fix("Take the last state of each direction", tuple(edits)),))


# Normalisation and dropout


def _useless_biases(context: HintContext) -> Iterator[Finding]:
    biased = [
        node
        for node in context.those(lambda layer: layer.weighted_sum)
        if node.layer.values().get("bias") and _normed(context, node)
    ]
    if not biased:
        return
    edits = tuple(Replace(node.id, node.layer.changed(bias=False)) for node in biased)
    who, title = f"{biased[0].id} has a bias", "Do without the bias"
    if len(biased) > 1:
        who = f"{biased[0].id} and {_number(len(biased) - 1)} more have a bias"
        title = "Do without the biases"
    yield Finding(biased[0].id, f"{who} that the batch norm behind takes out again.", (Fix(title, edits),))


def _normed(context: HintContext, node: Node) -> bool:
    after = context.after(node.id)
    return after is not None and after.layer.uses_batch_statistics


def _norm_behind_dropout(context: HintContext) -> Iterator[Finding]:
    for node in context.those(lambda layer: layer.uses_batch_statistics):
        earlier = context.before(node.id)
        if earlier is None or not earlier.layer.drops_values:
            continue
        message = f"{node.id}: it measures values of which {earlier.id} has dropped some."
        swap = Fix(f"Put {node.id} before {earlier.id}", (Bypass(node.id), Insert(earlier.id, "in", node.layer)))
        yield Finding(node.id, message, (swap,))


def _altered_answers(context: HintContext) -> Iterator[Finding]:
    for output, node in context.final_layers():
        if node.layer.drops_values or node.layer.normalises:
            verb = "drops" if node.layer.drops_values else "rescales"
            message = f"{node.id}: it {verb} values on their way to {output.id}."
            yield Finding(node.id, message, (Fix(f"Take {node.id} out", (Bypass(node.id),)),))


RULES: tuple[HintRule[HintContext], ...] = (
    HintRule(
        "large_kernel",
        "Large kernels",
        "Small kernels one behind the other see as far as a large one. Three of 3 × 3 see 7 × 7 pixels with 27 weights "
        "per pair of maps instead of 49, and bend the values twice more on the way.",
        _large_kernels,
    ),
    HintRule(
        "no_shrinking",
        "Maps that never shrink",
        "A dense layer has a weight for every pixel of every map. A pool before it keeps the strongest activations and "
        "drops three weights of four; a small shift of the picture then matters less, too.",
        _unshrunk,
    ),
    HintRule(
        "not_deeper",
        "Fewer filters deeper down",
        "Where maps get smaller there is room for more of them, and more to tell: edges are few, the parts made of "
        "them are many. Most networks double the filters where they halve the maps.",
        _not_deeper,
    ),
    HintRule(
        "no_activation",
        "No activation between layers",
        "Two layers of weighted sums with nothing between them are one layer of weighted sums: the second adds "
        "parameters but no new kind of function. An activation between them lets the network bend.",
        _no_activation,
    ),
    HintRule(
        "step_activation",
        "Step activations",
        "Training follows slopes, and the slope of a step is zero wherever it has one. No gradient passes it, so the "
        "weights before it stay as they began. A sigmoid is a step with a slope.",
        _steps,
    ),
    HintRule(
        "saturating",
        "Deep chains of sigmoid and tanh",
        "The slope of a sigmoid is at most a quarter, that of tanh at most one and mostly less. Backpropagation "
        "multiplies them layer by layer, so the first layers hardly learn. ReLU has slope one where it is active.",
        _saturating,
    ),
    HintRule(
        "bent_answer",
        "ReLU at the output",
        "Scores and predicted numbers may be negative; the loss takes care of them. Behind a ReLU everything below "
        "zero becomes zero, and where it is zero no gradient comes back.",
        _bent_answers,
    ),
    HintRule(
        "last_of_both",
        "Last step of both directions",
        "A bidirectional layer reads the sequence forwards and backwards. At the last step its way back has only just "
        "begun, so half of what leaves there knows a single step. The last state of each direction has read it all.",
        _last_of_both,
    ),
    HintRule(
        "useless_bias",
        "Bias before batch norm",
        "Batch norm subtracts the mean of each map, and with it whatever the bias added. It brings a shift of its own, "
        "so the bias only costs parameters.",
        _useless_biases,
    ),
    HintRule(
        "norm_behind_dropout",
        "Batch norm behind dropout",
        "While training, dropout makes values spread wider than they do in use. A batch norm behind it remembers the "
        "wrong spread and scales wrongly afterwards. The other way round both work.",
        _norm_behind_dropout,
    ),
    HintRule(
        "altered_answer",
        "Dropout or norm at the output",
        "Between the last layer and the loss there should be nothing that changes from batch to batch. It makes the "
        "outputs noisy without making the network any better.",
        _altered_answers,
    ),
)
"""The habits of networks, in the order in which their hints are shown."""


def network_hints(context: HintContext) -> Iterator[Hint]:
    """All hints about a network."""
    for rule in RULES:
        yield from rule.hints(context)


def _number(count: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if count < len(words) else str(count)
