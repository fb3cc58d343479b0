"""Hints about a whole project: rules that need its data and training settings beside the network.

What was dismissed stands in the project's section ``hints``: ``{"dismissed": {"large_kernel": ["conv1"]}}``; a hint
about no layer is dismissed by an empty name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo, FieldInfo, Task
from app.data.lopsided import lopsided_note
from app.data.readers.boxes.box_table import SIDES
from app.project.box_hints import BOX_RULE
from app.project.loss_hints import CLASSES_RULE
from app.project.mask_hints import MASK_RULE
from app.project.project_context import ProjectContext
from app.system.number_format import format_percent
from app.training.diagnosis import WEIGH
from app.training.usual_rates import USUAL_RATES, is_far_too_high, is_high
from graph.checking.check import Checker
from graph.checking.fixes import Bypass, Change, Edit, Fix, Insert, Join, Prepend, Replace
from graph.checking.habits import HintContext
from graph.checking.network_hints import RULES, Finding, Hint, HintRule, network_hints
from graph.document import Document
from graph.errors import NetloomError
from graph.layers import usual_layers
from graph.layers.base import Family, Layer
from graph.layers.io import Input
from graph.layers.lengths import LENGTHS
from graph.network import Connection, Node
from graph.shapes import Kind, vector

SECTION = "hints"
MANY_PARAMETERS, PARAMETERS_PER_SAMPLE = 20_000, 50
"""A network with more parameters, and more for each training sample, is likely to overfit."""


# Data


def _not_standardised(context: ProjectContext) -> Iterator[Finding]:
    if context.choice is None or context.choice.standardise:
        return
    uneven = [field for _, field in context.inputs() if field.shape.kind in (Kind.VECTOR, Kind.SEQUENCE)]
    if all(field.fixed for field in uneven):
        return
    fix = Fix("Standardise the data", (Change("data", {"standardise": True}),))
    yield Finding(None, "The data is not standardised: its features keep their own units and sizes.", (fix,))


def _no_validation(context: ProjectContext) -> Iterator[Finding]:
    if context.choice is None or context.choice.split.validation > 0 or context.choice.fold is not None:
        return
    split = context.choice.split
    share = 0.15 if split.train > 0.3 else split.train / 2
    values = split.model_dump(mode="json") | {"validation": share, "train": split.train - share}
    fix = Fix(f"Keep {format_percent(share, 0)} for validation", (Change("data", {"split": values}),))
    yield Finding(None, "No samples are kept for validation, so nothing shows when the network overfits.", (fix,))


def _one_fold(context: ProjectContext) -> Iterator[Finding]:
    if context.choice is None or context.choice.fold is None:
        return
    fix = Fix("Use all samples again", (Change("data", {"fold": None}),))
    message = f"The data is {context.choice.fold} of a cross-validation: the samples of the test set are left out."
    yield Finding(None, message, (fix,))


def _columns(context: ProjectContext) -> Iterator[Finding]:
    """Convolutions over the columns of a table, found by walking on from the input."""
    for node, field in context.inputs():
        if field.shape.kind is not Kind.VECTOR or len(field.names) < 2:
            continue
        passed: list[Edit] = []
        first: Node | None = None
        step = context.after(node.id)
        while step is not None and not step.layer.is_dense:
            if step.layer.weighted_sum:
                first = first or step
                passed.append(Replace(step.id, usual_layers.dense(step.layer.values()["filters"])))
            elif step.layer.family is Family.POOLING or _rearranges(step.layer):
                passed.append(Bypass(step.id))
            step = context.after(step.id)
        if first is not None:
            message = f"{first.id}: it takes neighbouring columns for related, but columns may stand in any order."
            yield Finding(first.id, message, (Fix("Use dense layers", tuple(passed)),))


def _rearranges(layer: Layer) -> bool:
    return layer.family is Family.SHAPE and layer.passes_probabilities


def padding_read(context: ProjectContext) -> Iterator[Finding]:
    """Layers that stand for whole sequences, or read them backwards, without knowing where each of them ends."""
    for node in context.those(lambda layer: layer.reads_padding()):
        if node.tied is not None:
            continue
        field = context.read_by(node)
        if field is None or not field.lengths:
            continue
        with_lengths = node.layer.changed(lengths=True)
        ends = ((node.id, node.layer) for node in context.network)
        known = next((id_ for id_, end in ends if isinstance(end, Input) and end.field == field.lengths), None)
        source: Edit = (
            Prepend(node.id, LENGTHS.name, Input(shape=vector(1), field=field.lengths))
            if known is None
            else Join(Connection(known, "out", node.id, LENGTHS.name))
        )
        message = f"{node.id}: “{field.name}” is of unequal length, and the layer reads its padding too."
        yield Finding(node.id, message, (Fix(f"Tell {node.id} the lengths", (Replace(node.id, with_lengths), source)),))


# Outputs


def _softmax_twice(context: ProjectContext) -> Iterator[Finding]:
    for output, node in context.final_layers():
        field, loss = context.target(output), context.loss_of(output)
        if (
            node.layer.final_activation == "softmax"
            and field is not None
            and field.classes
            and loss in ("auto", "cross_entropy")
        ):
            message = f"{node.id}: the cross-entropy that follows holds a softmax already."
            yield Finding(node.id, message, (Fix(f"Take {node.id} out", (Bypass(node.id),)),))


def _softmax_labels(context: ProjectContext) -> Iterator[Finding]:
    """A softmax before several labels: it shares one certainty among them."""
    for output, node in context.final_layers():
        field = context.target(output)
        if node.layer.final_activation == "softmax" and field is not None and field.labels:
            message = f"{node.id}: it shares one certainty among labels of which a sample may have several."
            yield Finding(node.id, message, (Fix(f"Take {node.id} out", (Bypass(node.id),)),))


def _squashed_scores(context: ProjectContext) -> Iterator[Finding]:
    """Scores of classes or labels that an activation keeps within bounds, or that are means of probabilities."""
    for output, node in context.final_layers():
        field, loss = context.target(output), context.loss_of(output)
        scored = field is not None and (field.classes or field.labels or field.listed)
        if not scored or loss not in ("auto", "cross_entropy", "bce"):
            continue
        pools = [layer.id for layer in _pools_before(context, node)]
        bounded: Node | None = node
        while bounded is not None and (bounded.id in pools or bounded.layer.passes_probabilities):
            bounded = context.before(bounded.id)
        if bounded is None:
            continue
        if pools and bounded.layer.final_activation:
            message = f"{bounded.id}: {pools[0]} pools probabilities, and the loss takes them for scores."
        elif bounded.layer.max_slope is not None and not bounded.layer.final_activation:
            message = f"{bounded.id}: it keeps the scores within narrow bounds, so no prediction can ever be sure."
        else:
            continue
        yield Finding(bounded.id, message, (Fix(f"Take {bounded.id} out", (Bypass(bounded.id),)),))


def _pools_before(context: ProjectContext, node: Node | None) -> Iterator[Node]:
    """The pools among the last layers, past what only rearranges or drops values."""
    while node is not None and (node.layer.family is Family.POOLING or node.layer.passes_probabilities):
        if node.layer.family is Family.POOLING:
            yield node
        node = context.before(node.id)


def _bounded_numbers(context: ProjectContext) -> Iterator[Finding]:
    if context.info is None or context.info.task not in (Task.REGRESSION, Task.FORECASTING):
        return
    for output, node in context.final_layers():
        field = context.target(output)
        # A binary cross-entropy compares with shares and yes or no, which lie within these bounds.
        field_of_marks = field is not None and context.info.is_mask(field)
        if context.loss_of(output) == "bce" or field_of_marks:
            continue
        bounded = node.layer.final_activation or node.layer.max_slope is not None
        if field is not None and not field.classes and bounded:
            message = f"{node.id}: it keeps the output within narrow bounds, but “{field.name}” may be any number."
            yield Finding(node.id, message, (Fix(f"Take {node.id} out", (Bypass(node.id),)),))


# Training


def _lopsided(context: ProjectContext) -> Iterator[Finding]:
    """Rare classes that count no more than usual ones."""
    info, plan = context.info, context.plan
    if info is None or plan is None or plan.class_weights != "none" or plan.objective != "supervised":
        return
    note = lopsided_note(info)
    if note and any(context.target(output) == info.target_field() for output in context.outputs()):
        yield Finding(None, note, (WEIGH,))


def _high_learning_rate(context: ProjectContext) -> Iterator[Finding]:
    plan = context.plan
    if plan is None or not is_high(plan) or is_far_too_high(plan):
        return  # far too high a rate is a problem rather than a habit
    usual = USUAL_RATES[plan.optimiser]
    message = f"A learning rate of {plan.learning_rate:g} is high for {plan.optimiser}."
    yield Finding(None, message, (Fix(f"Use {usual:g}", (Change("plan", {"learning_rate": usual}),)),))


def _is_placed(target: FieldInfo) -> bool:
    """Whether a target says where something is in a picture, so that it does not hold once the picture is moved."""
    sides = tuple(name.strip().lower() for name in target.names)
    return target.shape.kind is Kind.IMAGE or any(sides == columns for _, columns in SIDES)


def _overfitting(context: ProjectContext) -> Iterator[Finding]:
    if context.info is None or context.choice is None or context.plan is None:
        return
    samples = round(context.info.samples * context.choice.split.train)
    parameters = context.parameters
    steadied = (
        context.holds(lambda layer: layer.normalises or layer.drops_values)
        or context.choice.augment.active
        or context.plan.weight_decay > 0
    )
    if context.info.target_field().pixel_classes:
        return  # every pixel is an answer of its own: a picture teaches as much as hundreds of samples of one label
    if steadied or parameters < MANY_PARAMETERS or parameters < PARAMETERS_PER_SAMPLE * samples:
        return
    message = f"{parameters:,} parameters for {samples:,} training samples, and nothing against overfitting."
    fixes: list[Fix] = []
    last = next((node for node in reversed(context.nodes) if node.layer.is_dense), None)
    if last is not None:
        fixes.append(Fix(f"Insert Dropout before {last.id}", (Insert(last.id, "in", usual_layers.dropout()),)))
    if context.image_inputs() and not _is_placed(context.info.target_field()):
        fixes.append(Fix("Shift the pictures a little", (Change("data", {"augment": {"shift": 0.1}}),)))
    if not fixes:
        fixes.append(Fix("Use weight decay", (Change("plan", {"weight_decay": 0.01}),)))
    yield Finding(last.id if last else None, message, tuple(fixes))


PROJECT_RULES: tuple[HintRule[ProjectContext], ...] = (
    HintRule(
        "padding_read",
        "Layers that read padding",
        "Short samples are filled up with zeros so that a batch is one block. A recurrent layer that does not know "
        "where a sample ends goes on over the zeros and forgets, and one that reads backwards begins with them. Told "
        "the lengths, it stops at each sample's own last step.",
        padding_read,
    ),
    HintRule(
        "convolution_on_table",
        "Convolution over the columns of a table",
        "A filter slides because neighbours belong together: pixels in a picture, hours in a day. The columns of a "
        "table can be swapped without any loss, so a filter finds neighbours that mean nothing. Dense layers see all "
        "columns at once.",
        _columns,
    ),
    HintRule(
        "softmax_twice",
        "Softmax before a cross-entropy",
        "The cross-entropy turns logits into probabilities by itself, in one step that stays exact for very sure "
        "predictions. Netloom takes care not to apply the softmax twice, but without the layer it need not.",
        _softmax_twice,
    ),
    HintRule(
        "softmax_labels",
        "Softmax before several labels",
        "A softmax makes the probabilities of a sample add up to 1, so that one label can only win where others lose. "
        "Several labels need a sigmoid for each, which the binary cross-entropy holds already.",
        _softmax_labels,
    ),
    HintRule(
        "squashed_scores",
        "Bounded scores before a cross-entropy",
        "The cross-entropy makes probabilities of scores, and needs large ones to be sure. Behind a tanh scores stay "
        "between −1 and 1, and a mean of probabilities between 0 and 1, so even the best prediction stays doubtful and "
        "the loss cannot fall far.",
        _squashed_scores,
    ),
    HintRule(
        "squashed_number",
        "Predicted numbers behind a bounded activation",
        "A number that is predicted needs a last layer without activation. A sigmoid cannot give more than one, and "
        "near its bounds its slope vanishes, so the network learns ever more slowly there.",
        _bounded_numbers,
    ),
    BOX_RULE,
    MASK_RULE,
    CLASSES_RULE,
    HintRule(
        "by_heart",
        "Large networks on little data",
        "With many parameters for each sample a network can remember the samples instead of what they have in common. "
        "This is overfitting. Dropout, normalisation, altered pictures or weight decay make it harder.",
        _overfitting,
    ),
    HintRule(
        "lopsided",
        "Rare classes without class weights",
        "Where one class is far more frequent, a network that always says so has a high accuracy and knows nothing. "
        "Automatic class weights make rare classes count as much in the loss as frequent ones.",
        _lopsided,
    ),
    HintRule(
        "high_rate",
        "High learning rates",
        "Too large a step jumps over the valley it should go down into: the loss swings or grows. Adam adapts its "
        "steps to each weight, and is at home between 0.0003 and 0.01.",
        _high_learning_rate,
    ),
    HintRule(
        "not_standardised",
        "Data that is not standardised",
        "A column counted in thousands moves the weights a thousand times as much as one between zero and one, so the "
        "small one is learned last or never. Standardised, all begin alike.",
        _not_standardised,
    ),
    HintRule(
        "no_validation",
        "No validation set",
        "The training loss falls even when a network only remembers. Samples that it never trains on show the moment "
        "from which it gets no better, and which epoch's weights to keep.",
        _no_validation,
    ),
    HintRule(
        "one_fold",
        "One fold of a cross-validation",
        "The folds of a cross-validation are for choosing among networks and settings. The one that was chosen is then "
        "trained as usual, and tested once on the samples that no fold had.",
        _one_fold,
    ),
)
"""The habits of data and plan, and those of networks that need to know them."""

TITLES: Mapping[str, str] = {
    **{rule.id: rule.title for rule in RULES},
    **{rule.id: rule.title for rule in PROJECT_RULES},
}
"""Titles of all rules by their ids."""


def project_hints(
    checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None, hidden: Collection[str] = ()
) -> tuple[Hint, ...]:
    """The hints about a project that were not dismissed.

    Parameters
    ----------
    checker
        of the project's network.
    sections
        of the project.
    info
        what its data offers, None where that is not known.
    hidden
        ids of rules of which nothing is shown.
    """
    context = ProjectContext(checker, sections, info, _readable_choice(sections.get("data")))
    found = (*network_hints(context), *(hint for rule in PROJECT_RULES for hint in rule.hints(context)))
    gone = dismissed(sections)
    return tuple(hint for hint in found if hint.rule not in hidden and (hint.rule, hint.layer or "") not in gone)


def inner_hints(
    checker: Checker, path: str, sections: Mapping[str, Any], hidden: Collection[str] = ()
) -> tuple[Hint, ...]:
    """The hints about the network inside the block that ``path`` leads to (ids parted by slashes)."""
    gone = dismissed(sections)
    found = network_hints(HintContext(checker, inner=True))
    return tuple(hint for hint in found if hint.rule not in hidden and (hint.rule, f"{path}/{hint.layer}") not in gone)


def hint_json(hint: Hint) -> dict[str, Any]:
    """A hint as plain JSON values."""
    return {
        "rule": hint.rule,
        "layer": hint.layer,
        "message": hint.message,
        "why": hint.why,
        "fixes": [fix.title for fix in hint.fixes],
    }


def dismissed(sections: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Pairs of a rule's id and a layer's; what cannot be read dismisses nothing."""
    section = sections.get(SECTION)
    listed = section.get("dismissed") if isinstance(section, Mapping) else None
    pairs = listed.items() if isinstance(listed, Mapping) else ()
    return frozenset((rule, layer) for rule, layers in pairs if isinstance(layers, list) for layer in layers)


def dismiss(document: Document, hint: Hint, path: str = "") -> None:
    """Remember in the project that this hint is not wanted here; one undo brings it back."""
    gone = dismissed(document.sections) | {(hint.rule, f"{path}/{hint.layer}" if path else hint.layer or "")}
    rules = sorted({rule for rule, _ in gone})
    listed = {rule: sorted(layer for other, layer in gone if other == rule) for rule in rules}
    with document.transaction("Dismiss a hint"):
        document.set_section(SECTION, {"dismissed": listed})


def _readable_choice(section: object) -> DataChoice | None:
    try:
        return DataChoice.parse(section) if isinstance(section, Mapping) else None
    except NetloomError:
        return None
