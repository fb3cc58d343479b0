"""How much memory a training takes, from the network, its settings and the data's description; nothing is built.

Counted are weights, gradients, what the optimiser remembers, the values kept for the backward pass of a batch, the
samples, and the largest of what is needed for a while: the gradients of values, a test, the checkpoint being written.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo, FieldInfo
from app.data.sources.source import Origin
from app.data.split import known_counts, part_sizes
from app.system.memory_budget import budget
from app.training.batch_bounds import GATHERED, evaluation_size
from app.training.plan import Plan
from graph.checking.check import Checker
from graph.checking.kept_values import Needs, lays_channels_last, needs_of
from graph.errors import NetloomError
from graph.layers.base import elements
from graph.layers.io import Input, Output
from graph.layers.training_needs import FLOAT, INDEX
from graph.shapes import Kind

OWN = 2**19
"""Bytes of the objects of a training itself, as measured with networks of a few weights."""
Sizes = tuple[int, int, int]
"""Samples of the training, validation and test set."""


@dataclass(frozen=True)
class TrainingMemory:
    """Bytes that a training takes beside the program itself.

    ``working`` are those needed beside the others for a while, and for copies of the weights.
    """

    weights: int
    gradients: int
    optimiser: int
    activations: int
    data: int
    working: int

    @property
    def total(self) -> int:
        """The most that is taken at one time."""
        return sum(getattr(self, own.name) for own in fields(self))

    @property
    def least(self) -> int:
        """What nothing can be done without: a step on a batch."""
        return self.weights + self.gradients + self.optimiser + self.activations


@dataclass(frozen=True)
class Training:
    """What decides how long a training takes and how much memory: numbers alone.

    ``batch`` samples go through the network together, ``evaluated`` in a test. ``needs`` are for one sample.
    """

    plan: Plan
    needs: Needs
    parameters: int
    learned: int
    sizes: Sizes
    batch: int
    evaluated: int
    output_bytes: int
    data: int
    is_chain: bool = False
    """Whether it is dense layers one after another, which have a calculation of their own."""

    @property
    def memory(self) -> TrainingMemory:
        """The memory of it."""
        states = remembered(self.plan)
        passes = math.ceil(self.batch / self.plan.accumulate)
        activations = (self.needs.kept + self.output_bytes) * passes
        copies = FLOAT * self.learned * (bool(self.plan.keep_best) + bool(self.plan.ema))
        back = activations + self.needs.widest * passes
        tested = self.needs.widest * min(self.evaluated, max(self.sizes[1:]) or 0)
        # Weights and what the optimiser remembers are copied, then written into one piece.
        saved = FLOAT * (self.parameters * (4 + bool(self.plan.keep_best)) + 2 * states * self.learned)
        return TrainingMemory(
            weights=FLOAT * self.parameters,
            gradients=FLOAT * self.learned,
            optimiser=FLOAT * self.learned * states,
            activations=activations,
            data=self.data,
            working=OWN + copies + max(back, tested, saved) - activations,
        )


def remembered(plan: Plan) -> int:
    """Numbers that the optimiser of a plan remembers for each weight."""
    momentum = int(plan.momentum > 0)
    return {"sgd": momentum, "rmsprop": 1 + momentum, "adagrad": 1, "lion": 1}.get(plan.optimiser, 2)


def training_of(
    checker: Checker, plan: Plan, choice: DataChoice, info: DatasetInfo, frozen: Collection[str] = ()
) -> Training | None:
    """What a training of the network of ``checker`` on data takes; None where the length of a sequence is not known.

    The ``frozen`` layers do not learn.
    """
    infos = {id_: checker.layer_info(id_) for id_ in checker.network.ids if id_ in checker.useful}
    if not infos or not checker.ok:
        return None
    needs = needs_of(checker.network, infos, frozen=frozen)
    if needs is None:
        return None
    parameters = sum(known.parameters for known in infos.values())
    learned = sum(known.parameters for id_, known in infos.items() if id_ not in frozen)
    sizes = _sizes(choice, info)
    shapes = [shape for known in infos.values() for shape in known.outputs.values()]
    outputs = [node for node in checker.network if isinstance(node.layer, Output) and node.id in infos]
    given = [shape for node in outputs for shape in infos[node.id].outputs.values()]
    return Training(
        plan,
        needs,
        parameters,
        learned,
        sizes,
        batch=max(1, min(plan.batch_size, sizes[0])),
        evaluated=evaluation_size(shapes),
        output_bytes=FLOAT * sum(map(elements, given)),
        data=_data_bytes(checker, choice, info, sizes),
        is_chain=_is_chain(checker, plan) and not frozen,
    )


def parse_training(
    checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None, frozen: Collection[str] = ()
) -> Training | None:
    """The same by the sections of a project; None as well where one of them cannot be read, or no data is known."""
    if info is None:
        return None
    try:
        plan = sections.get("plan")
        read = Plan.parse(plan if isinstance(plan, Mapping) else {})
        return training_of(checker, read, DataChoice.parse(sections.get("data")), info, frozen)
    except NetloomError:
        return None


CHAINED = ("torch.flatten", "torch.nn.Linear", "torch.nn.ReLU", "torch.nn.Tanh", "torch.nn.Sigmoid")
"""What may stand in a chain, as in `app.training.dense_chain`."""


def _is_chain(checker: Checker, plan: Plan) -> bool:
    """Whether the steps are those of `app.training.dense_chain`."""
    network = checker.network
    used = [node for node in network if node.id in checker.useful]
    targets = [
        step.target or (construct.module.target if construct.module is not None else "")
        for node in used
        if node.inputs and not node.muted
        for construct in (node.layer.recipe(checker.layer_info(node.id).inputs),)
        for step in construct.steps
    ]
    straight = all(len(node.inputs) < 2 and len(network.out_of(node.id)) < 2 for node in used)
    return plan.steps_at_once and plan.precision == "float32" and straight and set(targets) <= {*CHAINED}


def _sizes(choice: DataChoice, info: DatasetInfo) -> Sizes:
    """Samples of each part, by their shares where that is all that is known."""
    return part_sizes(choice.split, info.samples, known_counts(choice.split, info) or ())


def _data_bytes(checker: Checker, choice: DataChoice, info: DatasetInfo, sizes: Sizes) -> int:
    """Memory of the samples: as they are loaded, in parts, as the network reads them, and in the order of an epoch."""
    network, names = checker.network, set[str]()
    for node in network:
        if isinstance(node.layer, Input):
            names.add(node.layer.field or info.inputs[0])
        elif isinstance(node.layer, Output):
            names.add(node.layer.target or info.target)
    read = [known for known in info.fields if known.name in names]
    in_bytes = choice.source.origin is not Origin.SHIPPED
    last = lays_channels_last(network)
    total = sum(_loaded(known, info.samples, in_bytes) for known in info.fields)
    total += sum(_placed(known, sizes, in_bytes, last) for known in read)
    gathered = sum(_bytes(known) for known in read)
    return total + (gathered * sizes[0] if gathered * info.samples <= GATHERED else 0)


def _bytes(known: FieldInfo) -> int:
    """A sample of a field as numbers."""
    if known.classes:
        return INDEX
    return elements(known.shape) * (INDEX if known.shape.kind is Kind.TOKENS else FLOAT)


def _loaded(known: FieldInfo, samples: int, in_bytes: bool) -> int:
    """A field as it is loaded and divided: pictures of files stay bytes, all else are numbers and copied into parts."""
    if in_bytes and known.shape.kind is Kind.IMAGE:
        return min(elements(known.shape) * samples, budget())
    return 2 * _bytes(known) * samples


def _placed(known: FieldInfo, sizes: Sizes, in_bytes: bool, channels_last: bool) -> int:
    """Beside that, a field where the network reads it: pictures as numbers, or with their channels last."""
    if known.shape.kind is not Kind.IMAGE:
        return 0
    whole = FLOAT * elements(known.shape) * sum(sizes)
    if in_bytes:
        return whole if whole + whole // FLOAT <= budget() else 0
    return whole if channels_last and known.shape.features > 1 else 0
