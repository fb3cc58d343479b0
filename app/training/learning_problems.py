"""Problems of layers in training: frozen ones, nothing to learn, batch statistics of one sample, unknown tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo, FieldInfo
from app.data.prepare import Prepared
from app.data.split import known_counts, part_sizes
from app.training.plan import Plan
from app.training.plan_problems import readable_plan
from app.training.start_section import StartSection
from app.training.weight_shapes import weight_problems
from graph.checking.check import Checker
from graph.checking.fixes import Change, Fix, Replace, Write
from graph.checking.layer_info import Problem, Severity
from graph.errors import NetloomError
from graph.layers.io import Input, Output
from graph.network import Node
from graph.shapes import Kind

Values = Callable[[], Prepared]
"""The data itself, for what its description does not say; asked only where something depends on it."""
Sizes = tuple[int, int, int]
"""Samples of the training, validation and test set."""


def learning_problems(
    checker: Checker,
    sections: Mapping[str, Any],
    info: DatasetInfo | None,
    values: Values | None = None,
    base: Path | None = None,
) -> Iterator[Problem]:
    """What keeps layers from learning from ``info``, where the network itself has no faults.

    Relative paths of the weights to start from begin at ``base``.
    """
    try:
        start = StartSection.read(sections.get("start"))
    except NetloomError as error:
        yield Problem(
            Severity.ERROR, None, None, str(error), (Fix("Start from fresh weights", (Write("start", None),)),)
        )
        return
    frozen = start.frozen
    yield from _frozen_problems(checker, frozen, sections)
    for id_ in (name for name in start.fresh if name not in checker.network):
        message = f"{id_} cannot begin anew: there is no layer of that name."
        rest = [name for name in start.fresh if name != id_]
        yield Problem(Severity.ERROR, None, None, message, (Fix(f"Forget {id_}", (Change("start", {"fresh": rest}),)),))
    yield from weight_problems(checker, start, base)
    nodes = [node for node in map(checker.network.node, checker.network.ordered()) if node.id in checker.useful]
    used = [node for node in nodes if not node.muted]
    if not any(isinstance(node.layer, Output) for node in used) or not checker.ok:
        return
    yield from _nothing_to_learn(checker, used, frozen)
    sizes = partial(_part_sizes, sections, info, values)
    yield from _batch_problems(checker, used, readable_plan(sections.get("plan")), sizes, frozen)
    if info is not None:
        yield from _token_problems(checker, used, info)


# Frozen layers


def _frozen_problems(checker: Checker, frozen: tuple[str, ...], sections: Mapping[str, Any]) -> Iterator[Problem]:
    """Layers that are to be frozen and cannot be: those that are not there, and those without weights of their own."""
    for id_ in frozen:
        why = _why_not_frozen(checker, id_)
        if why:
            fix = Fix(f"Do not freeze {id_}", (_freezing(tuple(name for name in frozen if name != id_)),))
            known = id_ if id_ in checker.network else None
            yield Problem(Severity.ERROR, known, None, f"{id_} cannot be frozen: {why}.", (fix,))


def _why_not_frozen(checker: Checker, id_: str) -> str:
    if id_ not in checker.network:
        return "there is no layer of that name"
    node, inputs = checker.network.node(id_), checker.layer_info(id_).inputs
    if node.tied is not None:
        return f"it has the weights of {node.tied}; freeze that instead"
    known = node.muted or not node.inputs or set(inputs) == set(node.inputs)
    if not known or not checker.layer_info(id_).outputs:
        return ""  # what keeps it from being built is said elsewhere
    return "" if node.inputs and node.layer.modules(inputs) else "it has no weights"


def _freezing(names: tuple[str, ...]) -> Change:
    return Change("start", {"frozen": list(names)})


def _nothing_to_learn(checker: Checker, used: list[Node], frozen: tuple[str, ...]) -> Iterator[Problem]:
    counts = {node.id: checker.layer_info(node.id).parameters for node in used}
    if any(count for id_, count in counts.items() if id_ not in frozen):
        return
    if any(counts.values()):
        message = "Every layer with weights is frozen, so there is nothing to learn. Let at least one of them learn."
        yield Problem(Severity.ERROR, None, None, message, (Fix("Freeze no layer", (_freezing(()),)),))
        return
    message = "The network has nothing to learn: no layer has weights. Add a dense or convolution layer."
    yield Problem(Severity.ERROR, None, None, message)


# Batch statistics


def _batch_problems(
    checker: Checker,
    used: list[Node],
    plan: Plan | None,
    part_sizes: Callable[[], Sizes | None],
    frozen: tuple[str, ...],
) -> Iterator[Problem]:
    """Layers that take statistics over a batch, where a batch may hold a single value of a channel."""
    for node in used:
        values = node.layer.batch_values(checker.layer_info(node.id).inputs)
        keeps = node.layer.keeps_batch_statistics()
        if not keeps:
            yield _unkept(node)
        if values != 1 or plan is None:
            continue
        if plan.batch_size == 1 and not (keeps and node.id in frozen):
            message = (
                f"{node.id}: batch normalisation needs batches of more than one sample, but the batch size is 1. "
                "Choose a larger batch size."
            )
            fix = Fix("Use batches of 32 samples", (Change("plan", {"batch_size": 32}),))
            yield Problem(Severity.ERROR, node.id, None, message, (fix,))
            continue
        sizes = part_sizes()
        if sizes is not None and (lone := _lone(sizes, keeps, node.id in frozen)):
            message = f"{node.id}: batch normalisation needs more than one sample, but the {lone} set holds one."
            yield Problem(Severity.ERROR, node.id, None, message)


def _lone(sizes: Sizes, keeps: bool, frozen: bool) -> str:
    """The part of a single sample in which statistics would be taken over it, in words; empty where there is none."""
    if sizes[0] == 1 and not (keeps and frozen):
        return "training"
    others = {"validation": sizes[1], "test": sizes[2]}
    return "" if keeps else next((name for name, size in others.items() if size == 1), "")


def _unkept(node: Node) -> Problem:
    message = (
        f"{node.id} keeps no running averages, so each prediction depends on the samples beside it, and a single one "
        "may have none. Let it track statistics."
    )
    tracked = node.layer.values().get("track") is False
    fixes = (Fix("Track statistics", (Replace(node.id, node.layer.changed(track=True)),)),) if tracked else ()
    return Problem(Severity.WARNING, node.id, None, message, fixes)


def _part_sizes(sections: Mapping[str, Any], info: DatasetInfo | None, values: Values | None) -> Sizes | None:
    """Samples of the training, validation and test set, where they are known."""
    if info is None:
        return None
    try:
        split = DataChoice.parse(sections.get("data")).split
        counts = known_counts(split, info)
        if counts is not None:
            return part_sizes(split, info.samples, counts)
        prepared = None if values is None else values()
    except NetloomError:
        return None
    return None if prepared is None else (prepared.train.samples, prepared.validation.samples, prepared.test.samples)


# Tokens


def _token_problems(checker: Checker, used: list[Node], info: DatasetInfo) -> Iterator[Problem]:
    """Tables of tokens that are smaller than the number of tokens in the data."""
    for node in used:
        if not node.layer.embeds_tokens:
            continue
        wanted = max((len(field.vocabulary) for field in _read_by(checker, node.id, info)), default=0)
        rows = node.layer.values()["vocabulary"]
        if wanted > rows:
            message = f"{node.id}: it has vectors for {rows:,} tokens, but the data holds {wanted:,} different ones."
            fix = Fix(f"Use {wanted:,} tokens", (Replace(node.id, node.layer.changed(vocabulary=wanted)),))
            yield Problem(Severity.ERROR, node.id, None, message, (fix,))


def _read_by(checker: Checker, id_: str, info: DatasetInfo) -> Iterator[FieldInfo]:
    """The fields of tokens that reach a layer as tokens."""
    waiting, seen = [id_], {id_}
    while waiting:
        at = waiting.pop()
        layer = checker.network.layer(at)
        if isinstance(layer, Input):
            yield from (field for field in info.fields if field.name == (layer.field or info.inputs[0]))
        for port, connection in checker.network.into(at).items():
            shape = checker.layer_info(at).inputs.get(port)
            if shape is not None and shape.kind is Kind.TOKENS and connection.source not in seen:
                seen.add(connection.source)
                waiting.append(connection.source)
